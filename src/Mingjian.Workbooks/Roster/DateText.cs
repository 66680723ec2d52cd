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

/// <summary>A cell's day, or why it has none.</summary>
/// <param name="Why">For people, the likeliest cause; empty where the general words do.</param>
internal readonly record struct DateResult(DateReading Reading, DateOnly Date, string Why = "")
{
    public static DateResult Unreadable(string why = "") => new(DateReading.Unreadable, default, why);
}

/// <summary>Reads dates as people write them into rosters. What could be two days is none.</summary>
internal static partial class DateText
{
    private const int LongestDate = 40;
    private const string Numerals = "零一二三四五六七八九";

    public static DateResult Read(SheetCell cell)
    {
        if (cell.Kind == CellKind.Date)
        {
            return ReadSerial(cell);
        }

        if (cell.Kind is not (CellKind.Number or CellKind.Text) || cell.Text.Length > LongestDate)
        {
            return DateResult.Unreadable();
        }

        var text = cell.NumberText;
        if (cell.Kind == CellKind.Number)
        {
            var whole = text.Split('.')[0];
            if (whole.Length == 5)
            {
                return cell.TryGetDate(out var serial) ? new(DateReading.Rewritten, serial) : DateResult.Unreadable();
            }
        }

        // 2013.10 typed as a number is stored, and written into a text file, as 2013.1.
        if ((cell.Kind == CellKind.Number || cell.FromTextFile) && TenthOrFirst().IsMatch(text.Trim()))
        {
            return DateResult.Unreadable($"数字 {text.Trim()} 可能是 {text.Trim()[..4]} 年 1 月，也可能是 10 月（末尾的 0 会被表格软件去掉）。");
        }

        return ReadText(cell, text);
    }

    private static DateResult ReadSerial(SheetCell cell)
    {
        if (!cell.TryGetDate(out var date))
        {
            return DateResult.Unreadable("单元格的格式是日期，但里面的数字不是日期。");
        }

        if (cell.ShowsMonthOnly)
        {
            return date.Day == 1 ? new(DateReading.MonthOnly, date) : new(DateReading.Rewritten, date);
        }

        // Some programs write dates some seconds too early; the spreadsheet shows the day before, so that is read, but told.
        var serial = double.Parse(cell.Text, NumberStyles.Float, CultureInfo.InvariantCulture);
        var seconds = (serial - Math.Floor(serial)) * 86_400;
        return seconds is > 86_280 and < 86_399.5
            ? new(DateReading.Rewritten, date, string.Create(CultureInfo.InvariantCulture,
                $"单元格里还有时间 23:59:{(int)Math.Round(seconds) % 60:00}，离午夜很近；若本应是次日，请改正"))
            : new(DateReading.Plain, date);
    }

    private static DateResult ReadText(SheetCell cell, string given)
    {
        var text = TextFold.Words(given).Trim('\'', '"', '‘', '’', '“', '”').Trim();
        var timed = WithTime().Match(text);
        text = timed.Success ? timed.Groups["day"].Value : text;
        text = Weekday().Replace(text, string.Empty).TrimEnd('.', '、', ' ');
        if (Chinese().Match(text) is { Success: true } chinese)
        {
            text = InDigits(chinese);
        }

        var match = Day().Match(text);
        if (match.Success)
        {
            var plain = cell.Kind == CellKind.Text && text == given.Trim() && Standard().IsMatch(text);
            return Make(match, match.Groups["d"].ValueSpan, out var date) ? new(plain ? DateReading.Plain : DateReading.Rewritten, date)
                : DateResult.Unreadable("没有这一天。");
        }

        match = MonthOnly().Match(text);
        if (match.Success && Make(match, "1", out var month))
        {
            return new(DateReading.MonthOnly, month);
        }

        return DateResult.Unreadable(
            ShortYear().IsMatch(text) ? "年份只有两位，看不出是哪个世纪。"
            : DayFirst().IsMatch(text) ? "看不出哪个是月、哪个是日。"
            : text.StartsWith("民国", StringComparison.Ordinal) ? "这是民国纪年。"
            : text.Length == 5 && text.All(char.IsAsciiDigit) ? "这像是表格软件的日期序号，从哪一年算起已经看不出来。"
            : string.Empty);
    }

    private static string InDigits(Match chinese)
    {
        var year = string.Concat(chinese.Groups["y"].Value.Select(c => Digit(c).ToString(CultureInfo.InvariantCulture)));
        var day = chinese.Groups["d"].Success ? $"{Count(chinese.Groups["d"].Value)}日" : string.Empty;
        return $"{year}年{Count(chinese.Groups["m"].Value)}月{day}";
    }

    private static int Digit(char c) => char.IsAsciiDigit(c) ? c - '0' : c is '〇' or '○' or 'O' or 'o' ? 0 : Math.Max(0, Numerals.IndexOf(c, StringComparison.Ordinal));

    // 一 to 三十一, with 廿 and 卅 for twenty and thirty, and the digits alone (一二 for 12).
    private static int Count(string text)
    {
        var plain = text.Replace("廿", "二十", StringComparison.Ordinal).Replace("卅", "三十", StringComparison.Ordinal);
        var ten = plain.IndexOf('十', StringComparison.Ordinal);
        return ten < 0 ? plain.Aggregate(0, (sum, c) => (sum * 10) + Digit(c))
            : ((ten == 0 ? 1 : Digit(plain[0])) * 10) + (ten + 1 < plain.Length ? Digit(plain[ten + 1]) : 0);
    }

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

    [GeneratedRegex("^(?<y>[12][0-9]{3}) ?(?:[-./,、 年] ?(?<m>[0-9]{1,2}) ?[-./,、 月] ?(?<d>[0-9]{1,2}) ?[日号]?|(?<m>[0-9]{2})(?<d>[0-9]{2}))$",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Day();

    [GeneratedRegex("^[0-9]{4}(?<s>[-/])[0-9]{1,2}\\k<s>[0-9]{1,2}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Standard();

    [GeneratedRegex("^(?<y>[12][0-9]{3}) ?(?:[-./、 ] ?(?<m>[0-9]{1,2})|年 ?(?<m>[0-9]{1,2}) ?(?:月份?)?|(?<m>[0-9]{2}))$",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MonthOnly();

    [GeneratedRegex("^(?:(?<day>.*[0-9日号])[ T](?:[上下]午 ?)?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]+)?)?(?: ?[AP]M)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?|(?<day>[12][0-9]{7})[0-9]{6})$",
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WithTime();

    [GeneratedRegex("[ (]*(?:星期|周|礼拜)[一二三四五六日天][ )]*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Weekday();

    [GeneratedRegex("^(?<y>[〇零○Oo一二三四五六七八九0-9]{4}) ?年 ?(?<m>[〇零○一二三四五六七八九十]{1,3}|[0-9]{1,2}) ?月(?:份| ?(?<d>[〇零○一二三四五六七八九十廿卅]{1,4}|[0-9]{1,2}) ?[日号]?)?$",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Chinese();

    [GeneratedRegex("^[0-9]{2}[-./年][0-9]{1,2}(?:[-./月][0-9]{1,2}日?)?$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ShortYear();

    [GeneratedRegex("^[0-9]{1,2}[-./ ][0-9]{1,2}[-./ ][0-9]{4}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DayFirst();

    [GeneratedRegex("^[12][0-9]{3}\\.1$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TenthOrFirst();
}
