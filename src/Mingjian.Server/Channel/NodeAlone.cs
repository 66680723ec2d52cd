using Microsoft.AspNetCore.Antiforgery;
using Mingjian.Engine;
using Mingjian.Server.Hosting;
using Mingjian.Server.Identity;
using Mingjian.Server.LedgerApi;
using Mingjian.Server.Names;
using Mingjian.Slices.Kernel.Http;

namespace Mingjian.Server.Channel;

/// <summary>What a node without pages has in place of people and their sessions.</summary>
internal static class NodeAlone
{
    public static void AddNodeAlone(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddAuthentication();
        services.AddAuthorization();
        services.AddSingleton<IOrganizationNames, NoNames>();
        services.AddSingleton<ChannelToken>();
        services.AddHostedService<ChannelStart>();
    }

    /// <summary>Programs of operators ask here for the ledger's name and the antiforgery token; nobody can sign in.</summary>
    public static void MapNodeAlone(this WebApplication app) =>
        app.MapGet("/api/v1/session", (ILedger ledger, IAntiforgery antiforgery, HttpContext context) => Results.Ok(new SessionAnswer(
                false, null, null, null, null, ledger.Network.ToString(), "X-CSRF-TOKEN", antiforgery.GetAndStoreTokens(context).RequestToken!)))
            .AllowAnonymous().RequireRateLimiting(RateLimits.Api).Produces<SessionAnswer>();

    /// <summary>Makes the token at the start, not at the first request.</summary>
    private sealed class ChannelStart(ChannelToken token) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.FromResult(token);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
