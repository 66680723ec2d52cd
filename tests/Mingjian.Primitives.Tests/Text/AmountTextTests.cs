using System.Globalization;
using Mingjian.Primitives.Text;

namespace Mingjian.Primitives.Tests.Text;

/// <summary>Money as it is typed: what could be two amounts is none.</summary>
public sealed class AmountTextTests
{
    [Theory]
    [InlineData("4800", "4800")]
    [InlineData("4800.5", "4800.5")]
    [InlineData("4800.", "4800")]
    [InlineData("4,800", "4800")]
    [InlineData("4,800.00 元", "4800")]
    [InlineData("1,234,567.89", "1234567.89")]
    [InlineData("4 800", "4800")]
    [InlineData("４８００", "4800")]
    [InlineData("４，８００．５０", "4800.50")]
    [InlineData("￥4800", "4800")]
    [InlineData("¥ 4,800", "4800")]
    [InlineData("RMB 4800", "4800")]
    [InlineData("人民币4800元整", "4800")]
    [InlineData("4800元/月", "4800")]
    [InlineData("+4800", "4800")]
    [InlineData("-0.01", "-0.01")]
    [InlineData("0.48万", "4800")]
    [InlineData("1.2万元", "12000")]
    public void These_are_amounts(string text, string yuan)
    {
        Assert.Equal(AmountFault.None, AmountText.Read(text, out var read));
        Assert.Equal(decimal.Parse(yuan, CultureInfo.InvariantCulture), read);
    }

    [Theory]
    [InlineData("4800,50")]
    [InlineData("4800，50")]
    [InlineData("4,80")]
    [InlineData("1,2,3")]
    [InlineData("4800,00")]
    [InlineData("48,0000")]
    [InlineData("1,2345.00")]
    [InlineData("4800,500")]
    [InlineData(",480")]
    [InlineData("4,800,50元")]
    [InlineData("48 00")]
    [InlineData("1,234 567")]
    public void Separators_that_do_not_group_by_threes_are_refused_and_never_dropped(string text) =>
        Assert.Contains(AmountText.Read(text, out _), new[] { AmountFault.Grouping, AmountFault.NotAnAmount });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("面议")]
    [InlineData("约4800")]
    [InlineData("1e3")]
    [InlineData("4800美元")]
    [InlineData("4800.50.1")]
    [InlineData("4.800,50")]
    [InlineData("--5")]
    [InlineData("4800-5000")]
    [InlineData("12345678901234567890")]
    public void These_are_none(string? text) => Assert.NotEqual(AmountFault.None, AmountText.Read(text, out _));
}
