using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace Mingjian.Primitives;

/// <summary>A SHA-256 value of exactly 32 bytes.</summary>
/// <remarks>Text and JSON form: standard padded base64 (44 characters), one valid spelling only. Default is all zeros.</remarks>
[JsonConverter(typeof(TextConverter<Hash32>))]
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Hash32 : IComparable<Hash32>, ITextValue<Hash32>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 32;

    private const int TextLength = 44;

    private readonly UInt128 _high;
    private readonly UInt128 _low;

    /// <summary>Copies 32 bytes, big-endian.</summary>
    /// <exception cref="ArgumentException">The span is not 32 bytes long.</exception>
    public Hash32(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException("A hash is exactly 32 bytes.", nameof(bytes));
        }

        _high = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
        _low = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]);
    }

    /// <summary>SHA-256 of the bytes.</summary>
    public static Hash32 Of(ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[Size];
        Sha256.Hash(data, digest);
        return new Hash32(digest);
    }

    /// <summary>The most significant byte.</summary>
    public byte FirstByte => (byte)(_high >> 120);

    /// <summary>Bit <paramref name="index"/> counted from the most significant (0..255), as a tree path reads it.</summary>
    public bool Bit(int index) => index < 128
        ? (_high >> (127 - index) & UInt128.One) != UInt128.Zero
        : (_low >> (255 - index) & UInt128.One) != UInt128.Zero;

    /// <summary>Writes the 32 bytes, big-endian.</summary>
    public void CopyTo(Span<byte> destination)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(destination, _high);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(destination[16..], _low);
    }

    /// <summary>A fresh array of the 32 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Reads the base64 form; anything but the one canonical spelling is refused.</summary>
    public static bool TryParse(string? text, out Hash32 value) => TextValue.TryParse(text, out value);

    /// <inheritdoc/>
    public static bool TryParseUtf8(ReadOnlySpan<byte> text, out Hash32 value)
    {
        value = default;
        Span<byte> buffer = stackalloc byte[TextValue.MaxLength];
        if (text.Length != TextLength || Base64.DecodeFromUtf8(text, buffer, out _, out var written) != OperationStatus.Done || written != Size)
        {
            return false;
        }

        value = new Hash32(buffer[..Size]);
        return buffer[..FormatUtf8(value, buffer)].SequenceEqual(text);
    }

    /// <inheritdoc/>
    public static int FormatUtf8(Hash32 value, Span<byte> text)
    {
        Span<byte> bytes = stackalloc byte[Size];
        value.CopyTo(bytes);
        Base64.EncodeToUtf8(bytes, text, out _, out var written);
        return written;
    }

    /// <summary>64 lower-case hexadecimal digits: the spelling used inside state keys, where '/' separates parts.</summary>
    public string ToHex()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <inheritdoc/>
    public int CompareTo(Hash32 other) => _high != other._high ? _high.CompareTo(other._high) : _low.CompareTo(other._low);

    public static bool operator <(Hash32 left, Hash32 right) => left.CompareTo(right) < 0;

    public static bool operator <=(Hash32 left, Hash32 right) => left.CompareTo(right) <= 0;

    public static bool operator >(Hash32 left, Hash32 right) => left.CompareTo(right) > 0;

    public static bool operator >=(Hash32 left, Hash32 right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public override string ToString() => TextValue.ToText(this);
}
