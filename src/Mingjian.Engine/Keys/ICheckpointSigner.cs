using Mingjian.Primitives;

namespace Mingjian.Engine.Keys;

/// <summary>Signs a new log root as log and as node.</summary>
public interface ICheckpointSigner
{
    /// <summary>The public keys that checkpoints of this ledger are judged by.</summary>
    LedgerTrust Trust { get; }

    /// <summary>The checkpoint note with the log's signature and this node's cosignature.</summary>
    /// <param name="size">Log entries.</param>
    /// <param name="root">Root over them.</param>
    /// <param name="time">Stands in the cosignature in whole seconds.</param>
    string Sign(long size, Hash32 root, LedgerTime time);
}
