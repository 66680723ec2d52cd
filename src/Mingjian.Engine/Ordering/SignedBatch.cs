using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Primitives;

namespace Mingjian.Engine.Ordering;

/// <summary>Why bytes are not a batch of a node. Numbers are stable.</summary>
public enum BatchFault
{
    None = 0,

    /// <summary>Larger than <see cref="SignedBatch.MaxSize"/>, or not the one encoding of a batch.</summary>
    Form = 1,

    /// <summary>Another network's, or another node's than the one under whose name it was ordered.</summary>
    Origin = 2,

    /// <summary>Not signed with the node's batch key.</summary>
    Signature = 3,

    /// <summary>By a node that is not in the node set of the block.</summary>
    NotANode = 4,

    /// <summary>Holds an act that no honest node hands on: malformed, of another network, or with a signature that does not hold.</summary>
    Act = 5,
}

/// <summary>Acts that one node proposes in one piece, signed by it (docs/reference/formats.md, "Batch").</summary>
/// <remarks>
/// Bytes: <c>mingjian-batch@v3\n</c>, the header's canonical JSON, <c>\n</c>, the 32-bit big-endian length of the content, the content in Brotli
/// (RFC 7932), and last 64 bytes of Ed25519 over all that stands before them. The content: each envelope behind its 32-bit big-endian length.
/// Acts of one kind have much in common: the order carries, and writes to every member's disk, about a quarter of their bytes.
/// </remarks>
public sealed class SignedBatch
{
    /// <summary>Largest batch, and largest content of one, in bytes: what an ordered log takes in without choking, with room for one largest envelope.</summary>
    public const int MaxSize = 192 * 1024;

    private const int MaxHeader = 1024;

    // Quality 2 and more give nothing worth their time for acts; the window spans the largest content.
    private const int Quality = 1;
    private const int Window = 18;

    private SignedBatch(BatchHeader header, IReadOnlyList<ReadOnlyMemory<byte>> envelopes)
    {
        Header = header;
        Envelopes = envelopes;
    }

    private static ReadOnlySpan<byte> Magic => "mingjian-batch@v3\n"u8;

    public BatchHeader Header { get; }

    /// <summary>Nothing in them is vouched for by more than the node; none in a batch that only states what its node carries.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Envelopes { get; }

    /// <summary>The bytes of a batch.</summary>
    /// <param name="sign">Ed25519 with the node's batch key.</param>
    public static byte[] Encode(BatchHeader header, IReadOnlyList<ReadOnlyMemory<byte>> envelopes, Func<ReadOnlyMemory<byte>, byte[]> sign)
    {
        var head = CanonicalJson.Encode(header, BatchJson.Canonical);
        var length = envelopes.Sum(e => 4 + e.Length);
        var content = ArrayPool<byte>.Shared.Rent(length);
        var most = BrotliEncoder.GetMaxCompressedLength(length);
        var bytes = ArrayPool<byte>.Shared.Rent(Magic.Length + head.Length + 1 + 4 + most + Ed25519.SignatureLength);
        try
        {
            var at = 0;
            foreach (var envelope in envelopes)
            {
                BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(at), envelope.Length);
                envelope.Span.CopyTo(content.AsSpan(at + 4));
                at += 4 + envelope.Length;
            }

            Magic.CopyTo(bytes);
            head.CopyTo(bytes, Magic.Length);
            at = Magic.Length + head.Length;
            bytes[at++] = (byte)'\n';
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at), length);
            at += 4;
            if (!BrotliEncoder.TryCompress(content.AsSpan(0, length), bytes.AsSpan(at, most), out var written, Quality, Window))
            {
                throw new InvalidOperationException("The content of a batch did not compress.");
            }

            at += written;
            sign(bytes.AsMemory(0, at)).CopyTo(bytes, at);
            return bytes[..(at + Ed25519.SignatureLength)];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(content);
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Reads a batch and checks its signature.</summary>
    /// <param name="bytes">Never trusted.</param>
    /// <param name="network">This ledger.</param>
    /// <param name="proposer">The node under whose name it was ordered.</param>
    /// <param name="batch">Null unless the result is <see cref="BatchFault.None"/>.</param>
    public static BatchFault TryDecode(ReadOnlyMemory<byte> bytes, NetworkId network, Node proposer, out SignedBatch? batch)
    {
        batch = null;
        if (bytes.Length > MaxSize || bytes.Length < Magic.Length + Ed25519.SignatureLength || !bytes.Span.StartsWith(Magic))
        {
            return BatchFault.Form;
        }

        var signed = bytes[..^Ed25519.SignatureLength];
        var rest = signed[Magic.Length..];
        var end = rest.Span[..Math.Min(rest.Length, MaxHeader)].IndexOf((byte)'\n');
        if (end < 0 || ReadHeader(rest.Span[..end]) is not { } header)
        {
            return BatchFault.Form;
        }

        if (header.Carries < 1)
        {
            return BatchFault.Form;
        }

        if (header.Network != network || header.Node != proposer.Number)
        {
            return BatchFault.Origin;
        }

        if (!Ed25519.Verify(proposer.BatchKey.ToArray(), signed.Span, bytes.Span[^Ed25519.SignatureLength..]))
        {
            return BatchFault.Signature;
        }

        // Only what a node of the network has signed is unpacked.
        if (Unpack(rest.Span[(end + 1)..]) is not { } content || ReadEnvelopes(content) is not { } envelopes)
        {
            return BatchFault.Form;
        }

        batch = new SignedBatch(header, envelopes);
        return BatchFault.None;
    }

    /// <summary>Whether a batch says that it asks for the restart of a height. Nothing else of it is looked at.</summary>
    internal static bool SaysRestart(ReadOnlyMemory<byte> bytes)
    {
        if (!bytes.Span.StartsWith(Magic))
        {
            return false;
        }

        var rest = bytes.Span[Magic.Length..];
        var end = rest[..Math.Min(rest.Length, MaxHeader)].IndexOf((byte)'\n');
        return end >= 0 && rest[..end].IndexOf("\"restart\":true"u8) >= 0;
    }

    private static BatchHeader? ReadHeader(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return CanonicalJson.Decode(bytes, BatchJson.Canonical);
        }
        catch (CanonicalJsonException)
        {
            return null;
        }
    }

    /// <summary>The content, or null when it is not exactly as long as is said.</summary>
    private static byte[]? Unpack(ReadOnlySpan<byte> packed)
    {
        var length = packed.Length < 4 ? -1 : BinaryPrimitives.ReadInt32BigEndian(packed);
        if (length is < 0 or > MaxSize)
        {
            return null;
        }

        var content = new byte[length];
        return BrotliDecoder.TryDecompress(packed[4..], content, out var written) && written == length ? content : null;
    }

    private static List<ReadOnlyMemory<byte>>? ReadEnvelopes(ReadOnlyMemory<byte> rest)
    {
        var envelopes = new List<ReadOnlyMemory<byte>>();
        while (!rest.IsEmpty)
        {
            if (rest.Length < 4)
            {
                return null;
            }

            var length = BinaryPrimitives.ReadInt32BigEndian(rest.Span);
            if (length is < 1 or > Envelope.MaxSize || length > rest.Length - 4)
            {
                return null;
            }

            envelopes.Add(rest.Slice(4, length));
            rest = rest[(4 + length)..];
        }

        return envelopes;
    }
}

/// <summary>What a batch says of itself.</summary>
/// <param name="Carries">The newest protocol that the proposer's program carries, from 1.</param>
/// <param name="Network">The ledger it is for.</param>
/// <param name="Node">The proposer's number.</param>
/// <param name="Time">The proposer's clock.</param>
/// <param name="Restart">True when an act in it asks for the restart of a height, which nodes look for before it is the batch's turn; else null.</param>
public sealed record BatchHeader(int Carries, NetworkId Network, int Node, LedgerTime Time, bool? Restart = null)
{
    /// <summary>The header of a batch of admitted acts.</summary>
    public static BatchHeader Of(int carries, NetworkId network, int node, LedgerTime time, IEnumerable<AdmittedTransaction> transactions) =>
        new(carries, network, node, time, transactions.Any(t => t.Command is IRestartsHeight) ? true : null);
}

/// <summary>Serialisation of batch headers.</summary>
[JsonSerializable(typeof(BatchHeader))]
internal sealed partial class BatchJson : JsonSerializerContext
{
    public static JsonTypeInfo<BatchHeader> Canonical { get; } =
        (JsonTypeInfo<BatchHeader>)CanonicalJson.CreateOptions(new BatchJson()).GetTypeInfo(typeof(BatchHeader));
}
