using System.Globalization;
using Mingjian.Cryptography;
using Mingjian.Engine.Ordering;
using Mingjian.Ordering.Etcd;
using Mingjian.Primitives;
using Mingjian.Testing;

namespace Mingjian.Ordering.Tests;

/// <summary>One etcd member for all tests of the assembly; every test has a network of its own on it.</summary>
public sealed class SharedEtcd : IAsyncLifetime
{
    private EtcdFixture? _etcd;

    public EtcdFixture Etcd => _etcd!;

    public async ValueTask InitializeAsync() => _etcd = await EtcdFixture.StartAsync();

    public ValueTask DisposeAsync() => _etcd!.DisposeAsync();
}

/// <summary>A network's name and node keys on some etcd.</summary>
internal sealed class EtcdNetwork(IReadOnlyList<Uri> endpoints)
{
    private static int _count;

    private readonly Dictionary<int, Ed25519Signer> _keys = [];

    public NetworkId Network { get; } =
        NetworkId.Parse(string.Create(CultureInfo.InvariantCulture, $"test.mingjian.invalid/{Interlocked.Increment(ref _count)}/etcd"));

    public EtcdKeys Keys => new(Network);

    public EtcdOrderingOptions Options(int node) => new()
    {
        Network = Network,
        Node = node,
        Endpoints = endpoints,
        ProgressInterval = TimeSpan.FromMilliseconds(20),
        CompactionInterval = TimeSpan.FromMilliseconds(20),
        KeptBlocks = 0,
        GatherWait = TimeSpan.Zero,
    };

    public EtcdOrdering Open(int node, Func<EtcdOrderingOptions, EtcdOrderingOptions>? change = null)
    {
        var key = Key(node);
        return new EtcdOrdering((change ?? (o => o))(Options(node)), bytes => key.Sign(bytes.Span), TimeProvider.System);
    }

    /// <summary>A way to etcd past the ordering, for tests that do what no honest node does.</summary>
    public EtcdConnection Connect() =>
        new(endpoints, null, TimeSpan.FromSeconds(5), 16 * 1024 * 1024, new EtcdMetrics(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

    /// <summary>The acts of a batch, which must be well formed and signed by the node under whose number it stands.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Envelopes(OrderedItem item)
    {
        var received = Assert.IsType<ReceivedBatch>(item);
        var key = new Ed25519PublicKey(Key(received.Node).PublicKey.Span);
        Assert.Equal(BatchFault.None, SignedBatch.TryDecode(received.Bytes, Network, new Node(key, key, received.Node, key), out var batch));
        return batch!.Envelopes;
    }

    private Ed25519Signer Key(int node)
    {
        lock (_keys)
        {
            return _keys.TryGetValue(node, out var key) ? key : _keys[node] = Ed25519Signer.Create();
        }
    }
}
