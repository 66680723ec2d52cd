using Microsoft.EntityFrameworkCore;
using Mingjian.Acts;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Desk;
using Mingjian.Slices.Members;
using Mingjian.Slices.Organizations;
using Mingjian.Views.Desk;

namespace Mingjian.Slices.Dues;

/// <summary>Dues to assess, to collect and to answer for.</summary>
internal sealed class DuesDesk(LedgerAccess access) : IDeskSource
{
    /// <summary>Arrears older than this are no longer on the desk; the list of arrears has them.</summary>
    private const int MonthsBack = 12;

    private Month Current => Month.Of(access.Today);

    public async Task<IReadOnlyList<DeskItem>> ReadAsync(DeskReading desk, CancellationToken cancellationToken)
    {
        var held = await HeldRights.ReadAsync(desk, access, cancellationToken);
        var items = new List<DeskItem>();
        await AddAssessmentAsync(desk, held, items, cancellationToken);
        await AddCollectionAsync(desk, held, items, cancellationToken);
        await AddAnswersAsync(desk, held, items, cancellationToken);
        return items;
    }

    private async Task AddAssessmentAsync(DeskReading desk, HeldRights held, List<DeskItem> items, CancellationToken cancellationToken)
    {
        var current = Current;
        var lastDay = current.AddMonths(1).FirstDay.AddDays(-1);
        var (standards, months) = (desk.Context.Standards(), desk.Context.Months());
        var standing = held.Branches(Right.SetStandards);
        if (standing.Count > 0)
        {
            var without = await desk.Context.Members().AsNoTracking()
                .CountAsync(m => m.Import != null && standing.Contains(m.Branch) && !standards.Any(s => s.Member == m.Member), cancellationToken);
            items.AddIf(without, $"{without} 人没有党费标准，不能核定。", "设定标准", "/staff/dues/standards", true);
        }

        var assessing = held.Branches(Right.AssessDues);
        if (assessing.Count > 0)
        {
            var open = await desk.Context.Members().AsNoTracking().CountAsync(
                m => m.Import != null && assessing.Contains(m.Branch) && m.Admitted <= lastDay
                    && standards.Any(s => s.Member == m.Member && s.From <= current)
                    && !months.Any(d => d.Member == m.Member && d.Month == current),
                cancellationToken);
            items.AddIf(open, $"{Terms.Of(current)}还有 {open} 人没有核定党费。", "核定", "/staff/dues/assessment", true);
        }

        var proposals = await desk.Context.Reductions().AsNoTracking().Where(r => r.Outcome == ReductionOutcome.Proposed).ToListAsync(cancellationToken);
        var state = access.State;
        var mine = proposals.Count(r => r.Member != desk.User.Member && KeyChain.AreIndependent(state, desk.User.Member, r.ProposedBy)
            && state.CommitteeAbove(r.Branch) is { } above && access.Allows(desk.User, Right.DecideReduction, above.Organization));
        items.AddIf(mine, $"{mine} 项减免申请等您决定。", "审批", "/staff/dues/reductions", true);
    }

    private async Task AddCollectionAsync(DeskReading desk, HeldRights held, List<DeskItem> items, CancellationToken cancellationToken)
    {
        var current = Current;
        var collecting = held.Branches(Right.RecordPayment);
        foreach (var branch in collecting)
        {
            var unpaid = await desk.Context.Months().AsNoTracking()
                .CountAsync(m => m.Branch == branch && m.Month == current && m.Paid < m.Due, cancellationToken);
            items.AddIf(unpaid, $"{unpaid} 人{Terms.Of(current)}的党费未缴齐。", "登记收款", $"/staff/dues/branch?id={branch}&show=unpaid", true);
        }

        var oldest = current.AddMonths(-MonthsBack);
        var seen = held.Branches(Right.ViewDues);
        var behind = await desk.Context.Months().AsNoTracking()
            .Where(m => seen.Contains(m.Branch) && m.Month < current && m.Month >= oldest && m.Paid < m.Due)
            .Select(m => m.Member).Distinct().CountAsync(cancellationToken);
        items.AddIf(behind, $"{behind} 人有以前月份的党费未缴齐。", "看名单", "/staff/dues/arrears", false);
    }

    private static async Task AddAnswersAsync(DeskReading desk, HeldRights held, List<DeskItem> items, CancellationToken cancellationToken)
    {
        var reversing = held.Branches(Right.ReversePayment);
        var disputed = await desk.Context.Payments().AsNoTracking()
            .Where(p => reversing.Contains(p.Branch) && p.Answer == MemberAnswer.Disputed && p.Reversal == null
                && (p.BranchAnswer == null || p.AnswerAccepted == false || p.BranchAnswer == DisputeAnswer.WillBeReversed))
            .OrderBy(p => p.Index).ToListAsync(cancellationToken);
        if (disputed.Count > 0)
        {
            var first = disputed[0];
            var month = await desk.Context.PaymentItems().AsNoTracking().Where(i => i.Member == first.Member && i.Payment == first.Payment).Select(i => (Month?)i.Month)
                .FirstOrDefaultAsync(cancellationToken) ?? Month.Of(first.Date);
            items.Add(new(
                $"{disputed.Count} 笔缴纳有党员提出异议，请核实后答复本人；登记有误的冲正重登。", "核实",
                $"/staff/dues/branch?id={first.Branch}&month={month}&show=disputed", true));
        }
    }
}
