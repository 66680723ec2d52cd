using System.Globalization;
using System.Text.RegularExpressions;
using Mingjian.Primitives.Text;

namespace Mingjian.Workbooks.Roster;

/// <summary>What a cell says about a day.</summary>
internal enum DateReading
{
    Unreadable = 0,

    /// <summary>Year and month, no day; the date is the first of the month.</summary>
    MonthOnly = 1,

    /// <summary>A day in a spelling worth a notice.</summary>
    Rewritten = 2,

    /// <summary>A day, plainly.</summary>
    Plain = 3,
}

/// <summary>Reads dates as people write them into rosters.</summary>
internal static partial class DateText
{
    public static DateReading Read(SheetCell cell, out DateOnly date)
    {
        if (cell.Kind == CellKind.Date)
        {
            return cell.TryGetDate(out date) ? DateReading.Plain : DateReading.Unreadable;
        }

        var text = TextFold.Compact(cell.Text);
        if (cell.Kind == CellKind.Number && text.Length == 5 && cell.TryGetDate(out date))
        {
            return DateReading.Rewritten;
        }

        var match = Day().Match(text);
        if (match.Success)
        {
            var plain = cell.Kind == CellKind.Text && text == cell.Text.Trim() && text[4] is '-' or '/';
            return Make(match, match.Groups["d"].ValueSpan, out date) ? plain ? DateReading.Plain : DateReading.Rewritten : DateReading.Unreadable;
        }

        match = MonthOnly().Match(text);
        date = default;
        return match.Success && Make(match, "1", out date) ? DateReading.MonthOnly : DateReading.Unreadable;
    }

    [GeneratedRegex("^(?<y>[12][0-9]{3})(?:(?<s>[-./,])(?<m>[0-9]{1,2})\\k<s>(?<d>[0-9]{1,2})|年(?<m>[0-9]{1,2})月(?<d>[0-9]{1,2})[日号]?|(?<m>[0-9]{2})(?<d>[0-9]{2}))$",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Day();

    [GeneratedRegex("^(?<y>[12][0-9]{3})(?:[-./](?<m>[0-9]{1,2})|年(?<m>[0-9]{1,2})月?|(?<m>[0-9]{2}))$",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MonthOnly();

    private static bool Make(Match match, ReadOnlySpan<char> dayText, out DateOnly date)
    {
        date = default;
        var year = int.Parse(match.Groups["y"].ValueSpan, CultureInfo.InvariantCulture);
        var month = int.Parse(match.Groups["m"].ValueSpan, CultureInfo.InvariantCulture);
        var day = int.Parse(dayText, CultureInfo.InvariantCulture);
        if (year < 1900 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        date = new DateOnly(year, month, day);
        return true;
    }
}
