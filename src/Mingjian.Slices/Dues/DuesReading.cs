using Microsoft.EntityFrameworkCore;
using Mingjian.Collation;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Slices.Members;
using Mingjian.Slices.Organizations;
using Mingjian.Views.Dues;
using Mingjian.Views.ReadModels;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Dues;

/// <inheritdoc/>
internal sealed class DuesReading(
    IDbContextFactory<ReadModelContext> readModels, IDbContextFactory<DuesContext> own, LedgerAccess access,
    IReadModelProgress progress) : IDuesReading
{
    /// <summary>A page that reloads after an act waits this long for the lists to show it.</summary>
    private static readonly TimeSpan WaitForLists = TimeSpan.FromSeconds(2);

    /// <summary>How far back open months are looked for: as far as months can be assessed.</summary>
    private const int OpenMonthsBack = DuesLimits.MonthsBack;

    private Month Current => Month.Of(access.Today);

    public async Task<IReadOnlyList<OrganizationChoice>> ListOrganizationsAsync(Right right, CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);
        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        var all = await context.Organizations().AsNoTracking().ToListAsync(cancellationToken);
        var allowed = all.Where(o => access.Allows(user, right, o.Organization)).ToList();
        var names = await access.OrganizationNamesAsync([.. allowed.Select(o => o.Organization)], cancellationToken);
        return
        [
            .. allowed.OrderBy(o => o.Kind).ThenBy(o => o.Index)
                .Select(o => new OrganizationChoice(o.Organization, names(o.Organization), o.Kind, o.Higher)),
        ];
    }

    public async Task<BranchMonth> ReadBranchAsync(OrganizationId branch, Month month, CancellationToken cancellationToken = default)
    {
        var user = await access.RequireAsync(Right.ViewDues, branch, cancellationToken);
        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        var height = await Projector.ReadCursorAsync(context, IDuesReading.Lists, cancellationToken);
        var query = context.Members().AsNoTracking().Where(m => m.Branch == branch && m.Import != null);
        var members = await query.ToListAsync(cancellationToken);
        var records = await DuesRecords.ReadAsync(context, query, Current.AddMonths(-OpenMonthsBack), access, access.MaySeeStandards(user, branch), cancellationToken);
        var names = await access.MemberNamesAsync([.. members.Select(m => m.Member)], cancellationToken);
        var branchName = (await access.OrganizationNamesAsync([branch], cancellationToken))(branch);
        var reminded = await RemindedAsync([branch], cancellationToken);
        var until = month > Current ? month : Current;
        var lines = members
            .Select(m => new BranchLine(
                m.Member, names(m.Member), m.Standing, records.Month(m.Member, month), records.Open(m.Member, until),
                records.Arrears(m.Member, Current).Level, reminded.GetValueOrDefault(m.Member)))
            .OrderBy(l => l.Name, PinyinOrder.OfNames).ThenBy(l => l.Member.ToString(), StringComparer.Ordinal).ToList();
        var voluntary = members.SelectMany(m => records.Payments(m.Member)).Where(p => p.IsVoluntary && Month.Of(p.Date) == month).ToList();
        return new BranchMonth(
            branch, branchName, month, lines, voluntary, access.Allows(user, Right.RecordPayment, branch),
            access.Allows(user, Right.ConsentForBranch, branch), access.Allows(user, Right.ProposeReduction, branch),
            access.Allows(user, Right.ReversePayment, branch), height);
    }

    public async Task<CommitteeMonth> ReadCommitteeAsync(OrganizationId committee, Month month, CancellationToken cancellationToken = default)
    {
        await access.RequireAsync(Right.ViewDues, committee, cancellationToken);
        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        var height = await Projector.ReadCursorAsync(context, IDuesReading.Lists, cancellationToken);
        var branches = await BranchesBelowAsync(context, committee, cancellationToken);
        var names = await access.OrganizationNamesAsync([committee, .. branches], cancellationToken);
        var sums = new List<BranchSum>();
        foreach (var branch in branches)
        {
            sums.Add(await SumAsync(context, branch, names(branch), month, cancellationToken));
        }

        return new CommitteeMonth(committee, names(committee), month, sums, height);
    }

    public async Task<IReadOnlyList<ArrearsLine>> ReadArrearsAsync(
        OrganizationId organization, CancellationToken cancellationToken = default)
    {
        await access.RequireAsync(Right.ViewDues, organization, cancellationToken);
        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        var branches = await BranchesBelowAsync(context, organization, cancellationToken);
        var branchNames = await access.OrganizationNamesAsync(branches, cancellationToken);
        var reminded = await RemindedAsync(branches, cancellationToken);
        var lines = new List<ArrearsLine>();
        foreach (var branch in branches)
        {
            var query = context.Members().AsNoTracking().Where(m => m.Branch == branch && m.Import != null);
            var records = await DuesRecords.ReadAsync(context, query, Current.AddMonths(-DuesArrears.MonthsRead), access, withClass: false, cancellationToken);
            var members = await query.Select(m => m.Member).ToListAsync(cancellationToken);
            var behind = members.Select(m => (Member: m, Report: records.Arrears(m, Current))).Where(m => m.Report.Unpaid.Count > 0).ToList();
            var names = await access.MemberNamesAsync([.. behind.Select(m => m.Member)], cancellationToken);
            lines.AddRange(behind.Select(b => new ArrearsLine(
                b.Member, names(b.Member), branch, branchNames(branch), b.Report.Level, b.Report.Unpaid,
                records.Open(b.Member, Current.AddMonths(-1)).Aggregate(Amount.Zero, (sum, o) => sum + o.Open), b.Report.Evidence,
                reminded.GetValueOrDefault(b.Member))));
        }

        return [.. lines.OrderByDescending(l => l.Unpaid.Count).ThenBy(l => l.BranchName, PinyinOrder.OfText)
            .ThenBy(l => l.Name, PinyinOrder.OfNames).ThenBy(l => l.Member.ToString(), StringComparer.Ordinal)];
    }

    public async Task<MemberYear> ReadOwnAsync(int year, CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);
        await progress.For(IDuesReading.Lists).WaitForAsync(access.Height, WaitForLists, cancellationToken);
        return await ReadYearAsync(user.Member, year, withClass: true, cancellationToken);
    }

    public async Task<MemberYear> ReadMemberAsync(MemberId member, int year, CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);
        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        var branch = await context.Members().AsNoTracking().Where(m => m.Member == member).Select(m => (OrganizationId?)m.Branch)
            .SingleOrDefaultAsync(cancellationToken);
        // An unknown member is answered like one of somebody else's branch: nothing is told.
        return user.Member == member || (branch is { } of && access.Allows(user, Right.ViewDues, of))
            ? await ReadYearAsync(member, year, user.Member == member || access.MaySeeStandards(user, branch!.Value), cancellationToken)
            : throw new AccessDeniedException("您不能查看这名党员的党费。");
    }

    public async Task<IReadOnlyList<ReductionView>> ReadReductionsAsync(
        OrganizationId organization, CancellationToken cancellationToken = default)
    {
        var user = await access.RequireAsync(Right.ViewDues, organization, cancellationToken);
        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        var branches = await BranchesBelowAsync(context, organization, cancellationToken);
        var rows = await context.Reductions().AsNoTracking().Where(r => branches.Contains(r.Branch)).ToListAsync(cancellationToken);
        var people = rows.SelectMany(r => new[] { r.Member, r.ProposedBy, r.DecidedBy ?? r.ProposedBy }).ToHashSet();
        var names = await access.MemberNamesAsync(people, cancellationToken);
        var branchNames = await access.OrganizationNamesAsync(branches, cancellationToken);
        var state = access.State;
        return
        [
            .. rows.OrderBy(r => r.Outcome == ReductionOutcome.Proposed ? 0 : 1).ThenByDescending(r => r.DecidedIndex ?? r.Index)
                .Select(r => new ReductionView(
                    r.Member, names(r.Member), r.Branch, branchNames(r.Branch), r.From, r.Until, r.Monthly,
                    access.MaySeeStandards(user, r.Branch) ? state.StandardsOf(r.Member)?.InForce(r.From)?.Monthly : null, r.Outcome,
                    r.Outcome == ReductionOutcome.Proposed && user.Member != r.Member && KeyChain.AreIndependent(state, user.Member, r.ProposedBy)
                        && state.CommitteeAbove(r.Branch) is { } above && access.Allows(user, Right.DecideReduction, above.Organization),
                    new TrustMark(r.ProposedBy, names(r.ProposedBy), r.Rule, r.Height, r.Index),
                    r.DecidedBy is { } by ? new TrustMark(by, names(by), r.Rule, r.DecidedHeight ?? 0, r.DecidedIndex ?? 0) : null)),
        ];
    }

    public async Task<ExportFile> ExportBranchAsync(OrganizationId branch, int year, CancellationToken cancellationToken = default)
    {
        await access.RequireAsync(Right.ViewDues, branch, cancellationToken);
        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        var sheet = await ReadRegisterAsync(context, branch, year, cancellationToken);
        return RegisterWorkbook.OfBranch(sheet, access.Now);
    }

    public async Task<ExportFile> ExportCommitteeAsync(OrganizationId committee, int year, CancellationToken cancellationToken = default)
    {
        await access.RequireAsync(Right.ViewDues, committee, cancellationToken);
        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        var sheets = new List<BranchRegister>();
        foreach (var branch in await BranchesBelowAsync(context, committee, cancellationToken))
        {
            sheets.Add(await ReadRegisterAsync(context, branch, year, cancellationToken));
        }

        var name = (await access.OrganizationNamesAsync([committee], cancellationToken))(committee);
        return RegisterWorkbook.OfCommittee(name, year, sheets, access.Now);
    }

    /// <summary>The organisation itself when it is a branch, and all branches below, in the order of their founding.</summary>
    internal static async Task<IReadOnlyList<OrganizationId>> BranchesBelowAsync(
        ReadModelContext context, OrganizationId organization, CancellationToken cancellationToken)
    {
        var all = await context.Organizations().AsNoTracking().OrderBy(o => o.Index).ToListAsync(cancellationToken);
        var inside = new HashSet<OrganizationId> { organization };
        // Higher organisations are founded before lower ones, so one pass in order finds the whole subtree.
        foreach (var row in all)
        {
            if (row.Higher is { } higher && inside.Contains(higher))
            {
                inside.Add(row.Organization);
            }
        }

        return [.. all.Where(o => inside.Contains(o.Organization) && o.Kind == OrganizationKind.PartyBranch).Select(o => o.Organization)];
    }

    private async Task<BranchSum> SumAsync(
        ReadModelContext context, OrganizationId branch, string name, Month month, CancellationToken cancellationToken)
    {
        var query = context.Members().AsNoTracking().Where(m => m.Branch == branch && m.Import != null);
        var members = await query.Select(m => m.Member).ToListAsync(cancellationToken);
        var records = await DuesRecords.ReadAsync(context, query, Current.AddMonths(-DuesArrears.MonthsRead), access, withClass: false, cancellationToken);
        var months = members.Select(m => records.Month(m, month)).ToList();
        var voluntary = members.SelectMany(records.Payments).Where(p => p.IsVoluntary && p.IsInForce && Month.Of(p.Date) == month).ToList();
        return new BranchSum(
            branch, name, members.Count, months.Count(m => m.State != MonthState.NotAssessed),
            months.Count(m => m.State is MonthState.Paid or MonthState.Waived),
            months.Count(m => m.State is MonthState.Unpaid or MonthState.PartlyPaid), months.Count(m => m.IsDisputed),
            Sum(months.Select(m => m.Due)), Sum(months.Select(m => m.Paid)),
            Sum(voluntary.Where(p => p.Fund == DuesFund.Branch).Select(p => p.Total)),
            Sum(voluntary.Where(p => p.Fund == DuesFund.Centre).Select(p => p.Total)),
            members.GroupBy(m => records.Arrears(m, Current).Level).Where(g => g.Key != ArrearsLevel.None)
                .ToDictionary(g => g.Key, g => g.Count()));
    }

    private async Task<MemberYear> ReadYearAsync(MemberId member, int year, bool withClass, CancellationToken cancellationToken)
    {
        if (year is < 1950 or > 2990)
        {
            throw new DuesInputException("年份不对。");
        }

        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        var height = await Projector.ReadCursorAsync(context, IDuesReading.Lists, cancellationToken);
        var query = context.Members().AsNoTracking().Where(m => m.Member == member);
        var row = await query.SingleOrDefaultAsync(cancellationToken) ?? throw new AccessDeniedException("账本上没有这名党员。");
        var records = await DuesRecords.ReadAsync(context, query, Current.AddMonths(-OpenMonthsBack), access, withClass, cancellationToken);
        var name = (await access.MemberNamesAsync([member], cancellationToken))(member);
        var branch = (await access.OrganizationNamesAsync([row.Branch], cancellationToken))(row.Branch);
        var firstMonth = new Month(year, 1);
        var months = Enumerable.Range(0, 12).Select(i => records.Month(member, firstMonth.AddMonths(i)))
            .Where(m => m.State != MonthState.NotAssessed || m.Payments.Count > 0).OrderByDescending(m => m.Month).ToList();
        var years = await context.Months().AsNoTracking().Where(m => m.Member == member).Select(m => m.Month).ToListAsync(cancellationToken);
        var arrears = records.Arrears(member, Current);
        return new MemberYear(
            member, name, branch, year, [.. years.Select(m => m.Year).Append(Current.Year).Distinct().OrderDescending()], months,
            [.. records.Payments(member).Where(p => p.IsVoluntary && p.Date.Year == year)], arrears.Level, arrears.Unpaid,
            await ReadRemindersAsync(member, cancellationToken), height);
    }

    private async Task<IReadOnlyList<ReminderView>> ReadRemindersAsync(MemberId member, CancellationToken cancellationToken)
    {
        await using var context = await own.CreateDbContextAsync(cancellationToken);
        var rows = await context.Reminders.AsNoTracking().Where(r => r.Member == member).OrderByDescending(r => r.Time).Take(5)
            .ToListAsync(cancellationToken);
        var names = await access.MemberNamesAsync([.. rows.Select(r => r.By).Distinct()], cancellationToken);
        return [.. rows.Select(r => new ReminderView(r.Time, names(r.By), DuesReminders.ParseMonths(r.Months)))];
    }

    private async Task<IReadOnlyDictionary<MemberId, LedgerTime?>> RemindedAsync(
        IReadOnlyList<OrganizationId> branches, CancellationToken cancellationToken)
    {
        await using var context = await own.CreateDbContextAsync(cancellationToken);
        var rows = await context.Reminders.AsNoTracking().Where(r => branches.Contains(r.Branch))
            .GroupBy(r => r.Member).Select(g => new { Member = g.Key, Time = g.Max(r => r.Time) }).ToListAsync(cancellationToken);
        return rows.ToDictionary(r => r.Member, r => (LedgerTime?)r.Time);
    }

    private async Task<BranchRegister> ReadRegisterAsync(
        ReadModelContext context, OrganizationId branch, int year, CancellationToken cancellationToken)
    {
        if (year is < 1950 or > 2990)
        {
            throw new DuesInputException("年份不对。");
        }

        var firstMonth = new Month(year, 1);
        var query = context.Members().AsNoTracking().Where(m => m.Branch == branch && m.Import != null);
        var members = await query.ToListAsync(cancellationToken);
        var records = await DuesRecords.ReadAsync(context, query, firstMonth, access, withClass: false, cancellationToken);
        var names = await access.MemberNamesAsync([.. members.Select(m => m.Member)], cancellationToken);
        var lines = members.OrderBy(m => names(m.Member), PinyinOrder.OfNames).ThenBy(m => m.Member.ToString(), StringComparer.Ordinal).Select(m => new RegisterLine(
                names(m.Member), m.Standing,
                [.. Enumerable.Range(0, 12).Select(i => records.Month(m.Member, firstMonth.AddMonths(i)))],
                [.. records.Payments(m.Member).Where(p => p.IsVoluntary && p.IsInForce && p.Date.Year == year)])).ToList();
        return new BranchRegister((await access.OrganizationNamesAsync([branch], cancellationToken))(branch), year, lines);
    }

    private static Amount Sum(IEnumerable<Amount> amounts) => amounts.Aggregate(Amount.Zero, (sum, a) => sum + a);
}
