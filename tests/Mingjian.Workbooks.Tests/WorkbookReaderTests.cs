namespace Mingjian.Workbooks.Tests;

public sealed class WorkbookReaderTests
{
    [Fact]
    public void Cells_keep_their_kind_and_their_spelling()
    {
        const string Row = """
            <row r="3">
              <c r="A3" t="s"><v>0</v></c>
              <c r="B3" t="s"><v>1</v></c>
              <c r="C3" t="inlineStr"><is><t xml:space="preserve"> 内联 </t></is></c>
              <c r="D3"><v>1.1010519491231e+17</v></c>
              <c r="E3" s="1"><v>45108</v></c>
              <c r="F3" s="2"><v>45108.75</v></c>
              <c r="G3" s="3"><v>45108</v></c>
              <c r="H3" t="b"><v>1</v></c>
              <c r="I3" t="e"><v>#N/A</v></c>
              <c r="J3" t="str"><f>A1&amp;"x"</f><v>结果</v></c>
              <c r="K3" s="1"/>
              <c r="L3" t="inlineStr"><is><t>  </t></is></c>
              <c r="AA3"><v>4800</v></c>
            </row>
            """;
        var (row, _) = Read(new RawWorkbook(Row));
        Assert.Equal(3, row.Number);
        Assert.Equal(
            [
                (1, CellKind.Text, "共享"), (2, CellKind.Text, "富 文"), (3, CellKind.Text, " 内联 "), (4, CellKind.Number, "1.1010519491231e+17"),
                (5, CellKind.Date, "45108"), (6, CellKind.Date, "45108.75"), (7, CellKind.Number, "45108"), (8, CellKind.Boolean, "TRUE"),
                (9, CellKind.Error, "#N/A"), (10, CellKind.Formula, "结果"), (27, CellKind.Number, "4800"),
            ],
            row.Cells.Select(c => (c.Column, c.Kind, c.Text)));
        Assert.True(row[5]!.Value.TryGetDate(out var date));
        Assert.Equal(new DateOnly(2023, 7, 1), date);
        Assert.True(row[6]!.Value.TryGetDate(out date));
        Assert.Equal(new DateOnly(2023, 7, 1), date);
        Assert.Equal("AA", SheetCell.ColumnName(27));
    }

    [Fact]
    public void A_workbook_that_counts_from_1904_gives_the_same_days()
    {
        var (row, _) = Read(new RawWorkbook("<row r=\"1\"><c r=\"A1\" s=\"1\"><v>43646</v></c></row>", "<workbookPr date1904=\"1\"/>"));
        Assert.True(row[1]!.Value.TryGetDate(out var date));
        Assert.Equal(new DateOnly(2023, 7, 1), date);
    }

    [Theory]
    [InlineData("60", false)]
    [InlineData("61", true)]
    [InlineData("401768", true)]
    [InlineData("401769", false)]
    [InlineData("-1", false)]
    [InlineData("1e300", false)]
    public void Serials_are_dates_from_March_1900_to_2999(string serial, bool isDate)
    {
        var (row, _) = Read(new RawWorkbook($"<row r=\"1\"><c r=\"A1\" s=\"1\"><v>{serial}</v></c></row>"));
        Assert.Equal(isDate, row[1]!.Value.TryGetDate(out _));
    }

    [Fact]
    public void Hidden_sheets_are_left_out()
    {
        const string Sheets = "<sheet name=\"旧\" sheetId=\"2\" state=\"hidden\" r:id=\"rId1\"/><sheet name=\"名册\" sheetId=\"1\" r:id=\"rId1\"/>";
        var (_, names) = Read(new RawWorkbook("<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>", sheets: Sheets));
        Assert.Equal(["名册"], names);
    }

    [Fact]
    public void A_workbook_with_hidden_sheets_only_is_refused()
    {
        var raw = new RawWorkbook(sheets: "<sheet name=\"旧\" sheetId=\"2\" state=\"veryHidden\" r:id=\"rId1\"/>");
        Assert.Equal(WorkbookFault.NoVisibleSheet, Assert.Throws<WorkbookException>(() => Read(raw)).Fault);
    }

    private static (SheetRow First, IReadOnlyList<string> Names) Read(RawWorkbook raw)
    {
        using var stream = new MemoryStream(raw.Bytes());
        using var workbook = Workbook.Open(stream);
        return (workbook.ReadRows(workbook.Sheets[0]).First(), [.. workbook.Sheets.Select(s => s.Name)]);
    }
}
