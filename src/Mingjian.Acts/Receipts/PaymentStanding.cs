using System.Globalization;
using System.Text;
using Mingjian.Cryptography;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Log.Notes;
using Mingjian.Log.State;
using Mingjian.Primitives;

namespace Mingjian.Acts.Receipts;

/// <summary>What the ledger's state says of one payment as of one block, with the proof: part of a receipt, or fetched fresh for one.</summary>
/// <remarks>
/// Text form in docs/reference/formats.md, "Payment standing"; one encoding only. It proves nothing by itself: <see cref="ReceiptVerifier"/>
/// checks it together with the receipt. A later block may say otherwise, so what it shows is always "as of block N".
/// </remarks>
/// <param name="Key">State key of the payment's record.</param>
/// <param name="Value">The record's canonical bytes, 1 to <see cref="MaxValue"/>.</param>
/// <param name="Proof">That the key has the value under the seal's state root.</param>
/// <param name="Seal">Bytes of the seal entry of block N.</param>
/// <param name="Reversal">The act that reversed the payment; null while in force, or where it is not known.</param>
/// <param name="SealProof">That the seal stands in the log; its checkpoint covers block N.</param>
public sealed record PaymentStanding(
    string Key, byte[] Value, StateProof Proof, byte[] Seal, ReversalEvidence? Reversal, TlogProof SealProof)
{
    /// <summary>First line.</summary>
    public const string Header = "mingjian-payment-standing@v1";

    /// <summary>Usual file name extension.</summary>
    public const string Extension = ".mjstanding";

    public const string MediaType = "application/vnd.mingjian.payment-standing.v1";

    /// <summary>Largest accepted text in bytes: a reversal of the largest entry in base64, and ample room for the proofs.</summary>
    public const int MaxSize = 160 * 1024;

    /// <summary>Largest record in bytes; twelve months need about 1,100.</summary>
    public const int MaxValue = 16 * 1024;

    private const int MaxKey = 512;

    /// <summary>Reads the one encoding; nothing is checked against anything.</summary>
    /// <exception cref="ReceiptFormatException">Anything else.</exception>
    public static PaymentStanding Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxSize)
        {
            throw new ReceiptFormatException("状态证明太大。");
        }

        try
        {
            var lines = new LineReader(ReceiptFile.Strict.GetString(bytes), "状态证明");
            lines.Take(Header);
            var standing = new PaymentStanding(
                lines.TakeAfter("key "),
                Bounded(lines.TakeBase64("value "), MaxValue),
                StateProof.TryDecode(lines.TakeBase64("proof ")) ?? throw Malformed(),
                Bounded(lines.TakeBase64("seal "), LogEntry.MaxSize),
                lines.StartsWith("reversal ") ? ReversalEvidence.Parse(lines.TakeAfter("reversal ")) : null,
                TakeProof(lines));
            return standing.Encode().AsSpan().SequenceEqual(bytes) && standing.Key.Length is > 0 and <= MaxKey ? standing : throw Malformed();
        }
        catch (DecoderFallbackException e)
        {
            throw new ReceiptFormatException("状态证明里有不是文字的内容，可能已损坏。", e);
        }
    }

    /// <summary>The text form.</summary>
    public override string ToString() =>
        $"{Header}\nkey {Key}\nvalue {Convert.ToBase64String(Value)}\nproof {Convert.ToBase64String(Proof.Encode())}\n"
        + $"seal {Convert.ToBase64String(Seal)}\n{(Reversal is null ? string.Empty : $"reversal {Reversal}\n")}\n{SealProof}";

    /// <summary>The bytes of the text.</summary>
    public byte[] Encode() => ReceiptFile.Strict.GetBytes(ToString());

    internal static ReceiptFormatException Malformed() => new("状态证明的格式不对，可能被改动或截断。");

    internal static byte[] Bounded(byte[] bytes, int most) => bytes.Length <= most ? bytes : throw Malformed();

    private static TlogProof TakeProof(LineReader lines)
    {
        lines.Take(string.Empty);
        return TlogProof.Parse(lines.Rest) is { Extra: null } proof
            && SignedNote.TryParse(proof.Checkpoint, out var note) == NoteFault.None
            && Checkpoint.Parse(note!.Text) is { Extensions.Count: 0 }
            && string.Equals(note.ToString(), proof.Checkpoint, StringComparison.Ordinal)
            ? proof
            : throw Malformed();
    }
}

/// <summary>The log entry that reversed a payment, and that it stands under the same checkpoint as the standing's seal.</summary>
/// <param name="Index">Of the entry, from 0.</param>
/// <param name="Entry">Its bytes.</param>
/// <param name="Path">Audit path, at most 63 hashes.</param>
public sealed record ReversalEvidence(long Index, byte[] Entry, IReadOnlyList<Hash32> Path)
{
    internal static ReversalEvidence Parse(string text)
    {
        var fields = text.Split(' ');
        if (fields.Length != 3 || !long.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            || ReceiptFile.DecodeBase64(fields[1]) is not { Length: > 0 and <= LogEntry.MaxSize } entry
            || ReceiptFile.DecodeBase64(fields[2]) is not { Length: > 0 and <= Merkle.MaxPathLength * Hash32.Size } path
            || path.Length % Hash32.Size != 0)
        {
            throw PaymentStanding.Malformed();
        }

        return new ReversalEvidence(index, entry, [.. path.Chunk(Hash32.Size).Select(h => new Hash32(h))]);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Index} {Convert.ToBase64String(Entry)} {Convert.ToBase64String([.. Path.SelectMany(h => h.ToArray())])}");
}

/// <summary>Takes a text apart line by line.</summary>
internal sealed class LineReader(string text, string what)
{
    private int _position;

    /// <summary>What has not been taken.</summary>
    public string Rest => text[_position..];

    public bool StartsWith(string prefix) => text.AsSpan(_position).StartsWith(prefix, StringComparison.Ordinal);

    /// <summary>Takes exactly this line.</summary>
    public void Take(string line)
    {
        if (!string.Equals(TakeLine(), line, StringComparison.Ordinal))
        {
            throw new ReceiptFormatException(line.Length == 0 ? $"{what}里的记录和证明之间应当只有一个空行。" : $"{what}的第一行应当是“{line}”。");
        }
    }

    public string TakeAfter(string prefix)
    {
        var line = TakeLine();
        return line.StartsWith(prefix, StringComparison.Ordinal)
            ? line[prefix.Length..]
            : throw new ReceiptFormatException($"{what}里应当有一行以“{prefix.TrimEnd()}”开头。");
    }

    public byte[] TakeBase64(string prefix) => ReceiptFile.DecodeBase64(TakeAfter(prefix)) is { Length: > 0 } bytes
        ? bytes
        : throw new ReceiptFormatException($"{what}里“{prefix.TrimEnd()}”一行的内容不对。");

    private string TakeLine()
    {
        var end = text.IndexOf('\n', _position);
        if (end < 0)
        {
            throw new ReceiptFormatException($"{what}不完整，可能被截断。");
        }

        var line = text[_position..end];
        _position = end + 1;
        return line;
    }
}

/// <summary>How whoever holds a receipt asks for a fresh standing without showing who he is.</summary>
/// <remarks>
/// The proof is a hash of the whole entry in a domain of its own. The entry's leaf hash would not do: hash tiles are public. Whoever has
/// the entry has the receipt; nobody else can compute it, and the server learns nothing that it does not have.
/// </remarks>
/// <param name="Index">Of the receipt's entry.</param>
/// <param name="Proof">64 lower-case hexadecimal digits.</param>
public sealed record StandingQuery(long Index, string Proof)
{
    /// <summary>Request header that carries <see cref="Proof"/>: headers, unlike addresses, do not end up in logs.</summary>
    public const string ProofHeader = "Mingjian-Receipt";

    /// <summary>Where to ask, below the server's address; the index follows.</summary>
    public const string Address = "/api/v1/standing/";

    /// <summary>The question for a receipt.</summary>
    /// <exception cref="ReceiptFormatException">Its proof cannot be read.</exception>
    public static StandingQuery For(ReceiptFile receipt) => TlogProof.Parse(receipt.Proof) is { } proof
        ? new(proof.Index, ProofOf(receipt.Entry))
        : throw new ReceiptFormatException("凭证里的账本证明格式不对，可能被改动或截断。");

    /// <summary>SHA-256 of <c>mingjian.receipt-holder/v1\0</c> and the entry.</summary>
    public static string ProofOf(ReadOnlySpan<byte> entry) => Convert.ToHexStringLower(Hash32.Of([.. "mingjian.receipt-holder/v1\0"u8, .. entry]).ToArray());
}
