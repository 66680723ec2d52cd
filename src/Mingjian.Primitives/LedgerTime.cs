using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mingjian.Primitives;

/// <summary>An instant on the ledger: whole milliseconds since 1970-01-01 UTC.</summary>
/// <remarks>JSON form: an integer number. The ledger's civil calendar is Beijing time (UTC+8, no daylight saving).</remarks>
[JsonConverter(typeof(LedgerTimeConverter))]
public readonly record struct LedgerTime(long Milliseconds) : IComparable<LedgerTime>
{
    private const long BeijingOffset = 8L * 3600 * 1000;

    public static LedgerTime From(DateTimeOffset instant) => new(instant.ToUnixTimeMilliseconds());

    /// <summary>The civil date in Beijing at this instant.</summary>
    public DateOnly BeijingDate => DateOnly.FromDateTime(Beijing);

    // The last eight hours that a ledger can name would be in the year 10000 in Beijing, which no calendar of this platform has.
    private DateTime Beijing => DateTime.UnixEpoch.AddTicks(
        Math.Min(Milliseconds + BeijingOffset, LedgerTimeConverter.End - 1) * TimeSpan.TicksPerMillisecond);

    public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds);

    public LedgerTime AddMilliseconds(long milliseconds) => new(checked(Milliseconds + milliseconds));

    public static bool operator <(LedgerTime left, LedgerTime right) => left.Milliseconds < right.Milliseconds;

    public static bool operator <=(LedgerTime left, LedgerTime right) => left.Milliseconds <= right.Milliseconds;

    public static bool operator >(LedgerTime left, LedgerTime right) => left.Milliseconds > right.Milliseconds;

    public static bool operator >=(LedgerTime left, LedgerTime right) => left.Milliseconds >= right.Milliseconds;

    /// <inheritdoc/>
    public int CompareTo(LedgerTime other) => Milliseconds.CompareTo(other.Milliseconds);

    /// <summary>Beijing time, <c>2026-11-22 18:30:05</c>.</summary>
    public override string ToString() =>
        Beijing.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}

/// <summary>Integer milliseconds; public because source-generated serialisers of other assemblies name it.</summary>
public sealed class LedgerTimeConverter : JsonConverter<LedgerTime>
{
    /// <summary>The year 10000.</summary>
    internal const long End = 253402300800000;

    /// <inheritdoc/>
    public override LedgerTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) && value is >= 0 and < End
            ? new LedgerTime(value)
            : throw new JsonException("Not a valid LedgerTime.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, LedgerTime value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.Milliseconds);
}

/// <summary>A calendar month, <c>"2026-11"</c>.</summary>
[JsonConverter(typeof(TextConverter<Month>))]
public readonly record struct Month : IComparable<Month>, ITextValue<Month>
{
    /// <param name="year">1900..2999.</param>
    /// <param name="number">1..12.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside those ranges.</exception>
    public Month(int year, int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(year, 1900);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(year, 2999);
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, 12);
        Index = (year * 12) + number - 1;
    }

    /// <summary>Months since year 0; the difference of two indexes is a number of months.</summary>
    public int Index { get; }

    public int Year => Index / 12;

    public int Number => (Index % 12) + 1;

    public DateOnly FirstDay => new(Year, Number, 1);

    public static Month Of(DateOnly date) => new(date.Year, date.Month);

    public Month AddMonths(int months) => Month.Of(FirstDay.AddMonths(months));

    public static bool operator <(Month left, Month right) => left.Index < right.Index;

    public static bool operator <=(Month left, Month right) => left.Index <= right.Index;

    public static bool operator >(Month left, Month right) => left.Index > right.Index;

    public static bool operator >=(Month left, Month right) => left.Index >= right.Index;

    /// <inheritdoc/>
    public int CompareTo(Month other) => Index.CompareTo(other.Index);

    /// <summary>Reads <c>yyyy-MM</c>.</summary>
    public static bool TryParse(string? text, out Month value) => TextValue.TryParse(text, out value);

    /// <inheritdoc/>
    public static bool TryParseUtf8(ReadOnlySpan<byte> text, out Month value)
    {
        value = default;
        if (text.Length != 7 || text[4] != '-'
            || !int.TryParse(text[..4], NumberStyles.None, CultureInfo.InvariantCulture, out var year)
            || !int.TryParse(text[5..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || year is < 1900 or > 2999 || number is < 1 or > 12)
        {
            return false;
        }

        value = new Month(year, number);
        return true;
    }

    /// <inheritdoc/>
    public static int FormatUtf8(Month value, Span<byte> text)
    {
        // Half of all state paths end with a month; a format string takes ten times as long.
        for (var (i, rest) = (3, value.Year); i >= 0; i--, rest /= 10)
        {
            text[i] = (byte)('0' + (rest % 10));
        }

        text[4] = (byte)'-';
        text[5] = (byte)('0' + (value.Number / 10));
        text[6] = (byte)('0' + (value.Number % 10));
        return 7;
    }

    /// <inheritdoc/>
    public override string ToString() => TextValue.ToText(this);
}
