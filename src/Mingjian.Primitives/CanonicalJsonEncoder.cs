using System.Buffers;
using System.Text.Encodings.Web;

namespace Mingjian.Primitives;

/// <summary>String escapes of RFC 8785 section 3.2.2.2 and no others.</summary>
/// <remarks>
/// The framework's relaxed encoder escapes more (supplementary planes with rarer Chinese characters, unassigned code points) and
/// writes upper-case hexadecimal. Unsafe code only because the base class passes pointers.
/// </remarks>
internal sealed unsafe class CanonicalJsonEncoder : JavaScriptEncoder
{
    private const string Escaped =
        "\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000a\u000b\u000c\u000d\u000e\u000f"
        + "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\"\\";

    private static readonly SearchValues<char> EscapedChars = SearchValues.Create(Escaped);
    private static readonly SearchValues<byte> EscapedBytes = SearchValues.Create([.. Escaped.Select(c => (byte)c)]);

    public static CanonicalJsonEncoder Instance { get; } = new();

    /// <inheritdoc/>
    public override int MaxOutputCharactersPerInputCharacter => 6;

    /// <inheritdoc/>
    public override int FindFirstCharacterToEncode(char* text, int textLength) =>
        new ReadOnlySpan<char>(text, textLength).IndexOfAny(EscapedChars);

    /// <inheritdoc/>
    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text) => utf8Text.IndexOfAny(EscapedBytes);

    /// <inheritdoc/>
    public override bool WillEncode(int unicodeScalar) => unicodeScalar is < 0x20 or '"' or '\\';

    /// <inheritdoc/>
    public override bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var escape = unicodeScalar switch
        {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\b' => "\\b",
            '\t' => "\\t",
            '\n' => "\\n",
            '\f' => "\\f",
            '\r' => "\\r",
            < 0x10 => $"\\u000{"0123456789abcdef"[unicodeScalar]}",
            _ => $"\\u00{"0123456789abcdef"[unicodeScalar >> 4 & 15]}{"0123456789abcdef"[unicodeScalar & 15]}",
        };
        var copied = escape.TryCopyTo(new Span<char>(buffer, bufferLength));
        numberOfCharactersWritten = copied ? escape.Length : 0;
        return copied;
    }
}
