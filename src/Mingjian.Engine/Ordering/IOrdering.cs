using Mingjian.Engine.Admission;
using Mingjian.Primitives;

namespace Mingjian.Engine.Ordering;

/// <summary>Gives admitted transactions one total order.</summary>
/// <remarks>
/// MUST: deliver batches in the same order to every node, each position once, none left out. MAY lose what it accepted but never
/// delivered (nobody was told that it is final). MUST NOT block in <see cref="TrySubmit"/>: a full queue is answered with false.
/// </remarks>
public interface IOrdering : IAsyncDisposable
{
    /// <summary>Takes one act up for ordering; acts submitted one after another keep their order. False when the queue is full.</summary>
    bool TrySubmit(AdmittedTransaction transaction);

    /// <summary>Batches from a position on, waiting for new ones; ends after <see cref="Complete"/> when all is delivered.</summary>
    /// <param name="position">The first block height wanted: one batch makes one block.</param>
    /// <param name="cancellationToken">Stops following; undelivered acts are lost, which their submitters learn.</param>
    IAsyncEnumerable<OrderedBatch> FollowAsync(long position, CancellationToken cancellationToken);

    /// <summary>Takes no more acts.</summary>
    void Complete();
}

/// <summary>One batch of the total order; never empty.</summary>
/// <param name="ProposerTime">The proposer's clock when it closed the batch.</param>
public sealed record OrderedBatch(LedgerTime ProposerTime, IReadOnlyList<AdmittedTransaction> Transactions);
