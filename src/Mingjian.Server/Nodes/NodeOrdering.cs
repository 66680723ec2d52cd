using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Ordering;
using Mingjian.Log;
using Mingjian.Ordering.Etcd;
using Mingjian.Ordering.Local;
using Mingjian.Primitives;
using Mingjian.Server.Configuration;
using Mingjian.Server.Monitoring;

namespace Mingjian.Server.Nodes;

/// <summary>Opens the order that the configuration asks for, and the ways to the peers' logs.</summary>
internal sealed class NodeOrdering(NodeIdentity identity, OrderHealth health, TimeProvider clock, ILogger<EtcdOrdering> logger) : IDisposable
{
    /// <summary>A peer that is slower is not used: there are others.</summary>
    private static readonly TimeSpan PeerTimeout = TimeSpan.FromSeconds(30);

    private readonly (int Number, HttpClient Http)[] _peers = [.. (identity.Shared?.Peers ?? NodeOptions.NoPeers).Select(p => (p.Key, Open(p.Value)))];

    /// <summary>The order; the ledger owns it.</summary>
    /// <exception cref="OptionsValidationException">etcd addresses that are not safe, or certificates that cannot be read.</exception>
    public IOrdering Open()
    {
        if (identity.Shared is not { } node)
        {
            return new LocalOrdering(clock);
        }

        try
        {
            var shared = new EtcdOrdering(
                new EtcdOrderingOptions
                {
                    Network = identity.Network,
                    Node = node.Number,
                    Endpoints = node.Etcd.Endpoints,
                    KeptBlocks = node.Etcd.KeptBlocks,
                    MaxLag = node.Etcd.MaxLag,
                    Tls = node.Etcd is { Authority: { } authority, Certificate: { } certificate, Key: { } key }
                        ? new EtcdTls(authority, certificate, key)
                        : null,
                },
                bytes => identity.Keys.SignBatch(bytes.Span), clock, logger);
            health.Read = () => shared.Status;
            return shared;
        }
        catch (Exception e) when (e is ArgumentException or InvalidDataException or System.Security.Cryptography.CryptographicException)
        {
            throw new OptionsValidationException(ServerOptions.Section, typeof(NodeOptions), [$"Mingjian:Node:Etcd: {e.Message}"]);
        }
    }

    /// <summary>The peers' logs, opened anew each time; entries are asked for under this node's signature, good at that peer alone.</summary>
    public IReadOnlyList<ILedgerSource> Peers() => [.. _peers.Select(p => new HttpLedgerSource(p.Http, path => Show(path, p.Number)))];

    public void Dispose()
    {
        foreach (var (_, peer) in _peers)
        {
            peer.Dispose();
        }
    }

    private AuthenticationHeaderValue Show(TilePath path, int peer) =>
        new LedgerRequest(identity.Network, identity.Keys.Public.Number, peer, path.ToString(), LedgerTime.From(clock.GetUtcNow()))
            .Sign(bytes => identity.Keys.SignBatch(bytes.Span));

    [SuppressMessage("Reliability", "CA2000", Justification = "The client owns the handler.")]
    private static HttpClient Open(Uri address) =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), UseProxy = false })
        {
            BaseAddress = new Uri(new Uri(address.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/"), "ledger/"),
            Timeout = PeerTimeout,
        };
}
