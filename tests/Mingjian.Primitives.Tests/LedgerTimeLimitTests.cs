namespace Mingjian.Primitives.Tests;

/// <summary>Where ledger times and months end, and their order. The civil calendar is Beijing's: UTC+8, without daylight saving.</summary>
public sealed class LedgerTimeLimitTests
{
    // 10000-01-01 00:00 UTC in milliseconds since 1970, as `date -u -d '9999-12-31 23:59:59' +%s` gives 253402300799.
    private const long End = 253402300800000;
    private const long EightHours = 28_800_000;

    [Theory]
    [InlineData(0, "1970-01-01 08:00:00")]
    [InlineData(999, "1970-01-01 08:00:00")]
    [InlineData(1000, "1970-01-01 08:00:01")]
    [InlineData(1795430400000, "2026-11-23 18:40:00")]
    [InlineData(End - EightHours - 1000, "9999-12-31 23:59:59")]
    [InlineData(End - EightHours - 1, "9999-12-31 23:59:59")]
    [InlineData(End - EightHours, "9999-12-31 23:59:59")]
    [InlineData(End - 1, "9999-12-31 23:59:59")]
    public void Beijing_time_is_eight_hours_on_and_stays_in_the_last_second_of_the_calendar(long milliseconds, string beijing)
    {
        Assert.Equal(beijing, new LedgerTime(milliseconds).ToString());
        Assert.Equal(beijing[..10], new LedgerTime(milliseconds).BeijingDate.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_sum_beyond_64_bits_overflows()
    {
        Assert.Throws<OverflowException>(() => new LedgerTime(long.MaxValue).AddMilliseconds(1));
        Assert.Throws<OverflowException>(() => new LedgerTime(long.MinValue).AddMilliseconds(-1));
        Assert.Equal(new LedgerTime(long.MaxValue), new LedgerTime(long.MaxValue - 1).AddMilliseconds(1));
    }

    [Fact]
    public void An_instant_keeps_its_milliseconds_both_ways()
    {
        var instant = new DateTimeOffset(2026, 11, 23, 16, 0, 0, 7, TimeSpan.FromHours(8));
        Assert.Equal(1795420800007, LedgerTime.From(instant).Milliseconds);
        Assert.Equal(instant, LedgerTime.From(instant).ToDateTimeOffset());
        Assert.Equal(TimeSpan.Zero, LedgerTime.From(instant).ToDateTimeOffset().Offset);
    }

    [Theory]
    [InlineData(-1, 1, -1)]
    [InlineData(1, 1, 0)]
    [InlineData(2, 1, 1)]
    public void Times_are_ordered_as_their_milliseconds_are(long left, long right, int order)
    {
        var (a, b) = (new LedgerTime(left), new LedgerTime(right));
        Assert.Equal((order < 0, order <= 0, order > 0, order >= 0), (a < b, a <= b, a > b, a >= b));
        Assert.Equal(order, Math.Sign(a.CompareTo(b)));
    }

    [Theory]
    [InlineData(1899, 12)]
    [InlineData(3000, 1)]
    [InlineData(2026, 0)]
    [InlineData(2026, 13)]
    public void A_month_outside_its_years_and_numbers_is_no_month(int year, int number) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Month(year, number));

    [Theory]
    [InlineData(1900, 1, 22800)]
    [InlineData(2026, 11, 24322)]
    [InlineData(2999, 12, 35999)]
    public void A_month_s_index_counts_months_since_the_year_0(int year, int number, int index)
    {
        var month = new Month(year, number);
        Assert.Equal((index, year, number), (month.Index, month.Year, month.Number));
        Assert.Equal(month, Month.Of(new DateOnly(year, number, 28)));
    }

    [Fact]
    public void Months_beyond_the_ends_are_not_reached_by_counting()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Month(2999, 12).AddMonths(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Month(1900, 1).AddMonths(-1));
        Assert.Equal(new Month(2999, 12), new Month(1900, 1).AddMonths(35999 - 22800));
    }

    [Theory]
    [InlineData("2026-10", "2026-11", -1)]
    [InlineData("2026-11", "2026-11", 0)]
    [InlineData("2027-01", "2026-12", 1)]
    public void Months_are_ordered_as_time_goes(string left, string right, int order)
    {
        Assert.True(Month.TryParse(left, out var a) && Month.TryParse(right, out var b) && Math.Sign(a.CompareTo(b)) == order);
        Assert.True(Month.TryParse(right, out b));
        Assert.Equal((order < 0, order <= 0, order > 0, order >= 0), (a < b, a <= b, a > b, a >= b));
    }
}
