using System.Globalization;

namespace Mingjian.Workbooks;

/// <summary>How the cells of a column are shown.</summary>
public enum CellFormat
{
    /// <summary>As text, never interpreted: names, ID numbers, phones.</summary>
    Text = 1,
    Integer = 2,

    /// <summary>Two decimals with thousands separators.</summary>
    Money = 3,

    /// <summary>yyyy-mm-dd.</summary>
    Date = 4,
}

/// <summary>How a cell stands out.</summary>
public enum CellEmphasis
{
    None = 0,

    /// <summary>Bold: sums.</summary>
    Strong = 1,

    /// <summary>Red on a light ground: faults, unpaid.</summary>
    Fault = 2,
}

/// <summary>One column of a sheet to write.</summary>
/// <param name="Heading">Shown in the heading row.</param>
/// <param name="Width">In characters of the standard font; a Chinese character takes two.</param>
/// <param name="Format">For all cells of the column.</param>
public sealed record SheetColumn(string Heading, double Width, CellFormat Format = CellFormat.Text)
{
    /// <summary>Offered as a drop-down; other values may still be typed.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Shown beside the cell while it is typed into; null for nothing. At most 255 characters.</summary>
    public string? Prompt { get; init; }
}

/// <summary>One value to write: blank, text, a number or a date. Text is never written as a formula.</summary>
public readonly record struct CellValue
{
    private CellValue(string? text, decimal? number, DateOnly? date, CellEmphasis emphasis)
    {
        Text = text;
        Number = number;
        Date = date;
        Emphasis = emphasis;
    }

    public static CellValue Blank => default;

    internal string? Text { get; }

    internal decimal? Number { get; }

    internal DateOnly? Date { get; }

    internal CellEmphasis Emphasis { get; }

    public static CellValue Of(string? text) => new(text, null, null, CellEmphasis.None);

    public static CellValue Of(decimal? number) => new(null, number, null, CellEmphasis.None);

    public static CellValue Of(DateOnly? date) => new(null, null, date, CellEmphasis.None);

    public static implicit operator CellValue(string? text) => Of(text);

    public static implicit operator CellValue(decimal number) => Of(number);

    public static implicit operator CellValue(int number) => Of(number);

    public static implicit operator CellValue(DateOnly date) => Of(date);

    /// <summary>The same value, standing out.</summary>
    public CellValue With(CellEmphasis emphasis) => new(Text, Number, Date, emphasis);

    /// <inheritdoc/>
    public override string ToString() =>
        Text ?? Number?.ToString(CultureInfo.InvariantCulture) ?? Date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? string.Empty;
}

/// <summary>One sheet to write: an optional merged title and line below it, a frozen heading row, rows.</summary>
/// <param name="Name">The tab's name; characters that Excel forbids are replaced, at most 31 are kept.</param>
/// <param name="Columns">1 to 200.</param>
/// <param name="Rows">One value a column; missing ones stay blank. Streamed once.</param>
public sealed record SheetContent(string Name, IReadOnlyList<SheetColumn> Columns, IEnumerable<IReadOnlyList<CellValue>> Rows)
{
    /// <summary>Merged over all columns, large and centred; null for none.</summary>
    public string? Title { get; init; }

    /// <summary>A merged line under the title (unit, month, who made it); null for none.</summary>
    public string? Subtitle { get; init; }

    /// <summary>How many rows, beyond those written, get drop-downs and prompts.</summary>
    public int RowsToFill { get; init; }

    /// <summary>Whether the page is printed across; landscape by default.</summary>
    public bool Landscape { get; init; } = true;
}
