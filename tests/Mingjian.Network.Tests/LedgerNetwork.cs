using System.Diagnostics;
using System.Globalization;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Messages;
using Mingjian.Engine.Store;
using Mingjian.Log;
using Mingjian.Ordering.Etcd;
using Mingjian.Primitives;
using Mingjian.Storage.RocksDb;
using Mingjian.Testing;
using Mingjian.Testing.Ledger;

namespace Mingjian.Network.Tests;

/// <summary>One etcd member for all tests of the assembly; every test has a network of its own on it.</summary>
public sealed class SharedEtcd : IAsyncLifetime
{
    private EtcdFixture? _etcd;

    public EtcdFixture Etcd => _etcd!;

    public async ValueTask InitializeAsync() => _etcd = await EtcdFixture.StartAsync();

    public ValueTask DisposeAsync() => _etcd!.DisposeAsync();
}

/// <summary>Nodes with real stores that agree over a real etcd; all in this process, which nothing in them knows.</summary>
internal sealed class LedgerNetwork : IAsyncDisposable
{
    /// <summary>When a test gives up; no test counts on it.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static int _count;

    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-network-").FullName;
    private readonly EtcdFixture _etcd;
    private readonly NodeKeys[] _keys;
    private readonly Dictionary<int, Ledger> _running = [];
    private long _known;

    public LedgerNetwork(EtcdFixture etcd, int nodes = 4)
    {
        _etcd = etcd;
        Id = NetworkId.Parse(string.Create(CultureInfo.InvariantCulture, $"test.mingjian.invalid/{Interlocked.Increment(ref _count)}/nodes"));
        _keys = [.. Enumerable.Range(1, nodes).Select(n => NodeKeys.LoadOrCreate(Path.Combine(Folder(n), "keys"), Id, n))];
        Founders = new NodeSet([.. _keys.Select(k => k.Public)]);
    }

    public NetworkId Id { get; }

    public NodeSet Founders { get; }

    public IReadOnlyDictionary<int, Ledger> Running => _running;

    /// <summary>Starts a node on what its folder holds.</summary>
    public Ledger Start(int node, IContract? rules = null)
    {
        var keys = _keys[node - 1];
        var options = new EtcdOrderingOptions
        {
            Network = Id,
            Node = node,
            Endpoints = _etcd.Endpoints,
            ProgressInterval = TimeSpan.FromMilliseconds(20),
            CompactionInterval = TimeSpan.FromMilliseconds(20),
            KeptBlocks = 0,
            MaxLag = 3,
        };
        var ledger = Ledger.Open(
            new LedgerOptions { Network = Id, Founders = Founders, StopWait = TimeSpan.FromMilliseconds(200), Peers = () => Peers(node) },
            RocksDbBlockStore.Open(Store(node)),
            new EtcdOrdering(options, bytes => keys.SignBatch(bytes.Span), TimeProvider.System),
            keys,
            new ContractSet(rules ?? LedgerFixture.Toy),
            LedgerFixture.Toy,
            new SignatureVerifier(new PlatformEcVerifier()),
            TimeProvider.System);
        return _running[node] = ledger;
    }

    public void StartAll()
    {
        foreach (var keys in _keys)
        {
            Start(keys.Public.Number);
        }
    }

    public async Task StopAsync(int node)
    {
        _running.Remove(node, out var ledger);
        await ledger!.DisposeAsync();
    }

    /// <summary>Submits an act to one node, once that node has what earlier answers of any node were about, and waits until it is final there.</summary>
    public async Task<SubmitResult> DoAsync(int node, Person person, ICommand command)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (_running[node].Head.Height < Volatile.Read(ref _known))
        {
            await Task.Delay(5, limit.Token);
        }

        var result = await _running[node].SubmitAsync(person.Sign(command, Id, LedgerTime.From(DateTimeOffset.UtcNow).AddMilliseconds(3_600_000)), limit.Token);
        lock (_keys)
        {
            _known = Math.Max(_known, result.Height ?? 0);
        }

        return result;
    }

    /// <summary>Waits until something has come about that nothing announces.</summary>
    public static async Task UntilAsync(Func<bool> holds, string what)
    {
        var started = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(started.Elapsed < Limit, $"not in time: {what}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until nodes, all running ones when none is named, have the same newest block, of at least some height.</summary>
    public async Task<LedgerHead> AgreeAsync(long height, params int[] nodes)
    {
        var among = nodes is [] ? [.. _running.Keys] : nodes;
        var started = Stopwatch.StartNew();
        while (true)
        {
            var heads = among.Select(n => _running[n].Head).ToList();
            if (heads[0].Height >= height && heads.All(h => h.Height == heads[0].Height))
            {
                Assert.All(heads, h => Assert.Equal((heads[0].Root, heads[0].StateRoot), (h.Root, h.StateRoot)));
                return heads[0];
            }

            Assert.True(
                started.Elapsed < Limit,
                $"not in time at block {height}: {string.Join(", ", among.Select(n => $"node {n} at {_running[n].Head.Height} {_running[n].LastPeerFault}"))}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The disk of a stopped node is replaced; its keys are there.</summary>
    public void LoseStore(int node) => Directory.Delete(Store(node), recursive: true);

    /// <summary>What <c>mingjian network mend</c> does to a stopped node.</summary>
    public Evidence? Mend(int node)
    {
        using var store = RocksDbBlockStore.Open(Store(node));
        return NodeRepair.Mend(store);
    }

    /// <summary>Waits until the open height of a node is as it should be.</summary>
    public async Task UntilAsync(int node, Func<HeightStatus, bool> condition)
    {
        var started = Stopwatch.StartNew();
        while (!condition(_running[node].ReadOpenHeight()))
        {
            Assert.True(started.Elapsed < Limit, $"node {node}: {_running[node].ReadOpenHeight()} {_running[node].LastPeerFault}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Audits a stopped node's store against the founders' keys.</summary>
    public async Task<AuditReport> AuditAsync(int node)
    {
        await using var source = new RocksDbLedgerSource(Store(node));
        return await new LedgerAudit(
            new LedgerTrust(Id, Founders), new ContractSet(LedgerFixture.Toy), LedgerFixture.Toy, new SignatureVerifier(new PlatformEcVerifier()))
            .RunAsync(source, null, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _running.Keys.ToList())
        {
            await StopAsync(node);
        }

        Directory.Delete(_directory, recursive: true);
    }

    private IReadOnlyList<ILedgerSource> Peers(int node) => [.. _running.Where(r => r.Key != node).Select(r => new RunningLedgerSource(r.Value))];

    private string Folder(int node) => Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"node{node}"));

    private string Store(int node) => Path.Combine(Folder(node), "ledger");
}
