using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Execution;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Ordering;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

namespace Mingjian.Simulation.Tests;

/// <summary>An honest node: the real replica, writer and rules over a simulated disk, clock and connection.</summary>
internal sealed class SimulatedNode(NodeKeys keys, NodeSet founders, SimulatedDisk disk, SimulatedClock clock, ISignatureVerifier verifier) : IReplicaOutput
{
    private readonly List<byte[]> _queue = [];
    private BlockWriter? _writer;

    public int Number => keys.Public.Number;

    public SimulatedDisk Disk => disk;

    public SimulatedClock Clock => clock;

    public Replica? Replica { get; private set; }

    public bool IsUp => Replica is not null;

    public bool IsConnected { get; set; } = true;

    /// <summary>How many items of the order it has been given.</summary>
    public int Cursor { get; set; }

    /// <summary>Puts on their way to the order, in order; lost with the process.</summary>
    public Queue<Func<long, OrderedItem>> Outbox { get; } = new();

    /// <summary>Acts of which this node has told somebody that they are final.</summary>
    public HashSet<Hash32> Told { get; } = [];

    public long Height => disk.Blocks.Count;

    public IReadOnlyList<Evidence> Evidence => [.. disk.Records.Where(r => r.Key.StartsWith("evidence/", StringComparison.Ordinal)).Select(r => Engine.Agreement.Evidence.Decode(r.Value))];

    /// <summary>The process starts from what is on the disk.</summary>
    /// <param name="order">All items so far; it goes on after the newest block's batch.</param>
    public void Start(IReadOnlyList<OrderedItem> order)
    {
        var options = new LedgerOptions { Network = LedgerFixture.Network };
        var contracts = new ContractSet(LedgerFixture.Toy);
        var store = new SimulatedStore(disk);
        _writer = new BlockWriter(options, contracts, LedgerFixture.Toy, store, founders);
        var batches = new BatchReader(options.Network, new TransactionReader(options.Network, contracts), LedgerFixture.Toy, verifier, _ => null);
        Replica = new Replica(_writer, batches, keys, store.Records, clock, options.MaxTimeAhead, this);
        Cursor = order.TakeWhile(i => i.Position <= _writer.Position).Count();
    }

    public void Crash()
    {
        Replica = null;
        _writer = null;
        _queue.Clear();
        Outbox.Clear();
        disk.Crash();
    }

    public void Submit(byte[] envelope) => _queue.Add(envelope);

    /// <summary>Makes a batch of what has come in.</summary>
    public void Propose()
    {
        if (_queue.Count == 0)
        {
            return;
        }

        var header = new BatchHeader(LedgerFixture.Network, Number, LedgerTime.From(clock.GetUtcNow()));
        var bytes = SignedBatch.Encode(header, [.. _queue.Select(e => (ReadOnlyMemory<byte>)e)], b => keys.SignBatch(b.Span));
        _queue.Clear();
        Outbox.Enqueue(position => new ReceivedBatch(position, Number, bytes));
    }

    void IReplicaOutput.Publish(VoteMessage vote)
    {
        var bytes = vote.Encode();
        Outbox.Enqueue(position => new ReceivedVote(position, Number, bytes));
    }

    void IReplicaOutput.Answer(IReadOnlyList<SubmitResult> answers)
    {
        foreach (var answer in answers)
        {
            if (answer.Height is not null)
            {
                Told.Add(answer.TransactionId);
            }
        }
    }

    void IReplicaOutput.Report(OrderProgress progress)
    {
    }

    void IReplicaOutput.Accuse(Evidence evidence)
    {
    }

    void IReplicaOutput.Skipped(int node, BatchFault fault)
    {
    }
}

/// <summary>The world's time, as one node's clock shows it.</summary>
internal sealed class SimulatedClock(Func<long> world, long skew) : TimeProvider
{
    public long Skew { get; set; } = skew;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(world() + Skew);
}
