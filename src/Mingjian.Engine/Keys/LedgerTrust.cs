using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Engine.Keys;

/// <summary>What a ledger's checkpoints are judged by: the nodes whose quorum makes a block final.</summary>
/// <param name="network">The ledger, which is also the log's origin.</param>
/// <param name="nodes">Their public keys.</param>
public sealed class LedgerTrust(NetworkId network, NodeSet nodes)
{
    private readonly CheckpointPolicy _policy = new(network, nodes);

    public NetworkId Network { get; } = network;

    public NodeSet Nodes { get; } = nodes;

    /// <summary>Checks signatures and quorum of a note.</summary>
    public CheckpointResult Check(string note) => _policy.Check(note);

    /// <summary>The final checkpoint that a note is, when it is of this tree, or of a later one, which covers it if it continues it; else null.</summary>
    public Checkpoint? FinalOver(string note, long size, Hash32 root) =>
        Check(note) is { Fault: CheckpointFault.None, Checkpoint: { } checkpoint }
        && (checkpoint.Size > size || (checkpoint.Size == size && checkpoint.Root == root))
            ? checkpoint
            : null;
}
