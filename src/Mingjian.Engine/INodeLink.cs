using Mingjian.Engine.Admission;
using Mingjian.Engine.Audit;
using Mingjian.Primitives;

namespace Mingjian.Engine;

/// <summary>The way from a copy of the ledger to the node that it follows.</summary>
/// <remarks>
/// Every method MAY throw <see cref="NodeUnreachableException"/> and nothing else but cancellation. What comes back is the node's word: blocks are
/// checked by the copy, and only a refusal before ordering is believed.
/// </remarks>
public interface INodeLink
{
    /// <summary>The node's public log, opened anew each time and disposed of here.</summary>
    ILedgerSource OpenLog();

    /// <summary>Waits until the node has a block above a height, or for as long as the node is willing to be asked.</summary>
    /// <returns>The node's newest height, whatever it is.</returns>
    Task<long> WaitAsync(long above, CancellationToken cancellationToken);

    /// <summary>Hands acts to the node in their order. Repeating is harmless.</summary>
    /// <returns>How each ended; null while that is open.</returns>
    Task<IReadOnlyList<SubmitResult?>> SubmitAsync(IReadOnlyList<ReadOnlyMemory<byte>> envelopes, CancellationToken cancellationToken);

    /// <summary>What the node knows of an act; null when it knows nothing.</summary>
    Task<ActWord?> FindAsync(Hash32 transactionId, CancellationToken cancellationToken);
}

/// <summary>Where copies of one organisation keep acts that their node could not take, so that another one hands them on if this process dies.</summary>
public interface IActShelf
{
    Task KeepAsync(Hash32 id, ReadOnlyMemory<byte> envelope, CancellationToken cancellationToken);

    /// <summary>The act has an outcome.</summary>
    Task DropAsync(Hash32 id, CancellationToken cancellationToken);

    Task<bool> HasAsync(Hash32 id, CancellationToken cancellationToken);

    /// <summary>The envelopes, oldest first.</summary>
    Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>The node does not answer, or does not answer as a node does.</summary>
public sealed class NodeUnreachableException(string message, Exception? inner = null) : Exception(message, inner);
