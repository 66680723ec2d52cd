using Mingjian.Primitives;

namespace Mingjian.Engine.Keys;

/// <summary>Signs a new log root as log and as node.</summary>
public interface ICheckpointSigner
{
    /// <summary>Hash of the node set whose quorum makes a block final; stands in every seal.</summary>
    Hash32 NodeSetHash { get; }

    /// <summary>The checkpoint note with the log's signature and this node's cosignature.</summary>
    /// <param name="time">Stands in the cosignature in whole seconds.</param>
    string Sign(NetworkId network, long size, Hash32 root, LedgerTime time);

    /// <summary>True when the note is for this root and carries the log's signature and a quorum of cosignatures.</summary>
    bool IsFinal(string checkpoint, NetworkId network, long size, Hash32 root);
}
