using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using Mingjian.Server.Configuration;
using IPNetwork = System.Net.IPNetwork;

namespace Mingjian.Server.Hosting;

/// <summary>The proxies of <see cref="ServerOptions.Proxies"/>: whose word on a client's address, scheme and host is taken.</summary>
internal sealed class Proxies
{
    private readonly List<IPNetwork> _networks = [];

    public Proxies(ServerOptions options)
    {
        foreach (var text in options.Proxies)
        {
            _networks.Add(TryParse(text, out var network) ? network : throw new ArgumentException($"Not an address or network: {text}", nameof(options)));
        }
    }

    public bool Any => _networks.Count > 0;

    public IReadOnlyList<IPNetwork> Networks => _networks;

    public bool Contains(IPAddress? address) => address is not null && _networks.Any(n => n.Contains(Plain(address)));

    /// <summary>An address, or a network in CIDR form that is not everybody (<c>/0</c>).</summary>
    public static bool TryParse(string? text, out IPNetwork network)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            address = Plain(address);
            network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
            return true;
        }

        return IPNetwork.TryParse(text, out network) && network.PrefixLength > 0;
    }

    /// <summary>An IPv4 address that came over an IPv6 socket is the IPv4 address.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}

/// <summary>A wrong entry stops the start, and so does the framework's own switch, which believes everybody's forwarded headers.</summary>
internal sealed class ValidateProxies(IConfiguration configuration) : IValidateOptions<ServerOptions>
{
    public ValidateOptionsResult Validate(string? name, ServerOptions options)
    {
        if (string.Equals(configuration["ForwardedHeaders_Enabled"], "true", StringComparison.OrdinalIgnoreCase))
        {
            return ValidateOptionsResult.Fail(
                "ASPNETCORE_FORWARDEDHEADERS_ENABLED believes forwarded headers from everybody. Remove it and name the proxy: Mingjian:Proxies:0=127.0.0.1");
        }

        return options.Proxies.FirstOrDefault(p => !Proxies.TryParse(p, out _)) is { } wrong
            ? ValidateOptionsResult.Fail($"Mingjian:Proxies: '{wrong}' is neither an IP address nor a network such as 10.0.0.0/24.")
            : ValidateOptionsResult.Success;
    }
}

/// <summary>Takes forwarded headers from known proxies, removes everybody else's, and remembers that a request came through a proxy.</summary>
internal static class ForwardedRequests
{
    private const string Prefix = "X-Forwarded-";
    private static readonly object Mark = new();

    // What proxies add; of no name here is anything believed, but each says that somebody stands between.
    private static readonly string[] Others = ["Forwarded", "Via", "X-Real-IP", "X-Original-Host", "X-Original-For", "X-Original-Proto"];

    public static void AddProxies(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<ServerOptions>, ValidateProxies>();
        services.AddSingleton<Proxies>();
        services.AddSingleton<Exposure>();
        services.AddSingleton<IConfigureOptions<ForwardedHeadersOptions>>(provider => new ConfigureOptions<ForwardedHeadersOptions>(
            o => Configure(o, provider.GetRequiredService<Proxies>(), provider.GetRequiredService<IConfiguration>())));
    }

    /// <summary>First of all: whatever comes after it sees the client as the known proxy saw it.</summary>
    public static void UseProxies(this WebApplication app)
    {
        var proxies = app.Services.GetRequiredService<Proxies>();
        var exposure = app.Services.GetRequiredService<Exposure>();
        app.Use((context, next) =>
        {
            var isKnown = proxies.Contains(context.Connection.RemoteIpAddress);
            var names = context.Request.Headers.Keys
                .Where(k => k.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || Others.Contains(k, StringComparer.OrdinalIgnoreCase)).ToArray();
            if (isKnown || names.Length > 0)
            {
                context.Items[Mark] = Mark;
            }

            if (!isKnown && names.Length > 0)
            {
                exposure.NoteForwarded(context.Connection.RemoteIpAddress);
                foreach (var name in names)
                {
                    context.Request.Headers.Remove(name);
                }
            }

            return next(context);
        });
        if (proxies.Any)
        {
            app.UseForwardedHeaders();
        }
    }

    /// <summary>Whether somebody stood between the client and this server, as far as it can be seen.</summary>
    public static bool CameThroughProxy(this HttpContext context) => context.Items.ContainsKey(Mark);

    /// <summary>Whether a person at this very machine asks: loopback, no proxy between, and under a name of this machine.</summary>
    /// <remarks>
    /// A proxy on this machine makes everybody loopback, and a foreign page may have its own name resolve to loopback; so the address alone
    /// says nothing. HTTP/1.0 is what nginx speaks unless told otherwise. A proxy that adds nothing and speaks HTTP/1.1 cannot be told from a browser.
    /// </remarks>
    public static bool IsOfThisMachine(this HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(Proxies.Plain(address)) && !context.CameThroughProxy()
        && !HttpProtocol.IsHttp10(context.Request.Protocol) && IsLocal(context.Request.Host.Host)
        && IsLocalPage(context.Request.Headers.Origin) && IsLocalPage(context.Request.Headers.Referer);

    private static bool IsLocal(string host) => string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    // "null" is what sandboxed pages send.
    private static bool IsLocalPage(string? origin) =>
        string.IsNullOrEmpty(origin) || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && IsLocal(page.Host));

    private static void Configure(ForwardedHeadersOptions forwarded, Proxies proxies, IConfiguration configuration)
    {
        forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
        // The framework trusts loopback by default; here nobody who is not named.
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in proxies.Networks)
        {
            forwarded.KnownIPNetworks.Add(network);
        }

        // Through a chain of known proxies; the first unknown address from the right is the client.
        forwarded.ForwardLimit = null;
        foreach (var host in (configuration["AllowedHosts"] ?? string.Empty).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            forwarded.AllowedHosts.Add(host);
        }
    }
}
