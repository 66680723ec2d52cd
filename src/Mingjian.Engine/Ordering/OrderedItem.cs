using Mingjian.Engine.Admission;
using Mingjian.Primitives;

namespace Mingjian.Engine.Ordering;

/// <summary>One thing that the total order delivers; every node gets the same items in the same order.</summary>
/// <param name="Position">From 1, growing, not always by one.</param>
/// <param name="Node">Number of the node that put it there.</param>
public abstract record OrderedItem(long Position, int Node);

/// <summary>A batch of acts that this process itself has admitted: the local order's.</summary>
/// <param name="Time">The proposer's clock when it closed the batch.</param>
/// <param name="Carries">The newest protocol that the proposer's program carries.</param>
/// <param name="Transactions">Form and signatures already checked; empty when the node only states what it carries.</param>
public sealed record OrderedBatch(long Position, int Node, LedgerTime Time, int Carries, IReadOnlyList<AdmittedTransaction> Transactions)
    : OrderedItem(Position, Node)
{
    /// <summary>True for a batch of the local order, whose time is this process's own clock.</summary>
    internal bool IsOwnProcess { get; init; } = true;

    /// <summary>What its node says with it.</summary>
    internal Contracts.Sdk.ProtocolStatement Statement => new(Node, Carries);
}

/// <summary>A batch as it came over the network (see <see cref="SignedBatch"/>). Never trusted.</summary>
public sealed record ReceivedBatch(long Position, int Node, ReadOnlyMemory<byte> Bytes) : OrderedItem(Position, Node);

/// <summary>A node's vote for a block (see <see cref="VoteMessage"/>). Never trusted.</summary>
public sealed record ReceivedVote(long Position, int Node, ReadOnlyMemory<byte> Bytes) : OrderedItem(Position, Node);
