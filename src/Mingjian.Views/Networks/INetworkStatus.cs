using Mingjian.Primitives;
using Mingjian.Views.ReadModels;

namespace Mingjian.Views.Networks;

/// <summary>How the ledger and the nodes that agree on it are, for the network page.</summary>
public interface INetworkStatus
{
    /// <summary>The state now. Needs the right to view audits over the top organisation.</summary>
    Task<NetworkView> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>The bytes of one record of evidence, or null.</summary>
    Task<byte[]?> FindEvidenceAsync(string id, CancellationToken cancellationToken = default);
}

/// <summary>What the network page shows.</summary>
/// <param name="Size">Entries in the log.</param>
/// <param name="Time">Of the newest block.</param>
/// <param name="Now">When this was read.</param>
/// <param name="Lag">Blocks that the other nodes have and this one has not.</param>
/// <param name="Quorum">Votes that make a block final.</param>
/// <param name="Pending">Acts handed to the order that have no outcome yet.</param>
/// <param name="LongestWait">How long the oldest of them has waited.</param>
/// <param name="ListsBehind">Blocks that the lists on pages do not show yet.</param>
/// <param name="Order">Null on a node that is alone.</param>
/// <param name="PeerFault">Why the newest attempt to catch up from a peer failed, in English and without any address; null when none has.</param>
/// <param name="LastCheck">The newest comparison of lists and ledger; null before the first.</param>
/// <param name="Alerts">Urgent ones first.</param>
/// <param name="Web">Null where pages and node are one process.</param>
/// <param name="Protocol">By whose rules blocks are made, and which this program carries.</param>
/// <param name="IsFoundingForeign">The network agreement on the ledger is not the one that this process is configured with.</param>
public sealed record NetworkView(
    NetworkId Network, long Height, long Size, LedgerTime Time, LedgerTime Now, long Lag, int Quorum, int Pending, TimeSpan LongestWait,
    bool IsHalted, long ListsBehind, OrderView? Order, string? PeerFault, CheckReport? LastCheck, IReadOnlyList<NodeView> Nodes,
    IReadOnlyList<EvidenceView> Evidence, IReadOnlyList<NetworkAlert> Alerts, WebView? Web, ProtocolView Protocol, bool IsFoundingForeign = false)
{
    /// <summary>One node votes alone: nobody outside it can contradict it.</summary>
    public bool IsAlone => Nodes.Count(n => n.IsMember) == 1;
}

/// <param name="InForce">The protocol by which the next block is made.</param>
/// <param name="Carried">The newest one that this program carries.</param>
/// <param name="Next">What is decided and not in effect yet; null when nothing is.</param>
public sealed record ProtocolView(int InForce, int Carried, NextProtocolView? Next)
{
    /// <summary>The ledger goes on without this program until it is upgraded.</summary>
    public bool IsUpgradeNeeded => InForce > Carried;
}

/// <param name="Version">The protocol.</param>
/// <param name="From">First block made by it.</param>
public sealed record NextProtocolView(int Version, long From);

/// <summary>One node as this server has seen it.</summary>
/// <param name="Organization">Who runs it; null when the ledger names no organisation.</param>
/// <param name="IsMember">Whether its vote counts for the next block.</param>
/// <param name="IsVoting">Whether its newest vote is recent; a member that is not voting is a vote less towards the quorum.</param>
/// <param name="LastVote">Height of the newest vote seen; null when none was since the start.</param>
/// <param name="Reported">Its newest final block by its own word; null when it said none.</param>
/// <param name="Skipped">Batches of its that every node skips, since the start of this server.</param>
/// <param name="Carries">The newest protocol that its program carries, by its own word on the ledger.</param>
public sealed record NodeView(
    int Number, string? Organization, bool IsSelf, bool IsMember, bool IsVoting, long? LastVote, long? Reported, long Skipped, long Evidence, int Carries);

/// <summary>A web process and its node.</summary>
/// <param name="IsInTouch">The node answers.</param>
/// <param name="LastContact">Null before the first answer.</param>
/// <param name="Behind">Blocks that the node has and the web process's copy has not.</param>
/// <param name="Waiting">Acts of its users without outcome.</param>
/// <param name="Fault">Why the copy does not follow, in English and without any address; null when it does.</param>
public sealed record WebView(bool IsInTouch, LedgerTime? LastContact, long Behind, int Waiting, string? Fault);

/// <summary>The way to the order that the nodes share.</summary>
/// <param name="LastContact">Null before the first answer.</param>
/// <param name="Unconfirmed">Own batches in the order that are not final yet.</param>
public sealed record OrderView(bool IsReachable, LedgerTime? LastContact, int Unconfirmed, long Skipped);

/// <summary>Two signed notes that cannot both be right.</summary>
/// <param name="Id">Names it in the download's address.</param>
/// <param name="What">In words.</param>
/// <param name="FirstTitle">What the first note is.</param>
public sealed record EvidenceView(string Id, int Node, long Height, int Epoch, string What, string FirstTitle, string First, string SecondTitle, string Second);

/// <summary>Something that somebody should do something about.</summary>
/// <param name="Code">Stable; in docs/operating/monitoring.md.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Do">How to mend it.</param>
public sealed record NetworkAlert(string Code, bool IsUrgent, string What, string Do);
