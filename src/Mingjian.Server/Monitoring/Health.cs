using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Mingjian.Engine;
using Mingjian.Server.Channel;
using Mingjian.Server.Configuration;
using Mingjian.Server.Nodes;
using Mingjian.Slices.Kernel.Projections;

namespace Mingjian.Server.Monitoring;

/// <summary>Whether this server should get requests.</summary>
/// <remarks>
/// unhealthy (503): the ledger has stopped, or what pages show is more than <see cref="LimitOptions.ReadyLag"/> blocks behind: the lists behind
/// the ledger, or a web process's copy behind its node.
/// degraded (200): it reads and answers, but what it takes may not become final, or should not be given to it: another founding than configured, node or order out of reach, halted, or without a vote for the block that is due.
/// </remarks>
internal sealed class Readiness(FinalLedger ledger, INodeStanding node, ServerOptions options, Genesis genesis, ProjectionProgress? progress = null) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        if (ledger.Stopped.IsCompleted)
        {
            return HealthCheckResult.Unhealthy("ledger-stopped");
        }

        var copy = (ledger as LedgerCopy)?.Status;
        if (copy?.NodeHeight - ledger.Head.Height > options.Limits.ReadyLag)
        {
            return HealthCheckResult.Unhealthy("copy-behind");
        }

        if (ledger.Head.Height - progress?.Height > options.Limits.ReadyLag)
        {
            return HealthCheckResult.Unhealthy("lists-behind");
        }

        return genesis.StateOf(ledger.ReadState()) == FoundingState.Foreign ? HealthCheckResult.Degraded("foreign-founding")
            : ledger.Protocol > ledger.Carries ? HealthCheckResult.Degraded("upgrade-needed")
            : copy is { IsInTouch: false } ? HealthCheckResult.Degraded("node-out-of-reach")
            : copy is { Fault: not null } ? HealthCheckResult.Degraded("copy-fault")
            : node.Read() is not { } standing ? HealthCheckResult.Healthy()
            : standing.Status.IsHalted ? HealthCheckResult.Degraded("halted")
            : standing.IsOrderOutOfReach ? HealthCheckResult.Degraded("order-out-of-reach")
            : NetworkAlerts.CodeOf(standing.Status.Hold) is { } code ? HealthCheckResult.Degraded(code)
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
