namespace Mingjian.Workbooks.Roster;

/// <summary>Puts the value of vertically merged cells into every row that they span, where people merge for looks: branches, categories and the like.</summary>
/// <remarks>Names and ID numbers are one person's; a base merged over several people may be their sum. These stay where they stand.</remarks>
internal sealed class MergedValues
{
    private readonly Dictionary<int, List<SheetCell>> _byRow = [];

    public MergedValues(SheetTable table, RosterLayout layout)
    {
        if (table.Merges.Count == 0)
        {
            return;
        }

        var rows = table.Rows.ToDictionary(r => r.Number);
        foreach (var merge in table.Merges.Where(m => m.LastRow > m.FirstRow && m.FirstRow > layout.HeadingRow))
        {
            if (layout.Columns.FirstOrDefault(c => c.Column == merge.FirstColumn)?.Field is null or RosterField.Name or RosterField.IdNumber or RosterField.Base
                    or RosterField.BirthDate or RosterField.Phone or RosterField.OtherPhone
                || !rows.TryGetValue(merge.FirstRow, out var first) || first[merge.FirstColumn] is not { } value)
            {
                continue;
            }

            foreach (var number in rows.Keys.Where(n => n > merge.FirstRow && n <= merge.LastRow))
            {
                if (!_byRow.TryGetValue(number, out var values))
                {
                    _byRow[number] = values = [];
                }

                values.Add(value with { IsMerged = true });
            }
        }
    }

    public SheetRow Fill(SheetRow row)
    {
        if (!_byRow.TryGetValue(row.Number, out var values))
        {
            return row;
        }

        var missing = values.Where(v => row[v.Column] is null);
        return row with { Cells = [.. row.Cells.Concat(missing).OrderBy(c => c.Column)] };
    }
}
