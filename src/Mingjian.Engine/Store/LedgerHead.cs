using Mingjian.Primitives;

namespace Mingjian.Engine.Store;

/// <summary>Where the ledger stands.</summary>
/// <param name="Height">Blocks so far.</param>
/// <param name="Size">Log entries so far.</param>
/// <param name="Root">Log root over <paramref name="Size"/> entries.</param>
/// <param name="StateRoot">State root after <paramref name="Height"/>.</param>
/// <param name="Time">Time of the newest block.</param>
/// <param name="Checkpoint">The signed note.</param>
public sealed record LedgerHead(long Height, long Size, Hash32 Root, Hash32 StateRoot, LedgerTime Time, string Checkpoint);
