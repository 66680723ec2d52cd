using System.Globalization;
using System.Text;

namespace Mingjian.Log.Notes;

/// <summary>Spelling rules that notes, checkpoints and proofs share: one valid spelling each.</summary>
internal static class NoteText
{
    public static UTF8Encoding StrictUtf8 { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes UTF-8 without byte order mark; null for broken bytes.</summary>
    public static string? Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Standard padded base64 (RFC 4648 section 4); null for white space, spare bits and other spellings.</summary>
    public static byte[]? DecodeBase64(ReadOnlySpan<char> text)
    {
        var bytes = new byte[(text.Length / 4 * 3) + 3];
        if (!Convert.TryFromBase64Chars(text, bytes, out var written))
        {
            return null;
        }

        var result = bytes[..written];
        return text.SequenceEqual(Convert.ToBase64String(result)) ? result : null;
    }

    /// <summary>ASCII decimal without sign or leading zeros, up to 2^63-1.</summary>
    public static bool TryDecimal(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        return text.Length is >= 1 and <= 19 && !text.ContainsAnyExceptInRange('0', '9') && (text.Length == 1 || text[0] != '0')
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Key names: not empty, no Unicode space, no '+' and no control character.</summary>
    public static bool IsKeyName(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            if (c == '+' || char.IsWhiteSpace(c) || c < ' ')
            {
                return false;
            }
        }

        return !name.IsEmpty;
    }

    /// <summary>False when the text holds a control character below U+0020 other than the newline, or half a surrogate pair.</summary>
    public static bool IsPlain(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(c) || (c < ' ' && c != '\n'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Cuts the first line off, without its newline; false when there is none.</summary>
    public static bool TryTakeLine(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> line)
    {
        var end = rest.IndexOf('\n');
        line = end < 0 ? [] : rest[..end];
        rest = end < 0 ? rest : rest[(end + 1)..];
        return end >= 0;
    }
}
