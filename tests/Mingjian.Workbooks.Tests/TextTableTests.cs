using System.Text;
using Mingjian.Workbooks.Roster;

namespace Mingjian.Workbooks.Tests;

/// <summary>Tables of text as programs and people write them: encodings, delimiters, quotes; and what only pretends to be one.</summary>
public sealed class TextTableTests
{
    private const string Table = "姓名,公民身份号码,党支部,入党日期,转正日期,家庭住址\r\n测试甲,990101199005061016,机关第一党支部,2012-07-01,2013-07-01,\"某市,\r\n\"\"甲\"\"座\"\r\n";

    public static TheoryData<string, bool> Encodings => new()
    {
        { TextEncodings.Utf8, false }, { TextEncodings.Utf8, true }, { TextEncodings.Gb18030, false }, { TextEncodings.Utf16, true }, { TextEncodings.Utf16, false },
        { TextEncodings.Utf16BigEndian, true }, { TextEncodings.Utf16BigEndian, false },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Every_encoding_is_found_out_with_and_without_its_mark(string encoding, bool mark)
    {
        var reading = Read(Bytes(Table, encoding, mark));
        Assert.Equal(encoding, reading.Encoding);
        Assert.Equal(("测试甲", "某市,\"甲\"座"), (reading.Rows[0].Person!.Name, reading.Rows[0].Person!.Address));
        Assert.Equal(encoding != TextEncodings.Utf8, reading.Remarks.Any(r => r.Kind == RosterCode.EncodingGuessed));
    }

    [Theory]
    [InlineData('\t', "")]
    [InlineData(';', "")]
    [InlineData('|', "")]
    [InlineData('^', "sep=^\r\n")]
    public void Other_delimiters_are_found_out_or_declared(char delimiter, string declaration)
    {
        var text = declaration + "姓名,公民身份号码,党支部,入党日期,转正日期,月薪\r\n测试甲,=\"990101199005061016\",机关第一党支部,2012-07-01,2013-07-01,\"4,800\"\r\n"
            .Replace("4,800", "4•800", StringComparison.Ordinal).Replace(',', delimiter).Replace("4•800", "4,800", StringComparison.Ordinal);
        var row = Read(Encoding.UTF8.GetBytes(text)).Rows[0];
        Assert.Equal("990101199005061016", row.Person!.IdNumber.Reveal());
        Assert.Equal("4,800", row.Source[6]!.Value.Text);
    }

    [Fact]
    public void A_row_keeps_its_number_and_blank_lines_count()
    {
        var reading = Read(Encoding.UTF8.GetBytes(Table.Replace("\r\n测", "\r\n\r\n,,,\r\n测", StringComparison.Ordinal)));
        Assert.Equal(4, reading.Rows[0].Number);
    }

    [Theory]
    [InlineData("2013.1", RosterCode.DateUnreadable)]
    [InlineData("2013.10", RosterCode.DateWithoutDay)]
    [InlineData("41456", RosterCode.DateUnreadable)]
    [InlineData("2013/7/1", null)]
    public void What_a_program_may_have_shortened_is_not_guessed(string date, RosterCode? fault)
    {
        var row = Read(Encoding.UTF8.GetBytes(Table.Replace("2013-07-01", date, StringComparison.Ordinal))).Rows[0];
        Assert.Equal(fault, row.Remarks.Where(r => r.IsFault).Select(r => (RosterCode?)r.Kind).SingleOrDefault());
    }

    [Theory]
    [InlineData("9.90101E+17", RosterCode.IdNumberTurnedIntoNumber)]
    [InlineData("990101199005061000", RosterCode.IdNumberCheckCharacter)]
    public void An_id_number_that_lost_its_digits_says_so(string number, RosterCode fault)
    {
        var remark = Assert.Single(Read(Encoding.UTF8.GetBytes(Table.Replace("990101199005061016", number, StringComparison.Ordinal))).Rows[0].Remarks, r => r.IsFault);
        Assert.Equal(fault, remark.Kind);
        Assert.Contains("丢失", remark.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html><table><tr><td>姓名</td></tr></table></html>", WorkbookFault.WebPage)]
    [InlineData("<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>", WorkbookFault.WebPage)]
    [InlineData("\u0001\u0002\u0003", WorkbookFault.NotAWorkbook)]
    [InlineData("%PDF-1.7", WorkbookFault.NotAWorkbook)]
    public void What_is_no_table_is_refused_with_a_clear_word(string text, WorkbookFault fault) =>
        Assert.Equal(fault, Assert.Throws<WorkbookException>(() => Read(Encoding.UTF8.GetBytes(text))).Fault);

    [Fact]
    public void An_OpenDocument_table_is_named_as_such()
    {
        using var buffer = new MemoryStream();
        using (var zip = new System.IO.Compression.ZipArchive(buffer, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            zip.CreateEntry("mimetype");
            zip.CreateEntry("content.xml");
            zip.CreateEntry("META-INF/manifest.xml");
        }

        Assert.Equal(WorkbookFault.OpenDocument, Assert.Throws<WorkbookException>(() => Read(buffer.ToArray())).Fault);
    }

    [Fact]
    public void Bytes_without_sense_give_a_coded_refusal_or_a_reading_and_never_anything_else()
    {
        const int Seed = 20261201;
        var random = new Random(Seed);
        var whole = Bytes(Table, TextEncodings.Gb18030, mark: false);
        for (var round = 0; round < 2000; round++)
        {
            var altered = (byte[])whole.Clone();
            for (var i = 0; i < 4; i++)
            {
                altered[random.Next(altered.Length)] = (byte)random.Next(256);
            }

            try
            {
                Read(altered[..random.Next(1, altered.Length + 1)]);
            }
            catch (Exception e) when (e is WorkbookException or RosterException)
            {
                // The two that may come.
            }
        }
    }

    private static byte[] Bytes(string text, string encoding, bool mark)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        Encoding encoder = encoding switch
        {
            TextEncodings.Gb18030 => Encoding.GetEncoding("gb18030"),
            TextEncodings.Utf16 => new UnicodeEncoding(bigEndian: false, byteOrderMark: mark),
            TextEncodings.Utf16BigEndian => new UnicodeEncoding(bigEndian: true, byteOrderMark: mark),
            _ => new UTF8Encoding(mark),
        };
        return [.. mark ? encoder.GetPreamble() : [], .. encoder.GetBytes(text)];
    }

    private static RosterReading Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return RosterReader.Read(stream, new RosterContext(new DateOnly(2026, 11, 30)));
    }
}
