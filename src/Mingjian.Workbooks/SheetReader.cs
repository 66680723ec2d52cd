using System.Globalization;
using System.Xml;

namespace Mingjian.Workbooks;

/// <summary>Streams the rows of one worksheet part.</summary>
internal sealed class SheetReader(
    XmlReader xml, DateFormats formats, Lazy<IReadOnlyList<string>> strings, bool date1904, WorkbookLimits limits)
{
    /// <summary>What a spreadsheet program can hold; blank rows up to here cost time, not memory.</summary>
    private const int LastRow = 1_048_576;

    private const int MaxMerges = 100_000;

    private readonly List<CellRange> _merges = [];
    private readonly List<int> _hiddenColumns = [];
    private int _rows;
    private int _lastRow;
    private bool _inData;

    /// <summary>All there are once the last row has been read.</summary>
    public IReadOnlyList<CellRange> Merges => _merges;

    /// <summary>Known before the first row; only columns within the bound.</summary>
    public IReadOnlyList<int> HiddenColumns => _hiddenColumns;

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
                _inData = false;
            }

            if (xml.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            switch (xml.LocalName)
            {
                case "sheetData":
                    _inData = !xml.IsEmptyElement;
                    break;
                case "row" when _inData:
                    return ReadRow();
                case "col" when !_inData && IsOn(xml.GetAttribute("hidden")):
                    AddHiddenColumns();
                    break;
                case "mergeCell" when !_inData && _merges.Count < MaxMerges && RangeOf(xml.GetAttribute("ref")) is { } range:
                    _merges.Add(range);
                    break;
            }
        }

        return null;
    }

    private void AddHiddenColumns()
    {
        if (int.TryParse(xml.GetAttribute("min"), NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && int.TryParse(xml.GetAttribute("max"), NumberStyles.None, CultureInfo.InvariantCulture, out var last))
        {
            for (var column = first; column <= Math.Min(last, limits.MaxColumns); column++)
            {
                _hiddenColumns.Add(column);
            }
        }
    }

    private static bool IsOn(string? value) => value is "1" or "true" or "on";

    private static CellRange? RangeOf(string? reference)
    {
        var ends = reference?.Split(':');
        return ends is { Length: 2 } && TryPlace(ends[0], out var firstRow, out var firstColumn) && TryPlace(ends[1], out var lastRow, out var lastColumn)
            && firstRow <= lastRow && firstColumn <= lastColumn
            ? new CellRange(firstRow, firstColumn, lastRow, lastColumn)
            : null;
    }

    private static bool TryPlace(string reference, out int row, out int column)
    {
        var letters = reference.AsSpan().Trim('$').IndexOfAnyInRange('0', '9');
        row = 0;
        column = letters > 0 ? ColumnOf(reference.AsSpan().Trim('$')) : 0;
        return column > 0 && int.TryParse(reference.AsSpan().Trim('$')[letters..], NumberStyles.None, CultureInfo.InvariantCulture, out row);
    }

    private SheetRow ReadRow()
    {
        var number = xml.GetAttribute("r") is { } r
            ? int.Parse(r, NumberStyles.None, CultureInfo.InvariantCulture)
            : _lastRow + 1;
        if (number <= _lastRow || number > LastRow)
        {
            throw WorkbookException.Damaged();
        }

        _lastRow = number;
        var hidden = IsOn(xml.GetAttribute("hidden")) || (IsOn(xml.GetAttribute("customHeight")) && xml.GetAttribute("ht") is "0" or "0.0");
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
                    if (ReadCell(column) is { } cell)
                    {
                        // Cells that are only coloured go to the last column of many a sheet; those hold nothing.
                        cells.Add(column <= limits.MaxColumns ? cell : throw new WorkbookException(
                            WorkbookFault.TooManyColumns, $"工作表在第 {limits.MaxColumns} 列以后还有内容。请删去与名册无关的列。"));
                    }
                }
            }
        }

        if (cells.Count > 0 && ++_rows > limits.MaxRows)
        {
            throw new WorkbookException(WorkbookFault.TooManyRows, $"工作表超过 {limits.MaxRows} 行。请分成几个文件导入。");
        }

        return new SheetRow(number, cells) { IsHidden = hidden };
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
        // Programs write the type of a cell and then no value: that is a blank cell.
        if (value.Length == 0 && !formula)
        {
            return null;
        }

        var shape = formats.ShapeOf(style);
        var (kind, text) = type switch
        {
            _ when value.Length == 0 => (CellKind.Text, string.Empty),
            "s" => (CellKind.Text, Shared(value)),
            "inlineStr" or "str" => (CellKind.Text, value),
            "b" => (CellKind.Boolean, value is "1" or "true" ? "TRUE" : "FALSE"),
            "e" => (CellKind.Error, value),
            "d" => IsoDate(value),
            "n" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) =>
                (shape == DateShape.None ? CellKind.Number : CellKind.Date, value.Trim()),
            _ => throw WorkbookException.Damaged(),
        };
        if (!formula && kind == CellKind.Text && string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        return new SheetCell(column, formula ? CellKind.Formula : kind, text, date1904)
        {
            ResultKind = kind,
            ShowsMonthOnly = kind == CellKind.Date && shape == DateShape.Month,
        };
    }

    // ISO 8601 (18.18.11): a day, or a day with a time, whose zone says nothing about a calendar day.
    private (CellKind Kind, string Text) IsoDate(string value)
    {
        var zone = value.IndexOf('T', StringComparison.Ordinal) is var t && t > 0 ? value.AsSpan(t).IndexOfAny('Z', '+', '-') : -1;
        var local = zone > 0 ? value[..(t + zone)] : value;
        if (!DateTime.TryParseExact(local, ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF"],
            CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment))
        {
            return (CellKind.Text, value);
        }

        var serial = (moment - new DateTime(1899, 12, 30)).TotalDays - (date1904 ? 1462 : 0);
        return (CellKind.Date, serial.ToString("0.##########", CultureInfo.InvariantCulture));
    }

    private string Shared(string index) =>
        int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i < strings.Value.Count
            ? strings.Value[i]
            : throw WorkbookException.Damaged();

    private static int ColumnOf(ReadOnlySpan<char> reference)
    {
        var column = 0;
        foreach (var c in reference)
        {
            if (char.IsAsciiLetter(c) && column < 100_000)
            {
                column = (column * 26) + (c & ~0x20) - 'A' + 1;
            }
            else
            {
                break;
            }
        }

        return column > 0 ? column : throw WorkbookException.Damaged();
    }
}
