using System.Globalization;
using System.IO.Compression;
using System.Xml;

namespace Mingjian.Workbooks;

/// <summary>What a number format shows of a day serial.</summary>
internal enum DateShape
{
    /// <summary>The number is no date.</summary>
    None = 0,

    /// <summary>The day, among other things.</summary>
    Day = 1,

    /// <summary>Year and month only: the day behind them was never seen by whoever typed the month.</summary>
    Month = 2,
}

/// <summary>Which cell styles of a workbook show their number as a date (ECMA-376 part 1, 18.8.30 and 18.8.31).</summary>
internal sealed class DateFormats
{
    private const int MaxStyles = 70_000;
    private readonly List<DateShape> _styles = [];

    public DateShape ShapeOf(int style) => style >= 0 && style < _styles.Count ? _styles[style] : DateShape.None;

    public static DateFormats Read(ZipArchiveEntry? part, WorkbookLimits limits)
    {
        var formats = new DateFormats();
        if (part is null)
        {
            return formats;
        }

        var custom = new Dictionary<int, DateShape>();
        var inCellXfs = false;
        using var xml = PackageCheck.OpenXml(part, limits);
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "cellXfs")
            {
                break;
            }

            if (xml.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            switch (xml.LocalName)
            {
                case "numFmt" when custom.Count < MaxStyles:
                    custom[Number(xml, "numFmtId")] = ShapeOf(xml.GetAttribute("formatCode") ?? string.Empty);
                    break;
                case "cellXfs":
                    inCellXfs = !xml.IsEmptyElement;
                    break;
                case "xf" when inCellXfs && formats._styles.Count < MaxStyles:
                    var id = Number(xml, "numFmtId");
                    formats._styles.Add(custom.TryGetValue(id, out var shape) ? shape : BuiltIn(id));
                    break;
            }
        }

        return formats;
    }

    /// <summary>What a format code shows; its first section decides.</summary>
    internal static DateShape ShapeOf(string code)
    {
        var letters = Letters(code);

        // General may stand behind a colour, a locale or a currency sign; localised programs write G/通用格式.
        if (letters.Contains("general", StringComparison.Ordinal) || letters.StartsWith("g/", StringComparison.Ordinal)
            || letters.AsSpan().IndexOfAny('0', '#', '?') >= 0)
        {
            // Tenths of a second (ss.000) are digits in a time.
            return letters.AsSpan().IndexOfAny('y', 'd', 'h') >= 0 && !letters.Contains("general", StringComparison.Ordinal) ? DateShape.Day : DateShape.None;
        }

        var hasYear = letters.AsSpan().IndexOfAny('y', 'e') >= 0;
        var hasMonth = letters.Contains('m', StringComparison.Ordinal);
        var hasDay = letters.AsSpan().IndexOfAny('d', 'a') >= 0;
        return hasDay || letters.Contains('h', StringComparison.Ordinal) ? DateShape.Day
            : hasYear && hasMonth ? DateShape.Month
            : hasYear || hasMonth ? DateShape.Day
            : DateShape.None;
    }

    // 14..22 and 45..47 everywhere; 27..36 and 50..58 are the East Asian date formats, in mainland China's meaning: 27, 36, 50, 52 and 57 show 年月.
    private static DateShape BuiltIn(int id) => id switch
    {
        17 or 27 or 36 or 50 or 52 or 57 => DateShape.Month,
        (>= 14 and <= 22) or (>= 28 and <= 35) or (>= 45 and <= 47) or (>= 51 and <= 58) => DateShape.Day,
        _ => DateShape.None,
    };

    // The first section in lower case, without literals, brackets, fillers.
    private static string Letters(string code)
    {
        var letters = new System.Text.StringBuilder(code.Length);
        var quoted = false;
        for (var i = 0; i < code.Length; i++)
        {
            var c = code[i];
            if (quoted)
            {
                quoted = c != '"';
                continue;
            }

            switch (c)
            {
                case ';':
                    return letters.ToString();
                case '\\' or '_' or '*':
                    i++;
                    break;
                case '"':
                    quoted = true;
                    break;
                case '[':
                    var end = code.IndexOf(']', i);
                    if (end < 0)
                    {
                        return letters.ToString();
                    }

                    // Elapsed time, [h]:mm, is a time; a colour, a locale or a condition is nothing.
                    var inner = code.AsSpan(i + 1, end - i - 1);
                    letters.Append(inner.Length > 0 && inner.Trim("hH").IsEmpty ? "h" : string.Empty);
                    i = end;
                    break;
                default:
                    letters.Append(char.ToLowerInvariant(c));
                    break;
            }
        }

        return letters.ToString();
    }

    private static int Number(XmlReader xml, string attribute) =>
        int.TryParse(xml.GetAttribute(attribute), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
}
