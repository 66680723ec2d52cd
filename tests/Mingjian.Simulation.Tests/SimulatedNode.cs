using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Execution;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Ordering;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

namespace Mingjian.Simulation.Tests;

/// <summary>An honest node: the real replica, writer, mirror and rules over a simulated disk, clock and connection.</summary>
internal sealed class SimulatedNode(int number, SimulatedDisk disk, SimulatedClock clock, ISignatureVerifier verifier, Action<VoteMessage> published)
    : IReplicaOutput
{
    private readonly List<(byte[] Envelope, bool IsRestart)> _queue = [];
    private readonly Dictionary<Hash32, AdmittedTransaction> _admitted = [];
    private NodeKeys _keys = Acts.Keys[(number, 0)];
    private BlockWriter? _writer;
    private TransactionReader? _reader;
    private Mirror? _mirror;

    public int Number => number;

    public SimulatedDisk Disk => disk;

    /// <summary>Which version of the program it runs.</summary>
    public int Program { get; set; }

    public Replica? Replica { get; private set; }

    public BlockWriter Writer => _writer!;

    public bool IsUp => Replica is not null;

    public bool IsConnected { get; set; } = true;

    /// <summary>Room for batches that wait.</summary>
    public long MaxWaiting { get; init; } = Replica.MaxWaitingBytes;

    /// <summary>A planted fault: starts on an older copy as if it were its own store.</summary>
    public bool IgnoresOlderCopy { get; init; }

    /// <summary>How often it had to read the order again for want of room.</summary>
    public int ReadAgain { get; private set; }

    /// <summary>How many acts it has dropped because their command had ended with an earlier protocol.</summary>
    public int Ended { get; private set; }

    /// <summary>How many items of the order it has been given.</summary>
    public int Cursor { get; set; }

    /// <summary>Puts on their way to the order, in order; lost with the process.</summary>
    public Queue<Func<long, OrderedItem>> Outbox { get; } = new();

    /// <summary>Acts of which this node has told somebody that they are final.</summary>
    public HashSet<Hash32> Told { get; } = [];

    public long Height => disk.Blocks.Count;

    public IReadOnlyList<Evidence> Evidence => [.. disk.Records.Where(r => r.Key.StartsWith("evidence/", StringComparison.Ordinal)).Select(r => Engine.Agreement.Evidence.Decode(r.Value))];

    /// <summary>The keys that the ledger gives it are not those that its process runs with.</summary>
    public bool NeedsOtherKeys => Writer.NextNodes.Find(number) is { } seat && seat != _keys.Public;

    /// <summary>The process starts from what is on the disk.</summary>
    /// <param name="order">All items so far; it goes on after the newest block's batch.</param>
    public void Start(IReadOnlyList<OrderedItem> order)
    {
        var options = new LedgerOptions { Network = LedgerFixture.Network };
        var store = new SimulatedStore(disk);
        var writer = new BlockWriter(options.Network, Rules.Programs[Program], Rules.Directory, store, Acts.Founders);
        if (writer.NextNodes.Find(number) is { } seat)
        {
            _keys = seat == Acts.Keys[(number, 0)].Public ? Acts.Keys[(number, 0)] : Acts.Keys[(number, 1)];
        }

        var reader = new TransactionReader(options.Network, Rules.Programs[Program]);
        var batches = new BatchReader(options.Network, reader, Rules.Directory, verifier, id => _admitted.GetValueOrDefault(id), read => Task.FromResult(read()));
        var replica = new Replica(writer, batches, _keys, store.Records, clock, options.MaxTimeAhead, this, MaxWaiting);
        if (!IgnoresOlderCopy)
        {
            var newest = order.OfType<ReceivedVote>().Where(v => v.Node == number).Select(v => VoteMessage.TryDecode(v.Bytes.Span)!)
                .Select(v => (v.Height, v.Epoch)).DefaultIfEmpty().Max();
            replica.Settle(new OrderTrace(order.Count, newest.Height, newest.Epoch));
        }

        _writer = writer;
        _reader = reader;
        _mirror = new Mirror(options.Network, writer, new PreparedLog(new EntryPreparer(reader, verifier)));
        Replica = replica;
        Cursor = order.TakeWhile(i => i.Position <= writer.Position).Count();
    }

    /// <summary>Takes an item, and reads the order again where it has left something in it.</summary>
    public void Take(OrderedItem item, IReadOnlyList<OrderedItem> order)
    {
        Replica!.Take(item);
        if (Replica.ReadAgainFrom is { } from)
        {
            Replica.ReadAgain();
            Cursor = order.TakeWhile(i => i.Position <= from).Count();
            ReadAgain++;
        }
    }

    public void Crash()
    {
        Replica = null;
        _writer = null;
        _mirror = null;
        _queue.Clear();
        _admitted.Clear();
        Outbox.Clear();
        disk.Crash();
    }

    /// <summary>Takes an act in. What it admits it does not check again when the order delivers it; what it would refuse it hands on here all the same.</summary>
    public void Submit(byte[] envelope, bool isRestart = false)
    {
        _queue.Add((envelope, isRestart));
        if (IsUp && Admit(envelope) is { } admitted)
        {
            _admitted[admitted.Id] = admitted;
        }
    }

    /// <summary>Makes a batch of what has come in.</summary>
    public void Propose()
    {
        if (_queue.Count == 0 && (!IsUp || Height == 0 || !Writer.CarriesNext || Writer.IsStated(number)))
        {
            return;
        }

        var header = new BatchHeader(Rules.Programs[Program].Highest, LedgerFixture.Network, number, LedgerTime.From(clock.GetUtcNow()), _queue.Exists(q => q.IsRestart) ? true : null);
        var bytes = SignedBatch.Encode(header, [.. _queue.Select(q => (ReadOnlyMemory<byte>)q.Envelope)], b => _keys.SignBatch(b.Span));
        _queue.Clear();
        Outbox.Enqueue(position => new ReceivedBatch(position, number, bytes));
    }

    /// <summary>Takes over from a peer what it has beyond this node.</summary>
    public void Mirror(SimulatedNode peer, IReadOnlyList<OrderedItem> order)
    {
        Replica!.StandAside();
        DivergedException? diverged = null;
        try
        {
            _mirror!.RunAsync(new SimulatedLog(peer.Disk), CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (DivergedException e)
        {
            diverged = e;
        }
        finally
        {
            Replica.Rebase();
            if (diverged is not null)
            {
                Replica.Halt(diverged);
            }

            Cursor = order.TakeWhile(i => i.Position <= _writer!.Position).Count();
        }
    }

    private AdmittedTransaction? Admit(byte[] envelope)
    {
        var head = Writer.Published;
        return _reader!.ReadFrame(envelope, out var frame) is null
            && !disk.Transactions.ContainsKey(frame.Id)
            && _reader.ReadCommand(frame, out var route, out var command) is null
            && TransactionReader.CheckProtocol(route!, Writer.NextProtocol) is null
            && SignatureCheck.Resolve(Rules.Directory, head.State, command!, frame.Signers(), out var actors) is null
            && SignatureCheck.Verify(verifier, frame, actors) is null
                ? new AdmittedTransaction(frame.Id, frame.Bytes, route!, command!, frame.Payload.Expires, frame.Signers(), head.Head.Height)
                : null;
    }

    void IReplicaOutput.Publish(VoteMessage vote)
    {
        published(vote);
        var bytes = vote.Encode();
        Outbox.Enqueue(position => new ReceivedVote(position, number, bytes));
    }

    void IReplicaOutput.Answer(IReadOnlyList<SubmitResult> answers)
    {
        foreach (var answer in answers)
        {
            _admitted.Remove(answer.TransactionId);
            Ended += answer.Refusal?.Name == nameof(AdmissionRejection.CommandNotActive) ? 1 : 0;
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
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(world() + skew);
}
