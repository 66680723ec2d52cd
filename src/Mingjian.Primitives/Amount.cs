using System.Globalization;
using System.Text.Json.Serialization;

namespace Mingjian.Primitives;

/// <summary>An amount of renminbi in minor units (fen, 1/100 yuan).</summary>
/// <remarks>
/// Arithmetic is checked: overflow throws. Text and JSON form is yuan with exactly two decimals, for example <c>"48.00"</c> or
/// <c>"-0.20"</c>; no other spelling is accepted.
/// </remarks>
[JsonConverter(typeof(TextConverter<Amount>))]
public readonly record struct Amount(long Fen) : IComparable<Amount>, ITextValue<Amount>
{
    // A sign, seventeen digits of yuan, the point, two of fen.
    private const int MaxLength = 21;

    public static Amount Zero => default;

    /// <summary>From yuan, which must be a whole number of fen.</summary>
    /// <exception cref="ArgumentException">The value has more than two decimals.</exception>
    public static Amount FromYuan(decimal yuan)
    {
        var fen = checked(yuan * 100m);
        return decimal.Truncate(fen) == fen
            ? new Amount(decimal.ToInt64(fen))
            : throw new ArgumentException("An amount has at most two decimals.", nameof(yuan));
    }

    /// <summary>The same amount in yuan.</summary>
    public decimal Yuan => Fen / 100m;

    public static Amount operator +(Amount left, Amount right) => new(checked(left.Fen + right.Fen));

    public static Amount operator -(Amount left, Amount right) => new(checked(left.Fen - right.Fen));

    public static Amount operator -(Amount value) => new(checked(-value.Fen));

    public static bool operator <(Amount left, Amount right) => left.Fen < right.Fen;

    public static bool operator <=(Amount left, Amount right) => left.Fen <= right.Fen;

    public static bool operator >(Amount left, Amount right) => left.Fen > right.Fen;

    public static bool operator >=(Amount left, Amount right) => left.Fen >= right.Fen;

    /// <inheritdoc/>
    public int CompareTo(Amount other) => Fen.CompareTo(other.Fen);

    /// <summary>Reads yuan with exactly two decimals.</summary>
    public static bool TryParse(string? text, out Amount value) => TextValue.TryParse(text, out value);

    /// <inheritdoc/>
    public static bool TryParseUtf8(ReadOnlySpan<byte> text, out Amount value)
    {
        value = default;
        if (text.Length is < 4 or > MaxLength || text[^3] != '.')
        {
            return false;
        }

        Span<byte> buffer = stackalloc byte[TextValue.MaxLength];
        text[..^3].CopyTo(buffer);
        text[^2..].CopyTo(buffer[(text.Length - 3)..]);
        if (!long.TryParse(buffer[..(text.Length - 1)], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var fen))
        {
            return false;
        }

        value = new Amount(fen);
        return buffer[..FormatUtf8(value, buffer)].SequenceEqual(text);
    }

    /// <inheritdoc/>
    public static int FormatUtf8(Amount value, Span<byte> text)
    {
        var magnitude = value.Fen < 0 ? (ulong)-(value.Fen + 1) + 1 : (ulong)value.Fen;
        var start = 0;
        if (value.Fen < 0)
        {
            text[start++] = (byte)'-';
        }

        (magnitude / 100).TryFormat(text[start..], out var written, default, CultureInfo.InvariantCulture);
        start += written;
        text[start] = (byte)'.';
        text[start + 1] = (byte)('0' + (magnitude / 10 % 10));
        text[start + 2] = (byte)('0' + (magnitude % 10));
        return start + 3;
    }

    /// <inheritdoc/>
    public override string ToString() => TextValue.ToText(this);
}
