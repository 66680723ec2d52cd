using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Mingjian.Contracts.Kernel;
using Mingjian.Engine;
using Mingjian.Ordering.Etcd;
using Mingjian.Server.Configuration;
using Mingjian.Server.Hosting;
using Mingjian.Slices.Kernel.Http;
using Mingjian.Slices.Check;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Views.Networks;
using Mingjian.Views.Session;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Mingjian.Server.Monitoring;

/// <summary>Metrics, traces and health.</summary>
internal static class MonitoringServices
{
    /// <summary>OpenTelemetry's own name; from the environment or any other configuration.</summary>
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void AddMonitoring(this WebApplicationBuilder builder, ServerRole role)
    {
        var services = builder.Services;
        services.AddSingleton<MetricsToken>();
        services.AddSingleton<ServerInstruments>();
        services.AddHostedService<MonitoringStart>();
        if (role != ServerRole.Node)
        {
            services.AddScoped<INetworkStatus, NetworkStatus>();
        }

        services.AddHealthChecks().AddCheck<Readiness>("ready").AddCheck<Exposure>("exposure");

        // Traces and pushed metrics leave the machine only where an operator has said so.
        var isPushed = !string.IsNullOrEmpty(builder.Configuration[OtlpEndpoint]);
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(r => r.AddService("mingjian"))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(
                        LedgerInstruments.MeterName, EtcdOrdering.MeterName, ServerInstruments.Name,
                        "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
                    .AddPrometheusExporter();
                if (isPushed)
                {
                    metrics.AddOtlpExporter();
                }
            });
        if (isPushed)
        {
            telemetry.WithTracing(traces => traces
                .AddSource(ServerInstruments.Name)
                .AddAspNetCoreInstrumentation(o => o.Filter = context =>
                    !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
                    && !context.Request.Path.StartsWithSegments("/metrics", StringComparison.Ordinal))
                .AddOtlpExporter());
        }
    }

    public static void MapMonitoring(this WebApplication app, ServerRole role)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = HealthAnswer.WriteAsync }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = HealthAnswer.WriteAsync }).AllowAnonymous();

        if (role != ServerRole.Node)
        {
            app.MapGet("/exports/network/evidence/{id}.json", EvidenceAsync).RequireAuthorization(new RequireRightAttribute(Right.ViewAudit));
        }

        // The token is the authority: no sign-in scheme knows a monitor.
        app.MapPrometheusScrapingEndpoint("/metrics", null, scrape => scrape.Use(RequireTokenAsync), null)
            .AllowAnonymous().RequireRateLimiting(RateLimits.Api);
    }

    private static async Task<IResult> EvidenceAsync(string id, INetworkStatus status, CancellationToken cancelled)
    {
        try
        {
            return await status.FindEvidenceAsync(id, cancelled) is { } bytes
                ? Results.File(bytes, "application/json", $"mingjian-evidence-{id}.json")
                : Results.NotFound();
        }
        catch (AccessDeniedException)
        {
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        }
    }

    private static Task RequireTokenAsync(HttpContext context, RequestDelegate next)
    {
        if (HttpMethods.IsGet(context.Request.Method)
            && context.RequestServices.GetRequiredService<MetricsToken>().Check(context.Request.Headers.Authorization))
        {
            return next(context);
        }

        return Problems.Of(
            StatusCodes.Status401Unauthorized, "metrics/token", "需要监控令牌：服务器数据目录里的 metrics.token。").ExecuteAsync(context);
    }

    /// <summary>Makes token and instruments at the start, and reads how the newest check ended.</summary>
    private sealed class MonitoringStart(MetricsToken token, ServerInstruments instruments, CheckRunner? checks = null) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            GC.KeepAlive(token);
            GC.KeepAlive(instruments);
            return checks?.LoadLastAsync(cancellationToken) ?? Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
