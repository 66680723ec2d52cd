using System.Globalization;
using Mingjian.Contracts.Members;
using Mingjian.Primitives;

namespace Mingjian.Workbooks.Roster;

/// <summary>The three dates of a row. A month without a day gets one only where somebody chose it for the whole column.</summary>
internal sealed class RowDates(RosterContext context)
{
    private const string Example = "请写成 2023-07-01 的样子。";

    /// <summary>The Party's founding: no admission is older.</summary>
    private static readonly DateOnly Founding = new(1921, 7, 1);

    private readonly Dictionary<RosterField, int> _monthsOnly = [];

    public IReadOnlyDictionary<RosterField, int> MonthsOnly => _monthsOnly;

    public DateOnly? ReadBirthDate(RowDraft row, ResidentId? id)
    {
        const RosterField Field = RosterField.BirthDate;
        var cell = row.Optional(Field);
        var result = cell is { } given ? DateText.Read(given) : default;
        if (result.Reading >= DateReading.Rewritten && result.Date <= context.Today)
        {
            if (result.Reading == DateReading.Rewritten)
            {
                row.Notice(Field, RosterCode.DateRewritten, Understood(result));
            }

            if (id is { } other && other.BirthDate != result.Date)
            {
                row.Notice(Field, RosterCode.BirthDateDiffersFromIdNumber, $"与身份证号表明的出生日期（{Show(other.BirthDate)}）不一致，已按填写的记录，请以档案认定为准核对。");
            }

            return result.Date;
        }

        if (cell is not null && result.Reading != DateReading.MonthOnly)
        {
            row.NotTaken(Field, result.Reading == DateReading.Unreadable ? $"不是能认出的日期{(result.Why.Length > 0 ? $"（{result.Why.TrimEnd('。')}）" : string.Empty)}" : "日期在今天之后");
        }

        if (id is not { } known)
        {
            return null;
        }

        if (cell is not null && result.Reading == DateReading.MonthOnly && Month.Of(known.BirthDate) != Month.Of(result.Date))
        {
            row.Notice(Field, RosterCode.BirthDateDiffersFromIdNumber,
                $"填的是 {result.Date.ToString("yyyy年M月", CultureInfo.InvariantCulture)}，没有日，与身份证号表明的出生日期（{Show(known.BirthDate)}）不一致，已按身份证号记录，请以档案认定为准核对。");
        }
        else
        {
            row.Notice(Field, RosterCode.TakenFromIdNumber, cell is null ? $"没有填写出生日期，已按身份证号取 {Show(known.BirthDate)}。"
                : result.Reading == DateReading.MonthOnly ? $"只填了年月，日已按身份证号取 {Show(known.BirthDate)}。" : $"出生日期已按身份证号取 {Show(known.BirthDate)}。");
        }

        return known.BirthDate;
    }

    public DateOnly? ReadAdmitted(RowDraft row, DateOnly? birth)
    {
        if (row.Value(RosterField.Admitted) is not { } cell)
        {
            row.FaultIfBlank(RosterField.Admitted, RosterCode.AdmittedMissing, "没有填写加入党组织日期。", "请填写支部大会通过接收其为预备党员的日期，写到日。");
            return null;
        }

        if (Accept(row, RosterField.Admitted, cell) is not { } date)
        {
            return null;
        }

        if (date < Founding)
        {
            row.Fault(RosterField.Admitted, RosterCode.AdmittedBeforeFounding, "加入党组织日期早于 1921 年 7 月。", "请按档案核对后改正。");
            return null;
        }

        if (birth is { } born && born.AddYears(18) > date)
        {
            row.Fault(RosterField.Admitted, RosterCode.AdmittedUnderAge, $"按出生日期 {Show(born)} 计算，入党时不满 18 周岁。", "请按档案核对出生日期和加入党组织日期。");
            return null;
        }

        return date;
    }

    public DateOnly? ReadFullSince(RowDraft row, MemberStanding? standing, DateOnly? admitted)
    {
        var given = row.Cell(RosterField.FullSince);
        if (given is not { } raw || CellText.MeansNothing(raw.Text) || row.Value(RosterField.FullSince) is not { } cell)
        {
            if (standing == MemberStanding.FullMember)
            {
                row.FaultIfBlank(RosterField.FullSince, RosterCode.FullSinceMissing, "正式党员没有填写转为正式党员日期。", "请按档案填写转正日期。");
            }
            else if (standing is not null && admitted is { } day && day.AddYears(1) < context.Today)
            {
                row.Notice(RosterField.Category, RosterCode.ProbationLongerThanAYear, "预备期已满一年，请核对是否已经转正或延长预备期。");
            }

            return null;
        }

        if (standing == MemberStanding.ProbationaryMember)
        {
            row.Fault(RosterField.FullSince, RosterCode.FullSinceOfProbationer, "预备党员不应有转正日期。", "已经转正的，请把人员类别改为“正式党员”；没有转正的，请清空这一格。");
            return null;
        }

        if (Accept(row, RosterField.FullSince, cell) is not { } date)
        {
            return null;
        }

        if (admitted is { } start && date <= start)
        {
            row.Fault(RosterField.FullSince, RosterCode.FullSinceNotAfterAdmission, $"转正日期应晚于加入党组织日期（{Show(start)}）。", "请按档案核对这两个日期。");
            return null;
        }

        if (admitted is { } from && date < from.AddYears(1))
        {
            row.Notice(RosterField.FullSince, RosterCode.ProbationShorterThanAYear, "预备期不满一年，已按填写的记录，请核对。");
        }

        return date;
    }

    private DateOnly? Accept(RowDraft row, RosterField field, SheetCell cell)
    {
        var result = DateText.Read(cell);
        var date = result.Date;
        switch (result.Reading)
        {
            case DateReading.Unreadable:
                row.Fault(field, RosterCode.DateUnreadable, result.Why.Length > 0 ? result.Why : "这不是能认出的日期，或者没有这一天。", "请按档案核对，" + Example);
                return null;
            case DateReading.MonthOnly when context.Said.Days.TryGetValue(field, out var chosen):
                date = chosen == MonthDay.First ? date : new DateOnly(date.Year, date.Month, DateTime.DaysInMonth(date.Year, date.Month));
                row.Notice(field, RosterCode.DayChosen, $"只有年月，日按导入时为整列选定的“当月{(chosen == MonthDay.First ? "第一天" : "最后一天")}”记作 {Show(date)}。");
                break;
            case DateReading.MonthOnly:
                _monthsOnly[field] = _monthsOnly.GetValueOrDefault(field) + 1;
                row.Fault(field, RosterCode.DateWithoutDay, "只有年月，没有日。", $"请按档案补上日，{Example}整列都只有年月的，可以在导入页为整列选定一天。");
                return null;
        }

        if (date > context.Today)
        {
            row.Fault(field, RosterCode.DateInFuture, $"日期在今天（{Show(context.Today)}）之后。", "请按档案核对后改正。");
            return null;
        }

        if (result.Reading == DateReading.Rewritten)
        {
            row.Notice(field, RosterCode.DateRewritten, Understood(result));
        }

        return date;
    }

    private static string Understood(DateResult result) => $"已理解为 {Show(result.Date)}{(result.Why.Length > 0 ? $"（{result.Why}）" : string.Empty)}。";

    private static string Show(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
