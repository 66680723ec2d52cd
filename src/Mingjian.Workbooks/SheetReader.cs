using System.Globalization;
using System.Xml;

namespace Mingjian.Workbooks;

/// <summary>Streams the rows of one worksheet part.</summary>
internal sealed class SheetReader(
    XmlReader xml, DateFormats formats, Lazy<IReadOnlyList<string>> strings, bool date1904, WorkbookLimits limits)
{
    private int _rows;
    private int _lastRow;
    private bool _inData;

    public static WorkbookException CellTooLong(WorkbookLimits limits) =>
        new(WorkbookFault.CellTooLong, $"有单元格的内容超过 {limits.MaxCellLength} 个字。请删去与名册无关的长文字。");

    /// <summary>The next row (possibly with no cells), or null at the end.</summary>
    public SheetRow? ReadNext()
    {
        try
        {
            return Next();
        }
        catch (Exception e) when (PackageCheck.IsReadFailure(e))
        {
            throw PackageCheck.Translate(e);
        }
    }

    private SheetRow? Next()
    {
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "sheetData")
            {
                return null;
            }

            if (xml.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            if (xml.LocalName == "sheetData")
            {
                _inData = true;
                if (xml.IsEmptyElement)
                {
                    return null;
                }
            }
            else if (_inData && xml.LocalName == "row")
            {
                return ReadRow();
            }
        }

        return null;
    }

    private SheetRow ReadRow()
    {
        var number = xml.GetAttribute("r") is { } r
            ? int.Parse(r, NumberStyles.None, CultureInfo.InvariantCulture)
            : _lastRow + 1;
        if (number <= _lastRow)
        {
            throw WorkbookException.Damaged();
        }

        _lastRow = number;
        if (++_rows > limits.MaxRows)
        {
            throw new WorkbookException(WorkbookFault.TooManyRows,
                $"工作表超过 {limits.MaxRows} 行（空白行也计算在内）。请删去多余的行，或分成几个文件导入。");
        }

        var cells = new List<SheetCell>(16);
        if (!xml.IsEmptyElement)
        {
            var depth = xml.Depth;
            var column = 0;
            while (xml.Read() && xml.Depth > depth)
            {
                if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "c")
                {
                    var next = xml.GetAttribute("r") is { } reference ? ColumnOf(reference) : column + 1;
                    column = next > column ? next : throw WorkbookException.Damaged();
                    if (column > limits.MaxColumns)
                    {
                        throw new WorkbookException(WorkbookFault.TooManyColumns, $"工作表超过 {limits.MaxColumns} 列。请删去多余的列。");
                    }

                    if (ReadCell(column) is { } cell)
                    {
                        cells.Add(cell);
                    }
                }
            }
        }

        return new SheetRow(number, cells);
    }

    private SheetCell? ReadCell(int column)
    {
        var type = xml.GetAttribute("t") ?? "n";
        var style = int.TryParse(xml.GetAttribute("s"), NumberStyles.None, CultureInfo.InvariantCulture, out var s) ? s : 0;
        if (xml.IsEmptyElement)
        {
            return null;
        }

        var depth = xml.Depth;
        var value = string.Empty;
        var formula = false;
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            switch (xml.LocalName)
            {
                case "f":
                    formula = true;
                    SharedStrings.ReadText(xml, limits with { MaxCellLength = 10_000 });
                    break;
                case "v":
                case "is":
                    value = SharedStrings.ReadText(xml, limits);
                    break;
            }
        }

        return Cell(column, type, style, value, formula);
    }

    private SheetCell? Cell(int column, string type, int style, string value, bool formula)
    {
        var (kind, text) = type switch
        {
            "s" => (CellKind.Text, Shared(value)),
            "inlineStr" or "str" => (CellKind.Text, value),
            "b" => (CellKind.Boolean, value is "1" or "true" ? "TRUE" : "FALSE"),
            "e" => (CellKind.Error, value),
            "d" => (CellKind.Text, value),
            "n" when value.Length == 0 => (CellKind.Text, string.Empty),
            "n" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) =>
                (formats.IsDate(style) ? CellKind.Date : CellKind.Number, value.Trim()),
            _ => throw WorkbookException.Damaged(),
        };

        if (formula)
        {
            return new SheetCell(column, CellKind.Formula, text, date1904);
        }

        return kind == CellKind.Text && string.IsNullOrWhiteSpace(text) ? null : new SheetCell(column, kind, text, date1904);
    }

    private string Shared(string index) =>
        int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i < strings.Value.Count
            ? strings.Value[i]
            : throw WorkbookException.Damaged();

    private static int ColumnOf(string reference)
    {
        var column = 0;
        foreach (var c in reference)
        {
            if (c is >= 'A' and <= 'Z' && column < 100_000)
            {
                column = (column * 26) + c - 'A' + 1;
            }
            else
            {
                break;
            }
        }

        return column > 0 ? column : throw WorkbookException.Damaged();
    }
}
