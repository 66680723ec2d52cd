using System.Globalization;

namespace Mingjian.Workbooks.Roster;

/// <summary>The faulty rows of a reading as a workbook with the reason in an extra column; it can be mended and uploaded again.</summary>
public static class RosterReasons
{
    /// <summary>Heading of the extra column; it is passed over on reading.</summary>
    public const string Heading = "导入问题（改好后直接上传）";

    /// <summary>As the first version wrote it: it lost what a workbook said about its count of days.</summary>
    internal const string OldHeading = "导入问题";

    internal const string SheetName = "有问题的行";

    public static SheetContent Create(RosterReading reading)
    {
        var read = reading.Columns.Where(c => RosterHeadings.Plain(c.Heading) != RosterHeadings.Plain(Heading)).ToList();
        var columns = read.Select(c => new SheetColumn(c.Heading, Width(c), FormatOf(c))).Append(new SheetColumn(Heading, 70));
        return new SheetContent(SheetName, [.. columns], reading.Rows.Where(r => !r.IsGood).Select(r => Row(read, r)));
    }

    private static List<CellValue> Row(List<RosterColumn> columns, RosterRow row)
    {
        var values = new List<CellValue>(columns.Count + 1);
        foreach (var column in columns)
        {
            var letters = SheetCell.ColumnName(column.Column);
            var faulty = row.Remarks.Any(r => r.IsFault && r.Column == letters);
            values.Add(Value(row.Source[column.Column], column).With(faulty ? CellEmphasis.Fault : CellEmphasis.None));
        }

        values.Add(string.Join("；", row.Remarks.Where(r => r.IsFault).Select(r =>
            string.Create(CultureInfo.InvariantCulture, $"原第 {r.Row} 行“{r.Heading}”：{r.What}{r.Mend}"))));
        return values;
    }

    // Every value goes out so that it gives the same reading when it comes in again, whatever the file it came from counted days from.
    private static CellValue Value(SheetCell? cell, RosterColumn column)
    {
        if (cell is not { } given)
        {
            return CellValue.Blank;
        }

        var result = given.Result;
        if (FormatOf(column) == CellFormat.Date && result.Kind is CellKind.Date or CellKind.Number)
        {
            var read = DateText.Read(result);
            return read.Reading switch
            {
                DateReading.MonthOnly => read.Date.ToString("yyyy年M月", CultureInfo.InvariantCulture),
                DateReading.Unreadable => result.NumberText,
                _ => read.Date,
            };
        }

        return result.Kind switch
        {
            CellKind.Date when result.TryGetDate(out var day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            CellKind.Number when column.Field == RosterField.IdNumber => NumberAsPower(result),
            CellKind.Number when column.Field is null or RosterField.Base
                && decimal.TryParse(result.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) => value,
            _ => result.NumberText,
        };
    }

    // As a text of 18 digits it would look like an ID number that somebody typed wrongly.
    private static string NumberAsPower(SheetCell cell) =>
        cell.NumberText.Length <= 15 || !double.TryParse(cell.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? cell.NumberText
            : value.ToString("0.##############E+00", CultureInfo.InvariantCulture);

    private static CellFormat FormatOf(RosterColumn column) => column.Field switch
    {
        RosterField.BirthDate or RosterField.Admitted or RosterField.FullSince => CellFormat.Date,
        RosterField.Base => CellFormat.Money,
        null => CellFormat.Integer,
        _ => CellFormat.Text,
    };

    private static double Width(RosterColumn column) => column.Field switch
    {
        RosterField.IdNumber or RosterField.Branch => 22,
        RosterField.Address => 40,
        RosterField.Sex or null => 8,
        _ => 14,
    };
}
