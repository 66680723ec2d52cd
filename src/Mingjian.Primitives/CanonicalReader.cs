using System.Buffers.Text;

namespace Mingjian.Primitives;

/// <summary>Reads canonical JSON of a known shape in one pass: every byte must be the one that the encoding would have.</summary>
/// <remarks>
/// For the usual messages only. It never decides that something is wrong: whoever gets <see cref="Failed"/> asks the general decoder
/// (<see cref="CanonicalJson"/>), which accepts all that this reader accepts. After a failure every call returns defaults.
/// </remarks>
public ref struct CanonicalReader
{
    private ReadOnlySpan<byte> _rest;
    private bool _isFirst;

    public CanonicalReader(ReadOnlySpan<byte> json) => _rest = json;

    /// <summary>True once something else stood there than was asked for.</summary>
    public bool Failed { get; private set; }

    /// <summary>Whether everything was read without a failure.</summary>
    public readonly bool IsComplete => !Failed && _rest.IsEmpty;

    /// <summary>These bytes and no others.</summary>
    public void Expect(scoped ReadOnlySpan<byte> bytes)
    {
        if (!Take(bytes))
        {
            Fail();
        }
    }

    /// <summary>Whether these bytes are next; if so, they are passed over.</summary>
    public bool Take(scoped ReadOnlySpan<byte> bytes)
    {
        if (!_rest.StartsWith(bytes))
        {
            return false;
        }

        _rest = _rest[bytes.Length..];
        return true;
    }

    /// <summary>The beginning of an object.</summary>
    public void Begin()
    {
        Expect("{"u8);
        _isFirst = true;
    }

    /// <summary>The end of an object.</summary>
    public void End()
    {
        Expect("}"u8);
        _isFirst = false;
    }

    /// <summary>Whether a member of this name comes next; if so, its value does.</summary>
    /// <param name="name"><c>,"name":</c>; the comma does not count for the first member of an object.</param>
    public bool TryName(byte[] name)
    {
        if (!Take(_isFirst ? name.AsSpan(1) : name))
        {
            return false;
        }

        _isFirst = false;
        return true;
    }

    /// <summary>As <see cref="TryName"/>; fails when it does not.</summary>
    public void Name(byte[] name)
    {
        if (!TryName(name))
        {
            Fail();
        }
    }

    /// <summary>The raw bytes of a string without escapes, and without its quotation marks.</summary>
    public ReadOnlySpan<byte> ReadRaw()
    {
        var end = Take("\""u8) ? _rest.IndexOf((byte)'"') : -1;
        if (end < 0)
        {
            Fail();
            return default;
        }

        var text = _rest[..end];
        _rest = _rest[(end + 1)..];
        return text;
    }

    public T ReadText<T>()
        where T : struct, ITextValue<T>
    {
        if (!T.TryParseUtf8(ReadRaw(), out var value))
        {
            Fail();
        }

        return value;
    }

    /// <summary>The bytes of a padded standard base64 string.</summary>
    public byte[] ReadBase64()
    {
        var text = ReadRaw();
        var length = text.Length / 4 * 3;
        if (text.Length % 4 != 0)
        {
            Fail();
            return [];
        }

        if (length > 0 && text[^1] == '=')
        {
            length -= text[^2] == '=' ? 2 : 1;
        }

        // White space is passed over by the decoder, so that fewer bytes come out; unused bits must be zero.
        var bytes = new byte[length];
        Span<byte> last = stackalloc byte[4];
        if (Base64.DecodeFromUtf8(text, bytes, out _, out var written) != System.Buffers.OperationStatus.Done || written != length
            || Base64.EncodeToUtf8(bytes.AsSpan((length - 1) / 3 * 3), last, out _, out var size) != System.Buffers.OperationStatus.Done
            || !text.EndsWith(last[..size]))
        {
            Fail();
        }

        return bytes;
    }

    /// <summary>An integer; no sign of a zero, no leading zeros.</summary>
    public long ReadInt64()
    {
        var isNegative = Take("-"u8);
        var digits = 0;
        long value = 0;
        while (digits < _rest.Length && char.IsAsciiDigit((char)_rest[digits]))
        {
            value = (10 * value) + _rest[digits] - '0';
            digits++;
        }

        // Eighteen digits cannot overflow.
        if (digits is < 1 or > 18 || (_rest[0] == '0' && (digits > 1 || isNegative)))
        {
            Fail();
            return 0;
        }

        _rest = _rest[digits..];
        return isNegative ? -value : value;
    }

    public int ReadInt32()
    {
        var value = ReadInt64();
        if (value is < int.MinValue or > int.MaxValue)
        {
            Fail();
            return 0;
        }

        return (int)value;
    }

    public bool ReadBoolean()
    {
        if (Take("true"u8))
        {
            return true;
        }

        Expect("false"u8);
        return false;
    }

    /// <summary><c>"yyyy-MM-dd"</c>.</summary>
    public DateOnly ReadDate()
    {
        var text = ReadRaw();
        if (text.Length == 10 && text[4] == '-' && text[7] == '-'
            && TryReadDigits(text[..4], out var year) && TryReadDigits(text[5..7], out var month) && TryReadDigits(text[8..], out var day)
            && year > 0 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month))
        {
            return new DateOnly(year, month, day);
        }

        Fail();
        return default;
    }

    public LedgerTime ReadTime()
    {
        var value = ReadInt64();
        if (value is < 0 or >= LedgerTimeConverter.End)
        {
            Fail();
            return default;
        }

        return new LedgerTime(value);
    }

    public void Fail()
    {
        Failed = true;
        _rest = default;
    }

    private static bool TryReadDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var digit in text)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            value = (10 * value) + digit - '0';
        }

        return true;
    }
}
