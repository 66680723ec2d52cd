using Mingjian.Contracts.Dues;
using Mingjian.Primitives;
using Mingjian.Primitives.Text;

namespace Mingjian.Workbooks.Roster;

/// <summary>Dues class and base of a row. A base that was typed is never passed over in silence.</summary>
internal sealed class RowDues(IReadOnlyDictionary<RosterField, RosterColumn> columns, RosterContext context)
{
    private const string Mend = "请填“在职”“年薪制”“个体经营”“离退休”“农民”“学生”“下岗失业”“抚恤救济”“低保”之一。";

    private readonly RosterField? _classColumn = columns.ContainsKey(RosterField.Occupation) ? RosterField.Occupation
        : columns.ContainsKey(RosterField.Job) ? RosterField.Job : null;

    public DuesClass? ReadClass(RowDraft row)
    {
        if (_classColumn is not { } field)
        {
            if (context.Said.Class is { } chosen)
            {
                row.NoticeRow(RosterCode.ChosenForAll, $"职业状况按导入时为全表选定的“{CodeLists.ClassName(chosen)}”。");
            }

            return context.Said.Class;
        }

        // What decides no dues, because there is no base beside it, is a text like any other.
        var decides = field == RosterField.Occupation || row.Cell(RosterField.Base) is not null;
        var cell = decides ? row.Value(field) : row.Optional(field);
        if (cell is null)
        {
            if (decides)
            {
                row.FaultIfBlank(field, RosterCode.OccupationMissing, "没有填写职业状况，无法确定党费标准。", Mend);
            }

            return null;
        }

        var found = CodeLists.FindClass(TextFold.Compact(cell.Value.Text));
        if (found is null && decides)
        {
            row.Fault(field, RosterCode.OccupationUnknown, "看不出属于哪一类党费缴纳人员。", Mend);
        }
        else if (found is null)
        {
            row.Notice(field, RosterCode.JobKeptAsText, "看不出属于哪一类党费缴纳人员，按原文保存，导入时不确定党费标准。");
        }

        return found;
    }

    public Amount? ReadBase(RowDraft row, DuesClass? duesClass)
    {
        if (!columns.ContainsKey(RosterField.Base) || (_classColumn is null && context.Said.Class is null))
        {
            return null;
        }

        if (row.Cell(RosterField.Base) is not { } given || CellText.MeansNothing(given.Text) || row.Value(RosterField.Base) is not { } cell)
        {
            if (duesClass is { } needs && CodeLists.HasBase(needs))
            {
                row.FaultIfBlank(RosterField.Base, RosterCode.BaseMissing, $"“{CodeLists.ClassName(needs)}”人员没有填写党费计算基数。", "请填写每月党费计算基数（元）。");
            }

            return null;
        }

        if (BaseText.Read(row, cell) is not { } amount)
        {
            return null;
        }

        if (duesClass is { } none && !CodeLists.HasBase(none))
        {
            row.Notice(RosterField.Base, RosterCode.BaseNotNeeded, $"“{CodeLists.ClassName(none)}”人员按定额缴纳党费，不用基数，没有采用。");
            return null;
        }

        if (amount == Amount.Zero && duesClass is not null)
        {
            row.Fault(RosterField.Base, RosterCode.BaseZero, "党费计算基数是 0。", "请填写实际基数；缴纳确有困难的，另行办理少交或免交手续。");
            return null;
        }

        return amount;
    }
}
