using System.Globalization;

namespace Mingjian.Workbooks.Roster;

/// <summary>The faulty rows of a reading as a workbook with the reason in an extra column; it can be mended and uploaded again.</summary>
public static class RosterReasons
{
    /// <summary>Heading of the extra column; it is passed over on reading.</summary>
    public const string Heading = "导入问题";

    public static SheetContent Create(RosterReading reading)
    {
        var columns = reading.Columns.Select(c => new SheetColumn(c.Heading, Width(c), FormatOf(c))).Append(new SheetColumn(Heading, 70));
        return new SheetContent("有问题的行", [.. columns], reading.Rows.Where(r => !r.IsGood).Select(r => Row(reading, r)));
    }

    private static List<CellValue> Row(RosterReading reading, RosterRow row)
    {
        var values = new List<CellValue>(reading.Columns.Count + 1);
        foreach (var column in reading.Columns)
        {
            var letters = SheetCell.ColumnName(column.Column);
            var faulty = row.Remarks.Any(r => r.IsFault && r.Column == letters);
            values.Add(Value(row.Source[column.Column], column).With(faulty ? CellEmphasis.Fault : CellEmphasis.None));
        }

        values.Add(string.Join("；", row.Remarks.Where(r => r.IsFault).Select(r =>
            string.Create(CultureInfo.InvariantCulture, $"原第 {r.Row} 行“{r.Heading}”：{r.What}{r.Mend}"))));
        return values;
    }

    private static CellValue Value(SheetCell? cell, RosterColumn column) => cell switch
    {
        null => CellValue.Blank,
        { Kind: CellKind.Date } date when date.TryGetDate(out var day) => day,
        { Kind: CellKind.Number } number when column.Field != RosterField.IdNumber
            && decimal.TryParse(number.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) => value,
        { } other => other.Text,
    };

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
