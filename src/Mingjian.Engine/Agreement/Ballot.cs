using System.Text;
using Mingjian.Engine.Ordering;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Engine.Agreement;

/// <summary>Counts the votes for one block. Pure; used by one thread.</summary>
/// <param name="final">What is final already, with the note that says so; null while it is open.</param>
internal sealed class Ballot(NetworkId network, long height, int epoch, NodeSet nodes, (Checkpoint Checkpoint, string Note)? final = null)
{
    private readonly SortedDictionary<int, CountedVote> _votes = [];
    private readonly List<Evidence> _evidence = [];

    public long Height => height;

    public int Epoch => epoch;

    public NodeSet Nodes => nodes;

    /// <summary>What was counted, ascending by node.</summary>
    public IReadOnlyList<CountedRoot> Votes => [.. _votes.Select(v => new CountedRoot(v.Key, v.Value.Checkpoint.Root))];

    /// <summary>The checkpoint that a quorum signed, and the final note; null while there is none.</summary>
    public (Checkpoint Checkpoint, string Note)? Certificate { get; private set; } = final;

    /// <summary>Counts a vote; the second different one of a node is kept as evidence and not counted.</summary>
    /// <returns>False when it is no vote of that node for this block: nothing can be blamed on anybody for it but the sender.</returns>
    public bool Take(VoteMessage vote)
    {
        if (vote.Height != height || vote.Epoch != epoch || nodes.Find(vote.Node) is not { } node)
        {
            return false;
        }

        var voted = _votes.GetValueOrDefault(vote.Node);
        if (voted is not null && string.Equals(voted.Note, vote.Note, StringComparison.Ordinal))
        {
            return true;
        }

        if (Read(vote.Note, node) is not { } counted)
        {
            return false;
        }

        if (voted is not null)
        {
            if (voted.Checkpoint != counted.Checkpoint)
            {
                _evidence.Add(new Evidence(epoch, voted.Note, height, EvidenceKind.DoubleVote, vote.Node, vote.Note));
            }

            return true;
        }

        _votes.Add(vote.Node, counted);
        if (Certificate is null)
        {
            Certificate = Count(counted.Checkpoint);
        }
        else if (Certificate.Value.Checkpoint != counted.Checkpoint)
        {
            Blame(vote.Node, counted);
        }

        return true;
    }

    /// <summary>Evidence found since the last call.</summary>
    public IReadOnlyList<Evidence> TakeEvidence()
    {
        var found = _evidence.ToArray();
        _evidence.Clear();
        return found;
    }

    private (Checkpoint Checkpoint, string Note)? Count(Checkpoint checkpoint)
    {
        var agreeing = _votes.Where(v => v.Value.Checkpoint == checkpoint).ToList();
        if (agreeing.Count < nodes.Quorum)
        {
            return null;
        }

        // One signature as the log is enough, and an honest node's is among them.
        var text = Encoding.UTF8.GetBytes(checkpoint.ToString());
        var log = agreeing.Select(v => (Key: NodeNoteKeys.Log(network, nodes.Find(v.Key)!), v.Value.Log)).FirstOrDefault(l => Holds(l.Key, l.Log, text)).Log;
        if (log is null)
        {
            return null;
        }

        var note = new SignedNote(checkpoint.ToString(), [log, .. agreeing.Select(v => v.Value.Vote)]).ToString();
        Certificate = (checkpoint, note);
        foreach (var (number, vote) in _votes)
        {
            if (vote.Checkpoint != checkpoint)
            {
                Blame(number, vote);
            }
        }

        return Certificate;
    }

    private void Blame(int node, CountedVote vote) =>
        _evidence.Add(new Evidence(epoch, vote.Note, height, EvidenceKind.WrongVote, node, Certificate!.Value.Note));

    /// <summary>A note of two signatures, the second the node's vote; the first is looked at when it is needed.</summary>
    private CountedVote? Read(string note, Node node)
    {
        if (SignedNote.TryParse(Encoding.UTF8.GetBytes(note), out var signed) != NoteFault.None || signed!.Signatures.Count != 2
            || Checkpoint.Parse(signed.Text) is not { Extensions.Count: 0 } checkpoint
            || !string.Equals(checkpoint.Origin, network.ToString(), StringComparison.Ordinal))
        {
            return null;
        }

        var text = signed.TextBytes;
        var (log, vote) = (signed.Signatures[0], signed.Signatures[1]);
        return Holds(NodeNoteKeys.Vote(network, node), vote, text)
            ? new CountedVote(checkpoint, note, log, vote)
            : null;
    }

    private static bool Holds(NoteKey key, NoteSignature signature, ReadOnlySpan<byte> text) =>
        signature.Claims(key) && key.Verify(signature, text, out _);

    private sealed record CountedVote(Checkpoint Checkpoint, string Note, NoteSignature Log, NoteSignature Vote);
}
