using System.Globalization;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Log.Notes;

/// <summary>The body of a checkpoint (C2SP tlog-checkpoint v1.0.0): which tree a log claims to have.</summary>
/// <param name="Origin">The log's name; not empty, one line.</param>
/// <param name="Size">Entries.</param>
/// <param name="Root">RFC 6962 root over them.</param>
/// <param name="Extensions">Lines that the specification advises against; Mingjian writes none and accepts none.</param>
public sealed record Checkpoint(string Origin, long Size, Hash32 Root, IReadOnlyList<string> Extensions)
{
    /// <summary>Most extension lines read.</summary>
    public const int MaxExtensions = 16;

    /// <summary>A checkpoint as Mingjian writes it.</summary>
    public Checkpoint(string origin, long size, Hash32 root)
        : this(origin, size, root, [])
    {
    }

    /// <summary>Reads a note's text; null for any other spelling.</summary>
    /// <param name="text">Final newline included.</param>
    public static Checkpoint? Parse(string text)
    {
        var rest = text.AsSpan();
        if (!NoteText.TryTakeLine(ref rest, out var origin) || origin.IsEmpty
            || !NoteText.TryTakeLine(ref rest, out var sizeText) || !NoteText.TryDecimal(sizeText, out var size)
            || !NoteText.TryTakeLine(ref rest, out var rootText) || !Hash32.TryParse(rootText.ToString(), out var root)
            || (size == 0 && root != Merkle.EmptyRoot))
        {
            return null;
        }

        var extensions = new List<string>();
        while (!rest.IsEmpty)
        {
            if (!NoteText.TryTakeLine(ref rest, out var line) || line.IsEmpty || extensions.Count == MaxExtensions)
            {
                return null;
            }

            extensions.Add(line.ToString());
        }

        return new Checkpoint(origin.ToString(), size, root, extensions);
    }

    /// <summary>The checkpoint in a signed note, whoever signed it; null when it is no note, or no checkpoint.</summary>
    public static Checkpoint? OfNote(string note) => SignedNote.TryParse(note, out var parsed) == NoteFault.None ? Parse(parsed!.Text) : null;

    /// <summary>The text that is signed, final newline included.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Root}\n{string.Concat(Extensions.Select(e => e + "\n"))}");

    /// <summary>A signed note of this checkpoint: the log's signature, then the cosignatures.</summary>
    /// <param name="log">Signs as the log.</param>
    /// <param name="cosigners">Sign with the time.</param>
    /// <param name="time">POSIX seconds.</param>
    public SignedNote Sign(NoteSigner log, IReadOnlyList<NoteSigner> cosigners, long time)
    {
        var text = ToString();
        return new SignedNote(text, [log.Sign(text), .. cosigners.Select(c => c.Sign(text, time))]);
    }

    /// <inheritdoc/>
    public bool Equals(Checkpoint? other) =>
        other is not null && string.Equals(ToString(), other.ToString(), StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => Root.GetHashCode();
}
