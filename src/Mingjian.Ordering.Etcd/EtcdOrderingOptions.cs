using System.Net;
using Mingjian.Engine.Ordering;
using Mingjian.Primitives;

namespace Mingjian.Ordering.Etcd;

/// <summary>Settings of a network's order. Times are waits, not promises; bytes and counts are upper bounds.</summary>
public sealed record EtcdOrderingOptions
{
    /// <summary>The ledger; every key is below its name.</summary>
    public required NetworkId Network { get; init; }

    /// <summary>This node's number, from 1. etcd lets it write below this number only.</summary>
    public required int Node { get; init; }

    /// <summary>Client addresses of etcd members, the own organisation's first: a later one is used while those before it fail.</summary>
    /// <remarks><c>https</c> with <see cref="Tls"/>; <c>http</c> only to this machine's loopback.</remarks>
    public required IReadOnlyList<Uri> Endpoints { get; init; }

    /// <summary>Certificates for <c>https</c>; null for loopback <c>http</c>.</summary>
    public EtcdTls? Tls { get; init; }

    /// <summary>Acts that may wait to be put; beyond it a submission is refused as busy. Default 16,384.</summary>
    public int QueueLength { get; init; } = 16_384;

    /// <summary>A batch is closed at the first act that reaches this many envelope bytes. Default 128 KB: larger values slow etcd down.</summary>
    public int BatchBytes { get; init; } = 128 * 1024;

    /// <summary>How long acts at most wait for the own batch before theirs to become final, unless they fill a batch; zero for not at all. Default 1 s.</summary>
    /// <remarks>Under load acts thus gather in few batches; alone, an act never waits.</remarks>
    public TimeSpan GatherWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Own batches that may be in the order without being final; beyond it new acts wait. Default 64.</summary>
    public int MaxUnconfirmedBatches { get; init; } = 64;

    /// <summary>A node that is further behind, in blocks, is not waited for before something is removed: it mirrors the log. Default 1,000.</summary>
    public int MaxLag { get; init; } = 1_000;

    /// <summary>Newest blocks that are kept even when every node has them: for late votes, and for a node that has never reported. Default 100.</summary>
    public int KeptBlocks { get; init; } = 100;

    /// <summary>How long one call to etcd may take before another member is tried. Default 5 s.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A watch that was silent this long is asked for a sign of life, and given up when as long again passes. Default 5 s.</summary>
    public TimeSpan MaxSilence { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Least time between two progress reports. Default 0.5 s.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Least time between two compactions by this node. Default 30 s.</summary>
    public TimeSpan CompactionInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Wait after full unconfirmed batches before one more is put; doubles up to 5 minutes while none becomes final. Default 5 s.</summary>
    /// <remarks>A batch of nothing but known acts makes no block, so nothing would ever confirm it.</remarks>
    public TimeSpan UnconfirmedWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Largest message that is taken from etcd. Default 16 MB.</summary>
    public int MaxMessageBytes { get; init; } = 16 * 1024 * 1024;

    /// <exception cref="ArgumentException">Settings that cannot work or are not safe.</exception>
    internal static void Check(EtcdOrderingOptions options)
    {
        TimeSpan[] times =
            [options.CallTimeout, options.MaxSilence, options.ProgressInterval, options.CompactionInterval, options.UnconfirmedWait];
        if (options.Node < 1 || options.QueueLength < 1 || options.BatchBytes is < 1 or > BatchProposer.MaxBatchBytes
            || options.GatherWait < TimeSpan.Zero || options.MaxUnconfirmedBatches < 1 || options.MaxLag < 1 || options.KeptBlocks < 0
            || options.MaxMessageBytes < 4 * SignedBatch.MaxSize
            || Array.Exists(times, t => t <= TimeSpan.Zero))
        {
            throw new ArgumentException($"Settings of the order are out of range: {options}", nameof(options));
        }

        EtcdEndpoints.Check(options.Endpoints, options.Tls);
    }
}

/// <summary>PEM files for mutual TLS. The client certificate's common name is the etcd user.</summary>
/// <param name="AuthorityFile">The only authorities that etcd members' certificates may come from; the system's are not asked.</param>
/// <param name="CertificateFile">This node's client certificate.</param>
/// <param name="KeyFile">Its private key, unencrypted, readable by the owner only.</param>
public sealed record EtcdTls(string AuthorityFile, string CertificateFile, string KeyFile);

internal static class EtcdEndpoints
{
    public static void Check(IReadOnlyList<Uri> endpoints, EtcdTls? tls)
    {
        if (endpoints.Count is < 1 or > 2 * NodeSet.MaxNodes)
        {
            throw new ArgumentException("At least one etcd endpoint is needed, and not more than 62.", nameof(endpoints));
        }

        foreach (var endpoint in endpoints)
        {
            if (!endpoint.IsAbsoluteUri || endpoint.AbsolutePath != "/" || endpoint.UserInfo.Length > 0 || endpoint.Query.Length > 0
                || (endpoint.Scheme == Uri.UriSchemeHttps && tls is null)
                || (endpoint.Scheme != Uri.UriSchemeHttps && (endpoint.Scheme != Uri.UriSchemeHttp || !IsLoopback(endpoint))))
            {
                throw new ArgumentException(
                    $"etcd endpoint {endpoint}: https://host:port with certificates, or http on this machine's loopback.", nameof(endpoints));
            }
        }
    }

    /// <summary>Only addresses and the one name that cannot lead elsewhere: no other name is looked up to decide this.</summary>
    private static bool IsLoopback(Uri endpoint) =>
        endpoint.IdnHost == "localhost" || (IPAddress.TryParse(endpoint.IdnHost, out var address) && IPAddress.IsLoopback(address));
}
