using System.Globalization;

namespace Mingjian.Workbooks;

/// <summary>What a cell holds, as the file says it.</summary>
public enum CellKind
{
    Text = 1,

    /// <summary>A number in a format that is no date.</summary>
    Number = 2,

    /// <summary>A number in a date format: a day serial.</summary>
    Date = 3,
    Boolean = 4,

    /// <summary>An error value such as <c>#N/A</c>.</summary>
    Error = 5,

    /// <summary>A formula. Its stored result is in the text but nothing vouches for it, so readers refuse or flag it.</summary>
    Formula = 6,
}

/// <summary>One cell that is not blank.</summary>
/// <param name="Column">From 1.</param>
/// <param name="Kind">As the file says.</param>
/// <param name="Text">The text; for numbers and dates the digits as written in the file, for example <c>1.1010519491231e+17</c>.</param>
/// <param name="Date1904">Whether the workbook counts days from 1904.</param>
public readonly record struct SheetCell(int Column, CellKind Kind, string Text, bool Date1904)
{
    /// <summary>A date of which the format shows year and month only.</summary>
    public bool ShowsMonthOnly { get; init; }

    /// <summary>From a text file, where a spreadsheet program may have shortened a number before it wrote it.</summary>
    public bool FromTextFile { get; init; }

    /// <summary>For a formula: what its stored result is; otherwise <see cref="Kind"/>.</summary>
    public CellKind ResultKind { get; init; } = Kind;

    /// <summary>The value of the merged cells that this one is part of.</summary>
    public bool IsMerged { get; init; }

    /// <summary>The stored result of a formula as a plain cell.</summary>
    public SheetCell Result => this with { Kind = ResultKind };

    /// <summary>First serial read as a date: 1900-03-01. Before it Excel counts a 29 February that never was.</summary>
    private const double FirstSerial = 61;

    /// <summary>2999-12-31.</summary>
    private const double LastSerial = 401_768;

    private const double HalfSecond = 0.5 / 86_400;

    /// <summary>
    /// The calendar day of a day serial; the time of day is dropped. Times are whole seconds: 41090.999999999 is midnight. False for text and for serials outside 1900-03-01..2999-12-31.
    /// </summary>
    public bool TryGetDate(out DateOnly date)
    {
        date = default;
        if (Kind is not (CellKind.Date or CellKind.Number)
            || !double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var serial))
        {
            return false;
        }

        var days = Math.Floor(serial + HalfSecond) + (Date1904 ? 1462 : 0);
        if (!(days >= FirstSerial && days <= LastSerial))
        {
            return false;
        }

        date = new DateOnly(1899, 12, 30).AddDays((int)days);
        return true;
    }

    /// <summary>A number's digits without exponent and without the noise of binary fractions (2013.7000000000001); other texts as they are.</summary>
    public string NumberText =>
        Kind is CellKind.Number or CellKind.Date && decimal.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? Math.Round(value, 9).ToString("0.#########", CultureInfo.InvariantCulture)
            : Text;

    /// <summary>Column letters as a spreadsheet shows them: 1 = A, 27 = AA.</summary>
    public static string ColumnName(int column)
    {
        var name = string.Empty;
        for (var rest = column; rest > 0; rest = (rest - 1) / 26)
        {
            name = (char)('A' + ((rest - 1) % 26)) + name;
        }

        return name;
    }
}

/// <summary>One row.</summary>
/// <param name="Number">As a spreadsheet shows it, from 1.</param>
/// <param name="Cells">Not blank ones only, by column.</param>
public sealed record SheetRow(int Number, IReadOnlyList<SheetCell> Cells)
{
    /// <summary>Not shown by the spreadsheet program: filtered out, or hidden by hand.</summary>
    public bool IsHidden { get; init; }

    /// <summary>The cell of a column, or null when blank.</summary>
    public SheetCell? this[int column]
    {
        get
        {
            foreach (var cell in Cells)
            {
                if (cell.Column == column)
                {
                    return cell;
                }
            }

            return null;
        }
    }
}
