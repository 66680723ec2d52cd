using Mingjian.Cryptography;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Ordering;
using Mingjian.Engine.Store;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

namespace Mingjian.Simulation.Tests;

/// <summary>A fault of this project's code, not of the world: the simulation must find it.</summary>
internal enum Planted
{
    None,

    /// <summary>Node 1's store loses its newest block in a crash.</summary>
    StoreDoesNotSync,

    /// <summary>Node 1 is given two neighbouring items in the wrong order now and then.</summary>
    OrderSwapsItems,

    /// <summary>Node 1 checks no signature of acts.</summary>
    SignaturesUnchecked,
}

/// <summary>What must hold did not.</summary>
internal sealed class ViolationException(int seed, string message, Exception? inner = null)
    : Exception($"seed {seed}: {message} (replay with MINGJIAN_SEED={seed})", inner);

/// <summary>Four nodes, one of them perhaps a liar, with everything that goes wrong drawn from one seed.</summary>
internal sealed class World
{
    public const int Nodes = 4;

    private const int Steps = 200;
    private readonly int _seed;
    private readonly Random _random;
    private readonly List<OrderedItem> _order = [];
    private readonly List<SimulatedNode> _nodes = [];
    private readonly Liar? _liar;
    private readonly Planted _planted;
    private readonly Queue<byte[]> _acts;
    private readonly Dictionary<int, long> _heights = [];
    private long _now = 1_795_000_000_000;
    private bool _faults = true;

    public World(int seed, Planted planted = Planted.None)
    {
        _seed = seed;
        _planted = planted;
        _random = new Random(seed);
        _acts = new Queue<byte[]>(Acts.All.Skip(Acts.Joins));
        var keys = Acts.Keys;
        var founders = new NodeSet([.. keys.Select(k => k.Public)]);
        var honest = _random.Next(3) > 0 ? Nodes - 1 : Nodes;
        for (var i = 0; i < honest; i++)
        {
            var skew = _random.Next(10) == 0 ? _random.Next(-60_000, 60_000) : _random.Next(-3_000, 3_000);
            var disk = new SimulatedDisk(() => _faults && _random.Next(150) == 0) { ForgetsNewestBlock = planted == Planted.StoreDoesNotSync && i == 0 };
            ISignatureVerifier verifier = planted == Planted.SignaturesUnchecked && i == 0 ? new Unchecked() : Acts.Verifier;
            var node = new SimulatedNode(keys[i], founders, disk, new SimulatedClock(() => _now, skew), verifier);
            node.Start(_order);
            _nodes.Add(node);
        }

        _liar = honest < Nodes ? new Liar(keys[^1], _random) : null;
    }

    /// <summary>Blocks that became final.</summary>
    public long Height => _nodes.Max(n => n.Height);

    /// <summary>Heights for which somebody lied.</summary>
    public int Lies => _liar?.LiedAt.Count(h => h <= Height) ?? 0;

    /// <summary>Lives through everything, then lets the world come to rest, and checks what must hold.</summary>
    public World Run()
    {
        try
        {
            foreach (var join in Acts.All.Take(Acts.Joins))
            {
                _nodes[0].Submit(join);
            }

            _nodes[0].Propose();
            Put(_nodes[0]);
            for (var step = 0; step < Steps; step++)
            {
                Step();
                CheckHeights();
            }

            Rest();
            Check();
            return this;
        }
        catch (Exception e) when (e is not ViolationException)
        {
            throw new ViolationException(_seed, e.Message, e);
        }
    }

    private void Step()
    {
        var node = _nodes[_random.Next(_nodes.Count)];
        _now += _random.Next(400);
        switch (_random.Next(100))
        {
            case < 10 when node.IsUp && _acts.TryDequeue(out var act):
                node.Submit(act);
                if (_random.Next(4) == 0)
                {
                    // The client asked two nodes, for want of an answer.
                    _nodes.FirstOrDefault(n => n.IsUp && n != node)?.Submit(act);
                }

                break;
            case < 20 when node.IsUp:
                node.Propose();
                break;
            case < 50:
                Put(node);
                break;
            case < 88:
                for (var i = _random.Next(1, 6); i > 0; i--)
                {
                    Deliver(node);
                }

                break;
            case < 90:
                node.Crash();
                break;
            case < 93:
                Start(node);
                break;
            case < 95:
                node.IsConnected = !node.IsConnected;
                break;
            case < 96:
                // A watch that begins again further back.
                node.Cursor = Math.Max(0, node.Cursor - _random.Next(10));
                break;
            case < 97:
                Guarded(node, () => node.Replica?.Tick());
                break;
            default:
                Lie();
                break;
        }
    }

    private void Lie()
    {
        if (_liar is not null && _acts.TryDequeue(out var act))
        {
            foreach (var put in _liar.Act(Height + 1, _order, new LedgerTime(_now), act))
            {
                _order.Add(put(_order.Count + 1));
            }
        }
    }

    private void Put(SimulatedNode node)
    {
        if (!node.IsUp || !node.IsConnected || !node.Outbox.TryPeek(out var put))
        {
            return;
        }

        _order.Add(put(_order.Count + 1));
        if (!_faults || _random.Next(20) > 0)
        {
            // Otherwise the answer got lost, and the node puts it again.
            node.Outbox.Dequeue();
        }
    }

    private void Deliver(SimulatedNode node)
    {
        if (!node.IsUp || !node.IsConnected || node.Cursor >= _order.Count)
        {
            return;
        }

        var at = node.Cursor;
        if (_planted == Planted.OrderSwapsItems && node.Number == 1 && at + 1 < _order.Count && _random.Next(4) == 0)
        {
            node.Cursor += 2;
            Guarded(node, () => node.Replica!.Take(_order[at + 1]));
            Guarded(node, () => node.Replica?.Take(_order[at]));
            return;
        }

        node.Cursor++;
        Guarded(node, () => node.Replica!.Take(_order[at]));
        if (_faults && _random.Next(20) == 0)
        {
            Guarded(node, () => node.Replica?.Take(_order[at]));
        }
    }

    private void Start(SimulatedNode node)
    {
        if (!node.IsUp)
        {
            Guarded(node, () => node.Start(_order));
        }
    }

    private static void Guarded(SimulatedNode node, Action action)
    {
        try
        {
            action();
        }
        catch (PowerCutException)
        {
            node.Crash();
        }
    }

    /// <summary>All that can be mended is mended, and everything on its way arrives.</summary>
    private void Rest()
    {
        _faults = false;
        _now += 120_000;
        foreach (var node in _nodes)
        {
            node.IsConnected = true;
            Start(node);
            node.Propose();
        }

        // Long enough for the slowest clock to reach the time of the fastest one's batch.
        _now += 120_000;
        for (var quiet = false; !quiet;)
        {
            quiet = true;
            foreach (var node in _nodes)
            {
                while (node.Outbox.Count > 0)
                {
                    quiet = false;
                    Put(node);
                }

                while (node.Cursor < _order.Count)
                {
                    quiet = false;
                    Deliver(node);
                }

                node.Replica!.Tick();
                quiet &= node.Outbox.Count == 0;
            }
        }
    }

    /// <summary>Nothing final is lost: no node's ledger gets shorter.</summary>
    private void CheckHeights()
    {
        foreach (var node in _nodes)
        {
            Require(node.Height >= _heights.GetValueOrDefault(node.Number), $"node {node.Number} lost a final block");
            _heights[node.Number] = node.Height;
        }
    }

    private void Check()
    {
        CheckHeights();
        var trust = new LedgerTrust(LedgerFixture.Network, new NodeSet([.. Acts.Keys.Select(k => k.Public)]));
        foreach (var node in _nodes)
        {
            Require(!node.Replica!.IsHalted, $"node {node.Number} halted");
            Require(node.Height == Height, $"node {node.Number} stands at {node.Height}, another at {Height}");
            for (var i = 0; i < node.Height; i++)
            {
                var block = node.Disk.Blocks[i];
                Require(
                    i % _nodes.Count != node.Number - 1 || trust.FinalOver(block.Checkpoint, block.Size, block.Root)?.Size == block.Size,
                    $"block {block.Height} of node {node.Number} is not final");
                Require(
                    block.Root == _nodes[0].Disk.Blocks[i].Root && block.StateRoot == _nodes[0].Disk.Blocks[i].StateRoot,
                    $"node {node.Number} has another block {block.Height}");
            }

            Require(node.Replica.Waiting == 0 && !node.Disk.Records.ContainsKey("halted"), $"node {node.Number} waits for ever");
        }

        Require(Height > 0, "nothing became final");
        CheckActs();
        CheckEvidence();
    }

    private void CheckActs()
    {
        foreach (var node in _nodes)
        {
            foreach (var told in _nodes.SelectMany(n => n.Told))
            {
                Require(node.Disk.Transactions.ContainsKey(told), $"an act that was called final is not on node {node.Number}");
            }
        }
    }

    private void CheckEvidence()
    {
        foreach (var node in _nodes)
        {
            Require(node.Evidence.All(e => e.Node == _liar?.Number), $"node {node.Number} accuses an honest node");
            foreach (var height in _liar?.LiedAt.Where(h => h <= Height) ?? [])
            {
                Require(node.Evidence.Any(e => e.Height == height), $"node {node.Number} has no evidence of the lie at block {height}");
            }
        }
    }

    private void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ViolationException(_seed, message);
        }
    }

    private sealed class Unchecked : ISignatureVerifier
    {
        public SignatureFault Verify(ReadOnlySpan<byte> pae, EnvelopeSignature signature, PublicKeyValue key) => SignatureFault.None;
    }
}
