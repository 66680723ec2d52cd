using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Mingjian.Primitives.Text;

namespace Mingjian.Primitives;

/// <summary>128 fresh random bits that hide one committed field. Kept off the ledger with the value.</summary>
/// <remarks>Text form: standard padded base64 of 16 bytes (24 characters).</remarks>
[JsonConverter(typeof(TextConverter<Salt>))]
public readonly record struct Salt(UInt128 Value) : ITextValue<Salt>
{
    /// <summary>A fresh salt from the system's cryptographic generator.</summary>
    public static Salt New()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return new Salt(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    public static bool TryParse(string? text, out Salt value)
    {
        value = default;
        Span<byte> bytes = stackalloc byte[16];
        if (text is not { Length: 24 } || !Convert.TryFromBase64String(text, bytes, out var written) || written != 16)
        {
            return false;
        }

        value = new Salt(BinaryPrimitives.ReadUInt128BigEndian(bytes));
        return string.Equals(value.ToString(), text, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return Convert.ToBase64String(bytes);
    }
}

/// <summary>Salted commitments to personal data (docs/reference/formats.md, "Commitments").</summary>
public static class Commitment
{
    private static readonly byte[] Domain = Encoding.ASCII.GetBytes("mingjian.commitment/v1\0");

    /// <summary>SHA-256(domain || len(context) || context || salt || value); context binds subject, field and version.</summary>
    /// <param name="value">Committed to in NFC, so that one value has one commitment however it was typed.</param>
    /// <param name="context">ASCII, for example <c>m-…/name/1</c>; its length is written as a 16-bit big-endian integer.</param>
    public static Hash32 Compute(string context, Salt salt, string value)
    {
        var contextBytes = Encoding.UTF8.GetBytes(context);
        var valueBytes = Encoding.UTF8.GetBytes(Nfc.Of(value));
        var buffer = new byte[Domain.Length + 2 + contextBytes.Length + 16 + valueBytes.Length];
        var span = buffer.AsSpan();
        Domain.CopyTo(span);
        span = span[Domain.Length..];
        BinaryPrimitives.WriteUInt16BigEndian(span, checked((ushort)contextBytes.Length));
        contextBytes.CopyTo(span[2..]);
        span = span[(2 + contextBytes.Length)..];
        BinaryPrimitives.WriteUInt128BigEndian(span, salt.Value);
        valueBytes.CopyTo(span[16..]);
        return Hash32.Of(buffer);
    }

    /// <summary>Context of a field of a person: <c>m-…/name/1</c>.</summary>
    public static string Context(MemberId member, string field) => $"{member}/{field}/1";

    /// <summary>Context of a field of an organisation: <c>o-…/name/1</c>.</summary>
    public static string Context(OrganizationId organization, string field) => $"{organization}/{field}/1";

    /// <summary>Context of a dues base: <c>m-…/base/2026-11/1</c>.</summary>
    public static string Context(MemberId member, Month month) => $"{member}/base/{month}/1";
}
