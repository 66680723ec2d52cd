using System.Globalization;
using System.Text;
using Mingjian.Cryptography;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Log;

/// <summary>Why a proof does not show that an entry is in a final tree. Numbers are stable.</summary>
public enum TlogProofFault
{
    None = 0,

    /// <summary>The checkpoint is not final; see <see cref="TlogProofResult.Checkpoint"/>.</summary>
    Checkpoint = 1,

    /// <summary>Index and path do not lead from the entry to the checkpoint's root.</summary>
    Inclusion = 2,
}

/// <summary>What checking a proof found.</summary>
public sealed record TlogProofResult(TlogProofFault Fault, CheckpointResult Checkpoint);

/// <summary>Proof that an entry is in a log (C2SP tlog-proof@v1).</summary>
/// <param name="Extra">Anything, or null; not authenticated. Mingjian writes none.</param>
/// <param name="Index">Of the entry, from 0.</param>
/// <param name="Path">Audit path, leaf's sibling first; at most 63 hashes.</param>
/// <param name="Checkpoint">The signed note, verbatim.</param>
public sealed record TlogProof(byte[]? Extra, long Index, IReadOnlyList<Hash32> Path, string Checkpoint)
{
    /// <summary>First line.</summary>
    public const string Header = "c2sp.org/tlog-proof@v1";

    private const string ExtraPrefix = "extra ";
    private const string IndexPrefix = "index ";

    /// <summary>Reads the text form; null for any other spelling. The checkpoint is cut off, not looked into.</summary>
    public static TlogProof? Parse(string text)
    {
        var rest = text.AsSpan();
        if (!NoteText.TryTakeLine(ref rest, out var line) || line is not Header || !NoteText.TryTakeLine(ref rest, out line))
        {
            return null;
        }

        byte[]? extra = null;
        if (line.StartsWith(ExtraPrefix))
        {
            extra = NoteText.DecodeBase64(line[ExtraPrefix.Length..]);
            if (extra is null || !NoteText.TryTakeLine(ref rest, out line))
            {
                return null;
            }
        }

        if (!line.StartsWith(IndexPrefix) || !NoteText.TryDecimal(line[IndexPrefix.Length..], out var index))
        {
            return null;
        }

        var path = new List<Hash32>();
        while (NoteText.TryTakeLine(ref rest, out line) && !line.IsEmpty)
        {
            if (path.Count == Merkle.MaxPathLength || !Hash32.TryParse(line.ToString(), out var hash))
            {
                return null;
            }

            path.Add(hash);
        }

        return line.IsEmpty && !rest.IsEmpty ? new TlogProof(extra, index, path, rest.ToString()) : null;
    }

    /// <summary>Checks signatures, quorum and inclusion, in this order.</summary>
    /// <param name="entry">The entry's bytes.</param>
    /// <param name="policy">Whose signatures count.</param>
    /// <param name="refuseUnknown">See <see cref="CheckpointPolicy.Check(ReadOnlySpan{byte}, bool)"/>.</param>
    public TlogProofResult Check(ReadOnlySpan<byte> entry, CheckpointPolicy policy, bool refuseUnknown = false)
    {
        var checkpoint = policy.Check(Checkpoint, refuseUnknown);
        if (checkpoint.Fault != CheckpointFault.None)
        {
            return new(TlogProofFault.Checkpoint, checkpoint);
        }

        var included = Merkle.VerifyInclusion(
            Merkle.HashLeaf(entry), Index, checkpoint.Checkpoint!.Size, Path, checkpoint.Checkpoint.Root);
        return new(included ? TlogProofFault.None : TlogProofFault.Inclusion, checkpoint);
    }

    /// <summary>The text form.</summary>
    public override string ToString()
    {
        var builder = new StringBuilder(Header).Append('\n');
        if (Extra is not null)
        {
            builder.Append(ExtraPrefix).Append(Convert.ToBase64String(Extra)).Append('\n');
        }

        builder.Append(CultureInfo.InvariantCulture, $"{IndexPrefix}{Index}\n");
        foreach (var hash in Path)
        {
            builder.Append(hash).Append('\n');
        }

        return builder.Append('\n').Append(Checkpoint).ToString();
    }
}
