using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Mingjian.Testing;

namespace Mingjian.Workbooks.Tests;

public sealed class HostileWorkbookTests
{
    private const string External = "TargetMode=\"External\"";
    private const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    [Fact]
    public void An_empty_file_is_refused() => Refused([], WorkbookFault.Empty);

    [Fact]
    public void A_text_file_is_refused() => Refused("姓名,性别\n张三,男"u8.ToArray(), WorkbookFault.NotAWorkbook);

    [Fact]
    public void A_file_over_the_size_bound_is_refused() =>
        Refused(new byte[2001], WorkbookFault.TooLarge, WorkbookLimits.Default with { MaxFileBytes = 2000 });

    [Fact]
    public void A_legacy_xls_file_is_named_as_such() => Refused(CompoundFile(""), WorkbookFault.LegacyFormat);

    [Fact]
    public void A_workbook_with_an_opening_password_is_named_as_such() => Refused(CompoundFile("EncryptedPackage"), WorkbookFault.Encrypted);

    [Fact]
    public void A_zip_that_is_no_workbook_is_refused()
    {
        using var buffer = new MemoryStream();
        using (var zip = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            zip.CreateEntry("word/document.xml");
        }

        Refused(buffer.ToArray(), WorkbookFault.NotAWorkbook);
    }

    [Fact]
    public void A_part_that_declares_a_huge_size_is_refused_before_it_is_unpacked() =>
        Refused(new RawWorkbook().Set("xl/media/big.xml", new string(' ', 3 << 20)).Bytes(), WorkbookFault.ExpandsTooMuch);

    [Fact]
    public void A_part_that_lies_about_its_size_is_stopped_while_it_is_unpacked()
    {
        var bytes = new RawWorkbook(Rows(1, 20_000)).Bytes();
        Lie(bytes, "xl/worksheets/sheet1.xml", 1000);
        var fault = Assert.Throws<WorkbookException>(() => ReadAll(bytes, WorkbookLimits.Default with { MaxPartBytes = 100_000 })).Fault;
        Assert.Contains(fault, new[] { WorkbookFault.ExpandsTooMuch, WorkbookFault.Damaged });
    }

    [Fact]
    public void The_sum_of_all_parts_is_bounded() =>
        Refused(
            new RawWorkbook().Set("a.xml", new string('a', 40_000)).Set("b.xml", new string('b', 40_000)).Bytes(),
            WorkbookFault.ExpandsTooMuch,
            WorkbookLimits.Default with { MaxTotalBytes = 70_000 });

    [Fact]
    public void Too_many_parts_are_refused()
    {
        var raw = new RawWorkbook();
        for (var i = 0; i < 300; i++)
        {
            raw.Set($"xl/p{i}.xml", "<a/>");
        }

        Refused(raw.Bytes(), WorkbookFault.TooManyParts);
    }

    [Fact]
    public void Two_parts_of_one_name_are_refused() =>
        Refused(new RawWorkbook().Add("XL/worksheets/Sheet1.xml", "<worksheet/>").Bytes(), WorkbookFault.DuplicatePart);

    [Theory]
    [InlineData("xl/vbaProject.bin", WorkbookFault.Macros)]
    [InlineData("xl/macrosheets/sheet1.xml", WorkbookFault.Macros)]
    [InlineData("xl/embeddings/oleObject1.bin", WorkbookFault.EmbeddedObject)]
    [InlineData("xl/activeX/activeX1.bin", WorkbookFault.EmbeddedObject)]
    [InlineData("xl/externalLinks/externalLink1.xml", WorkbookFault.ExternalLink)]
    [InlineData("xl/connections.xml", WorkbookFault.ExternalLink)]
    [InlineData("xl/workbook.bin", WorkbookFault.BinaryWorkbook)]
    public void A_part_that_has_no_place_in_a_roster_is_refused(string part, WorkbookFault fault) =>
        Refused(new RawWorkbook().Set(part, "x").Bytes(), fault);

    [Fact]
    public void A_macro_content_type_is_refused_whatever_the_file_is_called() =>
        Refused(
            new RawWorkbook().Set("[Content_Types].xml",
                "<Types><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.ms-excel.sheet.macroEnabled.main+xml\"/></Types>").Bytes(),
            WorkbookFault.Macros);

    [Fact]
    public void An_external_relationship_is_refused() =>
        Refused(
            new RawWorkbook().Set("xl/worksheets/_rels/sheet1.xml.rels", RawWorkbook.Relationships(
                $"<Relationship Id=\"r\" Type=\"{Office}/image\" Target=\"http://attacker.invalid/x\" {External}/>")).Bytes(),
            WorkbookFault.ExternalLink);

    [Fact]
    public void A_typed_hyperlink_is_no_external_link() =>
        ReadAll(new RawWorkbook().Set("xl/worksheets/_rels/sheet1.xml.rels", RawWorkbook.Relationships(
            $"<Relationship Id=\"r\" Type=\"{Office}/hyperlink\" Target=\"mailto:a@b.invalid\" {External}/>")).Bytes());

    [Theory]
    [InlineData("xl/workbook.xml")]
    [InlineData("xl/worksheets/sheet1.xml")]
    [InlineData("xl/sharedStrings.xml")]
    [InlineData("xl/styles.xml")]
    [InlineData("[Content_Types].xml")]
    public void A_document_type_declaration_is_refused_in_every_part(string part) =>
        Refused(
            new RawWorkbook("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>")
                .Set(part, "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>").Bytes(),
            WorkbookFault.DocumentTypeDeclaration);

    [Fact]
    public void Rows_beyond_the_bound_are_refused_while_streaming()
    {
        var limits = WorkbookLimits.Default with { MaxRows = 100 };
        Assert.Equal(100, ReadAll(new RawWorkbook(Rows(1, 100)).Bytes(), limits).Count);
        Refused(new RawWorkbook(Rows(1, 101)).Bytes(), WorkbookFault.TooManyRows, limits);
    }

    [Fact]
    public void A_sheet_of_a_million_blank_rows_holds_nothing_and_one_row_more_than_a_sheet_has_is_damaged()
    {
        Assert.Empty(ReadAll(new RawWorkbook(BlankRows(1_000_000)).Bytes()));
        Refused(new RawWorkbook("<row r=\"1048577\"/>").Bytes(), WorkbookFault.Damaged);
    }

    [Fact]
    public void Columns_beyond_the_bound_are_refused() =>
        Refused(new RawWorkbook("<row r=\"1\"><c r=\"XFD1\"><v>1</v></c></row>").Bytes(), WorkbookFault.TooManyColumns);

    [Fact]
    public void A_cell_beyond_the_bound_is_refused()
    {
        ReadAll(new RawWorkbook(Inline(new string('长', 32_767))).Bytes());
        Refused(new RawWorkbook(Inline(new string('长', 32_768))).Bytes(), WorkbookFault.CellTooLong);
    }

    [Theory]
    [InlineData("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>99</v></c></row>")]
    [InlineData("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>-1</v></c></row>")]
    [InlineData("<row r=\"1\"><c r=\"A1\"><v>abc</v></c></row>")]
    [InlineData("<row r=\"1\"><c r=\"A1\"><v>NaN</v></c></row>")]
    [InlineData("<row r=\"1\"><c r=\"1\"><v>1</v></c></row>")]
    [InlineData("<row r=\"1\"><c r=\"B1\"><v>1</v></c><c r=\"A1\"><v>1</v></c></row>")]
    [InlineData("<row r=\"2\"/><row r=\"1\"/>")]
    [InlineData("<row r=\"99999999999\"/>")]
    [InlineData("<row r=\"1\"><c r=\"A1\"><v>1</v></row>")]
    public void A_sheet_that_contradicts_itself_is_damaged(string rows) => Refused(new RawWorkbook(rows).Bytes(), WorkbookFault.Damaged);

    [Fact]
    public void A_truncated_or_altered_file_gives_a_coded_error_or_reads_but_never_anything_else()
    {
        var whole = File.ReadAllBytes(Repository.File("samples", "roster-dirty-60.xlsx"));
        for (var length = 1; length < whole.Length; length += 97)
        {
            Survive(whole[..length]);
        }

        const int Seed = 20261122;
        var random = new Random(Seed);
        for (var round = 0; round < 400; round++)
        {
            var altered = (byte[])whole.Clone();
            for (var i = 0; i < 3; i++)
            {
                altered[random.Next(altered.Length)] = (byte)random.Next(256);
            }

            Survive(altered);
        }
    }

    [Fact]
    public void Every_fault_has_its_own_stable_code()
    {
        var refusal = Assert.Throws<WorkbookException>(() => ReadAll(new RawWorkbook().Set("xl/vbaProject.bin", "x").Bytes()));
        Assert.Equal("workbook/110", refusal.Code);
        Assert.Contains("宏", refusal.Message, StringComparison.Ordinal);
    }

    private static void Survive(byte[] bytes)
    {
        try
        {
            ReadAll(bytes);
        }
        catch (WorkbookException)
        {
            // The one exception that may come.
        }
    }

    private static void Refused(byte[] bytes, WorkbookFault fault, WorkbookLimits? limits = null) =>
        Assert.Equal(fault, Assert.Throws<WorkbookException>(() => ReadAll(bytes, limits)).Fault);

    private static List<SheetRow> ReadAll(byte[] bytes, WorkbookLimits? limits = null)
    {
        using var stream = new MemoryStream(bytes);
        using var workbook = Workbook.Open(stream, limits);
        return [.. workbook.ReadRows(workbook.Sheets[0])];
    }

    private static string Inline(string text) => $"<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>{text}</t></is></c></row>";

    private static string Rows(int first, int count) =>
        string.Concat(Enumerable.Range(first, count).Select(i => $"<row r=\"{i}\"><c r=\"A{i}\"><v>{i * 7919 % 1000}</v></c></row>"));

    private static string BlankRows(int count)
    {
        var rows = new StringBuilder();
        for (var i = 1; i <= count; i++)
        {
            rows.Append("<row r=\"").Append(i).Append("\"/>");
        }

        return rows.ToString();
    }

    private static byte[] CompoundFile(string stream) =>
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[600], .. Encoding.Unicode.GetBytes(stream), .. new byte[100]];

    // Rewrites the declared unpacked size in the local header and in the central directory.
    private static void Lie(byte[] zip, string part, uint size)
    {
        var name = Encoding.UTF8.GetBytes(part);
        for (var i = 46; i + name.Length < zip.Length; i++)
        {
            if (!zip.AsSpan(i, name.Length).SequenceEqual(name))
            {
                continue;
            }

            if (BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(i - 46)) == 0x02014b50)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(i - 46 + 24), size);
            }
            else if (BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(i - 30)) == 0x04034b50)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(i - 30 + 22), size);
            }
        }
    }
}
