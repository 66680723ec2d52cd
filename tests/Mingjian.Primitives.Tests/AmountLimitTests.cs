using System.Globalization;

namespace Mingjian.Primitives.Tests;

/// <summary>Where amounts end: fen in 64 bits with sign, so -2^63 to 2^63-1; yuan with two decimals; and the order of numbers.</summary>
public sealed class AmountLimitTests
{
    [Theory]
    [InlineData("92233720368547758.07", long.MaxValue)]
    [InlineData("-92233720368547758.08", long.MinValue)]
    [InlineData("0.01", 1)]
    [InlineData("-0.01", -1)]
    [InlineData("0", 0)]
    [InlineData("1.10", 110)]
    [InlineData("1.1000", 110)]
    public void Yuan_become_fen_up_to_the_ends_of_64_bits(string yuan, long fen) =>
        Assert.Equal(fen, Amount.FromYuan(decimal.Parse(yuan, CultureInfo.InvariantCulture)).Fen);

    [Theory]
    [InlineData("92233720368547758.08")]
    [InlineData("-92233720368547758.09")]
    [InlineData("79228162514264337593543950335")]
    [InlineData("-79228162514264337593543950335")]
    public void Yuan_beyond_them_overflow(string yuan) =>
        Assert.Throws<OverflowException>(() => Amount.FromYuan(decimal.Parse(yuan, CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("0.005")]
    [InlineData("-0.001")]
    [InlineData("48.0000000001")]
    public void No_part_of_a_fen_is_rounded(string yuan)
    {
        var fault = Assert.Throws<ArgumentException>(() => Amount.FromYuan(decimal.Parse(yuan, CultureInfo.InvariantCulture)));
        Assert.Equal("yuan", fault.ParamName);
    }

    [Fact]
    public void The_last_amount_before_each_end_is_still_computed()
    {
        Assert.Equal(new Amount(long.MaxValue), new Amount(long.MaxValue - 1) + new Amount(1));
        Assert.Equal(new Amount(long.MinValue), new Amount(long.MinValue + 1) - new Amount(1));
        Assert.Equal(new Amount(long.MaxValue), -new Amount(long.MinValue + 1));
        Assert.Equal(new Amount(-5), -new Amount(5));
        Assert.Equal(new Amount(3), new Amount(5) - new Amount(2));
        Assert.Equal(Amount.Zero, new Amount(0));
        Assert.Equal(-92233720368547758.08m, new Amount(long.MinValue).Yuan);
    }

    [Theory]
    [InlineData(-1, 1, -1)]
    [InlineData(1, 1, 0)]
    [InlineData(2, 1, 1)]
    [InlineData(long.MinValue, long.MaxValue, -1)]
    public void Amounts_are_ordered_as_their_fen_are(long left, long right, int order)
    {
        var (a, b) = (new Amount(left), new Amount(right));
        Assert.Equal((order < 0, order <= 0, order > 0, order >= 0), (a < b, a <= b, a > b, a >= b));
        Assert.Equal(order, Math.Sign(a.CompareTo(b)));
    }

    [Theory]
    [InlineData("-092233720368547758.08")] // 22 characters: one more than the longest amount has
    [InlineData("0.0")] // 3: one fewer than the shortest has
    [InlineData("00.00")]
    [InlineData("-00.01")]
    public void Texts_just_outside_the_lengths_of_an_amount_are_refused(string text) => Assert.False(Amount.TryParse(text, out _));
}
