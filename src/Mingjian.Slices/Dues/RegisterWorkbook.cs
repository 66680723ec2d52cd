using System.Globalization;
using Mingjian.Acts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Primitives;
using Mingjian.Views.Dues;
using Mingjian.Workbooks;

namespace Mingjian.Slices.Dues;

/// <summary>A branch's year as the register shows it.</summary>
internal sealed record BranchRegister(string Branch, int Year, IReadOnlyList<RegisterLine> Lines);

/// <param name="Months">January to December.</param>
/// <param name="Voluntary">In force.</param>
internal sealed record RegisterLine(
    string Name, MemberStanding Standing, IReadOnlyList<MemberMonth> Months, IReadOnlyList<PaymentView> Voluntary);

/// <summary>党费收缴台账 as a workbook, in the usual layout but for what would give the pay away: neither base, nor class, nor standard.</summary>
/// <remarks>The same for whoever exports it: a register is printed and handed round.</remarks>
internal static class RegisterWorkbook
{
    /// <summary>Stands in every sheet, in place of the column that other registers have.</summary>
    public const string PrivacyNote = "说明：为保护个人信息，本表不列“月工资收入”（党费基数）和“执行标准”，只列各月应缴、实缴金额。";

    public static ExportFile OfBranch(BranchRegister register, LedgerTime now) =>
        File($"党费收缴台账_{register.Branch}_{register.Year}年", [BranchSheet(register, now)]);

    public static ExportFile OfCommittee(string committee, int year, IReadOnlyList<BranchRegister> branches, LedgerTime now) =>
        File($"党费收缴台账_{committee}_{year}年", [SumSheet(committee, year, branches, now), .. branches.Select(b => BranchSheet(b, now))]);

    private static ExportFile File(string name, IReadOnlyList<SheetContent> sheets) =>
        new(name + ".xlsx", WorkbookWriter.ContentType, WorkbookWriter.ToArray(sheets));

    private static SheetContent BranchSheet(BranchRegister register, LedgerTime now)
    {
        var columns = new List<SheetColumn>
        {
            new("序号", 6, CellFormat.Integer),
            new("党员姓名", 12),
            new("人员类别", 10),
        };
        for (var month = 1; month <= 12; month++)
        {
            columns.Add(new($"{month}月应缴", 9, CellFormat.Money));
            columns.Add(new($"{month}月实缴", 9, CellFormat.Money));
            columns.Add(new($"{month}月日期", 12, CellFormat.Date));
            columns.Add(new($"{month}月收款人", 10));
        }

        columns.AddRange(
        [
            new("全年应缴", 12, CellFormat.Money),
            new("全年实缴", 12, CellFormat.Money),
            new("自愿多交", 10, CellFormat.Money),
            new("其中上缴中央", 12, CellFormat.Money),
            new("党员确认", 12),
            new("备注", 40),
        ]);
        return new SheetContent(register.Branch, columns, Rows(register))
        {
            Title = $"{register.Branch} {register.Year}年党费收缴台账",
            Subtitle = $"单位：元　制表时间：{now}　{PrivacyNote}",
        };
    }

    private static IEnumerable<IReadOnlyList<CellValue>> Rows(BranchRegister register)
    {
        var number = 0;
        foreach (var line in register.Lines)
        {
            yield return Row(++number, line);
        }

        yield return SumRow(register);
    }

    private static List<CellValue> Row(int number, RegisterLine line)
    {
        var cells = new List<CellValue>
        {
            number,
            line.Name,
            line.Standing == MemberStanding.ProbationaryMember ? "预备党员" : "正式党员",
        };
        foreach (var month in line.Months)
        {
            cells.AddRange(MonthCells(month));
        }

        cells.Add(Sum(line.Months.Select(m => m.Due)).Yuan);
        cells.Add(Sum(line.Months.Select(m => m.Paid)).Yuan);
        cells.Add(Sum(line.Voluntary.Select(p => p.Total)).Yuan);
        cells.Add(Sum(line.Voluntary.Where(p => p.Fund == DuesFund.Centre).Select(p => p.Total)).Yuan);
        cells.Add(ConfirmationText(line));
        cells.Add(RemarkText(line));
        return cells;
    }

    private static IEnumerable<CellValue> MonthCells(MemberMonth month)
    {
        if (month.State == MonthState.NotAssessed)
        {
            return [CellValue.Blank, CellValue.Blank, CellValue.Blank, CellValue.Blank];
        }

        var last = month.Payments.LastOrDefault(p => p.IsInForce);
        var paid = CellValue.Of(month.Paid.Yuan);
        return
        [
            month.Due.Yuan,
            month.State is MonthState.Unpaid or MonthState.PartlyPaid ? paid.With(CellEmphasis.Fault) : paid,
            last is null ? CellValue.Blank : last.Date,
            last is null ? CellValue.Blank : last.CollectorName,
        ];
    }

    private static List<CellValue> SumRow(BranchRegister register)
    {
        var cells = new List<CellValue> { CellValue.Blank, Strong("合计"), CellValue.Blank };
        for (var i = 0; i < 12; i++)
        {
            var month = i;
            cells.Add(Strong(Sum(register.Lines.Select(l => l.Months[month].Due))));
            cells.Add(Strong(Sum(register.Lines.Select(l => l.Months[month].Paid))));
            cells.Add(CellValue.Blank);
            cells.Add(CellValue.Blank);
        }

        cells.Add(Strong(Sum(register.Lines.SelectMany(l => l.Months).Select(m => m.Due))));
        cells.Add(Strong(Sum(register.Lines.SelectMany(l => l.Months).Select(m => m.Paid))));
        cells.Add(Strong(Sum(register.Lines.SelectMany(l => l.Voluntary).Select(p => p.Total))));
        cells.Add(Strong(Sum(register.Lines.SelectMany(l => l.Voluntary).Where(p => p.Fund == DuesFund.Centre).Select(p => p.Total))));
        return cells;
    }

    private static SheetContent SumSheet(string committee, int year, IReadOnlyList<BranchRegister> branches, LedgerTime now)
    {
        var columns = new List<SheetColumn> { new("序号", 6, CellFormat.Integer), new("党支部", 22), new("党员数", 8, CellFormat.Integer) };
        for (var month = 1; month <= 12; month++)
        {
            columns.Add(new($"{month}月应缴", 11, CellFormat.Money));
            columns.Add(new($"{month}月实缴", 11, CellFormat.Money));
        }

        columns.AddRange(
        [
            new("全年应缴", 13, CellFormat.Money),
            new("全年实缴", 13, CellFormat.Money),
            new("自愿多交", 12, CellFormat.Money),
            new("其中上缴中央", 12, CellFormat.Money),
            new("备注", 20),
        ]);
        return new SheetContent("汇总", columns, SumRows(branches))
        {
            Title = $"{committee} {year}年党费收缴汇总",
            Subtitle = $"单位：元　制表时间：{now}　{PrivacyNote}",
        };
    }

    private static IEnumerable<IReadOnlyList<CellValue>> SumRows(IReadOnlyList<BranchRegister> branches)
    {
        var number = 0;
        foreach (var branch in branches)
        {
            yield return [++number, branch.Branch, branch.Lines.Count, .. Sums([branch], CellEmphasis.None)];
        }

        yield return [CellValue.Blank, Strong("合计"), CellValue.Of(branches.Sum(b => b.Lines.Count)).With(CellEmphasis.Strong), .. Sums(branches, CellEmphasis.Strong)];
    }

    private static IEnumerable<CellValue> Sums(IReadOnlyList<BranchRegister> branches, CellEmphasis emphasis)
    {
        var lines = branches.SelectMany(b => b.Lines).ToList();
        var amounts = new List<Amount>();
        for (var i = 0; i < 12; i++)
        {
            var month = i;
            amounts.Add(Sum(lines.Select(l => l.Months[month].Due)));
            amounts.Add(Sum(lines.Select(l => l.Months[month].Paid)));
        }

        amounts.Add(Sum(lines.SelectMany(l => l.Months).Select(m => m.Due)));
        amounts.Add(Sum(lines.SelectMany(l => l.Months).Select(m => m.Paid)));
        amounts.Add(Sum(lines.SelectMany(l => l.Voluntary).Select(p => p.Total)));
        amounts.Add(Sum(lines.SelectMany(l => l.Voluntary).Where(p => p.Fund == DuesFund.Centre).Select(p => p.Total)));
        return amounts.Select(a => CellValue.Of(a.Yuan).With(emphasis));
    }

    private static string ConfirmationText(RegisterLine line)
    {
        var inForce = line.Months.SelectMany(m => m.Payments).Concat(line.Voluntary).Where(p => p.IsInForce).DistinctBy(p => p.Payment).ToList();
        var disputed = inForce.Count(p => p.Answer == MemberAnswer.Disputed);
        return inForce.Count == 0 ? ""
            : disputed > 0 ? string.Create(CultureInfo.InvariantCulture, $"有异议 {disputed} 笔")
            : string.Create(CultureInfo.InvariantCulture, $"已确认 {inForce.Count(p => p.Answer == MemberAnswer.Confirmed)}/{inForce.Count} 笔");
    }

    private static string RemarkText(RegisterLine line)
    {
        var remarks = new List<string>();
        var late = line.Months.Where(m => m.Payments.Any(p => p.IsInForce && p.Basis is PaymentBasis.BackPayment or PaymentBasis.LongBackPayment))
            .Select(m => m.Month.Number).ToList();
        if (late.Count > 0)
        {
            remarks.Add($"补交 {string.Join('、', late)} 月");
        }

        var reduced = line.Months.Where(m => m.Reduced).Select(m => m.Month.Number).ToList();
        if (reduced.Count > 0)
        {
            remarks.Add($"经批准少交或免交 {string.Join('、', reduced)} 月");
        }

        var reversed = line.Months.SelectMany(m => m.Payments).Where(p => !p.IsInForce).DistinctBy(p => p.Payment).Count();
        if (reversed > 0)
        {
            remarks.Add($"冲正 {reversed} 笔");
        }

        return string.Join("；", remarks);
    }

    private static CellValue Strong(string text) => CellValue.Of(text).With(CellEmphasis.Strong);

    private static CellValue Strong(Amount amount) => CellValue.Of(amount.Yuan).With(CellEmphasis.Strong);

    private static Amount Sum(IEnumerable<Amount> amounts) => amounts.Aggregate(Amount.Zero, (sum, a) => sum + a);
}
