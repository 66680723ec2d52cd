using Mingjian.Primitives;

namespace Mingjian.Log.Notes;

/// <summary>Why a note is not a final checkpoint. Numbers are stable; declared in order of precedence.</summary>
public enum CheckpointFault
{
    None = 0,

    /// <summary>Not a signed note; see <see cref="CheckpointResult.NoteFault"/>.</summary>
    Note = 1,

    /// <summary>The text is not a checkpoint, or has extension lines.</summary>
    Text = 2,

    /// <summary>A checkpoint of another log.</summary>
    Origin = 3,

    /// <summary>A signature with the name and id of a known key does not verify.</summary>
    Signature = 4,

    /// <summary>A known key signs twice.</summary>
    Duplicate = 5,

    /// <summary>No key of the log signed.</summary>
    LogSignature = 6,

    /// <summary>Fewer nodes than the quorum cosigned.</summary>
    Quorum = 7,

    /// <summary>Unknown signers, where none are allowed.</summary>
    UnknownSigner = 8,
}

/// <summary>One node's vote for a checkpoint.</summary>
/// <param name="Time">POSIX seconds, by the node's clock.</param>
public sealed record NodeCosignature(NoteKey Node, long Time);

/// <summary>What a policy found in a note.</summary>
/// <param name="Fault"><see cref="CheckpointFault.None"/> when the checkpoint is final.</param>
/// <param name="NoteFault">Set when the fault is <see cref="CheckpointFault.Note"/>.</param>
/// <param name="Checkpoint">The claim; null when it could not be read. Trust it only without fault.</param>
/// <param name="Cosignatures">Nodes whose cosignature verified.</param>
/// <param name="Unknown">Signatures by keys that the policy does not know; ignored unless the caller refuses them.</param>
public sealed record CheckpointResult(
    CheckpointFault Fault, NoteFault NoteFault, Checkpoint? Checkpoint, IReadOnlyList<NodeCosignature> Cosignatures,
    IReadOnlyList<NoteSignature> Unknown);

/// <summary>Whose signatures make a checkpoint of one log final: one of the log's keys, and those of a quorum of nodes.</summary>
public sealed class CheckpointPolicy
{
    private readonly Dictionary<(string Name, uint KeyId), NoteKey> _keys = [];

    /// <param name="origin">The network's name.</param>
    /// <param name="logs">The log's keys, of type Ed25519; at least one. Every node has one of its own.</param>
    /// <param name="nodes">The nodes' keys, of type cosignature; at least one.</param>
    /// <exception cref="ArgumentException">Wrong types, an Ed25519 key that appears twice, or names and ids that collide.</exception>
    public CheckpointPolicy(string origin, IReadOnlyList<NoteKey> logs, IReadOnlyList<NoteKey> nodes)
    {
        NoteKey[] all = [.. logs, .. nodes];
        if (logs.Count == 0 || nodes.Count == 0
            || logs.Any(l => l.Type != NoteKeyType.Ed25519) || nodes.Any(n => n.Type != NoteKeyType.Cosignature)
            || all.DistinctBy(k => Convert.ToHexString(k.PublicKey.Span), StringComparer.Ordinal).Count() != all.Length
            || !all.All(k => _keys.TryAdd((k.Name, k.KeyId), k)))
        {
            throw new ArgumentException("At least one log key and one node key, all different, each of its own type.", nameof(nodes));
        }

        Origin = origin;
        Quorum = NodeSet.QuorumOf(nodes.Count);
    }

    /// <param name="network">The ledger, which is also the log's origin.</param>
    /// <param name="nodes">Whose keys count.</param>
    public CheckpointPolicy(NetworkId network, NodeSet nodes)
        : this(network.ToString(), [.. nodes.Nodes.Select(n => NodeNoteKeys.Log(network, n))], [.. nodes.Nodes.Select(n => NodeNoteKeys.Vote(network, n))])
    {
    }

    /// <summary>The only origin accepted.</summary>
    public string Origin { get; }

    /// <summary>Cosignatures needed.</summary>
    public int Quorum { get; }

    /// <summary>Checks a note.</summary>
    /// <param name="note">Never trusted.</param>
    /// <param name="refuseUnknown">For files that must have one encoding: signatures of unknown keys are a fault.</param>
    public CheckpointResult Check(ReadOnlySpan<byte> note, bool refuseUnknown = false)
    {
        var fault = SignedNote.TryParse(note, out var parsed);
        return parsed is null ? new(CheckpointFault.Note, fault, null, [], []) : Check(parsed, refuseUnknown);
    }

    /// <inheritdoc cref="Check(ReadOnlySpan{byte}, bool)"/>
    public CheckpointResult Check(string note, bool refuseUnknown = false)
    {
        var fault = SignedNote.TryParse(note, out var parsed);
        return parsed is null ? new(CheckpointFault.Note, fault, null, [], []) : Check(parsed, refuseUnknown);
    }

    /// <inheritdoc cref="Check(ReadOnlySpan{byte}, bool)"/>
    public CheckpointResult Check(SignedNote note, bool refuseUnknown = false)
    {
        var checkpoint = Checkpoint.Parse(note.Text);
        if (checkpoint is null || checkpoint.Extensions.Count > 0)
        {
            return new(CheckpointFault.Text, NoteFault.None, checkpoint, [], []);
        }

        if (!string.Equals(checkpoint.Origin, Origin, StringComparison.Ordinal))
        {
            return new(CheckpointFault.Origin, NoteFault.None, checkpoint, [], []);
        }

        var votes = new List<NodeCosignature>();
        var unknown = new List<NoteSignature>();
        var fault = Collect(note, votes, unknown, out var logSigned);
        if (fault == CheckpointFault.None)
        {
            fault = !logSigned ? CheckpointFault.LogSignature
                : votes.Count < Quorum ? CheckpointFault.Quorum
                : refuseUnknown && unknown.Count > 0 ? CheckpointFault.UnknownSigner
                : CheckpointFault.None;
        }

        return new(fault, NoteFault.None, checkpoint, votes, unknown);
    }

    private CheckpointFault Collect(SignedNote note, List<NodeCosignature> votes, List<NoteSignature> unknown, out bool logSigned)
    {
        logSigned = false;
        var text = note.TextBytes;
        var seen = new HashSet<NoteKey>();
        foreach (var signature in note.Signatures)
        {
            if (!_keys.TryGetValue((signature.Name, signature.KeyId), out var key))
            {
                unknown.Add(signature);
                continue;
            }

            if (!key.Verify(signature, text, out var time))
            {
                return CheckpointFault.Signature;
            }

            if (!seen.Add(key))
            {
                return CheckpointFault.Duplicate;
            }

            if (key.Type == NoteKeyType.Ed25519)
            {
                logSigned = true;
            }
            else
            {
                votes.Add(new NodeCosignature(key, time));
            }
        }

        return CheckpointFault.None;
    }
}
