using System.IO.Compression;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Validation;

namespace Mingjian.Workbooks.Tests;

public sealed class WorkbookWriterTests
{
    private static readonly SheetColumn[] Columns =
    [
        new("姓名", 12), new("人数", 8, CellFormat.Integer), new("金额", 12, CellFormat.Money), new("日期", 12, CellFormat.Date),
    ];

    [Fact]
    public void What_is_written_reads_back_and_is_valid_Open_XML()
    {
        var bytes = WorkbookWriter.ToArray(
            new SheetContent("台账", Columns, [["张三", 3, 48.5m, new DateOnly(2023, 7, 1)], ["合计", CellValue.Blank, ((CellValue)48.5m).With(CellEmphasis.Strong)]])
            {
                Title = "党费收缴台账",
                Subtitle = "2026年11月",
            },
            new SheetContent("台账", Columns, []));

        using var stream = new MemoryStream(bytes);
        using (var document = SpreadsheetDocument.Open(stream, isEditable: false))
        {
            Assert.Empty(new OpenXmlValidator(FileFormatVersions.Microsoft365).Validate(document).Select(e => $"{e.Path?.XPath} {e.Description}"));
        }

        using var workbook = Workbook.Open(stream);
        Assert.Equal(["台账", "台账_2"], workbook.Sheets.Select(s => s.Name));
        var rows = workbook.ReadRows(workbook.Sheets[0]).ToList();
        Assert.Equal(["党费收缴台账", "2026年11月", "姓名|人数|金额|日期", "张三|3|48.5|45108", "合计|48.5"],
            rows.Select(r => string.Join('|', r.Cells.Select(c => c.Text))));
        Assert.Equal([CellKind.Text, CellKind.Number, CellKind.Number, CellKind.Date], rows[3].Cells.Select(c => c.Kind));
    }

    [Theory]
    [InlineData("=HYPERLINK(\"http://x\",\"点我\")")]
    [InlineData("+1+1")]
    [InlineData("-2+3")]
    [InlineData("@SUM(A1)")]
    [InlineData("\t=1")]
    [InlineData("\r=1")]
    [InlineData("＝1")]
    public void Text_that_looks_like_a_formula_is_written_as_quoted_text(string text)
    {
        var bytes = WorkbookWriter.ToArray(new SheetContent("一", [new("列", 10)], [[text], ["无害"]]));
        using var stream = new MemoryStream(bytes);
        using var document = SpreadsheetDocument.Open(stream, isEditable: false);
        var book = document.WorkbookPart!;
        var cells = book.WorksheetParts.Single().Worksheet!.Descendants<DocumentFormat.OpenXml.Spreadsheet.Cell>().ToList();
        Assert.All(cells, c => Assert.Null(c.CellFormula));
        Assert.All(cells, c => Assert.Equal(DocumentFormat.OpenXml.Spreadsheet.CellValues.InlineString, c.DataType!.Value));
        var styles = book.WorkbookStylesPart!.Stylesheet!.CellFormats!.Elements<DocumentFormat.OpenXml.Spreadsheet.CellFormat>().ToList();
        Assert.True(styles[(int)cells[1].StyleIndex!.Value].QuotePrefix?.Value);
        Assert.Null(styles[(int)cells[2].StyleIndex!.Value].QuotePrefix);
    }

    [Fact]
    public void Characters_that_XML_cannot_hold_are_replaced()
    {
        var bytes = WorkbookWriter.ToArray(new SheetContent("一:二", [new("列", 10)], [["a\u0001b\uD800c"], ["𠮷田"]]));
        using var stream = new MemoryStream(bytes);
        using var workbook = Workbook.Open(stream);
        Assert.Equal("一_二", workbook.Sheets[0].Name);
        Assert.Equal(["列", "a\uFFFDb\uFFFDc", "𠮷田"], workbook.ReadRows(workbook.Sheets[0]).Select(r => r.Cells[0].Text));
    }

    [Fact]
    public void No_part_beyond_the_plain_ones_is_written()
    {
        using var zip = new ZipArchive(new MemoryStream(WorkbookWriter.ToArray(new SheetContent("一", Columns, []))));
        Assert.All(zip.Entries, e => Assert.Matches("(?i)^(\\[content_types\\]\\.xml|_rels/.*|xl/(workbook|styles|worksheets/sheet)[^/]*\\.xml|xl/_rels/.*)$", e.FullName));
    }
}
