using System.Text;
using Mingjian.Log.Entries;
using Mingjian.Primitives;

namespace Mingjian.Acts.Receipts;

/// <summary>Bytes that are not the one encoding of a receipt. The message is Chinese: it is shown to whoever checks the receipt.</summary>
public sealed class ReceiptFormatException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// A receipt (凭证): one log entry, what opens the holder's name, the proof that a final checkpoint contains the entry, and what the state said
/// of the payment as of a block.
/// </summary>
/// <remarks>Text form in docs/reference/formats.md, "Receipt". A receipt proves nothing by itself: <see cref="ReceiptVerifier"/> checks it.</remarks>
/// <param name="Entry">Bytes of the log entry, 1 to 65,535.</param>
/// <param name="Holder">Opens the name commitment of the payment event; null where the receipt names nobody.</param>
/// <param name="Proof">Text of a C2SP tlog-proof@v1, checkpoint included.</param>
/// <param name="Standing">Null where the receipt does not carry one: it then says nothing of later reversals.</param>
public sealed record ReceiptFile(byte[] Entry, ReceiptHolder? Holder, string Proof, PaymentStanding? Standing = null)
{
    /// <summary>First line.</summary>
    public const string Header = "mingjian-receipt@v2";

    /// <summary>Usual file name extension.</summary>
    public const string Extension = ".mjreceipt";

    public const string MediaType = "application/vnd.mingjian.receipt.v2";

    /// <summary>Largest accepted file in bytes: the largest entry and the largest standing in base64, and 64 KiB for the rest.</summary>
    public const int MaxSize = (64 * 1024) + ((LogEntry.MaxSize + PaymentStanding.MaxSize) / 3 * 4);

    private const string EntryPrefix = "entry ";
    private const string HolderPrefix = "member ";
    private const string StandingPrefix = "standing ";

    internal static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the one encoding; the proof is cut off but not looked into.</summary>
    /// <exception cref="ReceiptFormatException">Anything else.</exception>
    public static ReceiptFile Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxSize)
        {
            throw new ReceiptFormatException("文件太大，不是凭证。");
        }

        try
        {
            var lines = new LineReader(Strict.GetString(bytes), "凭证");
            lines.Take(Header);
            var entry = lines.TakeBase64(EntryPrefix);
            if (entry.Length > LogEntry.MaxSize)
            {
                throw new ReceiptFormatException("账本记录超过 65535 字节。");
            }

            var holder = lines.StartsWith(HolderPrefix) ? ReceiptHolder.Parse(lines.TakeAfter(HolderPrefix)) : null;
            var standing = lines.StartsWith(StandingPrefix) ? PaymentStanding.Parse(lines.TakeBase64(StandingPrefix)) : null;
            lines.Take(string.Empty);
            return new ReceiptFile(entry, holder, lines.Rest, standing);
        }
        catch (DecoderFallbackException e)
        {
            throw new ReceiptFormatException("文件里有不是文字的内容，可能已损坏。", e);
        }
    }

    /// <summary>The text form.</summary>
    public string ToText() =>
        $"{Header}\n{EntryPrefix}{Convert.ToBase64String(Entry)}\n{(Holder is null ? string.Empty : $"{HolderPrefix}{Holder}\n")}"
        + $"{(Standing is null ? string.Empty : $"{StandingPrefix}{Convert.ToBase64String(Standing.Encode())}\n")}\n{Proof}";

    /// <summary>The bytes of the file.</summary>
    public byte[] Encode() => Strict.GetBytes(ToText());

    /// <summary>Decodes base64 with one valid spelling; null for any other.</summary>
    internal static byte[]? DecodeBase64(ReadOnlySpan<char> text)
    {
        var bytes = new byte[(text.Length / 4 * 3) + 3];
        if (!Convert.TryFromBase64Chars(text, bytes, out var written))
        {
            return null;
        }

        var result = bytes[..written];
        return text.SequenceEqual(Convert.ToBase64String(result)) ? result : null;
    }
}

/// <summary>Opens a name commitment.</summary>
/// <param name="Salt">Kept off the ledger until now.</param>
/// <param name="Name">1 to 200 bytes of UTF-8.</param>
public sealed record ReceiptHolder(Salt Salt, string Name)
{
    private const int MaxNameBytes = 200;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal static ReceiptHolder Parse(ReadOnlySpan<char> text)
    {
        var space = text.IndexOf(' ');
        if (space < 0 || !Salt.TryParse(text[..space].ToString(), out var salt)
            || ReceiptFile.DecodeBase64(text[(space + 1)..]) is not { Length: > 0 and <= MaxNameBytes } name)
        {
            throw new ReceiptFormatException("“member”行应当是盐值和姓名（base64）。");
        }

        try
        {
            return new ReceiptHolder(salt, Strict.GetString(name));
        }
        catch (DecoderFallbackException e)
        {
            throw new ReceiptFormatException("姓名不是有效的文字。", e);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Salt} {Convert.ToBase64String(Strict.GetBytes(Name))}";
}
