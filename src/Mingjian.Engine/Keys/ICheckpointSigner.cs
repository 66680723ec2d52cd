using Mingjian.Primitives;

namespace Mingjian.Engine.Keys;

/// <summary>Signs a new log root as log and as node.</summary>
public interface ICheckpointSigner
{
    NetworkId Network { get; }

    /// <summary>The public keys that go with the signatures.</summary>
    Node Public { get; }

    /// <summary>The checkpoint note with this node's signature as the log and its vote.</summary>
    /// <param name="size">Log entries.</param>
    /// <param name="root">Root over them.</param>
    /// <param name="time">Stands in the vote in whole seconds.</param>
    string Sign(long size, Hash32 root, LedgerTime time);
}
