using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

namespace Mingjian.Workbooks;

/// <summary>The table of shared strings: rich text runs joined, phonetic hints left out.</summary>
internal static partial class SharedStrings
{
    public static IReadOnlyList<string> Read(ZipArchiveEntry? part, WorkbookLimits limits)
    {
        var strings = new List<string>();
        if (part is null)
        {
            return strings;
        }

        var length = 0L;
        using var xml = PackageCheck.OpenXml(part, limits);
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element || xml.LocalName != "si")
            {
                continue;
            }

            var text = ReadText(xml, limits);
            length += text.Length;
            strings.Add(text);
            if (strings.Count > limits.MaxSharedStrings || length > limits.MaxSharedStringLength)
            {
                throw new WorkbookException(WorkbookFault.TooManyStrings, "工作簿里的文字过多。请删去无关的工作表后再上传。");
            }
        }

        return strings;
    }

    /// <summary>All text of the current <c>si</c> or <c>is</c> element; leaves the reader on its end.</summary>
    public static string ReadText(XmlReader xml, WorkbookLimits limits)
    {
        if (xml.IsEmptyElement)
        {
            return string.Empty;
        }

        var depth = xml.Depth;
        string? single = null;
        StringBuilder? text = null;
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "rPh")
            {
                SkipToEnd(xml);
            }
            else if (xml.NodeType is XmlNodeType.Text or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace or XmlNodeType.CDATA)
            {
                // White space between elements is formatting; inside <t> (two levels down at least) it is text.
                Append(xml, depth, ref single, ref text);
                if ((text?.Length ?? single?.Length ?? 0) > limits.MaxCellLength)
                {
                    throw SheetReader.CellTooLong(limits);
                }
            }
        }

        return Unescape(text?.ToString() ?? single ?? string.Empty);
    }

    // ST_Xstring (ECMA-376 part 1, 22.9.2.19): characters that XML has no place for, and the escape itself, as _xHHHH_.
    private static string Unescape(string text) =>
        text.Contains("_x", StringComparison.Ordinal)
            ? Escape().Replace(text, m => ((char)Convert.ToUInt16(m.Groups["hex"].Value, 16)).ToString())
            : text;

    [GeneratedRegex("_x(?<hex>[0-9A-Fa-f]{4})_", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escape();

    private static void Append(XmlReader xml, int depth, ref string? single, ref StringBuilder? text)
    {
        if (xml.NodeType == XmlNodeType.Whitespace && xml.Depth == depth + 1)
        {
            return;
        }

        if (single is null)
        {
            single = xml.Value;
            return;
        }

        text ??= new StringBuilder(single);
        text.Append(xml.Value);
    }

    private static void SkipToEnd(XmlReader xml)
    {
        var depth = xml.Depth;
        if (xml.IsEmptyElement)
        {
            return;
        }

        while (xml.Read() && xml.Depth > depth)
        {
        }
    }
}
