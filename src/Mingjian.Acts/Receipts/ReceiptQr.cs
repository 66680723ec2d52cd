using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Mingjian.Acts.Receipts;

/// <summary>What has been scanned of a receipt that stands on paper as numbered QR codes.</summary>
/// <param name="Total">How many codes the receipt has.</param>
/// <param name="Missing">1-based numbers still to scan; empty when complete.</param>
/// <param name="Receipt">The receipt's text once complete; else null.</param>
public sealed record ReceiptScan(int Total, IReadOnlyList<int> Missing, string? Receipt);

/// <summary>A receipt as a few QR codes, and back (docs/reference/formats.md, "Receipt").</summary>
/// <remarks>
/// <c>MJ1/&lt;i&gt;/&lt;n&gt;/&lt;tag&gt;/&lt;base45 slice&gt;</c>, all in QR alphanumeric mode. The slices together are a raw deflate stream of a frame: the
/// receipt with entry and payload bare instead of in base64, which compresses to about half. The tag is the same in all codes of one
/// receipt (first four bytes of SHA-256 of the deflate stream, upper-case hex), so codes of different receipts never mix.
/// The codes leave the standing out: it would double their number, and on paper it says the less the older the paper is. Whoever scans them
/// has to ask for a fresh one, or is told that later reversals were not checked.
/// </remarks>
public static class ReceiptQr
{
    /// <summary>Most bytes in one code: with base45 and header some 870 characters, QR version 20 at level M, 0.6 mm a module on A5.</summary>
    public const int SliceBytes = 560;

    /// <summary>Most codes of one receipt; longer ones exist as files only.</summary>
    public const int MaxParts = 24;

    private const string Prefix = "MJ1/";
    private const int TagBytes = 4;
    private const int MaxPartLength = 2048;

    private static readonly byte[] PayloadMark = Encoding.ASCII.GetBytes("\"payload\":\"");

    /// <summary>The texts of the codes, in order; empty when the receipt is too large for <see cref="MaxParts"/> codes.</summary>
    public static IReadOnlyList<string> Encode(ReceiptFile receipt)
    {
        var deflated = Deflate(Frame(receipt));
        var tag = TagOf(deflated);
        var slices = deflated.Chunk((deflated.Length + PartCount(deflated.Length) - 1) / PartCount(deflated.Length)).ToArray();
        return slices.Length > MaxParts
            ? []
            : [.. slices.Select((slice, i) => string.Create(
                CultureInfo.InvariantCulture, $"{Prefix}{i + 1}/{slices.Length}/{tag}/{Base45.Encode(slice)}"))];
    }

    /// <summary>True for a text that is one of our codes; anything else a camera meets is of no interest.</summary>
    public static bool IsPart(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Puts scanned codes together, in any order; repeated ones do no harm.</summary>
    /// <exception cref="ReceiptFormatException">A code is damaged, or codes of different receipts are mixed.</exception>
    public static ReceiptScan Decode(IReadOnlyCollection<string> parts)
    {
        var total = 0;
        var tag = string.Empty;
        var slices = new SortedDictionary<int, byte[]>();
        foreach (var part in parts)
        {
            var (number, count, partTag, slice) = Read(part);
            if (slices.Count > 0 && (count != total || partTag != tag))
            {
                throw new ReceiptFormatException("这些二维码不属于同一张凭证，请只扫描同一张凭证上的二维码。");
            }

            (total, tag) = (count, partTag);
            if (slices.TryGetValue(number, out var known) && !known.AsSpan().SequenceEqual(slice))
            {
                throw new ReceiptFormatException($"第 {number} 个二维码前后两次扫描的内容不同。");
            }

            slices[number] = slice;
        }

        if (slices.Count == 0)
        {
            throw new ReceiptFormatException("没有扫描到凭证二维码。");
        }

        int[] missing = [.. Enumerable.Range(1, total).Where(i => !slices.ContainsKey(i))];
        return new ReceiptScan(total, missing, missing.Length > 0 ? null : Join([.. slices.Values], tag));
    }

    private static int PartCount(int length) => (length + SliceBytes - 1) / SliceBytes;

    private static (int Number, int Count, string Tag, byte[] Slice) Read(string part)
    {
        // Base45 contains '/', so only the first four separators count.
        var fields = part.Length <= MaxPartLength ? part.Split('/', 5) : [];
        if (fields.Length != 5 || !IsPart(part) || !TryNumber(fields[1], out var number) || !TryNumber(fields[2], out var count)
            || number > count || fields[3].Length != 2 * TagBytes || Base45.Decode(fields[4]) is not { Length: > 0 } slice)
        {
            throw new ReceiptFormatException("这不是凭证二维码，或者没有扫描完整。");
        }

        return (number, count, fields[3], slice);
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is >= 1 and <= MaxParts && text[0] != '0';

    private static string Join(byte[][] slices, string tag)
    {
        byte[] deflated = [.. slices.SelectMany(s => s)];
        if (TagOf(deflated) != tag)
        {
            throw new ReceiptFormatException("二维码内容有误，请重新扫描。");
        }

        return Unframe(Inflate(deflated));
    }

    private static string TagOf(byte[] deflated) => Convert.ToHexString(SHA256.HashData(deflated).AsSpan(0, TagBytes));

    /// <summary>Three parts with 32-bit lengths (entry up to the payload, payload, rest of the entry), then the text after the entry line.</summary>
    private static byte[] Frame(ReceiptFile receipt)
    {
        var (head, payload, tail) = SplitPayload(receipt.Entry);
        var after = Encoding.UTF8.GetBytes($"{(receipt.Holder is null ? string.Empty : $"member {receipt.Holder}\n")}\n{receipt.Proof}");
        using var frame = new MemoryStream();
        Span<byte> length = stackalloc byte[4];
        foreach (var part in new[] { head, payload, tail, after })
        {
            BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
            frame.Write(length);
            frame.Write(part);
        }

        return frame.ToArray();
    }

    private static string Unframe(byte[] frame)
    {
        var rest = frame.AsSpan();
        var head = Take(ref rest);
        var payload = Take(ref rest);
        var tail = Take(ref rest);
        var after = Take(ref rest);
        if (!rest.IsEmpty)
        {
            throw new ReceiptFormatException("二维码内容有误，请重新扫描。");
        }

        byte[] entry = payload.IsEmpty
            ? [.. head, .. tail]
            : [.. head, .. Encoding.ASCII.GetBytes(Convert.ToBase64String(payload)), .. tail];
        return $"{ReceiptFile.Header}\nentry {Convert.ToBase64String(entry)}\n{Encoding.UTF8.GetString(after)}";
    }

    private static ReadOnlySpan<byte> Take(ref Span<byte> rest)
    {
        if (rest.Length >= 4 && BinaryPrimitives.ReadInt32BigEndian(rest) is var length && length >= 0 && length <= rest.Length - 4)
        {
            var part = rest.Slice(4, length);
            rest = rest[(4 + length)..];
            return part;
        }

        throw new ReceiptFormatException("二维码内容有误，请重新扫描。");
    }

    private static (byte[] Head, byte[] Payload, byte[] Tail) SplitPayload(byte[] entry)
    {
        var start = entry.AsSpan().IndexOf(PayloadMark);
        if (start >= 0)
        {
            start += PayloadMark.Length;
            var length = entry.AsSpan(start).IndexOf((byte)'"');
            if (length > 0 && ReceiptFile.DecodeBase64(Encoding.Latin1.GetString(entry, start, length)) is { } payload)
            {
                return (entry[..start], payload, entry[(start + length)..]);
            }
        }

        return (entry, [], []);
    }

    private static byte[] Deflate(byte[] data)
    {
        using var output = new MemoryStream();
        using (var deflate = new DeflateStream(output, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            deflate.Write(data);
        }

        return output.ToArray();
    }

    private static byte[] Inflate(byte[] deflated)
    {
        try
        {
            using var inflate = new DeflateStream(new MemoryStream(deflated), CompressionMode.Decompress);
            var buffer = new byte[ReceiptFile.MaxSize + 1];
            var read = inflate.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return read <= ReceiptFile.MaxSize ? buffer[..read] : throw new ReceiptFormatException("二维码内容超出凭证的大小。");
        }
        catch (InvalidDataException e)
        {
            throw new ReceiptFormatException("二维码内容有误，请重新扫描。", e);
        }
    }
}
