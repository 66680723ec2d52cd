using System.Globalization;

namespace Mingjian.Workbooks.Roster;

/// <summary>Finds the roster in a workbook and reads it row by row.</summary>
public static class RosterReader
{
    /// <summary>Titles and remarks above the headings may take this many rows.</summary>
    private const int MaxRowsAboveHeadings = 20;

    private static readonly RosterField[] Required =
        [RosterField.Name, RosterField.IdNumber, RosterField.Category, RosterField.Branch, RosterField.Admitted];

    private static readonly string[] SilentHeadings = ["序号", "编号", "备注", "导入问题"];

    /// <summary>Reads the first visible sheet that has roster headings.</summary>
    /// <exception cref="WorkbookException">The file is refused as a workbook.</exception>
    /// <exception cref="RosterException">It is a workbook, but no roster.</exception>
    public static RosterReading Read(Stream file, RosterContext context, WorkbookLimits? limits = null, CancellationToken cancellationToken = default)
    {
        using var workbook = Workbook.Open(file, limits);
        RosterReading? reading = null;
        var others = new List<RosterRemark>();
        foreach (var sheet in workbook.Sheets)
        {
            if (reading is null)
            {
                reading = ReadSheet(workbook, sheet, context, cancellationToken);
            }
            else if (workbook.ReadRows(sheet).Take(MaxRowsAboveHeadings).Any(r => FindColumns(r) is not null))
            {
                others.Add(new RosterRemark(0, string.Empty, string.Empty, sheet.Name, RosterCode.SheetLeftOut,
                    $"工作表“{sheet.Name}”也像名册，这次没有读取。", "请另存为单独的文件后再导入。"));
            }
        }

        return reading is null
            ? throw new RosterException(RosterFileFault.NoHeadings,
                "没有找到名册的标题行。标题行应有“姓名”“公民身份号码”“人员类别”“所在党支部”“加入党组织日期”等列，并位于前 20 行之内。")
            : reading with { Remarks = [.. reading.Remarks, .. others] };
    }

    private static RosterReading? ReadSheet(Workbook workbook, WorkbookSheet sheet, RosterContext context, CancellationToken cancellationToken)
    {
        List<RosterColumn>? columns = null;
        RosterRowReader? reader = null;
        var headingRow = 0;
        var above = 0;
        var rows = new List<RosterRow>();
        var remarks = new List<RosterRemark>();
        foreach (var row in workbook.ReadRows(sheet))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (columns is null)
            {
                columns = FindColumns(row);
                if (columns is null && ++above >= MaxRowsAboveHeadings)
                {
                    return null;
                }

                if (columns is not null)
                {
                    headingRow = row.Number;
                    Check(columns);
                    AddSheetRemarks(columns, remarks);
                    reader = new RosterRowReader(columns, context);
                }
            }
            else if (reader!.Read(row) is { } read)
            {
                rows.Add(read);
            }
            else if (!IsHeadingAgain(row, columns))
            {
                remarks.Add(new RosterRemark(row.Number, string.Empty, string.Empty, row.Cells[0].Text, RosterCode.RowLeftOut,
                    string.Create(CultureInfo.InvariantCulture, $"第 {row.Number} 行没有姓名和身份证号，看起来是合计或说明，没有读取。"), string.Empty));
            }
        }

        return columns is null ? null
            : rows.Count == 0 ? throw new RosterException(RosterFileFault.NoRows, "标题行下面没有人员。请填写名册后再上传。")
            : new RosterReading(sheet.Name, headingRow, columns, rows, remarks);
    }

    private static List<RosterColumn>? FindColumns(SheetRow row)
    {
        var columns = row.Cells.Select(c => new RosterColumn(c.Column, CellText.Trimmed(c.Text), RosterHeadings.Find(c.Text))).ToList();
        var known = columns.Count(c => c.Field is not null);
        return known >= 3 && columns.Exists(c => c.Field is RosterField.Name or RosterField.IdNumber) ? columns : null;
    }

    private static void Check(List<RosterColumn> columns)
    {
        var twice = columns.Where(c => c.Field is not null).GroupBy(c => c.Field).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
        {
            throw new RosterException(RosterFileFault.ColumnTwice,
                $"有几列都像“{RosterHeadings.NameOf(twice.Key!.Value)}”：{string.Join("、", twice.Select(c => $"{SheetCell.ColumnName(c.Column)} 列“{c.Heading}”"))}。请只保留一列。");
        }

        var missing = Required.Where(f => columns.TrueForAll(c => c.Field != f)).Select(f => $"“{RosterHeadings.NameOf(f)}”").ToList();
        if (missing.Count > 0)
        {
            throw new RosterException(RosterFileFault.MissingColumns, $"标题行缺少必需的列：{string.Join("、", missing)}。请补上这些列后再上传。");
        }
    }

    private static void AddSheetRemarks(List<RosterColumn> columns, List<RosterRemark> remarks)
    {
        foreach (var column in columns.Where(c => c.Field is null && !SilentHeadings.Contains(c.Heading, StringComparer.Ordinal)))
        {
            remarks.Add(new RosterRemark(0, SheetCell.ColumnName(column.Column), column.Heading, string.Empty, RosterCode.ColumnLeftOut,
                $"不认识“{column.Heading}”这一列，没有读取。", string.Empty));
        }

        if (columns.TrueForAll(c => c.Field is not (RosterField.Occupation or RosterField.Job)))
        {
            remarks.Add(new RosterRemark(0, string.Empty, string.Empty, string.Empty, RosterCode.NoBaseColumn,
                "没有“职业状况”列，导入后不会同时确定党费标准。", "需要时请补上“职业状况”和“月党费计算基数（元）”两列。"));
        }
    }

    // Printed rosters repeat the headings on every page.
    private static bool IsHeadingAgain(SheetRow row, List<RosterColumn> columns) =>
        row.Cells.Count(c => columns.Exists(h => h.Column == c.Column && h.Heading == CellText.Trimmed(c.Text))) >= 3;
}
