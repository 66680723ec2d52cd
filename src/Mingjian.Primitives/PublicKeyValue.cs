using System.Text;
using System.Text.Json.Serialization;

namespace Mingjian.Primitives;

/// <summary>A public key with the name of its scheme; text form <c>es256:&lt;base64 of the 33-byte compressed point&gt;</c>.</summary>
/// <remarks>Schemes: <c>es256</c> (WebCrypto or file key) and <c>webauthn-es256</c> (passkey). Never guessed from the length.</remarks>
[JsonConverter(typeof(TextConverter<PublicKeyValue>))]
public readonly record struct PublicKeyValue : ITextValue<PublicKeyValue>
{
    /// <summary>Length of a compressed P-256 point.</summary>
    public const int PointLength = 33;

    private const int MaxSchemeLength = 14;

    private readonly string? _text;

    private PublicKeyValue(string text) => _text = text;

    /// <summary><c>es256</c> or <c>webauthn-es256</c>.</summary>
    public string Scheme => ToString()[..SchemeLength];

    /// <summary>The compressed point (0x02 or 0x03, then X). Not checked to be on the curve.</summary>
    public byte[] Point => Convert.FromBase64String(ToString()[(SchemeLength + 1)..]);

    /// <summary>The first 16 bytes of SHA-256(scheme || 0x00 || point).</summary>
    public KeyId Id
    {
        get
        {
            Span<byte> hashed = stackalloc byte[MaxSchemeLength + 1 + PointLength];
            var scheme = Encoding.ASCII.GetBytes(ToString().AsSpan(0, SchemeLength), hashed);
            hashed[scheme] = 0;
            Convert.TryFromBase64Chars(ToString().AsSpan(SchemeLength + 1), hashed[(scheme + 1)..], out var point);
            Sha256.Hash(hashed[..(scheme + 1 + point)], hashed);
            return new KeyId(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hashed));
        }
    }

    private int SchemeLength => ToString().IndexOf(':', StringComparison.Ordinal);

    public static PublicKeyValue From(string scheme, ReadOnlySpan<byte> compressedPoint) =>
        TryParse($"{scheme}:{Convert.ToBase64String(compressedPoint)}", out var value)
            ? value
            : throw new FormatException("Not a P-256 public key of a known scheme.");

    public static bool TryParse(string? text, out PublicKeyValue value)
    {
        value = default;
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (colon < 0 || text!.Length - colon - 1 != 44 || text.AsSpan(0, colon) is not ("es256" or "webauthn-es256"))
        {
            return false;
        }

        Span<byte> point = stackalloc byte[PointLength];
        if (!Convert.TryFromBase64Chars(text.AsSpan(colon + 1), point, out var written)
            || written != PointLength || point[0] is not (2 or 3))
        {
            return false;
        }

        value = new PublicKeyValue(text);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => _text ?? string.Empty;
}
