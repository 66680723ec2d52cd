using System.Globalization;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Mingjian.Workbooks;

/// <summary>Writes .xlsx workbooks: streamed rows, no formulas ever.</summary>
/// <remarks>
/// All text goes in as inline strings, so a cell cannot become a formula on opening. Text that begins with one of = + - @, tab or
/// carriage return (or their full-width look-alikes) also carries Excel's quote prefix, so that it stays text when edited or saved as CSV.
/// </remarks>
public static class WorkbookWriter
{
    /// <summary>Media type of what is written.</summary>
    public const string ContentType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    /// <summary>Longest text Excel holds in a cell.</summary>
    private const int MaxText = 32_767;

    /// <summary>The whole workbook as bytes.</summary>
    public static byte[] ToArray(params IReadOnlyList<SheetContent> sheets)
    {
        using var buffer = new MemoryStream();
        Write(buffer, sheets);
        return buffer.ToArray();
    }

    /// <summary>Writes the workbook to a stream that can read, write and seek.</summary>
    public static void Write(Stream output, params IReadOnlyList<SheetContent> sheets)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sheets.Count, nameof(sheets));
        using var document = SpreadsheetDocument.Create(output, SpreadsheetDocumentType.Workbook);
        var main = document.AddWorkbookPart();
        main.Workbook = new DocumentFormat.OpenXml.Spreadsheet.Workbook();
        var styles = main.AddNewPart<WorkbookStylesPart>();
        styles.Stylesheet = SheetStyles.Create();
        var tabs = main.Workbook.AppendChild(new Sheets());
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < sheets.Count; i++)
        {
            var part = main.AddNewPart<WorksheetPart>();
            WriteSheet(part, sheets[i]);
            tabs.AppendChild(new Sheet { Name = TabName(sheets[i].Name, i + 1, names), SheetId = (uint)(i + 1), Id = main.GetIdOfPart(part) });
        }
    }

    /// <summary>Whether a spreadsheet program might take this text for a formula.</summary>
    public static bool LooksLikeFormula(string text) =>
        text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠';

    private static void WriteSheet(WorksheetPart part, SheetContent sheet)
    {
        using var xml = OpenXmlWriter.Create(part);
        xml.WriteStartElement(new Worksheet());
        xml.WriteElement(new SheetProperties(new PageSetupProperties { FitToPage = true }));
        var above = (sheet.Title is null ? 0 : 1) + (sheet.Subtitle is null ? 0 : 1);
        xml.WriteElement(new SheetViews(new SheetView(
            new Pane
            {
                VerticalSplit = above + 1,
                TopLeftCell = $"A{above + 2}",
                ActivePane = PaneValues.BottomLeft,
                State = PaneStateValues.Frozen,
            })
        { WorkbookViewId = 0 }));
        WriteColumns(xml, sheet);

        xml.WriteStartElement(new SheetData());
        var row = 0u;
        if (sheet.Title is { } title)
        {
            WriteRow(xml, ++row, 30, [(title, SheetStyles.Title)]);
        }

        if (sheet.Subtitle is { } subtitle)
        {
            WriteRow(xml, ++row, 18, [(subtitle, SheetStyles.Subtitle)]);
        }

        WriteRow(xml, ++row, 20, sheet.Columns.Select(c => ((CellValue)c.Heading, SheetStyles.Heading)));
        foreach (var values in sheet.Rows)
        {
            WriteRow(xml, ++row, null, values.Take(sheet.Columns.Count).Select((v, i) => (v, SheetStyles.Index(v, sheet.Columns[i].Format))));
        }

        xml.WriteEndElement();
        WriteMerges(xml, sheet, above);
        WriteValidations(xml, sheet, above, (int)row);
        xml.WriteElement(new PageMargins { Left = 0.5, Right = 0.5, Top = 0.6, Bottom = 0.6, Header = 0.3, Footer = 0.3 });
        xml.WriteElement(new PageSetup
        {
            PaperSize = 9,
            Orientation = sheet.Landscape ? OrientationValues.Landscape : OrientationValues.Portrait,
            FitToWidth = 1,
            FitToHeight = 0,
        });
        xml.WriteElement(new HeaderFooter(new OddFooter("&C第 &P 页，共 &N 页")));
        xml.WriteEndElement();
    }

    private static void WriteColumns(OpenXmlWriter xml, SheetContent sheet)
    {
        xml.WriteStartElement(new Columns());
        for (var i = 0; i < sheet.Columns.Count; i++)
        {
            xml.WriteElement(new Column { Min = (uint)(i + 1), Max = (uint)(i + 1), Width = sheet.Columns[i].Width, CustomWidth = true });
        }

        xml.WriteEndElement();
    }

    private static void WriteMerges(OpenXmlWriter xml, SheetContent sheet, int above)
    {
        if (above == 0 || sheet.Columns.Count < 2)
        {
            return;
        }

        var last = SheetCell.ColumnName(sheet.Columns.Count);
        xml.WriteElement(new MergeCells(
            Enumerable.Range(1, above).Select(r => new MergeCell { Reference = string.Create(CultureInfo.InvariantCulture, $"A{r}:{last}{r}") })));
    }

    // A list of options stands in the formula itself and may have 255 characters; longer ones are left out, the prompt stays.
    private static void WriteValidations(OpenXmlWriter xml, SheetContent sheet, int above, int lastRow)
    {
        const int MaxList = 255;
        if (sheet.Columns.All(c => c.Options.Count == 0 && c.Prompt is null))
        {
            return;
        }

        var validations = new DataValidations();
        for (var i = 0; i < sheet.Columns.Count; i++)
        {
            var column = sheet.Columns[i];
            var list = string.Join(',', column.Options.Where(o => !o.Contains(',', StringComparison.Ordinal) && !o.Contains('"', StringComparison.Ordinal)));
            var offers = list.Length is > 0 and <= MaxList;
            if (!offers && column.Prompt is null)
            {
                continue;
            }

            var letters = SheetCell.ColumnName(i + 1);
            var validation = new DataValidation
            {
                AllowBlank = true,
                ShowInputMessage = column.Prompt is not null,
                ShowErrorMessage = false,
                SequenceOfReferences = new ListValue<StringValue>(
                    [string.Create(CultureInfo.InvariantCulture, $"{letters}{above + 2}:{letters}{Math.Max(above + 2, lastRow) + sheet.RowsToFill}")]),
            };
            if (column.Prompt is { } prompt)
            {
                validation.PromptTitle = column.Heading.Length <= 32 ? column.Heading : column.Heading[..32];
                validation.Prompt = prompt;
            }

            if (offers)
            {
                validation.Type = DataValidationValues.List;
                validation.Formula1 = new Formula1($"\"{list}\"");
            }

            validations.AppendChild(validation);
        }

        validations.Count = (uint)validations.ChildElements.Count;
        xml.WriteElement(validations);
    }

    private static void WriteRow(OpenXmlWriter xml, uint number, double? height, IEnumerable<(CellValue Value, uint Style)> cells)
    {
        var row = new Row { RowIndex = number };
        if (height is { } points)
        {
            row.Height = points;
            row.CustomHeight = true;
        }

        xml.WriteStartElement(row);
        var column = 0;
        foreach (var (value, style) in cells)
        {
            WriteCell(xml, string.Create(CultureInfo.InvariantCulture, $"{SheetCell.ColumnName(++column)}{number}"), value, style);
        }

        xml.WriteEndElement();
    }

    private static void WriteCell(OpenXmlWriter xml, string reference, CellValue value, uint style)
    {
        var cell = new Cell { CellReference = reference, StyleIndex = style };
        if (value.Text is { } text)
        {
            cell.DataType = CellValues.InlineString;
            cell.InlineString = new InlineString(new Text(Clean(text)) { Space = SpaceProcessingModeValues.Preserve });
        }
        else if (value.Number is { } number)
        {
            cell.CellValue = new DocumentFormat.OpenXml.Spreadsheet.CellValue(number.ToString(CultureInfo.InvariantCulture));
        }
        else if (value.Date is { } date)
        {
            var serial = date.DayNumber - new DateOnly(1899, 12, 30).DayNumber;
            cell.CellValue = new DocumentFormat.OpenXml.Spreadsheet.CellValue(serial.ToString(CultureInfo.InvariantCulture));
        }

        xml.WriteElement(cell);
    }

    // XML 1.0 has no place for control characters and lone surrogates; Excel none for longer texts.
    private static string Clean(string text)
    {
        var cut = text.Length > MaxText ? text[..MaxText] : text;
        for (var i = 0; i < cut.Length; i++)
        {
            if (!System.Xml.XmlConvert.IsXmlChar(cut[i]) && !IsPair(cut, ref i))
            {
                return Replace(cut);
            }
        }

        return cut;
    }

    private static bool IsPair(string text, ref int i)
    {
        if (!char.IsHighSurrogate(text[i]) || i + 1 >= text.Length || !char.IsLowSurrogate(text[i + 1]))
        {
            return false;
        }

        i++;
        return true;
    }

    private static string Replace(string text)
    {
        var clean = new System.Text.StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            clean.Append(rune.Value >= 0x10000 || System.Xml.XmlConvert.IsXmlChar((char)rune.Value) ? rune.ToString() : "\uFFFD");
        }

        return clean.ToString();
    }

    private static string TabName(string name, int number, HashSet<string> taken)
    {
        var clean = new string([.. name.Select(c => c is ':' or '\\' or '/' or '?' or '*' or '[' or ']' || char.IsControl(c) ? '_' : c)]).Trim('\'', ' ');
        clean = clean.Length switch
        {
            0 => string.Create(CultureInfo.InvariantCulture, $"Sheet{number}"),
            > 31 => clean[..31],
            _ => clean,
        };
        return taken.Add(clean) ? clean : TabName(string.Create(CultureInfo.InvariantCulture, $"{clean[..Math.Min(27, clean.Length)]}_{number}"), number, taken);
    }
}
