using System.Buffers.Binary;
using System.Text;
using Mingjian.Primitives;

namespace Mingjian.Log.Notes;

/// <summary>Why bytes are not a signed note. Numbers are stable.</summary>
public enum NoteFault
{
    None = 0,

    /// <summary>Empty or more than <see cref="SignedNote.MaxSize"/> bytes.</summary>
    Size = 1,

    /// <summary>Broken UTF-8, or a control character other than the newline.</summary>
    Encoding = 2,

    /// <summary>No text, or no empty line between text and signatures.</summary>
    Structure = 3,

    /// <summary>A line after the text is not a well-spelt signature.</summary>
    SignatureLine = 4,

    /// <summary>More than <see cref="SignedNote.MaxSignatures"/> signatures.</summary>
    TooManySignatures = 5,
}

/// <summary>One signature line of a note.</summary>
/// <param name="Name">Key name.</param>
/// <param name="KeyId">First 32 bits of the key's hash.</param>
/// <param name="Signature">What follows the key id; at least one byte.</param>
public sealed record NoteSignature(string Name, uint KeyId, byte[] Signature)
{
    /// <summary>Whether it claims to be by a key; whether it is, <see cref="NoteKey.Verify"/> says.</summary>
    public bool Claims(NoteKey key) => key.KeyId == KeyId && string.Equals(key.Name, Name, StringComparison.Ordinal);

    /// <summary>The line without its newline.</summary>
    public override string ToString()
    {
        var blob = new byte[4 + Signature.Length];
        BinaryPrimitives.WriteUInt32BigEndian(blob, KeyId);
        Signature.CopyTo(blob, 4);
        return $"{SignedNote.LinePrefix}{Name} {Convert.ToBase64String(blob)}";
    }
}

/// <summary>A text with signatures (C2SP signed-note v1.0.0). Parsing checks the form only.</summary>
public sealed class SignedNote
{
    /// <summary>Largest accepted note in bytes, as Go's reader has it.</summary>
    public const int MaxSize = 1_000_000;

    /// <summary>Most signatures accepted; the specification wants at least 16.</summary>
    public const int MaxSignatures = 100;

    internal const string LinePrefix = "\u2014 ";

    /// <param name="text">What was signed, final newline included.</param>
    /// <exception cref="ArgumentException">The text does not end with a newline or holds a control character.</exception>
    public SignedNote(string text, params IReadOnlyList<NoteSignature> signatures)
    {
        if (!IsText(text))
        {
            throw new ArgumentException("A note's text ends with a newline and holds no control character.", nameof(text));
        }

        Text = text;
        Signatures = signatures;
    }

    /// <summary>What was signed, final newline included.</summary>
    public string Text { get; }

    /// <summary>In the note's order; known and unknown, checked by nobody yet.</summary>
    public IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>The bytes that signatures cover.</summary>
    public byte[] TextBytes => NoteText.StrictUtf8.GetBytes(Text);

    /// <summary>Reads a note.</summary>
    /// <param name="bytes">Never trusted.</param>
    /// <param name="note">Null unless the result is <see cref="NoteFault.None"/>.</param>
    public static NoteFault TryParse(ReadOnlySpan<byte> bytes, out SignedNote? note)
    {
        note = null;
        if (bytes.Length is 0 or > MaxSize)
        {
            return NoteFault.Size;
        }

        return NoteText.Decode(bytes) is { } text ? TryParse(text, out note) : NoteFault.Encoding;
    }

    /// <summary>As <see cref="TryParse(ReadOnlySpan{byte}, out SignedNote?)"/>, for text that is already decoded.</summary>
    public static NoteFault TryParse(string text, out SignedNote? note)
    {
        note = null;
        if (text.Length is 0 or > MaxSize)
        {
            return NoteFault.Size;
        }

        if (!NoteText.IsPlain(text))
        {
            return NoteFault.Encoding;
        }

        var split = text.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0 || split + 2 == text.Length || text[^1] != '\n')
        {
            return NoteFault.Structure;
        }

        var fault = TryParseLines(text.AsSpan(split + 2), out var signatures);
        note = fault == NoteFault.None ? new SignedNote(text[..(split + 1)], signatures) : null;
        return fault;
    }

    /// <summary>The note's text form.</summary>
    public override string ToString()
    {
        var builder = new StringBuilder(Text).Append('\n');
        foreach (var signature in Signatures)
        {
            builder.Append(signature).Append('\n');
        }

        return builder.ToString();
    }

    private static NoteFault TryParseLines(ReadOnlySpan<char> lines, out List<NoteSignature> signatures)
    {
        signatures = [];
        while (NoteText.TryTakeLine(ref lines, out var line))
        {
            if (ParseLine(line) is not { } signature)
            {
                return NoteFault.SignatureLine;
            }

            if (signatures.Count == MaxSignatures)
            {
                return NoteFault.TooManySignatures;
            }

            signatures.Add(signature);
        }

        return NoteFault.None;
    }

    private static NoteSignature? ParseLine(ReadOnlySpan<char> line)
    {
        if (!line.StartsWith(LinePrefix))
        {
            return null;
        }

        line = line[LinePrefix.Length..];
        var space = line.IndexOf(' ');
        if (space < 0 || !NoteText.IsKeyName(line[..space]) || NoteText.DecodeBase64(line[(space + 1)..]) is not { Length: > 4 } blob)
        {
            return null;
        }

        return new NoteSignature(line[..space].ToString(), BinaryPrimitives.ReadUInt32BigEndian(blob), blob[4..]);
    }

    private static bool IsText(string text) => text.Length > 0 && text[^1] == '\n' && NoteText.IsPlain(text);
}
