namespace Mingjian.Workbooks.Roster;

/// <summary>Where the headings of a sheet stand and what each column is.</summary>
/// <param name="HeadingRow">The last row of headings; 0 when there are none.</param>
/// <param name="FirstHeadingRow">The first of them.</param>
internal sealed record RosterLayout(int HeadingRow, int FirstHeadingRow, IReadOnlyList<RosterColumn> Columns)
{
    /// <summary>What a person cannot be registered without. 人员类别 may follow from the day of full membership.</summary>
    public static readonly RosterField[] Required =
        [RosterField.Name, RosterField.IdNumber, RosterField.Category, RosterField.Branch, RosterField.Admitted];

    /// <summary>Titles and remarks above the headings may take this many rows.</summary>
    private const int MaxRowsAboveHeadings = 30;

    /// <summary>Groups, headings, units: three rows at most.</summary>
    private const int MaxHeadingRows = 3;

    private const int LeastKnown = 3;
    private const int SampledRows = 200;

    /// <summary>Finds the headings, or else understands the columns by what stands in them; null when the sheet is no roster.</summary>
    public static RosterLayout? Find(SheetTable table, RosterContext context)
    {
        var headings = FindHeadings(table);
        var data = table.Rows.Where(r => r.Number > headings.Last).Take(SampledRows).ToList();
        var columns = headings.Last > 0 ? headings.Columns : Blank(data);
        columns = Fill(columns, data, context, byContent: true);
        var layout = new RosterLayout(headings.Last, headings.First, columns);
        return headings.Last > 0 || (layout.Has(RosterField.IdNumber) && layout.Has(RosterField.Name)) ? layout : null;
    }

    /// <summary>Whether the sheet has headings of a roster, from its first rows alone.</summary>
    public static bool HasHeadings(IEnumerable<SheetRow> rows) =>
        FindHeadings(new SheetTable(string.Empty, [.. rows.Take(MaxRowsAboveHeadings)], [], [])).Last > 0;

    public bool Has(RosterField field) => Columns.Any(c => c.Field == field);

    /// <summary>Printed rosters repeat the headings on every page.</summary>
    public bool IsHeadingAgain(SheetRow row) =>
        row.Cells.Count(c => Columns.Any(h => h.Column == c.Column && h.Heading.Length > 0 && h.Heading.Contains(CellText.Trimmed(c.Text), StringComparison.Ordinal))) >= LeastKnown;

    private static (int First, int Last, List<RosterColumn> Columns) FindHeadings(SheetTable table)
    {
        var best = (First: 0, Last: 0, Known: 0, Columns: new List<RosterColumn>());
        var rows = table.Rows.Take(MaxRowsAboveHeadings).ToList();
        for (var i = 0; i < rows.Count; i++)
        {
            for (var height = 1; height <= MaxHeadingRows && i + height <= rows.Count; height++)
            {
                var columns = Headings(table, rows.GetRange(i, height));
                var fields = columns.Select(c => c.Field).OfType<RosterField>().ToHashSet();
                if (fields.Count > best.Known && fields.Count >= LeastKnown && (fields.Contains(RosterField.Name) || fields.Contains(RosterField.IdNumber)))
                {
                    best = (rows[i].Number, rows[i + height - 1].Number, fields.Count, columns);
                }
            }
        }

        return (best.First, best.Last, best.Columns);
    }

    // The lowest cell of a column is its heading; a group above it (入党 over 时间) helps where it alone says nothing.
    private static List<RosterColumn> Headings(SheetTable table, List<SheetRow> rows)
    {
        var columns = new List<RosterColumn>();
        foreach (var column in rows.SelectMany(r => r.Cells).Select(c => c.Column).Distinct().Order())
        {
            var texts = rows.Select(r => TextAt(table, r, column)).Where(t => t.Length > 0).Distinct(StringComparer.Ordinal).ToList();
            if (texts.Count == 0)
            {
                continue;
            }

            var heading = texts[^1];
            var field = RosterHeadings.Find(heading);
            for (var i = texts.Count - 2; i >= 0 && field is null; i--)
            {
                field = RosterHeadings.Find(texts[i] + heading) ?? (rows.Count > 1 ? RosterHeadings.Find(texts[i]) : null);
                heading = field is null ? heading : RosterHeadings.Find(texts[i]) == field ? texts[i] : texts[i] + heading;
            }

            columns.Add(new RosterColumn(column, heading, field, field is null ? MappedBy.Nothing : MappedBy.Heading));
        }

        return columns;
    }

    private static string TextAt(SheetTable table, SheetRow row, int column)
    {
        if (row[column] is { } cell)
        {
            return CellText.Trimmed(cell.Text);
        }

        foreach (var merge in table.Merges)
        {
            if (merge.FirstRow == row.Number && merge.Contains(row.Number, column) && row[merge.FirstColumn] is { } first)
            {
                return CellText.Trimmed(first.Text);
            }
        }

        return string.Empty;
    }

    private static List<RosterColumn> Blank(List<SheetRow> data) =>
        [.. data.SelectMany(r => r.Cells).Select(c => c.Column).Distinct().Order().Select(c => new RosterColumn(c, string.Empty, null))];

    // What was chosen counts most, then what the organisation chose before, then known headings, likeness, content.
    private static List<RosterColumn> Fill(List<RosterColumn> columns, List<SheetRow> data, RosterContext context, bool byContent)
    {
        var said = context.Said;
        var result = columns.ConvertAll(c => Said(c, said) with { Samples = SamplesOf(c.Column, data) });
        var hand = result.Where(c => c is { By: MappedBy.Hand or MappedBy.Remembered, Field: not null }).Select(c => c.Field).ToHashSet();

        // A choice displaces what was only proposed.
        result = result.ConvertAll(c => c.By == MappedBy.Heading && hand.Contains(c.Field) ? c with { Field = null, By = MappedBy.Nothing } : c);
        var taken = result.Select(c => c.Field).OfType<RosterField>().ToHashSet();
        foreach (var (column, field) in result.Where(c => c.By == MappedBy.Nothing).Select(c => (c, RosterHeadings.Resembles(c.Heading)))
            .Where(p => p.Item2 is not null).GroupBy(p => p.Item2).Where(g => g.Count() == 1).Select(g => (g.First().c, g.Key!.Value)).ToList())
        {
            if (taken.Add(field))
            {
                Put(column, field, MappedBy.Likeness);
            }
        }

        if (byContent)
        {
            foreach (var (column, field) in ColumnContent.Guess([.. result.Where(c => c.By == MappedBy.Nothing)], data, taken, columns.TrueForAll(c => c.Heading.Length == 0), context))
            {
                if (taken.Add(field))
                {
                    Put(column, field, MappedBy.Content);
                }
            }
        }

        return SecondPhone(result);

        void Put(RosterColumn column, RosterField field, MappedBy by) =>
            result[result.FindIndex(c => c.Column == column.Column)] = column with { Field = field, By = by };
    }

    private static RosterColumn Said(RosterColumn column, RosterChoices said)
    {
        if (said.Columns.TryGetValue(column.Column, out var chosen))
        {
            return column with { Field = chosen, By = MappedBy.Hand };
        }

        return column.Heading.Length > 0 && said.Remembered.TryGetValue(RosterHeadings.Plain(column.Heading), out var before)
            ? column with { Field = before, By = MappedBy.Remembered }
            : column;
    }

    // Of several telephone columns the one that names the mobile comes first; the next is the second number.
    private static List<RosterColumn> SecondPhone(List<RosterColumn> columns)
    {
        var phones = columns.Where(c => c is { Field: RosterField.Phone, By: not (MappedBy.Hand or MappedBy.Remembered) }).ToList();
        if (phones.Count < 2)
        {
            return columns;
        }

        var first = phones[0];
        var other = columns.Exists(c => c.Field == RosterField.OtherPhone) ? null : phones[1];
        return columns.ConvertAll(c => !phones.Contains(c) || c == first ? c
            : c == other ? c with { Field = RosterField.OtherPhone, By = MappedBy.Likeness } : c with { Field = null, By = MappedBy.Nothing });
    }

    private static List<string> SamplesOf(int column, List<SheetRow> data) =>
        [.. data.Select(r => r[column]).OfType<SheetCell>().Select(Show).Where(t => t.Length > 0).Distinct(StringComparer.Ordinal).Take(3)];

    private static string Show(SheetCell cell)
    {
        var text = cell.Result.Kind == CellKind.Date && cell.Result.TryGetDate(out var date)
            ? date.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) : CellText.Trimmed(cell.NumberText);
        return text.Length <= 20 ? text : string.Concat(text.AsSpan(0, 20), "…");
    }
}
