using System.Text.Json.Serialization;

namespace Mingjian.Primitives;

/// <summary>The 32 bytes of an Ed25519 public key (RFC 8032).</summary>
/// <remarks>Text and JSON form: standard padded base64 (44 characters), one valid spelling only. Not checked to be on the curve.</remarks>
[JsonConverter(typeof(TextConverter<Ed25519PublicKey>))]
public readonly record struct Ed25519PublicKey : ITextValue<Ed25519PublicKey>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = Hash32.Size;

    private readonly Hash32 _bytes;

    /// <summary>Copies 32 bytes.</summary>
    /// <exception cref="ArgumentException">The span is not 32 bytes long.</exception>
    public Ed25519PublicKey(ReadOnlySpan<byte> bytes) => _bytes = new Hash32(bytes);

    /// <summary>A fresh array of the 32 bytes.</summary>
    public byte[] ToArray() => _bytes.ToArray();

    /// <summary>Reads the base64 form; anything but the one canonical spelling is refused.</summary>
    public static bool TryParse(string? text, out Ed25519PublicKey value)
    {
        var good = Hash32.TryParse(text, out var bytes);
        value = good ? new Ed25519PublicKey(bytes.ToArray()) : default;
        return good;
    }

    /// <inheritdoc/>
    public override string ToString() => _bytes.ToString();
}
