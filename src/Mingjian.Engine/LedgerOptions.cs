using Mingjian.Engine.Admission;
using Mingjian.Engine.Audit;
using Mingjian.Engine.State;
using Mingjian.Primitives;

namespace Mingjian.Engine;

/// <summary>Settings of a running ledger.</summary>
public sealed record LedgerOptions
{
    /// <summary>The ledger's name and log origin. A store that belongs to another network is refused.</summary>
    public required NetworkId Network { get; init; }

    /// <summary>The nodes that founded the network; null when this node is alone. Once the ledger names its nodes, it counts.</summary>
    public NodeSet? Founders { get; init; }

    /// <summary>Public logs of other nodes, from which this one catches up; opened anew each time and disposed of here.</summary>
    public Func<IReadOnlyList<ILedgerSource>> Peers { get; init; } = static () => [];

    /// <summary>Hears of every failed attempt to catch up, with the addresses that the fault may name: for the log file.</summary>
    public Action<Exception> PeerFailed { get; init; } = static _ => { };

    /// <summary>How long a stopping node waits for its own acts to become final in an order that it shares. Default 5 s.</summary>
    public TimeSpan StopWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A block further ahead of this node's clock gets no vote until the clock has caught up. Default 10 s.</summary>
    public TimeSpan MaxTimeAhead { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Submissions that may wait for admission; beyond it they are refused as busy. Default 16,384.</summary>
    public int AdmissionQueueLength { get; init; } = 16_384;

    /// <summary>Typed state records kept in memory, in two generations of this many. Default 500,000.</summary>
    public int StateCacheRecords { get; init; } = StateCache.DefaultRecords;

    /// <summary>
    /// Whether an act is tried before it is ordered, so that mistakes are refused without leaving a refusal in the log. Default true. False is for tests
    /// alone: it lets in what else only a race between nodes does.
    /// </summary>
    public bool TryBeforeOrdering { get; init; } = true;

    /// <summary>How much one may have ordered in a day; null = no bound, for a ledger whose acts all come from its own program.</summary>
    public ActQuota? Quota { get; init; }
}
