using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Mingjian.Server.Channel;
using Mingjian.Server.Configuration;
using Mingjian.Server.Operations;
using Mingjian.Server.Shared;
using Mingjian.Slices.Kernel.Http;
using Mingjian.Web;
using MudBlazor;
using MudBlazor.Services;

namespace Mingjian.Server.Hosting;

/// <summary>The frame around all slices: Kestrel, headers, faults, rate limits, pages.</summary>
internal static class HostingServices
{
    private const int ChannelRequests = 512;

    public static void AddHosting(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        // The program is started from its build output; without this only a published copy would find the assets.
        builder.WebHost.UseStaticWebAssets();
        SecurityHeaders.Add(services);
        services.Configure<HostFilteringOptions>(o => o.IncludeFailureMessage = false);
        services.AddProxies();
        services.AddSingleton<ClientSource>();
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, ConfigureKestrel>();
        services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(20));
        services.AddProblemDetails(o => o.CustomizeProblemDetails = c =>
        {
            if (!c.ProblemDetails.Extensions.ContainsKey("code"))
            {
                var (code, detail) = Problems.Describe(c.ProblemDetails.Status ?? c.HttpContext.Response.StatusCode);
                c.ProblemDetails.Extensions["code"] = code;
                c.ProblemDetails.Detail = detail;
            }
        });
        services.AddExceptionHandler<UnexpectedFaults>();
        services.AddDataProtection().SetApplicationName("mingjian");
        RecentTokens.Add(services);
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(o =>
            o.XmlRepository = provider.GetService<SharedKeys>() ?? (IXmlRepository)new FileSystemXmlRepository(
                new DirectoryInfo(PrivateFiles.CreateDirectory(Path.Combine(provider.GetRequiredService<ServerOptions>().NetworkDirectory, "web-keys"))),
                provider.GetRequiredService<ILoggerFactory>())));
        services.AddAntiforgery(o =>
        {
            o.HeaderName = "X-CSRF-TOKEN";
            o.Cookie.Name = "mj-csrf";
            o.Cookie.SameSite = SameSiteMode.Strict;
            o.Cookie.HttpOnly = true;
            o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.AddRateLimiter(AddLimits);
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddMudServices();
        // The program runs without cultures, which MudBlazor takes for English.
        services.AddSingleton<MudLocalizer, MudStrings>();
        services.AddLocalizationInterceptor(provider => new DefaultLocalizationInterceptor(
            provider.GetRequiredService<ILoggerFactory>(), provider.GetRequiredService<MudLocalizer>())
        { IgnoreDefaultEnglish = true });
        services.AddHttpContextAccessor();
        // Chinese text stays readable in the page source, and small.
        services.Configure<Microsoft.Extensions.WebEncoders.WebEncoderOptions>(o =>
            o.TextEncoderSettings = new System.Text.Encodings.Web.TextEncoderSettings(System.Text.Unicode.UnicodeRanges.All));
        services.AddHostedService<Announcement>();
    }

    /// <summary>The order matters: who asks first, then what becomes of faults, then who may.</summary>
    public static void UseHosting(this WebApplication app)
    {
        app.UseProxies();
        app.UseHostCookies();
        // A scope of their own: a page that has begun to render has used the request's.
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandlingPath = "/error", CreateScopeForErrors = true });
        // The outer one leaves alone what the inner one has answered. In a branch it could not route again.
        app.UseStatusCodePagesWithReExecute("/error/{0}", createScopeForStatusCodePages: true);
        // The error page answers GET only.
        app.UseWhen(c => c.IsForPrograms() || !HttpMethods.IsGet(c.Request.Method), all => all.UseStatusCodePages(c => StatusAnswer.WriteAsync(c.HttpContext)));
        app.UseAuthentication();
        // After it: people behind one address have each a limit of their own.
        app.UseRateLimiter();
        app.UseAuthorization();
        app.Use(DenyUnlessExplicit);
        app.UseAntiforgery();
    }

    public static void MapHosting(this WebApplication app) => app.MapStaticAssets().AllowAnonymous();

    /// <summary>Pages state their own policy; the circuit's endpoints, which the framework adds, are for people who are signed in.</summary>
    public static void MapPages(this WebApplication app) =>
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(o => o.ContentSecurityFrameAncestorsPolicy = null).Add(RequireSignInForCircuits);

    // Pages say themselves who may open them; Blazor's own endpoints (circuit, initializers) serve staff pages only.
    private static void RequireSignInForCircuits(EndpointBuilder endpoint)
    {
        if (!endpoint.Metadata.Any(m => m is IAuthorizeData or IAllowAnonymous or ComponentTypeMetadata))
        {
            endpoint.Metadata.Add(new AuthorizeAttribute());
        }
    }

    private static void AddLimits(Microsoft.AspNetCore.RateLimiting.RateLimiterOptions limiter)
    {
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.OnRejected = static (rejected, _) =>
        {
            var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromMinutes(1);
            rejected.HttpContext.Response.Headers.RetryAfter =
                Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            return ValueTask.CompletedTask;
        };
        limiter.AddPolicy(RateLimits.SignIn, PerSource);
        limiter.AddPolicy(RateLimits.Channel, context => context.RequestServices.GetRequiredService<ChannelToken>().Check(context)
            ? RateLimitPartition.GetConcurrencyLimiter("web", static _ => new ConcurrencyLimiterOptions { PermitLimit = ChannelRequests, QueueLimit = 0 })
            : PerSource(context));
        limiter.AddPolicy(RateLimits.Log, context => LedgerApi.LedgerEndpoints.IsRefusedEntries(context) || LedgerApi.StateProofs.IsRefused(context)
            ? PerSource(context)
            : RateLimitPartition.GetNoLimiter("log"));
        limiter.AddPolicy(RateLimits.Api, context => PerMinute(
            context.User.Identity?.Name is { } member ? "member:" + member : context.RequestServices.GetRequiredService<ClientSource>().Of(context).Name,
            Options(context).Limits.RequestsPerMinute));
    }

    // The address is an outer bound; what an account gets wrong is counted where its signature is checked.
    private static RateLimitPartition<string> PerSource(HttpContext context)
    {
        var (name, isKnown) = context.RequestServices.GetRequiredService<ClientSource>().Of(context);
        var limits = Options(context).Limits;
        return PerMinute(name, isKnown ? limits.SignInsPerBrowser : limits.SignInsPerMinute);
    }

    private static ServerOptions Options(HttpContext context) => context.RequestServices.GetRequiredService<ServerOptions>();

    private static RateLimitPartition<string> PerMinute(string key, int permits) =>
        RateLimitPartition.GetSlidingWindowLimiter(key, _ => new SlidingWindowRateLimiterOptions
        {
            PermitLimit = permits,
            Window = TimeSpan.FromMinutes(1),
            SegmentsPerWindow = 6,
            QueueLimit = 0,
        });

    // An endpoint without an explicit policy is a mistake: nobody may use it (a test finds it, too). Routing's own answers (405, 415) are no
    // RouteEndpoints.
    private static Task DenyUnlessExplicit(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is RouteEndpoint endpoint
            && endpoint.Metadata.GetMetadata<IAuthorizeData>() is null && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        }

        return next(context);
    }
}

/// <summary>Binds to the loopback addresses unless the operator configured endpoints, and bounds every body.</summary>
internal sealed class ConfigureKestrel(ServerOptions options, IConfiguration configuration) : IConfigureOptions<KestrelServerOptions>
{
    [SuppressMessage("Major", "MA0182", Justification = "Created by the options framework.")]
    public void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.Limits.RequestBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        if (string.IsNullOrEmpty(configuration["urls"]) && string.IsNullOrEmpty(configuration["http_ports"])
            && !configuration.GetSection("Kestrel:Endpoints").GetChildren().Any())
        {
            if (options.Port == 0)
            {
                kestrel.Listen(System.Net.IPAddress.Loopback, 0);
            }
            else
            {
                kestrel.ListenLocalhost(options.Port);
            }
        }
    }
}
