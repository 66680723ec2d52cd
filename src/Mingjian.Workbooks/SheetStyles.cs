using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Mingjian.Workbooks;

/// <summary>The fixed style table of written workbooks.</summary>
internal static class SheetStyles
{
    public const uint Title = 1;
    public const uint Subtitle = 2;
    public const uint Heading = 3;

    private const uint FirstValue = 4;
    private const uint DateFormatId = 164;
    private static readonly uint[] FormatIds = [49, 1, 4, DateFormatId];

    /// <summary>Index of the style for a value in a column of a format.</summary>
    public static uint Index(CellValue value, CellFormat format)
    {
        // A text in a number column is shown as text.
        var shown = value.Text is not null ? CellFormat.Text : format;
        var quoted = value.Text is { } text && WorkbookWriter.LooksLikeFormula(text) ? 1u : 0u;
        return FirstValue + (((((uint)shown - 1) * 3) + (uint)value.Emphasis) * 2) + quoted;
    }

    public static Stylesheet Create()
    {
        var cells = new CellFormats(
            new DocumentFormat.OpenXml.Spreadsheet.CellFormat { NumberFormatId = 0, FontId = 0, FillId = 0, BorderId = 0, FormatId = 0 },
            Head(fontId: 1, fillId: 0, borderId: 0, HorizontalAlignmentValues.Center),
            Head(fontId: 0, fillId: 0, borderId: 0, HorizontalAlignmentValues.Left),
            Head(fontId: 2, fillId: 2, borderId: 1, HorizontalAlignmentValues.Center));
        foreach (var format in FormatIds)
        {
            for (var emphasis = 0u; emphasis < 3; emphasis++)
            {
                cells.AppendChild(Value(format, emphasis, quoted: false));
                cells.AppendChild(Value(format, emphasis, quoted: true));
            }
        }

        return new Stylesheet(
            new NumberingFormats(new NumberingFormat { NumberFormatId = DateFormatId, FormatCode = "yyyy\\-mm\\-dd" }),
            new Fonts(FontOf(11), FontOf(16, bold: true), FontOf(11, bold: true), FontOf(11, color: "FFC8102E")),
            new Fills(
                new Fill(new PatternFill { PatternType = PatternValues.None }),
                new Fill(new PatternFill { PatternType = PatternValues.Gray125 }),
                Solid("FFF2EFEA"),
                Solid("FFFDECEC")),
            new Borders(new Border(), Thin()),
            new CellStyleFormats(new DocumentFormat.OpenXml.Spreadsheet.CellFormat { NumberFormatId = 0, FontId = 0, FillId = 0, BorderId = 0 }),
            cells);
    }

    private static DocumentFormat.OpenXml.Spreadsheet.CellFormat Head(
        uint fontId, uint fillId, uint borderId, HorizontalAlignmentValues alignment) => new()
        {
            NumberFormatId = 49,
            FontId = fontId,
            FillId = fillId,
            BorderId = borderId,
            FormatId = 0,
            ApplyFont = true,
            ApplyFill = true,
            ApplyBorder = true,
            ApplyAlignment = true,
            Alignment = new Alignment { Horizontal = alignment, Vertical = VerticalAlignmentValues.Center, WrapText = true },
        };

    private static DocumentFormat.OpenXml.Spreadsheet.CellFormat Value(uint format, uint emphasis, bool quoted)
    {
        var style = new DocumentFormat.OpenXml.Spreadsheet.CellFormat
        {
            NumberFormatId = format,
            FontId = emphasis switch { 1 => 2u, 2 => 3u, _ => 0u },
            FillId = emphasis == 2 ? 3u : 0u,
            BorderId = 1,
            FormatId = 0,
            ApplyNumberFormat = true,
            ApplyFont = true,
            ApplyFill = true,
            ApplyBorder = true,
        };
        if (quoted)
        {
            style.QuotePrefix = true;
        }

        return style;
    }

    private static Font FontOf(double size, bool bold = false, string? color = null)
    {
        var font = new Font();
        if (bold)
        {
            font.AppendChild(new Bold());
        }

        font.AppendChild(new FontSize { Val = size });
        if (color is not null)
        {
            font.AppendChild(new Color { Rgb = HexBinaryValue.FromString(color) });
        }

        font.AppendChild(new FontName { Val = "宋体" });
        return font;
    }

    private static Fill Solid(string color) =>
        new(new PatternFill(new ForegroundColor { Rgb = HexBinaryValue.FromString(color) }) { PatternType = PatternValues.Solid });

    private static Border Thin() => new(
        new LeftBorder { Style = BorderStyleValues.Thin },
        new RightBorder { Style = BorderStyleValues.Thin },
        new TopBorder { Style = BorderStyleValues.Thin },
        new BottomBorder { Style = BorderStyleValues.Thin },
        new DiagonalBorder());
}
