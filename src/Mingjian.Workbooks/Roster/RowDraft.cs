namespace Mingjian.Workbooks.Roster;

/// <summary>One row while it is read: its cells by field and the remarks so far.</summary>
internal sealed class RowDraft(SheetRow source, IReadOnlyDictionary<RosterField, RosterColumn> columns)
{
    private readonly List<RosterRemark> _remarks = [];
    private readonly HashSet<RosterField> _faulty = [];

    public int Number => source.Number;

    public bool HasFault => _faulty.Count > 0;

    public IReadOnlyList<RosterRemark> Remarks => _remarks;

    /// <summary>How many understood cells are not blank.</summary>
    public int Filled => source.Cells.Count(c => columns.Values.Any(h => h.Column == c.Column));

    public bool IsFaulty(RosterField field) => _faulty.Contains(field);

    public SheetCell? Cell(RosterField field) => columns.TryGetValue(field, out var column) ? source[column.Column] : null;

    /// <summary>The cell when it holds a value that can be read; formulas and error values are faults and give null.</summary>
    public SheetCell? Value(RosterField field)
    {
        var cell = Cell(field);
        switch (cell?.Kind)
        {
            case CellKind.Formula:
                Fault(field, RosterCode.FormulaCell, "单元格里是公式，结果无法核实，没有采用。", "请复制后“选择性粘贴－数值”，再重新上传。");
                return null;
            case CellKind.Error or CellKind.Boolean:
                Fault(field, RosterCode.ErrorCell, "单元格里是错误值或逻辑值。", "请改成实际内容。");
                return null;
            default:
                return cell;
        }
    }

    public void Fault(RosterField field, RosterCode kind, string what, string mend)
    {
        _faulty.Add(field);
        Add(field, kind, what, mend);
    }

    /// <summary>A fault for a blank cell, unless the cell already has one (a formula, say).</summary>
    public void FaultIfBlank(RosterField field, RosterCode kind, string what, string mend)
    {
        if (!IsFaulty(field))
        {
            Fault(field, kind, what, mend);
        }
    }

    public void Notice(RosterField field, RosterCode kind, string what) => Add(field, kind, what, string.Empty);

    /// <summary>A notice for a blank cell of a column that the sheet has.</summary>
    public void NoticeIfBlank(RosterField field)
    {
        if (columns.ContainsKey(field) && !IsFaulty(field))
        {
            Notice(field, RosterCode.LeftBlank, $"没有填写{RosterHeadings.NameOf(field)}，可以以后补充。");
        }
    }

    private void Add(RosterField field, RosterCode kind, string what, string mend)
    {
        var column = columns.GetValueOrDefault(field);
        _remarks.Add(new RosterRemark(
            source.Number, column is null ? string.Empty : SheetCell.ColumnName(column.Column),
            column?.Heading ?? RosterHeadings.NameOf(field), Show(Cell(field)), kind, what, mend));
    }

    // A day serial says nothing to people.
    private static string Show(SheetCell? cell) =>
        cell is not { } given ? string.Empty
        : given.Kind == CellKind.Date && given.TryGetDate(out var date) ? date.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)
        : given.Text;
}
