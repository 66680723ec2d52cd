using System.Buffers.Text;

namespace Mingjian.Primitives;

/// <summary>Writes canonical JSON of a known shape into memory that is used again and again.</summary>
/// <remarks>The caller gives members in canonical order, and no null. Not safe for concurrent use.</remarks>
public sealed class CanonicalWriter
{
    private const int Kept = 1 << 17;
    private byte[] _buffer = new byte[4096];
    private int _length;

    /// <summary>What has been written; valid until the next call.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>True once something could not be written: the general encoder (<see cref="CanonicalJson"/>) says what is wrong with it.</summary>
    public bool Failed { get; private set; }

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        _length = 0;
        Failed = false;
        if (_buffer.Length > Kept)
        {
            _buffer = new byte[Kept];
        }
    }

    /// <summary>The value cannot be written.</summary>
    public void Fail() => Failed = true;

    /// <summary>Bytes that are canonical already.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
    }

    /// <summary>The beginning of an object.</summary>
    public void Begin() => Raw("{"u8);

    /// <summary>The end of an object.</summary>
    public void End() => Raw("}"u8);

    /// <summary>A member's name.</summary>
    /// <param name="name"><c>,"name":</c>; the comma is left out for the first member of an object.</param>
    public void Name(byte[] name) => Raw(_buffer[_length - 1] == '{' ? name.AsSpan(1) : name);

    public void Text<T>(T value)
        where T : struct, ITextValue<T>
    {
        var text = Reserve(TextValue.MaxLength + 2);
        text[0] = (byte)'"';
        var length = T.FormatUtf8(value, text[1..]);
        text[length + 1] = (byte)'"';
        _length += length + 2;
    }

    public void Number(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out var written);
        _length += written;
    }

    public void Boolean(bool value) => Raw(value ? "true"u8 : "false"u8);

    /// <summary><c>"yyyy-MM-dd"</c>.</summary>
    public void Date(DateOnly value)
    {
        var text = Reserve(12);
        "\"0000-00-00\""u8.CopyTo(text);
        Digits(value.Year, text[1..5]);
        Digits(value.Month, text[6..8]);
        Digits(value.Day, text[9..11]);
        _length += 12;
    }

    public void Time(LedgerTime value) => Number(value.Milliseconds);

    private static void Digits(int value, Span<byte> text)
    {
        for (var i = text.Length - 1; i >= 0; i--, value /= 10)
        {
            text[i] = (byte)('0' + (value % 10));
        }
    }

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _length < count)
        {
            Array.Resize(ref _buffer, Math.Max(2 * _buffer.Length, _length + count));
        }

        return _buffer.AsSpan(_length);
    }
}
