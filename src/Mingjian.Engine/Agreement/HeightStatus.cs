using Mingjian.Primitives;

namespace Mingjian.Engine.Agreement;

/// <summary>Why a node gives no vote for the block that is due. Numbers are stable.</summary>
public enum VoteHold
{
    /// <summary>It has voted, or nothing is due.</summary>
    None = 0,

    /// <summary>It is not among the nodes that sign the block.</summary>
    NotAMember = 1,

    /// <summary>The block's time is too far ahead of this node's clock.</summary>
    Time = 2,

    /// <summary>It is frozen in this epoch, or has voted in a later one.</summary>
    Frozen = 3,

    /// <summary>The restart allows one root only, and this node comes to another: the program has to be mended.</summary>
    OtherRoot = 4,

    /// <summary>Its store is older than what it may have voted for.</summary>
    Restored = 5,

    /// <summary>It came to something else than the quorum.</summary>
    Halted = 6,

    /// <summary>The block is made by a protocol that this node's program does not carry: it has to be upgraded.</summary>
    Protocol = 7,
}

/// <summary>A vote that was counted.</summary>
/// <param name="Node">Who voted.</param>
/// <param name="Root">The log root that it voted for.</param>
public sealed record CountedRoot(int Node, Hash32 Root);

/// <summary>The height that is open, as one node sees it: what operators need to judge whether it stands still.</summary>
/// <param name="Height">The block after the newest final one.</param>
/// <param name="Epoch">In which it is voted on.</param>
/// <param name="Position">Of the batch that is due; null when none has come.</param>
/// <param name="Proposer">Whose batch it is.</param>
/// <param name="Time">Of the block.</param>
/// <param name="Root">The log root that this node comes to.</param>
/// <param name="Hold">Why this node does not vote.</param>
/// <param name="Votes">Counted in this epoch, ascending by node.</param>
/// <param name="Waiting">Positions of the batches that come after it; at most <see cref="MaxWaiting"/>.</param>
public sealed record HeightStatus(
    long Height, int Epoch, long? Position, int? Proposer, LedgerTime? Time, Hash32? Root, VoteHold Hold, IReadOnlyList<CountedRoot> Votes,
    IReadOnlyList<long> Waiting)
{
    /// <summary>As many as one restart can skip.</summary>
    public const int MaxWaiting = 64;
}

/// <summary>What a frozen node says of the height that stands still; its organisation signs for it in <c>nodes.RestartHeight</c>.</summary>
/// <param name="Epoch">It votes no more in this epoch at this height, nor in an earlier one.</param>
/// <param name="Height">The height.</param>
/// <param name="Node">Its number.</param>
/// <param name="Root">The log root that its newest vote was for, votes that a restart made void left out; null = it voted for none.</param>
public sealed record HeightStatement(int Epoch, long Height, int Node, Hash32? Root);

/// <summary>A node that was restored from an older copy cannot say what it has voted for.</summary>
public sealed class VotesUnknownException()
    : Exception("This node was restored from an older copy: what it had voted for at this height is not known, so it can make no statement.");
