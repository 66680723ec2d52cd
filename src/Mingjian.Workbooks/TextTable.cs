using System.Text;

namespace Mingjian.Workbooks;

/// <summary>A table of text (RFC 4180 and what spreadsheet programs make of it): comma, semicolon or tab between the values.</summary>
/// <param name="Table">All cells are text.</param>
/// <param name="Encoding">One of <see cref="TextEncodings.Names"/>.</param>
/// <param name="Unreadable">Characters that are not in the encoding.</param>
public sealed record TextTable(SheetTable Table, string Encoding, char Delimiter, int Unreadable)
{
    private static readonly char[] Delimiters = [',', '\t', ';', '|', '，'];

    /// <summary>Whether a file that is no workbook may be a table of text.</summary>
    public static bool IsText(ReadOnlySpan<byte> bytes)
    {
        var head = bytes[..(Math.Min(bytes.Length, 65_536) & ~1)];
        var guess = TextEncodings.Guess(head);
        if (guess is TextEncodings.Utf16 or TextEncodings.Utf16BigEndian)
        {
            // Whatever has zeros in it looks like UTF-16 at first; a text has no control characters and no halves of characters.
            var (text, unreadable) = TextEncodings.Decode(head.ToArray(), guess);
            return unreadable <= 1 && !text.Any(IsNoText);
        }

        foreach (var b in bytes[..Math.Min(bytes.Length, 65_536)])
        {
            if (IsNoText((char)b))
            {
                return false;
            }
        }

        return true;

        static bool IsNoText(char c) => c < ' ' && c is not ('\t' or '\r' or '\n' or '\v' or '\f' or '\u001A');
    }

    /// <param name="encoding">One of <see cref="TextEncodings.Names"/>; null to guess.</param>
    /// <exception cref="WorkbookException">Refused.</exception>
    public static TextTable Read(byte[] bytes, string? encoding = null, WorkbookLimits? limits = null)
    {
        var bounds = limits ?? WorkbookLimits.Default;
        var name = encoding ?? TextEncodings.Guess(bytes);
        var (text, unreadable) = TextEncodings.Decode(bytes, name);
        var start = 0;
        var delimiter = Declared(text, ref start) ?? Guess(text);
        return new TextTable(new SheetTable("CSV", Rows(text, start, delimiter, bounds), [], []), name, delimiter, unreadable);
    }

    // Excel's own first line, sep=; is no data.
    private static char? Declared(string text, ref int start)
    {
        if (!text.StartsWith("sep=", StringComparison.OrdinalIgnoreCase) || text.Length < 5)
        {
            return null;
        }

        var end = text.IndexOf('\n', StringComparison.Ordinal);
        start = end < 0 ? text.Length : end + 1;
        return text[4];
    }

    // The one that most lines have most of; quotes are left out.
    private static char Guess(string text)
    {
        var counts = new int[Delimiters.Length];
        var quoted = false;
        var lines = 0;
        foreach (var c in text)
        {
            quoted ^= c == '"';
            if (quoted)
            {
                continue;
            }

            if (c == '\n' && ++lines > 50)
            {
                break;
            }

            var at = Array.IndexOf(Delimiters, c);
            if (at >= 0)
            {
                counts[at]++;
            }
        }

        return Delimiters[Array.IndexOf(counts, counts.Max())];
    }

    private static List<SheetRow> Rows(string text, int start, char delimiter, WorkbookLimits limits)
    {
        var rows = new List<SheetRow>();
        var cells = new List<SheetCell>();
        var value = new StringBuilder();
        var (line, column, at) = (1, 1, start);
        while (at < text.Length)
        {
            var c = text[at];
            if (c == '"' && value.Length == 0)
            {
                at = Quoted(text, at + 1, value);
                continue;
            }

            at++;
            if (c == delimiter)
            {
                Take();
                column++;
            }
            else if (c is '\r' or '\n')
            {
                at += c == '\r' && at < text.Length && text[at] == '\n' ? 1 : 0;
                EndLine();
            }
            else
            {
                value.Append(c);
            }
        }

        EndLine();
        return rows;

        void Take()
        {
            var content = Plain(value.ToString());
            value.Clear();
            if (string.IsNullOrWhiteSpace(content) || content == "\u001A")
            {
                return;
            }

            if (content.Length > limits.MaxCellLength)
            {
                throw SheetReader.CellTooLong(limits);
            }

            cells.Add(column <= limits.MaxColumns ? new SheetCell(column, CellKind.Text, content, Date1904: false) { FromTextFile = true }
                : throw new WorkbookException(WorkbookFault.TooManyColumns, $"文件在第 {limits.MaxColumns} 列以后还有内容。请删去与名册无关的列。"));
        }

        void EndLine()
        {
            Take();
            if (cells.Count > 0)
            {
                rows.Add(rows.Count < limits.MaxRows ? new SheetRow(line, [.. cells])
                    : throw new WorkbookException(WorkbookFault.TooManyRows, $"文件超过 {limits.MaxRows} 行。请分成几个文件导入。"));
                cells.Clear();
            }

            line++;
            column = 1;
        }
    }

    // From behind the opening quote to behind the closing one; "" is a quote. A quote that is never closed goes to the end.
    private static int Quoted(string text, int at, StringBuilder value)
    {
        while (at < text.Length)
        {
            if (text[at] != '"')
            {
                value.Append(text[at++]);
            }
            else if (at + 1 < text.Length && text[at + 1] == '"')
            {
                value.Append('"');
                at += 2;
            }
            else
            {
                return at + 1;
            }
        }

        return at;
    }

    // ="0012" is how people keep a program from taking a text for a number.
    private static string Plain(string value) =>
        value.StartsWith("=\"", StringComparison.Ordinal) && value.EndsWith('"') && value.Length >= 3 ? value[2..^1] : value;
}
