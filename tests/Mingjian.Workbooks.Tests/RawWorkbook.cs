using System.IO.Compression;
using System.Text;

namespace Mingjian.Workbooks.Tests;

/// <summary>A workbook written part by part, so that tests can write what no decent program would.</summary>
internal sealed class RawWorkbook
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private readonly List<(string Name, string Text)> _parts = [];

    public RawWorkbook(string sheetData = "", string workbookProperties = "", string sheets = "<sheet name=\"一\" sheetId=\"1\" r:id=\"rId1\"/>")
    {
        Set("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>");
        Set("_rels/.rels", Relationships($"<Relationship Id=\"r\" Type=\"{Office}/officeDocument\" Target=\"xl/workbook.xml\"/>"));
        Set("xl/workbook.xml", $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Office}\">{workbookProperties}<sheets>{sheets}</sheets></workbook>");
        Set("xl/_rels/workbook.xml.rels", Relationships(
            $"<Relationship Id=\"rId1\" Type=\"{Office}/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
            + $"<Relationship Id=\"rId2\" Type=\"{Office}/styles\" Target=\"styles.xml\"/>"
            + $"<Relationship Id=\"rId3\" Type=\"{Office}/sharedStrings\" Target=\"/xl/sharedStrings.xml\"/>"));
        Set("xl/styles.xml", $"<styleSheet xmlns=\"{Main}\"><numFmts><numFmt numFmtId=\"170\" formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;\"/>"
            + "<numFmt numFmtId=\"171\" formatCode=\"[Red]0.00&quot;day&quot;\"/></numFmts><cellXfs><xf/><xf numFmtId=\"14\"/><xf numFmtId=\"170\"/><xf numFmtId=\"171\"/></cellXfs></styleSheet>");
        Set("xl/sharedStrings.xml", $"<sst xmlns=\"{Main}\"><si><t>共享</t></si><si><r><t>富</t></r><r><t xml:space=\"preserve\"> 文</t></r><rPh><t>pinyin</t></rPh></si></sst>");
        Set("xl/worksheets/sheet1.xml", $"<worksheet xmlns=\"{Main}\"><sheetData>{sheetData}</sheetData></worksheet>");
    }

    public static string Relationships(string inner) =>
        $"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{inner}</Relationships>";

    public RawWorkbook Set(string name, string text)
    {
        _parts.RemoveAll(p => p.Name == name);
        return Add(name, text);
    }

    /// <summary>Adds a part even where one of that name stands.</summary>
    public RawWorkbook Add(string name, string text)
    {
        _parts.Add((name, text));
        return this;
    }

    public byte[] Bytes()
    {
        using var buffer = new MemoryStream();
        using (var zip = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in _parts)
            {
                using var part = zip.CreateEntry(name, CompressionLevel.SmallestSize).Open();
                part.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return buffer.ToArray();
    }
}
