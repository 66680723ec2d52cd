using Mingjian.Engine.Admission;
using Mingjian.Primitives;

namespace Mingjian.Engine.Ordering;

/// <summary>Gives admitted transactions one total order.</summary>
/// <remarks>
/// MUST: deliver items in the same order to every node, each position once, none left out. MAY lose what it accepted but never
/// delivered (nobody was told that it is final). MUST NOT block in <see cref="TrySubmit"/>: a full queue is answered with false.
/// </remarks>
public interface IOrdering : IAsyncDisposable
{
    /// <summary>Takes one act up for ordering; acts submitted one after another keep their order. False when the queue is full.</summary>
    bool TrySubmit(AdmittedTransaction transaction);

    /// <summary>What every batch from here on says of this node's program. Called before anything is submitted.</summary>
    /// <param name="protocol">The newest protocol that it carries.</param>
    void Carry(int protocol);

    /// <summary>Proposes a batch even when no act waits, so that what it says of the program gets into the log.</summary>
    void Announce();

    /// <summary>Items after a position, waiting for new ones; ends after <see cref="Complete"/> when all is delivered.</summary>
    /// <param name="position">The position of the newest block's batch; 0 before the first.</param>
    /// <param name="cancellationToken">Stops following; undelivered acts are lost, which their submitters learn.</param>
    /// <exception cref="OrderCompactedException">What follows the position is not kept any more: mirror the log from a peer.</exception>
    IAsyncEnumerable<OrderedItem> FollowAsync(long position, CancellationToken cancellationToken);

    /// <summary>Takes no more acts.</summary>
    void Complete();
}

/// <summary>An order that several nodes share, and over which they also vote.</summary>
public interface ISharedOrdering : IOrdering
{
    /// <summary>Puts this node's vote where every node sees it; repeated until it is there. Putting the same vote again is harmless.</summary>
    /// <remarks>Keeps trying while the order cannot be reached; never blocks the caller for that.</remarks>
    void Publish(VoteMessage vote);

    /// <summary>How far the order goes now, and the newest that this node has ever said in it; asks until there is an answer.</summary>
    Task<OrderTrace> TraceAsync(CancellationToken cancellationToken);

    /// <summary>Says what this node has made durable, so that what every node has can be removed.</summary>
    void Report(OrderProgress progress);
}

/// <summary>How far a node has come.</summary>
/// <param name="Height">Its newest final block.</param>
/// <param name="Position">The position of that block's batch.</param>
public sealed record OrderProgress(long Height, long Position);

/// <summary>What a node finds of itself in an order.</summary>
/// <param name="End">MUST be no smaller than the position of anything that this node's earlier runs could see.</param>
/// <param name="Height">The highest height that this node has voted for or reported as final, as far as that still stands there; 0 for none.</param>
/// <param name="Epoch">The highest epoch in which it voted at that height; 0 when it only reported it.</param>
public sealed record OrderTrace(long End, long Height, int Epoch);

/// <summary>The order has been compacted beyond the position that was asked for.</summary>
public sealed class OrderCompactedException(long oldest)
    : Exception($"The order begins at {oldest}; what came before has been removed.")
{
    /// <summary>The oldest position that is still there, as far as known; 0 when unknown.</summary>
    public long Oldest { get; } = oldest;
}
