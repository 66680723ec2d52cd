using System.Globalization;
using System.Text;
using Mingjian.Primitives;

namespace Mingjian.Cryptography;

/// <summary>Pre-authentication encoding of DSSE v1: the bytes that a signature covers.</summary>
public static class Pae
{
    /// <summary><c>DSSEv1 SP len(type) SP type SP len(body) SP body</c>, lengths in bytes as ASCII decimals.</summary>
    public static byte[] Encode(string type, ReadOnlySpan<byte> body)
    {
        var head = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"DSSEv1 {Encoding.UTF8.GetByteCount(type)} {type} {body.Length} "));
        var result = new byte[head.Length + body.Length];
        head.CopyTo(result, 0);
        body.CopyTo(result.AsSpan(head.Length));
        return result;
    }

    /// <summary>PAE of a transaction payload.</summary>
    public static byte[] OfTransaction(ReadOnlySpan<byte> payload) => Encode(Envelope.TransactionType, payload);

    /// <summary>PAE of a batch: what one gesture signs for many acts.</summary>
    /// <param name="root">RFC 6962 root over the PAEs of the batch's transactions.</param>
    public static byte[] OfBatch(Hash32 root)
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        root.CopyTo(bytes);
        return Encode(Envelope.BatchType, bytes);
    }

    /// <summary>The id of the act: SHA-256 of its payload's PAE, whoever signed it.</summary>
    public static Hash32 TransactionId(ReadOnlySpan<byte> payload) => Hash32.Of(OfTransaction(payload));
}
