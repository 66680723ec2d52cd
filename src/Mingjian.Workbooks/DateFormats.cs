using System.Globalization;
using System.IO.Compression;
using System.Xml;

namespace Mingjian.Workbooks;

/// <summary>Which cell styles of a workbook show their number as a date (ECMA-376 part 1, 18.8.30).</summary>
internal sealed class DateFormats
{
    private const int MaxStyles = 70_000;
    private readonly List<bool> _styles = [];

    public bool IsDate(int style) => style >= 0 && style < _styles.Count && _styles[style];

    public static DateFormats Read(ZipArchiveEntry? part, WorkbookLimits limits)
    {
        var formats = new DateFormats();
        if (part is null)
        {
            return formats;
        }

        var custom = new Dictionary<int, bool>();
        var inCellXfs = false;
        using var xml = PackageCheck.OpenXml(part, limits);
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "cellXfs")
            {
                break;
            }

            if (xml.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            switch (xml.LocalName)
            {
                case "numFmt" when custom.Count < MaxStyles:
                    custom[Number(xml, "numFmtId")] = IsDateCode(xml.GetAttribute("formatCode") ?? string.Empty);
                    break;
                case "cellXfs":
                    inCellXfs = !xml.IsEmptyElement;
                    break;
                case "xf" when inCellXfs && formats._styles.Count < MaxStyles:
                    var id = Number(xml, "numFmtId");
                    formats._styles.Add(custom.TryGetValue(id, out var isDate) ? isDate : IsBuiltInDate(id));
                    break;
            }
        }

        return formats;
    }

    // 14..22 and 45..47 everywhere; 27..36 and 50..58 are the East Asian date formats.
    private static bool IsBuiltInDate(int id) => id is (>= 14 and <= 22) or (>= 27 and <= 36) or (>= 45 and <= 47) or (>= 50 and <= 58);

    private static bool IsDateCode(string code)
    {
        var quoted = false;
        var bracket = false;
        for (var i = 0; i < code.Length; i++)
        {
            var c = code[i];
            if (c == '\\' || c == '_' || c == '*')
            {
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted && c == '[')
            {
                bracket = true;
            }
            else if (!quoted && c == ']')
            {
                bracket = false;
            }
            else if (!quoted && !bracket && c is 'y' or 'Y' or 'd' or 'D' or 'm' or 'M' or 'h' or 'H' or 'e')
            {
                return !quoted && !bracket && !code.StartsWith("General", StringComparison.OrdinalIgnoreCase);
            }
        }

        return false;
    }

    private static int Number(XmlReader xml, string attribute) =>
        int.TryParse(xml.GetAttribute(attribute), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
}
