using System.Formats.Asn1;

namespace Mingjian.Cryptography;

/// <summary>Turns P-256 signatures from ASN.1 DER (authenticators, OpenSSL) into r||s (ledger, WebCrypto) and back.</summary>
public static class EcdsaFormat
{
    /// <summary>Bytes of r||s.</summary>
    public const int Length = 64;

    /// <summary>r||s of a DER signature; false for anything but one DER SEQUENCE of two unsigned integers below 2^256.</summary>
    public static bool TryFromDer(ReadOnlyMemory<byte> der, out byte[] signature)
    {
        signature = new byte[Length];
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.DER);
            var sequence = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            var complete = TryCopy(sequence.ReadIntegerBytes().Span, signature.AsSpan(0, Length / 2))
                && TryCopy(sequence.ReadIntegerBytes().Span, signature.AsSpan(Length / 2));
            return complete && !sequence.HasData;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    /// <summary>DER form of r||s.</summary>
    /// <exception cref="ArgumentException">Not 64 bytes.</exception>
    public static byte[] ToDer(ReadOnlySpan<byte> signature)
    {
        if (signature.Length != Length)
        {
            throw new ArgumentException("A signature is 64 bytes r||s.", nameof(signature));
        }

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(TrimZeros(signature[..(Length / 2)]));
            writer.WriteIntegerUnsigned(TrimZeros(signature[(Length / 2)..]));
        }

        return writer.Encode();
    }

    private static bool TryCopy(ReadOnlySpan<byte> integer, Span<byte> target)
    {
        if ((integer[0] & 0x80) != 0)
        {
            return false;
        }

        integer = integer[0] == 0 ? integer[1..] : integer;
        if (integer.Length > target.Length)
        {
            return false;
        }

        integer.CopyTo(target[(target.Length - integer.Length)..]);
        return true;
    }

    private static ReadOnlySpan<byte> TrimZeros(ReadOnlySpan<byte> number)
    {
        var zeros = number.IndexOfAnyExcept((byte)0);
        return zeros < 0 ? number[^1..] : number[zeros..];
    }
}
