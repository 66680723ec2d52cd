using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Mingjian.Engine;
using Mingjian.Server.Configuration;
using Mingjian.Server.Projections;

namespace Mingjian.Server.Monitoring;

/// <summary>Whether this server should get requests.</summary>
/// <remarks>
/// unhealthy (503): the ledger has stopped, or the lists on pages are more than <see cref="LimitOptions.ReadyLag"/> blocks behind it.
/// degraded (200): it reads and answers, but what it takes may not become final: halted, held by the clock, order out of reach.
/// </remarks>
internal sealed class Readiness(Ledger ledger, ProjectionProgress progress, OrderHealth order, ServerOptions options, TimeProvider clock) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        if (ledger.Stopped.IsCompleted)
        {
            return HealthCheckResult.Unhealthy("ledger-stopped");
        }

        var status = ledger.Status;
        return status.Head.Height - progress.Height > options.Limits.ReadyLag ? HealthCheckResult.Unhealthy("lists-behind")
            : status.IsHalted ? HealthCheckResult.Degraded("halted")
            : order.IsOutOfReach(clock.GetUtcNow()) ? HealthCheckResult.Degraded("order-out-of-reach")
            : status.IsHeldByTime ? HealthCheckResult.Degraded("held-by-clock")
            : HealthCheckResult.Healthy();
    }
}

internal static class HealthAnswer
{
    /// <summary><c>{"status":"healthy"|"degraded"|"unhealthy","reasons":["halted"]}</c>: codes, nothing about the machine.</summary>
    public static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        var reasons = report.Entries.Values.Where(e => e.Status != HealthStatus.Healthy).Select(e => e.Description ?? "fault");
        return JsonSerializer.SerializeAsync(
            context.Response.Body, new HealthBody(Spell(report.Status), [.. reasons]), JsonSerializerOptions.Web, context.RequestAborted);
    }

    private static string Spell(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };

    private sealed record HealthBody(string Status, IReadOnlyList<string> Reasons);
}
