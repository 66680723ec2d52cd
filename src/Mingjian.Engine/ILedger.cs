using Mingjian.Contracts.Sdk;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Store;
using Mingjian.Log.State;
using Mingjian.Primitives;

namespace Mingjian.Engine;

/// <summary>A running ledger as the rest of one process sees it: submit acts, read what is final.</summary>
public interface ILedger
{
    NetworkId Network { get; }

    /// <summary>The newest final block; height 0 and size 0 before genesis.</summary>
    LedgerHead Head { get; }

    /// <summary>Admits, orders, executes; completes when the act is final (durable and certified) or refused.</summary>
    /// <param name="envelope">Canonical bytes of a DSSE envelope. Never trusted.</param>
    /// <param name="cancellationToken">Stops waiting; the act may still become final.</param>
    Task<SubmitResult> SubmitAsync(ReadOnlyMemory<byte> envelope, CancellationToken cancellationToken);

    /// <summary>Bytes of the log entry, or null beyond the head.</summary>
    byte[]? ReadEntry(long index);

    /// <summary>The block, or null beyond the head.</summary>
    LedgerBlock? ReadBlock(long height);

    /// <summary>Finds the entry of an act by its transaction id (SHA-256 of the payload's PAE), or null.</summary>
    long? FindEntry(Hash32 transactionId);

    /// <summary>Bytes of a C2SP tile: hashes (level 0..63) or, with level -1, an entry bundle; null when it does not exist.</summary>
    /// <param name="width">256 for a full tile, 1..255 for a partial one.</param>
    byte[]? ReadTile(int level, long number, int width);

    /// <summary>RFC 6962 audit path of an entry in the tree of <paramref name="size"/> entries.</summary>
    IReadOnlyList<Hash32> ProveInclusion(long index, long size);

    /// <summary>RFC 6962 consistency proof.</summary>
    IReadOnlyList<Hash32> ProveConsistency(long oldSize, long newSize);

    /// <summary>A final checkpoint note that covers a block: its own or, on a node that mirrored it, a later one.</summary>
    string ReadCheckpoint(long height);

    /// <summary>A view of the authenticated state at the head; stays valid but does not follow later blocks.</summary>
    IStateReader ReadState();

    /// <summary>A record of the state after the newest block, or its absence, with the proof under that block's state root.</summary>
    /// <param name="path">The record's key.</param>
    ProvenState ProveState(string path);

    /// <summary>Final blocks from a height on, in order, waiting for new ones.</summary>
    IAsyncEnumerable<LedgerBlock> FollowAsync(long fromHeight, CancellationToken cancellationToken);
}

/// <summary>A record as the state holds it, provable to anybody who trusts the block's checkpoint.</summary>
/// <param name="Head">The block; its seal, which names the state root, is entry <c>Size - 1</c>.</param>
/// <param name="Value">Canonical bytes; null when there is no such record.</param>
/// <param name="Proof">Of presence or absence, whichever is the case.</param>
public sealed record ProvenState(LedgerHead Head, byte[]? Value, StateProof Proof);

/// <summary>One final block; its entries are <c>FirstIndex .. FirstIndex + Entries</c>, the seal being the last.</summary>
public sealed record LedgerBlock(long Height, long FirstIndex, int Entries, LedgerTime Time, Hash32 Root, Hash32 StateRoot);
