namespace Mingjian.Workbooks.Roster;

/// <summary>One row while it is read: its cells by field and the remarks so far.</summary>
internal sealed class RowDraft(SheetRow source, IReadOnlyDictionary<RosterField, RosterColumn> columns)
{
    private readonly List<RosterRemark> _remarks = [];
    private readonly HashSet<RosterField> _faulty = [];
    private readonly HashSet<RosterField> _computed = [];

    public int Number => source.Number;

    public bool HasFault => _faulty.Count > 0;

    public IReadOnlyList<RosterRemark> Remarks => _remarks;

    public SheetRow Source => source;

    /// <summary>How many understood cells are not blank.</summary>
    public int Filled => source.Cells.Count(c => columns.Values.Any(h => h.Column == c.Column));

    public bool IsFaulty(RosterField field) => _faulty.Contains(field);

    public bool HasColumn(RosterField field) => columns.ContainsKey(field);

    public SheetCell? Cell(RosterField field) => columns.TryGetValue(field, out var column) ? source[column.Column] : null;

    /// <summary>
    /// The cell of a required column when it holds a value that can be read. Error values are faults and give null; so are formulas where
    /// <paramref name="typed"/> says that nothing but a person may have put the value there.
    /// </summary>
    public SheetCell? Value(RosterField field, bool typed = false)
    {
        var cell = Cell(field);
        var result = cell is { Kind: CellKind.Formula } formula ? formula.Result : cell;
        if (result is { Kind: CellKind.Error or CellKind.Boolean })
        {
            Fault(field, RosterCode.ErrorCell, "单元格里是错误值或逻辑值。", "请改成实际内容。");
            return null;
        }

        if (cell is { Kind: CellKind.Formula } && (typed || result is not { Text.Length: > 0 }))
        {
            Fault(field, RosterCode.FormulaCell, typed ? "单元格里是公式，结果无法核实，没有采用。" : "单元格里是公式，文件里没有存下结果。",
                "请复制后“选择性粘贴－数值”，再重新上传。");
            return null;
        }

        NoteOrigin(field, cell);
        return result;
    }

    /// <summary>The cell of an optional column when it holds something; what cannot be read, or says that there is nothing, is told and left blank.</summary>
    public SheetCell? Optional(RosterField field)
    {
        var cell = Cell(field);
        var result = cell is { Kind: CellKind.Formula } formula ? formula.Result : cell;
        if (result is null)
        {
            return null;
        }

        if (result is { Kind: CellKind.Error or CellKind.Boolean } or { Text.Length: 0 })
        {
            NotTaken(field, "单元格里是错误值、逻辑值或没有结果的公式");
            return null;
        }

        if (CellText.MeansNothing(result.Value.Text))
        {
            Notice(field, RosterCode.LeftBlank, $"填的是“{result.Value.Text.Trim()}”，按没有填写处理。");
            return null;
        }

        NoteOrigin(field, cell);
        return result;
    }

    public void Fault(RosterField field, RosterCode kind, string what, string mend)
    {
        _faulty.Add(field);
        Add(field, kind, what, mend);
    }

    /// <summary>A fault for a blank cell, unless the cell already has one (a formula, say). A column that is missing is the sheet's fault, told once.</summary>
    public void FaultIfBlank(RosterField field, RosterCode kind, string what, string mend)
    {
        if (!IsFaulty(field) && !columns.ContainsKey(field) && RosterLayout.Required.Contains(field))
        {
            _faulty.Add(field);
        }
        else if (!IsFaulty(field))
        {
            Fault(field, kind, what, mend);
        }
    }

    public void Notice(RosterField field, RosterCode kind, string what) => Add(field, kind, what, string.Empty);

    /// <summary>An optional cell is left blank although something stands in it.</summary>
    public void NotTaken(RosterField field, string why) =>
        Add(field, RosterCode.NotTaken, $"{why}，没有采用，这一项留空，可以以后补充。", string.Empty);

    /// <summary>A notice for a blank cell of a column that the sheet has.</summary>
    public void NoticeIfBlank(RosterField field)
    {
        if (columns.ContainsKey(field) && Cell(field) is null)
        {
            Notice(field, RosterCode.LeftBlank, $"没有填写{RosterHeadings.NameOf(field)}，可以以后补充。");
        }
    }

    /// <summary>A notice about the row as a whole.</summary>
    public void NoticeRow(RosterCode kind, string what) =>
        _remarks.Add(new RosterRemark(source.Number, string.Empty, string.Empty, string.Empty, kind, what, string.Empty));

    private void NoteOrigin(RosterField field, SheetCell? cell)
    {
        if (cell is { Kind: CellKind.Formula } && _computed.Add(field))
        {
            Notice(field, RosterCode.FormulaResult, "单元格里是公式，采用了文件里存的结果，请核对。");
        }

        if (cell is { IsMerged: true } && _computed.Add(field))
        {
            Notice(field, RosterCode.MergedValue, "取自合并单元格，请核对。");
        }
    }

    private void Add(RosterField field, RosterCode kind, string what, string mend)
    {
        var column = columns.GetValueOrDefault(field);
        _remarks.Add(new RosterRemark(
            source.Number, column is null ? string.Empty : SheetCell.ColumnName(column.Column),
            column?.Heading is { Length: > 0 } heading ? heading : RosterHeadings.NameOf(field), Show(Cell(field)), kind, what, mend)
        {
            Field = field,
        });
    }

    // A day serial says nothing to people.
    private static string Show(SheetCell? cell) =>
        cell is not { } given ? string.Empty
        : given.Kind == CellKind.Date && given.TryGetDate(out var date)
            ? date.ToString(given.ShowsMonthOnly ? "yyyy-MM" : "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)
        : given.Text;
}
