using System.Text;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Engine.Keys;

/// <summary>The public keys that a ledger's checkpoints are judged by: the log's, and the nodes' whose quorum makes a block final.</summary>
/// <param name="Network">The ledger, which is also the log's origin.</param>
/// <param name="LogKey">Of type Ed25519.</param>
/// <param name="NodeKeys">Of type cosignature; at least one.</param>
public sealed record LedgerTrust(NetworkId Network, NoteKey LogKey, IReadOnlyList<NoteKey> NodeKeys)
{
    private readonly CheckpointPolicy _policy = new(Network.ToString(), LogKey, NodeKeys);

    /// <summary>Stands in every seal: SHA-256 over the nodes' verifier keys in order, each followed by a newline.</summary>
    public Hash32 NodeSetHash { get; } = Hash32.Of(Encoding.UTF8.GetBytes(string.Concat(NodeKeys.Select(k => k + "\n"))));

    /// <summary>Checks signatures and quorum of a note.</summary>
    public CheckpointResult Check(string note) => _policy.Check(note);

    /// <summary>True when the note is a final checkpoint of exactly this tree.</summary>
    public bool IsFinal(string note, long size, Hash32 root) =>
        Check(note) is { Fault: CheckpointFault.None, Checkpoint: { } checkpoint } && checkpoint.Size == size && checkpoint.Root == root;
}
