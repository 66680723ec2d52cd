using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Ordering;
using Mingjian.Engine.Store;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Engine;

/// <summary>How a running node is, for metrics, health checks and the network page.</summary>
/// <param name="Head">Its newest final block.</param>
/// <param name="Self">This node's number.</param>
/// <param name="KnownHeight">
/// The newest final block that other nodes' votes speak of, this node's own at least; so many liars as the quorum bears cannot raise it.
/// </param>
/// <param name="Hold">Why it does not vote for the block that is due.</param>
/// <param name="Queue">Submissions that wait for admission.</param>
/// <param name="InFlight">Acts that this process has handed to the order and that have no outcome yet.</param>
/// <param name="LongestWait">How long the oldest of them has waited; zero when there is none.</param>
/// <param name="Nodes">Members of the node set and whoever else was heard of, ascending by number.</param>
/// <param name="LastPeerFault">Why the newest attempt to catch up from a peer failed, without any address; null when none has.</param>
/// <param name="Protocol">By which the next block is made.</param>
/// <param name="Carries">The newest protocol that this program carries.</param>
public sealed record LedgerStatus(
    LedgerHead Head, int Self, long KnownHeight, VoteHold Hold, int Queue, int InFlight, TimeSpan LongestWait,
    IReadOnlyList<NodeStatus> Nodes, string? LastPeerFault, int Protocol, int Carries)
{
    /// <summary>It came to something else than the quorum, and votes no more.</summary>
    public bool IsHalted => Hold == VoteHold.Halted;

    /// <summary>Blocks that the others have and this node has not.</summary>
    public long Lag => KnownHeight - Head.Height;
}

/// <summary>What this process has seen of one node since it started.</summary>
/// <param name="Number">The node.</param>
/// <param name="IsMember">Whether its vote counts for the next block.</param>
/// <param name="LastVote">Height of its newest vote that was seen or stands in the newest certificate; null when none was.</param>
/// <param name="Votes">Votes seen.</param>
/// <param name="Skipped">Batches of its that were skipped.</param>
/// <param name="Evidence">What it was caught at, also before this start.</param>
public sealed record NodeStatus(int Number, bool IsMember, long? LastVote, long Votes, long Skipped, long Evidence);

/// <summary>Counts what the ledger does: meter <see cref="MeterName"/>, and the figures of <see cref="LedgerStatus"/>.</summary>
/// <remarks>Names are stable: alert rules and dashboards of operators hold them (docs/operating/monitoring.md).</remarks>
public sealed class LedgerInstruments : IDisposable
{
    /// <summary>The meter's name, for whoever exports it.</summary>
    public const string MeterName = "Mingjian.Engine";

    /// <summary>Those that end by themselves or by what operators do, and of which they should know.</summary>
    private static readonly VoteHold[] TemporaryHolds = [VoteHold.Time, VoteHold.Frozen, VoteHold.OtherRoot, VoteHold.Restored, VoteHold.Protocol];

    private static readonly KeyValuePair<string, object?> ForMember = Tag("class", "member");
    private static readonly KeyValuePair<string, object?> ForOrganization = Tag("class", "organization");
    private static readonly KeyValuePair<string, object?> ForUnbound = Tag("class", "unbound");

    private readonly Meter _meter;
    private readonly ConcurrentDictionary<int, Seen> _nodes = new();
    private readonly ConcurrentDictionary<(int Node, EvidenceKind Kind), long> _evidence = new();
    private readonly Counter<long> _acts;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _votes;
    private readonly Counter<long> _skipped;
    private readonly Counter<long> _blocks;
    private readonly Histogram<double> _duration;
    private readonly Histogram<int> _blockActs;

    /// <param name="network">Stands beside every figure.</param>
    /// <param name="scope">Tells apart the ledgers of one process.</param>
    internal LedgerInstruments(NetworkId network, object scope)
    {
        _meter = new Meter(new MeterOptions(MeterName) { Tags = [Tag("network", network.ToString())], Scope = scope });
        _acts = _meter.CreateCounter<long>("mingjian.acts", "{act}", "Acts that became final on this node, by outcome.");
        _refused = _meter.CreateCounter<long>("mingjian.admission.refused", "{act}", "Acts refused before they were ordered, by code.");
        _bytes = _meter.CreateCounter<long>("mingjian.admission.taken", "By", "Envelopes handed to the order, by whose quota they count against.");
        _votes = _meter.CreateCounter<long>("mingjian.votes", "{vote}", "Votes seen, by node.");
        _skipped = _meter.CreateCounter<long>("mingjian.batches.skipped", "{batch}", "Batches that every node skips, by node and fault.");
        _blocks = _meter.CreateCounter<long>("mingjian.blocks", "{block}", "Blocks that this node finished itself; mirrored ones do not count.");
        _duration = _meter.CreateHistogram(
            "mingjian.act.finality.duration", "s", "From the acceptance of an act by this process to its finality.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60] });
        _blockActs = _meter.CreateHistogram(
            "mingjian.block.acts", "{act}", "Acts in a block.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000] });
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    /// <summary>Whether anybody listens to how long acts take.</summary>
    internal bool IsTimed => _duration.Enabled;

    /// <summary>Adds what is read whenever somebody looks; the ledger is whole by then.</summary>
    internal void Observe(Func<LedgerStatus> status)
    {
        Gauge("mingjian.ledger.height", "{block}", "The newest final block.", s => s.Head.Height);
        Gauge("mingjian.ledger.size", "{entry}", "Entries in the log.", s => s.Head.Size);
        Gauge("mingjian.ledger.time", "s", "Time of the newest block, seconds since 1970.", s => s.Head.Time.Milliseconds / 1000);
        Gauge("mingjian.ledger.lag", "{block}", "Blocks that the other nodes have and this one has not.", s => s.Lag);
        Gauge("mingjian.ledger.protocol", null, "By which the next block is made.", s => s.Protocol);
        Gauge("mingjian.ledger.protocol.carried", null, "The newest protocol that this program carries.", s => s.Carries);
        Gauge("mingjian.ledger.halted", null, "1 after this node came to something else than the quorum.", s => s.IsHalted ? 1 : 0);
        _meter.CreateObservableGauge("mingjian.ledger.held", () =>
        {
            var hold = status().Hold;
            return TemporaryHolds.Select(h => new Measurement<long>(h == hold ? 1 : 0, Tag("reason", h.ToString())));
        }, null, "1 while this node gives the block that is due no vote, by reason.");
        Gauge("mingjian.admission.queue", "{act}", "Submissions that wait for admission.", s => s.Queue);
        Gauge("mingjian.acts.pending", "{act}", "Acts handed to the order that have no outcome yet.", s => s.InFlight);
        _meter.CreateObservableGauge(
            "mingjian.acts.pending.age", () => status().LongestWait.TotalSeconds, "s", "How long the oldest act without outcome has waited.");
        _meter.CreateObservableGauge("mingjian.node.vote.height", () => status().Nodes.Where(n => n.LastVote is not null)
            .Select(n => new Measurement<long>(n.LastVote!.Value, Tag("node", n.Number))), "{block}", "Height of a node's newest vote.");
        _meter.CreateObservableGauge("mingjian.evidence", () => _evidence
            .Select(e => new Measurement<long>(e.Value, Tag("node", e.Key.Node), Tag("kind", e.Key.Kind.ToString()))),
            "{record}", "Kept evidence, by node and kind.");

        void Gauge(string name, string? unit, string description, Func<LedgerStatus, long> read) =>
            _meter.CreateObservableGauge(name, () => read(status()), unit, description);
    }

    internal void Refused(Refusal refusal) => _refused.Add(1, Tag("code", refusal.Code));

    /// <summary>An act was handed to the ordering.</summary>
    internal void Took(QuotaClass whose, int bytes) => _bytes.Add(bytes, whose switch
    {
        QuotaClass.Member => ForMember,
        QuotaClass.Organization => ForOrganization,
        _ => ForUnbound,
    });

    /// <summary>Acts of one block, or of a batch that made none.</summary>
    internal void Answered(IReadOnlyList<SubmitResult> answers)
    {
        int carriedOut = 0, refused = 0;
        foreach (var answer in answers)
        {
            if (answer.Refusal is null)
            {
                carriedOut++;
            }
            else if (answer.Index is not null)
            {
                refused++;
            }
        }

        Add(carriedOut, "done");
        Add(refused, "refused");
        if (carriedOut + refused > 0)
        {
            _blockActs.Record(carriedOut + refused);
        }

        void Add(int count, string outcome)
        {
            if (count > 0)
            {
                _acts.Add(count, Tag("outcome", outcome));
            }
        }
    }

    internal void Took(TimeSpan time) => _duration.Record(time.TotalSeconds);

    internal void BlockFinished() => _blocks.Add(1);

    /// <summary>A vote that the order delivered from a node, checked or not: the order says from whom it is.</summary>
    internal void Voted(int node, long height)
    {
        var seen = Of(node);
        Interlocked.Increment(ref seen.Votes);
        seen.See(height);
        _votes.Add(1, Tag("node", node));
    }

    internal void Skipped(int node, BatchFault fault)
    {
        Interlocked.Increment(ref Of(node).Skipped);
        _skipped.Add(1, Tag("node", node), Tag("fault", fault.ToString()));
    }

    internal void Accused(Evidence evidence) => _evidence.AddOrUpdate((evidence.Node, evidence.Kind), 1, static (_, count) => count + 1);

    /// <summary>The nodes of a set and whoever else was heard of.</summary>
    internal IReadOnlyList<NodeStatus> Nodes(NetworkId network, NodeSet members, LedgerHead head)
    {
        var signed = SignedNote.TryParse(head.Checkpoint, out var note) == NoteFault.None
            ? note!.Signatures.Select(s => s.Name).ToHashSet(StringComparer.Ordinal)
            : [];
        var evidence = _evidence.ToArray();
        return [.. members.Nodes.Select(n => n.Number).Concat(_nodes.Keys).Concat(evidence.Select(e => e.Key.Node)).Distinct().Order().Select(Describe)];

        NodeStatus Describe(int number)
        {
            var seen = _nodes.GetValueOrDefault(number);
            var voted = seen is null ? 0 : Interlocked.Read(ref seen.Height);
            if (voted < head.Height && signed.Contains(NodeNoteKeys.VoteName(network, number)))
            {
                voted = head.Height;
            }

            return new NodeStatus(
                number, members.Find(number) is not null, voted == 0 ? null : voted, seen is null ? 0 : Interlocked.Read(ref seen.Votes),
                seen is null ? 0 : Interlocked.Read(ref seen.Skipped), evidence.Where(e => e.Key.Node == number).Sum(e => e.Value));
        }
    }

    /// <summary>What at least one honest member's votes say is final: who votes for a block has the one before it.</summary>
    internal long KnownHeight(NodeSet members, long own)
    {
        var claims = members.Nodes
            .Select(n => _nodes.TryGetValue(n.Number, out var seen) ? Interlocked.Read(ref seen.Height) - 1 : 0).OrderDescending();
        return Math.Max(own, claims.ElementAt(members.Nodes.Count - members.Quorum));
    }

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);

    private Seen Of(int node) => _nodes.GetOrAdd(node, static _ => new Seen());

    private sealed class Seen
    {
        public long Height;
        public long Votes;
        public long Skipped;

        public void See(long height)
        {
            // Written by the replica's thread alone.
            if (height > Height)
            {
                Interlocked.Exchange(ref Height, height);
            }
        }
    }
}
