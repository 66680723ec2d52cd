using Microsoft.EntityFrameworkCore;
using Mingjian.Acts;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Views.Countersigning;
using Mingjian.Views.Desk;
using Mingjian.Views.Keys;
using Mingjian.Views.Members;
using Mingjian.Views.Networks;
using Mingjian.Views.ReadModels;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Kernel.Desk;

/// <inheritdoc/>
internal sealed class DeskItems(
    IDbContextFactory<ReadModelContext> readModels, LedgerAccess access, IRosterImports imports, IReadModelCheck check,
    IPendingActs pending, INetworkStatus network, IInvitations invitations) : IDesk
{
    /// <summary>Arrears older than this are no longer on the desk; the list of arrears has them.</summary>
    private const int MonthsBack = 12;

    private Month Current => Month.Of(access.Today);

    public async Task<IReadOnlyList<DeskItem>> ReadAsync(CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);
        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        var all = await context.Organizations.AsNoTracking().ToListAsync(cancellationToken);
        var desk = new Reading(context, user, all, right => [.. all.Where(o => access.Allows(user, right, o.Organization)).Select(o => o.Organization)]);
        var items = new List<DeskItem>();
        await AddBeginningsAsync(desk, items, cancellationToken);
        await AddAssessmentAsync(desk, items, cancellationToken);
        await AddCollectionAsync(desk, items, cancellationToken);
        await AddPendingAsync(items, cancellationToken);
        await AddAnswersAsync(desk, items, cancellationToken);
        await AddKeysAsync(desk, items, cancellationToken);
        await AddCheckAsync(desk, items, cancellationToken);
        return [.. items.OrderBy(i => i.IsUrgent ? 0 : 1)];
    }

    // What a new network lacks, in the order in which it is put right.
    private async Task AddBeginningsAsync(Reading desk, List<DeskItem> items, CancellationToken cancellationToken)
    {
        if (desk.In(Right.EstablishOrganization).Count > 0 && desk.Branches(Right.EstablishOrganization).Count == 0)
        {
            items.Add(new("还没有党支部。先设立党支部，才能导入名册。", "设立党支部", "/staff/organizations", true));
            return;
        }

        if (desk.In(Right.ImportMembers).Count > 0)
        {
            var branches = desk.Branches(Right.ImportMembers);
            if (!await desk.Context.Members.AnyAsync(m => m.Import != null && branches.Contains(m.Branch), cancellationToken))
            {
                items.Add(new("还没有党员名册。", "导入名册", "/staff/import", true));
            }

            var broken = (await imports.ListAsync(cancellationToken)).Count(i => i.State == ImportState.Partial);
            AddIf(items, broken, $"{broken} 次名册导入没有完成，请再次上传同一文件补齐。", "补齐", "/staff/import", true);
        }

        var appointing = desk.Branches(Right.AppointToPost);
        if (appointing.Count > 0)
        {
            var today = access.Today;
            var collected = await desk.Context.Posts.AsNoTracking()
                .Where(p => appointing.Contains(p.Organization) && (p.Post == Post.BranchSecretary || p.Post == Post.DuesCollector)
                    && p.From <= today && (p.Until == null || p.Until >= today))
                .Select(p => p.Organization).Distinct().CountAsync(cancellationToken);
            var without = appointing.Count - collected;
            AddIf(items, without, $"{without} 个党支部没有支部书记或收缴人，收不了党费。", "任职", "/staff/organizations", false);
        }
    }

    private async Task AddAssessmentAsync(Reading desk, List<DeskItem> items, CancellationToken cancellationToken)
    {
        var current = Current;
        var lastDay = current.AddMonths(1).FirstDay.AddDays(-1);
        var standing = desk.Branches(Right.SetStandards);
        if (standing.Count > 0)
        {
            var without = await desk.Context.Members.AsNoTracking()
                .CountAsync(m => m.Import != null && standing.Contains(m.Branch) && !desk.Context.Standards.Any(s => s.Member == m.Member), cancellationToken);
            AddIf(items, without, $"{without} 人没有党费标准，不能核定。", "设定标准", "/staff/dues/standards", true);
        }

        var assessing = desk.Branches(Right.AssessDues);
        if (assessing.Count > 0)
        {
            var open = await desk.Context.Members.AsNoTracking().CountAsync(
                m => m.Import != null && assessing.Contains(m.Branch) && m.Admitted <= lastDay
                    && desk.Context.Standards.Any(s => s.Member == m.Member && s.From <= current)
                    && !desk.Context.Months.Any(d => d.Member == m.Member && d.Month == current),
                cancellationToken);
            AddIf(items, open, $"{Terms.Of(current)}还有 {open} 人没有核定党费。", "核定", "/staff/dues/assessment", true);
        }

        var proposals = await desk.Context.Reductions.AsNoTracking().Where(r => r.Outcome == ReductionOutcome.Proposed).ToListAsync(cancellationToken);
        var state = access.State;
        var mine = proposals.Count(r => r.Member != desk.User.Member && KeyChain.AreIndependent(state, desk.User.Member, r.ProposedBy)
            && state.CommitteeAbove(r.Branch) is { } above && access.Allows(desk.User, Right.DecideReduction, above.Organization));
        AddIf(items, mine, $"{mine} 项减免申请等您决定。", "审批", "/staff/dues/reductions", true);
    }

    private async Task AddCollectionAsync(Reading desk, List<DeskItem> items, CancellationToken cancellationToken)
    {
        var current = Current;
        var collecting = desk.Branches(Right.RecordPayment);
        foreach (var branch in collecting)
        {
            var unpaid = await desk.Context.Months.AsNoTracking()
                .CountAsync(m => m.Branch == branch && m.Month == current && m.Paid < m.Due, cancellationToken);
            AddIf(items, unpaid, $"{unpaid} 人{Terms.Of(current)}的党费未交齐。", "登记收款", $"/staff/dues/branch?id={branch}&show=unpaid", true);
        }

        var oldest = current.AddMonths(-MonthsBack);
        var seen = desk.Branches(Right.ViewDues);
        var behind = await desk.Context.Months.AsNoTracking()
            .Where(m => seen.Contains(m.Branch) && m.Month < current && m.Month >= oldest && m.Paid < m.Due)
            .Select(m => m.Member).Distinct().CountAsync(cancellationToken);
        AddIf(items, behind, $"{behind} 人有以前月份的党费未交齐。", "看名单", "/staff/dues/arrears", false);
    }

    private async Task AddPendingAsync(List<DeskItem> items, CancellationToken cancellationToken)
    {
        var acts = await pending.ListAsync(cancellationToken);
        var mine = acts.Count(a => a.MaySign);
        AddIf(items, mine, $"{mine} 笔超过 6 个月的补交等您会签。", "会签", "/staff/dues/pending", true);
        var others = acts.Count - mine;
        AddIf(items, others, $"{others} 笔补交等上级党委组织委员会签。", "查看", "/staff/dues/pending", false);
    }

    private static async Task AddAnswersAsync(Reading desk, List<DeskItem> items, CancellationToken cancellationToken)
    {
        var reversing = desk.Branches(Right.ReversePayment);
        var disputed = await desk.Context.Payments.AsNoTracking()
            .Where(p => reversing.Contains(p.Branch) && p.Answer == MemberAnswer.Disputed && p.Reversal == null
                && (p.BranchAnswer == null || p.AnswerAccepted == false || p.BranchAnswer == DisputeAnswer.WillBeReversed))
            .OrderBy(p => p.Index).ToListAsync(cancellationToken);
        if (disputed.Count > 0)
        {
            var first = disputed[0];
            var month = await desk.Context.PaymentItems.AsNoTracking().Where(i => i.Member == first.Member && i.Payment == first.Payment).Select(i => (Month?)i.Month)
                .FirstOrDefaultAsync(cancellationToken) ?? Month.Of(first.Date);
            items.Add(new(
                $"{disputed.Count} 笔缴纳有党员提出异议，请核实后答复本人；登记有误的冲正重登。", "核实",
                $"/staff/dues/branch?id={first.Branch}&month={month}&show=disputed", true));
        }
    }

    private async Task AddKeysAsync(Reading desk, List<DeskItem> items, CancellationToken cancellationToken)
    {
        var inviting = desk.Branches(Right.IssueInvitation);
        var without = await desk.Context.Members.AsNoTracking().CountAsync(
            m => m.Import != null && inviting.Contains(m.Branch) && !desk.Context.Keys.Any(k => k.Member == m.Member && k.Revoked == null),
            cancellationToken);
        AddIf(items, without, $"{without} 名党员还没有绑定密钥，不能登录、确认党费。", "邀请", "/staff/invitations", false);
        if (inviting.Count == 0)
        {
            return;
        }

        // A further key opens what its owner may do: everybody over the owner hears of it while there is time to object.
        var open = await invitations.ListAsync(cancellationToken);
        var mine = open.Count(i => i.MayConfirm);
        AddIf(items, mine, $"{mine} 个补发密钥的邀请等第二个人确认，请先向本人核实。", "核实", "/staff/invitations", true);
        var others = open.Count(i => i.Stage != InvitationStage.Open && !i.MayConfirm);
        AddIf(items, others, $"{others} 名党员正在补发密钥。不是本人要求的，请撤回。", "查看", "/staff/invitations", false);
        await AddOfficersAsync(desk, items, cancellationToken);
    }

    // Whoever invites everybody countersigns with nobody, so a network needs two more who may decide and confirm.
    private static async Task AddOfficersAsync(Reading desk, List<DeskItem> items, CancellationToken cancellationToken)
    {
        const int Enough = 3;
        if (desk.All.FirstOrDefault(o => o.Higher is null) is not { } top || !desk.In(Right.AppointToPost).Contains(top.Organization))
        {
            return;
        }

        var officers = await desk.Context.Posts.AsNoTracking()
            .Where(p => p.Organization == top.Organization && p.Post == Post.OrganizationOfficer && p.Until == null)
            .Select(p => p.Member).Distinct().CountAsync(cancellationToken);
        if (officers < Enough)
        {
            items.Add(new(
                $"最高一级党委只有 {officers} 名组织委员。审批减免、会签、补发密钥要由密钥来源无关的两个人办，建议任命并邀请至少 {Enough} 名。",
                "任职", "/staff/organizations", false));
        }
    }

    private async Task AddCheckAsync(Reading desk, List<DeskItem> items, CancellationToken cancellationToken)
    {
        // The check is of the whole database, so it is the top committee's matter.
        if (!desk.All.Any(o => o.Higher is null && access.Allows(desk.User, Right.ViewAudit, o.Organization)))
        {
            return;
        }

        if (await check.ReadResultsAsync(cancellationToken: cancellationToken) is not [var last, ..])
        {
            items.Add(new("还没有核对过数据库与账本是否一致。", "核对", "/staff/check", false));
        }
        else if (!last.IsClean)
        {
            items.Add(new($"最近一次数据核对有 {last.FaultCount} 处与账本不一致。", "查看", "/staff/check", true));
        }

        // The check has a line of its own.
        var alerts = (await network.ReadAsync(cancellationToken)).Alerts.Where(a => a.Code != "check-faults").ToList();
        AddIf(items, alerts.Count, $"网络状态有 {alerts.Count} 条提醒。", "查看", "/staff/network", alerts.Any(a => a.IsUrgent));
    }

    private static void AddIf(List<DeskItem> items, int count, string what, string action, string href, bool urgent)
    {
        if (count > 0)
        {
            items.Add(new(what, action, href, urgent));
        }
    }

    /// <summary>What one reading of the desk shares.</summary>
    private sealed record Reading(
        ReadModelContext Context, CurrentUser User, IReadOnlyList<ProjectedOrganization> All, Func<Right, HashSet<OrganizationId>> In)
    {
        /// <summary>Branches over which the person holds the right.</summary>
        public IReadOnlyList<OrganizationId> Branches(Right right)
        {
            var inside = In(right);
            return [.. All.Where(o => o.Kind == OrganizationKind.PartyBranch && inside.Contains(o.Organization)).OrderBy(o => o.Index).Select(o => o.Organization)];
        }
    }
}
