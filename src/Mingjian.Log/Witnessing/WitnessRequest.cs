using System.Globalization;
using System.Text;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Log.Witnessing;

/// <summary>
/// A checkpoint with the proof that it continues an older one: the body of C2SP tlog-witness <c>add-checkpoint</c>, and what
/// <c>/ledger/witnessed</c> answers.
/// </summary>
/// <param name="OldSize">Size of the older tree; 0 for none.</param>
/// <param name="Proof">RFC 6962 consistency path from it; empty for none. Nobody has checked it yet.</param>
/// <param name="Note">The checkpoint; nobody has checked its signatures yet.</param>
public sealed record WitnessRequest(long OldSize, IReadOnlyList<Hash32> Proof, SignedNote Note)
{
    /// <summary>Most proof lines that the specification allows.</summary>
    public const int MaxProof = 63;

    /// <summary>Largest accepted body: the proof, and a note of a hundred signatures with room.</summary>
    public const int MaxSize = 64 * 1024;

    private const string OldPrefix = "old ";

    /// <summary>Reads a body; null for anything but the one spelling.</summary>
    /// <param name="bytes">Never trusted.</param>
    public static WitnessRequest? TryParse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxSize || NoteText.Decode(bytes) is not { } text)
        {
            return null;
        }

        var rest = text.AsSpan();
        if (!NoteText.TryTakeLine(ref rest, out var line) || !line.StartsWith(OldPrefix) || !NoteText.TryDecimal(line[OldPrefix.Length..], out var old))
        {
            return null;
        }

        var proof = new List<Hash32>();
        while (true)
        {
            if (!NoteText.TryTakeLine(ref rest, out line))
            {
                return null;
            }

            if (line.IsEmpty)
            {
                break;
            }

            if (proof.Count == MaxProof || !Hash32.TryParse(line.ToString(), out var hash))
            {
                return null;
            }

            proof.Add(hash);
        }

        return SignedNote.TryParse(rest.ToString(), out var note) == NoteFault.None ? new WitnessRequest(old, proof, note!) : null;
    }

    /// <summary>The bytes.</summary>
    public byte[] Encode()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{OldPrefix}{OldSize}\n");
        foreach (var hash in Proof)
        {
            text.Append(CultureInfo.InvariantCulture, $"{hash}\n");
        }

        return NoteText.StrictUtf8.GetBytes(text.Append('\n').Append(Note).ToString());
    }
}

/// <summary>Signature lines as a witness answers them.</summary>
public static class WitnessAnswer
{
    /// <summary>The lines of a text whose keys are known and whose signatures over a checkpoint hold; all others are passed over.</summary>
    /// <param name="text">Never trusted.</param>
    /// <param name="checkpoint">Whose text was to be cosigned.</param>
    /// <param name="key">The witness's, of type cosignature.</param>
    public static NoteSignature? Find(string text, SignedNote checkpoint, NoteKey key) =>
        SignedNote.TryParse(checkpoint.Text + "\n" + text, out var note) == NoteFault.None
            && string.Equals(note!.Text, checkpoint.Text, StringComparison.Ordinal)
            ? note.Signatures.FirstOrDefault(s => s.Claims(key) && key.Verify(s, checkpoint.TextBytes, out var time) && time > 0)
            : null;
}
