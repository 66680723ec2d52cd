using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Mingjian.Server.Hosting;

/// <summary>Says when this server is set up so that it cannot know who asks: a health check and a line in the log.</summary>
/// <remarks>
/// <c>http-exposed</c>: bound beyond the loopback without TLS, and no proxy is named. <c>forwarded-unknown</c>: within the last hour
/// somebody who is not named in <c>Mingjian:Proxies</c> sent forwarded headers, which were not believed. Both are degraded, not unhealthy.
/// </remarks>
internal sealed partial class Exposure(IServer server, Proxies proxies, TimeProvider clock, ILogger<Exposure> logger) : IHealthCheck
{
    /// <summary>How long forwarded headers from an unknown address are remembered, and the least time between two lines in the log.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    private long _last = long.MinValue;

    private bool IsHttpExposed => !proxies.Any && (server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []).Any(IsOpenHttp);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        IsHttpExposed ? HealthCheckResult.Degraded("http-exposed")
        : Interlocked.Read(ref _last) is var last && last != long.MinValue && clock.GetElapsedTime(last) < Remembered
            ? HealthCheckResult.Degraded("forwarded-unknown")
        : HealthCheckResult.Healthy());

    /// <summary>Once the server listens.</summary>
    public void LogAddresses()
    {
        if (IsHttpExposed)
        {
            LogHttpExposed(logger);
        }
    }

    /// <summary>Forwarded headers came from an address that is no known proxy.</summary>
    public void NoteForwarded(IPAddress? from)
    {
        var now = clock.GetTimestamp();
        var last = Interlocked.Exchange(ref _last, now);
        if (last == long.MinValue || clock.GetElapsedTime(last, now) >= Remembered)
        {
            LogForwarded(logger, from);
        }
    }

    // Kestrel writes http://0.0.0.0:80, http://[::]:80, http://*:80, http://unix:/path.
    private static bool IsOpenHttp(string address)
    {
        var binding = BindingAddress.Parse(address);
        return binding.Scheme == Uri.UriSchemeHttp && !binding.IsUnixPipe
            && binding.Host is not "localhost" && !(IPAddress.TryParse(binding.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
    }

    [LoggerMessage(EventId = 40, Level = LogLevel.Warning, Message =
        "This server answers http beyond the loopback and no proxy is named: put a proxy with TLS before it and name it (Mingjian:Proxies), or give it TLS.")]
    private static partial void LogHttpExposed(ILogger logger);

    [LoggerMessage(EventId = 41, Level = LogLevel.Warning, Message =
        "Forwarded headers from {From}, which is not in Mingjian:Proxies, were not believed. If it is your proxy, name it; limits and cookies are wrong until then.")]
    private static partial void LogForwarded(ILogger logger, IPAddress? from);
}
