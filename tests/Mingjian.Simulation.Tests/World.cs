using Mingjian.Contracts.Nodes;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Ordering;
using Mingjian.Log.Entries;
using Mingjian.Log.Notes;
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

    /// <summary>A start thaws a frozen node.</summary>
    FreezeForgotten,

    /// <summary>A node starts on an older copy as if it were its own store, beside another version of the program.</summary>
    OlderCopyUnnoticed,
}

/// <summary>What must hold did not.</summary>
internal sealed class ViolationException(int seed, string message, Exception? inner = null)
    : Exception($"seed {seed}: {message} (replay with MINGJIAN_SEED={seed})", inner);

/// <summary>Four nodes and at times a fifth, one of them perhaps a liar, with everything that goes wrong drawn from one seed.</summary>
internal sealed class World
{
    public const int Founders = 4;
    public const int MostNodes = 5;
    public const long Start = 1_795_000_000_000;

    private const int Steps = 200;
    private readonly int _seed;
    private readonly Random _random;
    private readonly List<OrderedItem> _order = [];
    private readonly List<SimulatedNode> _nodes = [];
    private readonly Liar? _liar;
    private readonly Planted _planted;
    private readonly Queue<byte[]> _acts;
    private readonly Queue<byte[]> _sweeps = new(Acts.Sweeps);
    private readonly Queue<byte[]> _mints = new(Acts.Mints);
    private readonly Dictionary<int, long> _heights = [];
    private readonly Operators _operators;
    private readonly bool _hasTwoPrograms;
    private readonly bool _isNarrow;
    private (SimulatedNode Node, SimulatedDisk Disk)? _backup;
    private bool _putBack;
    private long _now = Start;
    private bool _faults = true;
    private int _held;

    public World(int seed, Planted planted = Planted.None)
    {
        _seed = seed;
        _planted = planted;
        _random = new Random(seed);
        _acts = new Queue<byte[]>(Acts.All.Skip(Acts.Opening));
        _operators = new Operators(_random, Require);
        var honest = _random.Next(3) > 0 ? Founders - 1 : Founders;
        _hasTwoPrograms = _random.Next(6) == 0;
        _isNarrow = _random.Next(4) == 0;
        for (var number = 1; number <= honest; number++)
        {
            Add(number);
        }

        _liar = honest < Founders ? new Liar(Acts.Keys[(Founders, 0)], _random) : null;
    }

    /// <summary>Blocks that became final.</summary>
    public long Height => _nodes.Max(n => n.Height);

    /// <summary>Heights for which somebody lied.</summary>
    public int Lies => _liar?.LiedAt.Count(l => l.Height <= Height) ?? 0;

    /// <summary>
    /// Restarts and changes of the nodes that stand in the ledger, copies put back, how often a node had no room for batches, whether the second protocol
    /// came into effect, how many nodes waited for their upgrade, and how many acts were carried out whose command began, or dropped whose command had ended with it.
    /// </summary>
    public (int Restarts, int Changes, int PutBack, int ReadAgain, int Activated, int Held, int Begun, int Ended) Events { get; private set; }

    /// <summary>Lives through everything, then lets the world come to rest, and checks what must hold.</summary>
    public World Run()
    {
        try
        {
            Found();
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

    /// <summary>The acts that found the network; once more when a restart has skipped them.</summary>
    private void Found()
    {
        foreach (var act in Acts.All.Take(Acts.Opening))
        {
            _nodes[0].Submit(act);
        }

        _nodes[0].Propose();
    }

    private void Add(int number)
    {
        var skew = _random.Next(10) == 0 ? _random.Next(-60_000, 60_000) : _random.Next(-3_000, 3_000);
        var disk = new SimulatedDisk(() => _faults && _random.Next(150) == 0)
        {
            ForgetsNewestBlock = _planted == Planted.StoreDoesNotSync && number == 1,
            ForgetsFreeze = _planted == Planted.FreezeForgotten,
        };
        ISignatureVerifier verifier = _planted == Planted.SignaturesUnchecked && number == 1 ? new Unchecked() : Acts.Verifier;
        var node = new SimulatedNode(number, disk, new SimulatedClock(() => _now, skew), verifier, vote => _operators.Published(number, vote))
        {
            IgnoresOlderCopy = _planted == Planted.OlderCopyUnnoticed,
            MaxWaiting = _isNarrow ? 6_000 : Replica.MaxWaitingBytes,
            Program = _hasTwoPrograms ? _random.Next(2) : _random.Next(4) > 0 ? Rules.Upgraded : 0,
        };
        _nodes.Add(node);
        Launch(node);
    }

    private void Step()
    {
        var node = _nodes[_random.Next(_nodes.Count)];
        _now += _random.Next(400);
        switch (_random.Next(118))
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
                Launch(node);
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
            case < 100:
                Lie();
                break;
            case < 101:
                node.Disk.IsFull = !node.Disk.IsFull;
                break;
            case < 102:
                Mirror(node);
                break;
            case < 103:
                BackUpOrPutBack(node);
                break;
            case < 104:
                Change(node);
                break;
            case < 106:
                Upgrade(node);
                break;
            case < 114:
                UseProtocol(node);
                break;
            default:
                Guarded(node, () => _operators.Freeze(node));
                if (_random.Next(3) == 0)
                {
                    _operators.TryRestart(_nodes, node, StatementOfLiar(node, _random.Next(3)));
                }

                break;
        }
    }

    private void Lie()
    {
        if (_liar is not null && _acts.TryDequeue(out var act))
        {
            foreach (var put in _liar.Act(Height + 1, EpochOf, _order, new LedgerTime(_now), act))
            {
                _order.Add(put(_order.Count + 1));
            }
        }
    }

    /// <summary>In which epoch a height was made final, or is voted on by the node that is furthest.</summary>
    private int EpochOf(long height) => _nodes.Where(n => n.IsUp).MaxBy(n => n.Height) is not { } node ? 1
        : height > node.Height ? node.Replica!.Status.Epoch
        : (int)(NodeRepair.ReadNumber(new SimulatedStore(node.Disk), $"epoch/{height:d19}") ?? node.Writer.EpochAt(height));

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
            Guarded(node, () => node.Take(_order[at + 1], _order));
            if (node.IsUp)
            {
                Guarded(node, () => node.Take(_order[at], _order));
            }

            return;
        }

        node.Cursor++;
        Guarded(node, () => node.Take(_order[at], _order));
        if (_faults && node.IsUp && _random.Next(20) == 0)
        {
            Guarded(node, () => node.Take(_order[at], _order));
        }
    }

    private void Launch(SimulatedNode node)
    {
        if (!node.IsUp)
        {
            Guarded(node, () => node.Start(_order));
        }
    }

    /// <summary>A node catches up from a peer, as it does when the order was compacted.</summary>
    private void Mirror(SimulatedNode node)
    {
        var peer = _nodes[_random.Next(_nodes.Count)];
        if (node.IsUp && !node.Replica!.IsHalted && peer.Height > node.Height)
        {
            try
            {
                Guarded(node, () => node.Mirror(peer, _order));
            }
            catch (AuditFaultException) when (_hasTwoPrograms)
            {
            }
        }
    }

    /// <summary>One node, once, gets an older copy of its disk back. Not where two programs differ as well: that is more than may fail.</summary>
    private void BackUpOrPutBack(SimulatedNode node)
    {
        if (_backup is not { } backup)
        {
            _backup = node.Height > 0 ? (node, node.Disk.Copy()) : null;
        }
        else if (!_putBack && !_hasTwoPrograms)
        {
            _putBack = true;
            backup.Node.Crash();
            NodeRepair.MarkRestored(new SimulatedStore(backup.Disk));
            backup.Node.Disk.PutBack(backup.Disk);
            backup.Node.Program = _planted == Planted.OlderCopyUnnoticed ? 1 : backup.Node.Program;
            _heights[backup.Node.Number] = backup.Node.Height;
        }
    }

    /// <summary>A node joins, changes its keys or leaves, where the agreement allows it; never so that a liar is a third.</summary>
    private void Change(SimulatedNode through)
    {
        if (!through.IsUp || through.Writer.Published.State.Nodes() is not { } nodes || nodes.IsPending(through.Height + 1))
        {
            return;
        }

        var seats = nodes.At(through.Height + 1).Seats;
        var honest = seats.Where(s => s.Node.Number != _liar?.Number).ToList();
        var one = honest[_random.Next(honest.Count)];
        IReadOnlyList<Seat> changed;
        if (nodes.HighestNumber < MostNodes && _random.Next(2) == 0)
        {
            changed = [.. seats, one = Acts.Seat(MostNodes, 0)];
            if (_nodes.TrueForAll(n => n.Number != MostNodes))
            {
                Add(MostNodes);
            }
        }
        else if (seats.Count > Founders && _random.Next(2) == 0)
        {
            changed = [.. seats.Where(s => s != one)];
        }
        else
        {
            changed = [.. seats.Select(s => s == one ? Acts.Seat(one.Node.Number, 1) : s)];
        }

        var signers = seats.Append(one).Select(s => s.Node.Number).Distinct().Order();
        through.Submit(Acts.Sign(Acts.Change(changed), signers, _random));
    }

    /// <summary>Its operator installs the program that carries the second protocol, at a bad moment perhaps.</summary>
    private void Upgrade(SimulatedNode node)
    {
        if (!_hasTwoPrograms && node.Program == 0)
        {
            node.Crash();
            node.Program = Rules.Upgraded;
            Launch(node);
        }
    }

    /// <summary>
    /// The organisations decide to go on by the second protocol; once they do, acts of it are handed in. Until then acts that it ends are: some are
    /// admitted by the first protocol and ordered when the second holds.
    /// </summary>
    private void UseProtocol(SimulatedNode through)
    {
        if (!through.IsUp || through.Program != Rules.Upgraded || through.Writer.Published.State.Nodes() is not { } nodes)
        {
            return;
        }

        if (through.Writer.NextProtocol == 2)
        {
            if (_sweeps.TryDequeue(out var sweep))
            {
                through.Submit(sweep);
            }

            return;
        }

        TakeLastOfFirstProtocol(through);

        // Now and then before enough nodes carry it: then it is refused.
        var signers = nodes.At(through.Height + 1).Seats.Select(s => s.Node.Number).ToList();
        if (_random.Next(3) == 0 || signers.Count(n => through.Writer.Published.State.CarriedBy(n) > 1) >= NodeSet.QuorumOf(signers.Count))
        {
            through.Submit(Acts.Sign(new ActivateProtocol(through.Height + _random.Next(2, 6), 2), signers, _random));
        }
    }

    /// <summary>An act that the second protocol ends, with another one that will be in the same batch: proposed some time later.</summary>
    private void TakeLastOfFirstProtocol(SimulatedNode node)
    {
        if (node.Height > 0 && node.Writer.NextProtocol == 1 && _mints.TryDequeue(out var mint))
        {
            node.Submit(mint);
            if (_acts.TryDequeue(out var act))
            {
                node.Submit(act);
            }
        }
    }

    /// <summary>What the liar's organisation says that its node had voted for; null when it says nothing at all.</summary>
    private NodeStatement? StatementOfLiar(SimulatedNode about, int how)
    {
        if (_liar is null || how == 0)
        {
            return null;
        }

        var root = new byte[Hash32.Size];
        _random.NextBytes(root);
        return new NodeStatement(_liar.Number, how == 1 ? null : _random.Next(2) == 0 ? new Hash32(root) : about.Replica?.Status.Root);
    }

    private static void Guarded(SimulatedNode node, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is PowerCutException or DiskFullException)
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
            node.Disk.IsFull = false;
            Launch(node);
            node.Propose();
        }

        // Long enough for the slowest clock to reach the time of the fastest one's batch.
        _now += 120_000;
        DeliverAll();
        MendAll();
        if (!_hasTwoPrograms)
        {
            UpgradeAll();
        }
    }

    private void MendAll()
    {
        for (var round = 0; Mend(round); round++)
        {
            _now += 60_000;
            DeliverAll();
            _now += 60_000;
            DeliverAll();
            Require(round < 40, $"the network stands still whatever its operators do: {string.Join("; ", _nodes.Select(n => $"node {n.Number}: {n.Replica!.Status.Hold} at {n.Replica.Status.Height} in epoch {n.Replica.Status.Epoch}"))}");
        }
    }

    /// <summary>What the random steps have not brought about: all but one are upgraded, the second protocol comes, and at last the late one is upgraded.</summary>
    private void UpgradeAll()
    {
        var late = _random.Next(2) == 0 ? _nodes.Find(n => n.Program == 0) : null;
        foreach (var node in _nodes.Where(n => n.Program == 0 && n != late))
        {
            Restart(node, Rules.Upgraded);
        }

        var first = _nodes.Find(n => n.Program == Rules.Upgraded)!;
        for (var round = 0; round < 8; round++)
        {
            foreach (var node in _nodes)
            {
                node.Propose();
                TakeLastOfFirstProtocol(node);
            }

            UseProtocol(first);
            first.Propose();
            DeliverAll();
            MendAll();
        }

        foreach (var node in _nodes.Where(n => n.Program == 0))
        {
            // Whoever was not upgraded in time has stopped before the first block of the second protocol, and has lost nothing.
            if (node.Replica!.Hold == VoteHold.Protocol)
            {
                _held++;
                Require(
                    node.Writer.NextProtocol == 2 && node.Writer.Published.State.Get(NodesState.ProtocolKey)!.Steps[0].From == node.Height + 1,
                    $"node {node.Number} is held by the protocol at {node.Height + 1}");
            }

            Restart(node, Rules.Upgraded);
            node.Propose();
        }

        DeliverAll();
        MendAll();
    }

    private void DeliverAll()
    {
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

    /// <summary>One thing that operators do when all is quiet; false when there is nothing to do.</summary>
    private bool Mend(int round)
    {
        foreach (var node in _nodes)
        {
            if (node.Replica!.IsHalted)
            {
                Require(_hasTwoPrograms, $"node {node.Number} halted");
                Require(NodeRepair.Mend(new SimulatedStore(node.Disk)) is { Height: var height } && height == node.Height + 1, "no evidence of its halt");
                Restart(node, 1 - node.Program);
                return true;
            }

            if (node.NeedsOtherKeys && node.Replica.Status.Hold == VoteHold.NotAMember)
            {
                Restart(node, node.Program);
                return true;
            }
        }

        if (_nodes.Find(n => n.Replica!.Status.Position is not null) is not { } stalled)
        {
            if (Height == 0)
            {
                Found();
                return true;
            }

            return false;
        }

        foreach (var node in _nodes.Where(n => n.Height == stalled.Height))
        {
            _operators.Freeze(node);
        }

        // After some rounds the liar's organisation tells what cannot harm: else nothing could go on, and nobody would be at fault but it.
        if (_operators.TryRestart(_nodes, stalled, StatementOfLiar(stalled, round > 3 ? 1 : 1 + _random.Next(2))) is { } allowed)
        {
            // Two versions of the program cannot stay: where only one root may be voted for, all take the version that comes to it.
            var program = !_hasTwoPrograms ? _nodes[0].Program : allowed.Root is { } only ? _nodes.Find(n => n.Replica!.Status.Root == only)?.Program ?? 0 : 0;
            foreach (var node in _nodes.Where(n => n.Program != program))
            {
                Restart(node, program);
            }
        }

        foreach (var node in _nodes)
        {
            node.Propose();
        }

        return true;
    }

    private void Restart(SimulatedNode node, int program)
    {
        // What it had on its way to the order gets there: nothing is lost by a stop in good order.
        node.Propose();
        while (node.Outbox.Count > 0)
        {
            Put(node);
        }

        node.Crash();
        node.Program = program;
        Launch(node);
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
        foreach (var node in _nodes)
        {
            Require(node.Height == Height, $"node {node.Number} stands at {node.Height}, another at {Height}");
            for (var i = 0; i < node.Height; i++)
            {
                var (block, another) = (node.Disk.Blocks[i], _nodes[0].Disk.Blocks[i]);
                Require(block.Root == another.Root && block.StateRoot == another.StateRoot, $"node {node.Number} has another block {block.Height}");
                Require(
                    i % _nodes.Count != node.Number - 1
                        || new LedgerTrust(LedgerFixture.Network, node.Writer.NodesAt(block.Height)).FinalOver(block.Checkpoint, block.Size, block.Root) is not null,
                    $"block {block.Height} of node {node.Number} is not final");
            }

            Require(node.Replica!.Waiting == 0 && !node.Replica.IsHalted, $"node {node.Number} waits for ever");
        }

        Require(Height > 0, "nothing became final");
        var state = _nodes[0].Writer.Published.State.Nodes()!;
        Events = (state.Epoch - 1, state.Agreements - 1, _putBack ? 1 : 0, _nodes.Sum(n => n.ReadAgain), _nodes[0].Writer.NextProtocol - 1, _held,
            Acts.Sweeps.Count(s => _nodes[0].Disk.Transactions.ContainsKey(new SubmittedAct(s).Id)), _nodes.Max(n => n.Ended));
        CheckActs();
        CheckEvidence();
        CheckHistory();
        if (_seed % 4 == 0)
        {
            CheckAudit(_nodes[_random.Next(_nodes.Count)]);
        }
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
            // Another program's result is a wrong vote by an honest node. It never votes twice.
            Require(
                node.Evidence.All(e => e.Node == _liar?.Number || (_hasTwoPrograms && e.Kind != EvidenceKind.DoubleVote)),
                $"node {node.Number} accuses an honest node: {string.Join("; ", node.Evidence.Select(e => $"node {e.Node} of {e.Kind} at block {e.Height} in epoch {e.Epoch}"))}");
            // In which epoch mirrored blocks were voted on, a node cannot know, so it accuses nobody over them.
            var mirrored = NodeRepair.ReadNumber(new SimulatedStore(node.Disk), "mirrored") ?? 0;
            foreach (var (height, epoch) in _liar?.LiedAt.Where(l => l.Height <= Height && l.Height > mirrored && l.Epoch == EpochOf(l.Height)) ?? [])
            {
                Require(node.Evidence.Any(e => e.Height == height), $"node {node.Number} has no evidence of the lie at block {height}");
            }
        }
    }

    /// <summary>Whoever mirrored a change of the nodes has the checkpoint of the block that announced it, and can lead others on.</summary>
    private void CheckHistory()
    {
        foreach (var node in _nodes)
        {
            foreach (var block in node.Disk.Blocks)
            {
                var seal = (SealEntry)LogEntry.Decode(node.Disk.Entries[(int)block.Size - 1]);
                Require(
                    seal.NodeSet == seal.NextNodeSet || Checkpoint.OfNote(block.Checkpoint)!.Size == block.Size,
                    $"node {node.Number} cannot show who announced the nodes after block {block.Height}");
            }
        }
    }

    /// <summary>An audit of everything on a node's disk, from the founders' keys.</summary>
    private void CheckAudit(SimulatedNode node)
    {
        var audit = new LedgerAudit(new LedgerTrust(LedgerFixture.Network, Acts.Founders), Rules.Programs[node.Program], Rules.Directory, Acts.Verifier);
        var report = audit.RunAsync(new SimulatedLog(node.Disk, withRecords: true), null, CancellationToken.None).GetAwaiter().GetResult();
        Require(_hasTwoPrograms || report.Fault is null, $"audit of node {node.Number}: {report.Fault}");
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
