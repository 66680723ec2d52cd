using System.Globalization;
using System.Text.RegularExpressions;

namespace Mingjian.Primitives.Text;

/// <summary>Why a text is no amount.</summary>
public enum AmountFault
{
    None = 0,
    NotAnAmount = 1,

    /// <summary>Separators that do not group by threes: 4800,50 may be meant as 4800.50, and was read as 480,050.</summary>
    Grouping = 2,
}

/// <summary>Amounts in yuan as people write them: 4800, 4,800.00 元, ￥４８００, 0.48万.</summary>
public static partial class AmountText
{
    /// <summary>Reads the amount; never guesses: what could mean two amounts is a fault.</summary>
    /// <param name="yuan">As written, with all its decimals; may be negative.</param>
    public static AmountFault Read(string? text, out decimal yuan)
    {
        yuan = 0;
        var plain = TextFold.Words(text ?? string.Empty);
        var match = Amount().Match(plain);
        if (!match.Success)
        {
            return Separated().IsMatch(plain) ? AmountFault.Grouping : AmountFault.NotAnAmount;
        }

        var digits = match.Groups["whole"].Value.Replace(",", string.Empty, StringComparison.Ordinal).Replace(" ", string.Empty, StringComparison.Ordinal);
        yuan = decimal.Parse(digits + match.Groups["fraction"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        yuan = match.Groups["wan"].Success ? yuan * 10_000 : yuan;
        yuan = match.Groups["sign"].ValueSpan is "-" ? -yuan : yuan;
        return AmountFault.None;
    }

    [GeneratedRegex(
        @"^(?:(?:RMB|CNY|人民币) ?)?(?:[¥￥] ?)?(?<sign>[+-])?(?:[¥￥] ?)?(?<whole>[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,3}(?: [0-9]{3}){1,4}|[0-9]{1,15})(?<fraction>\.[0-9]{0,12})? ?(?<wan>万)? ?(?:元|圆|人民币|RMB|CNY)?[整正]?(?: ?/ ?月| ?每月)?$",
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Amount();

    [GeneratedRegex(@"^[^0-9]{0,8}[0-9]+(?:[, ][0-9]*)+(?:\.[0-9]*)?[^0-9]{0,8}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Separated();
}
