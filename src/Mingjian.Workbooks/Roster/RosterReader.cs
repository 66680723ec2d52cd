using System.Globalization;

namespace Mingjian.Workbooks.Roster;

/// <summary>Finds the roster in a workbook or a table of text and reads it row by row.</summary>
public static class RosterReader
{
    private const int HeadRows = 8;

    private static readonly string[] SilentHeadings = ["序号", "编号", "备注", RosterReasons.Heading];

    /// <summary>Reads the chosen sheet, or the first visible one that looks like a roster.</summary>
    /// <param name="file">Seekable; never trusted.</param>
    /// <exception cref="WorkbookException">The file is refused as a workbook.</exception>
    /// <exception cref="RosterException">It can be read, but is no roster.</exception>
    public static RosterReading Read(Stream file, RosterContext context, WorkbookLimits? limits = null, CancellationToken cancellationToken = default)
    {
        var bounds = limits ?? WorkbookLimits.Default;
        if (FileKinds.Of(file, bounds) == FileKind.Text)
        {
            var bytes = new byte[file.Length];
            file.Position = 0;
            file.ReadExactly(bytes);
            return ReadText(bytes, context, bounds, cancellationToken);
        }

        using var workbook = Workbook.Open(file, limits);
        return ReadWorkbook(workbook, context, cancellationToken);
    }

    private static RosterReading ReadText(byte[] bytes, RosterContext context, WorkbookLimits limits, CancellationToken cancellationToken)
    {
        var encoding = context.Said.Encoding;
        var text = TextTable.Read(bytes, encoding, limits);

        // A short text in GBK may pass for UTF-8; headings tell.
        if (encoding is null && text.Encoding == TextEncodings.Utf8 && !RosterLayout.HasHeadings(text.Table.Rows)
            && TextTable.Read(bytes, TextEncodings.Gb18030, limits) is { } other && RosterLayout.HasHeadings(other.Table.Rows))
        {
            text = other;
        }

        var remarks = new List<RosterRemark>();
        if (text.Encoding != TextEncodings.Utf8 || text.Unreadable > 0)
        {
            remarks.Add(new RosterRemark(0, string.Empty, string.Empty, text.Encoding, RosterCode.EncodingGuessed,
                text.Unreadable > 0
                    ? string.Create(CultureInfo.InvariantCulture, $"按 {TextEncodings.TitleOf(text.Encoding)} 读取时有 {text.Unreadable} 个字认不出，请改选编码，或另存为 .xlsx。")
                    : $"文字按 {TextEncodings.TitleOf(text.Encoding)} 编码读取；下面若有乱码，请改选编码。", string.Empty));
        }

        var layout = RosterLayout.Find(text.Table, context) ?? throw NoHeadings();
        return ReadTable(text.Table, layout, context, remarks, cancellationToken) with { Encoding = text.Encoding, Sheets = [text.Table.Name] };
    }

    private static RosterReading ReadWorkbook(Workbook workbook, RosterContext context, CancellationToken cancellationToken)
    {
        var wanted = context.Said.Sheet;
        if (wanted is not null && !workbook.Sheets.Any(s => s.Name == wanted))
        {
            throw new RosterException(RosterFileFault.NoSuchSheet, $"工作簿里没有可见的工作表“{wanted}”，有的是：{string.Join("、", workbook.Sheets.Select(s => $"“{s.Name}”"))}。");
        }

        RosterReading? reading = null;
        var others = new List<RosterRemark>();
        foreach (var sheet in workbook.Sheets)
        {
            if (reading is null && (wanted is null || wanted == sheet.Name))
            {
                var table = workbook.ReadSheet(sheet, cancellationToken);
                reading = RosterLayout.Find(table, context) is { } layout ? ReadTable(table, layout, context, [], cancellationToken) : null;
            }
            else if (RosterLayout.HasHeadings(workbook.ReadRows(sheet)))
            {
                others.Add(new RosterRemark(0, string.Empty, string.Empty, sheet.Name, RosterCode.SheetLeftOut,
                    $"工作表“{sheet.Name}”也像名册，这次没有读取。", "需要时请改选这张工作表，再导入一次。"));
            }
        }

        others.AddRange(workbook.HiddenSheets.Select(name => new RosterRemark(0, string.Empty, string.Empty, name, RosterCode.SheetLeftOut,
            $"隐藏的工作表“{name}”没有读取。", "需要时请取消隐藏后再上传。")));
        return (reading ?? throw NoHeadings()) with { Remarks = [.. reading.Remarks, .. others], Sheets = [.. workbook.Sheets.Select(s => s.Name)] };
    }

    private static RosterReading ReadTable(
        SheetTable table, RosterLayout layout, RosterContext context, List<RosterRemark> remarks, CancellationToken cancellationToken)
    {
        ColumnQuestions.Ask(table, layout, context, remarks);
        var reader = new RosterRowReader(ColumnQuestions.Usable(layout.Columns), context);
        var merged = new MergedValues(table, layout);
        var rows = new List<RosterRow>();
        foreach (var source in table.Rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (source.Number <= layout.HeadingRow)
            {
                continue;
            }

            var row = merged.Fill(source);
            if (layout.IsHeadingAgain(row))
            {
                continue;
            }

            if (reader.Read(row) is { } read)
            {
                rows.Add(read);
            }
            else
            {
                remarks.Add(new RosterRemark(row.Number, string.Empty, string.Empty, row.Cells[0].Text, RosterCode.RowLeftOut,
                    string.Create(CultureInfo.InvariantCulture, $"第 {row.Number} 行{(row.IsHidden ? "（隐藏的）" : string.Empty)}没有姓名和身份证号，看起来是合计、示例或说明，没有读取。"), string.Empty));
            }
        }

        return rows.Count == 0 ? throw new RosterException(RosterFileFault.NoRows, "标题行下面没有人员。请填写名册后再上传。")
            : new RosterReading(table.Name, layout.HeadingRow, layout.Columns, rows, remarks)
            {
                MonthsOnly = new Dictionary<RosterField, int>(reader.MonthsOnly),
                Head = [.. table.Rows.Take(HeadRows)],
            };
    }

    private static RosterException NoHeadings() => new(RosterFileFault.NoHeadings,
        "没有找到名册的标题行，从内容也看不出各列是什么。标题行应有“姓名”“公民身份号码”“人员类别”“所在党支部”“加入党组织日期”等列，并位于前 30 行之内。可以下载空表，把内容粘贴进去。");

    internal static bool IsSilent(string heading) => SilentHeadings.Contains(RosterHeadings.Plain(heading), StringComparer.Ordinal);
}
