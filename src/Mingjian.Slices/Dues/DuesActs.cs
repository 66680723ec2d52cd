using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Mingjian.Acts;
using Mingjian.Acts.Messages;
using Mingjian.Acts.Signing;
using Mingjian.Collation;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Preview;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Slices.Members;
using Mingjian.Slices.Organizations;
using Mingjian.Views.Dues;
using Mingjian.Views.Preview;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Dues;

/// <inheritdoc/>
/// <remarks>Amounts and states come from the ledger's state at its head, not from SQL: a prepared act is then right even while lists lag.</remarks>
internal sealed class DuesActs(
    IDbContextFactory<ReadModelContext> readModels, IDbContextFactory<DuesContext> own, IBaseStore bases, LedgerAccess access, ActPreview preview) : IDuesActs
{
    private const int MostAtOnce = 1000;

    private Month Current => Month.Of(access.Today);

    private static MemberId[] Shuffled(IEnumerable<MemberId> members)
    {
        var all = members.ToArray();
        RandomNumberGenerator.Shuffle<MemberId>(all);
        return all;
    }

    public async Task<AssessmentPreview> PreviewAssessmentAsync(
        IReadOnlyList<OrganizationId> branches, Month month, CancellationToken cancellationToken = default)
    {
        foreach (var branch in branches)
        {
            await access.RequireAsync(Right.AssessDues, branch, cancellationToken);
        }

        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        var state = access.State;
        var branchNames = await access.OrganizationNamesAsync(branches, cancellationToken);
        var lines = new List<AssessmentLine>();
        var commands = new List<ICommand>();
        foreach (var branch in branches.Distinct())
        {
            var members = await context.Members().AsNoTracking().Where(m => m.Branch == branch && m.Import != null).Select(m => m.Member)
                .ToListAsync(cancellationToken);
            var names = await access.MemberNamesAsync(members, cancellationToken);
            var ofBranch = members.Select(m => Assess(state, m, names(m), branch, branchNames(branch), month))
                .OrderBy(l => l.Name, PinyinOrder.OfNames).ThenBy(l => l.Member.ToString(), StringComparer.Ordinal).ToList();
            lines.AddRange(ofBranch);
            // In no order: on the ledger the list's own would match ids to names.
            commands.AddRange(Shuffled(ofBranch.Where(l => l.IsReady).Select(l => l.Member)).Chunk(AssessDues.MaxMembers)
                .Select(chunk => new AssessDues(branch, month, chunk)));
        }

        return new AssessmentPreview(month, lines, commands.Count == 0 ? null : ActsToSign.Create(commands));
    }

    public async Task<BaseChangePreview> PrepareBaseChangeAsync(
        MemberId member, Month from, DuesClass duesClass, Amount? monthlyBase, Amount? flat, CancellationToken cancellationToken = default)
    {
        var state = access.State;
        var record = await RequireMemberAsync(state, member, Right.SetStandards, cancellationToken);
        if (DuesRuleCatalog.ForClass(duesClass, from.FirstDay) is not { } rule)
        {
            // Nothing to compute an amount by, so no act to ask the contract about.
            throw new ActRefusedException(RejectionMessages.For(Refusal(DuesRejection.NoRuleInForce).Code));
        }

        var hasBase = DuesAmounts.HasBase(duesClass);
        if (hasBase && (monthlyBase is not { } given || given < Amount.Zero || given > DuesLimits.Largest))
        {
            throw new DuesInputException("请填写党费基数，0 元以上、1000 万元以下，最多两位小数。");
        }

        var monthly = hasBase ? DuesAmounts.Compute(duesClass, monthlyBase!.Value, state.PolicyFor(record.Branch), from.FirstDay)
            : duesClass == DuesClass.Farmer ? flat ?? throw new DuesInputException("请填写农民党员的月缴纳额，0.20 元至 1.00 元。")
            : DuesAmounts.Flat;
        // Asked before the base is kept; which commitment stands in the act makes no difference to the rules.
        await preview.PrepareAsync([Act(hasBase ? Hash32.Of([]) : null)], cancellationToken: cancellationToken);
        var commitment = hasBase ? await bases.KeepAsync(member, from, monthlyBase!.Value, cancellationToken) : (Hash32?)null;
        return new BaseChangePreview(from, state.StandardsOf(member)?.InForce(from)?.Monthly, monthly, rule.Id, ActsToSign.Create(Act(commitment)));

        SetStandards Act(Hash32? commitment) => new([new StandardLine(member, from, duesClass, monthly, commitment)]);
    }

    public async Task<IReadOnlyList<StandardView>> ReadStandardsAsync(OrganizationId branch, CancellationToken cancellationToken = default)
    {
        await access.RequireAsync(Right.SetStandards, branch, cancellationToken);
        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        var query = context.Members().AsNoTracking().Where(m => m.Branch == branch && m.Import != null).Select(m => m.Member);
        var members = await query.ToListAsync(cancellationToken);
        var state = access.State;
        var standards = (await context.Standards().AsNoTracking().Where(s => query.Contains(s.Member)).ToListAsync(cancellationToken))
            .ToLookup(s => s.Member);
        var names = await access.MemberNamesAsync([.. members, .. standards.SelectMany(s => s).Select(s => s.Signer)], cancellationToken);
        return
        [
            .. members.Select(m => standards[m].MaxBy(s => s.From) is { } s
                    ? new StandardView(
                        m, names(m), s.Class, s.From, s.Monthly, FirstOpen(state, m), new TrustMark(s.Signer, names(s.Signer), s.Rule, s.Height, s.Index))
                    : new StandardView(m, names(m), null, null, null, FirstOpen(state, m), null))
                .OrderBy(v => v.Name, PinyinOrder.OfNames).ThenBy(v => v.Member.ToString(), StringComparer.Ordinal),
        ];
    }

    public async Task<ActsToSign> PrepareCollectionAsync(
        OrganizationId branch, Month month, IReadOnlyList<MemberId> members, DateOnly date, PaymentMethod method,
        CancellationToken cancellationToken = default)
    {
        await access.RequireAsync(Right.RecordPayment, branch, cancellationToken);
        var chosen = Shuffled(members.Distinct());
        if (chosen.Length is 0 or > MostAtOnce)
        {
            throw new DuesInputException(chosen.Length == 0 ? "请先勾选已缴党费的党员。" : $"一次最多登记 {MostAtOnce} 人。");
        }

        var basis = PaymentBasisChoice.Of(date, [month]);
        if (basis == PaymentBasis.LongBackPayment)
        {
            throw new DuesInputException("补交超过 6 个月的须上级党委组织委员会签，请逐人点“缴纳”登记。");
        }

        var state = access.State;
        var names = await access.MemberNamesAsync(chosen, cancellationToken);
        return await preview.PrepareAsync(
            [
                .. chosen.Select(member => new RecordPayment(
                    LedgerId.New<PaymentId>(), member, branch, date, method, Payer.Member, basis, [AskedFor(state, member, month)])),
            ],
            command => names(((RecordPayment)command).Member), cancellationToken: cancellationToken);
    }

    public async Task<ActsToSign> PreparePaymentAsync(
        MemberId member, IReadOnlyList<Month> months, DateOnly date, PaymentMethod method, Payer payer,
        CancellationToken cancellationToken = default)
    {
        var state = access.State;
        var record = await RequireMemberAsync(state, member, Right.RecordPayment, cancellationToken);
        var ascending = months.Distinct().Order().ToList();
        if (ascending.Count is 0 or > 12)
        {
            throw new DuesInputException("请选择 1 至 12 个月份。");
        }

        var basis = PaymentBasisChoice.Of(date, ascending);
        if (basis == PaymentBasis.LongBackPayment && ascending.Any(m => state.DuesMonth(member, m) is { } month && month.Paid >= month.Due))
        {
            // The contract asks for the second signature first, so what is kept for it must not turn out to be paid only then.
            throw new ActRefusedException(RejectionMessages.For(Refusal(DuesRejection.Overpaid).Code));
        }

        return await preview.PrepareAsync(
            [
                new RecordPayment(
                    LedgerId.New<PaymentId>(), member, record.Branch, date, method, payer, basis,
                    [.. ascending.Select(m => AskedFor(state, member, m))]),
            ],
            awaiting: Refusal(DuesRejection.CommitteeConsentMissing), cancellationToken: cancellationToken);
    }

    public async Task<ActsToSign> PrepareVoluntaryAsync(
        MemberId member, Amount amount, DateOnly date, PaymentMethod method, CancellationToken cancellationToken = default)
    {
        var record = await RequireMemberAsync(access.State, member, Right.RecordPayment, cancellationToken);
        return amount <= Amount.Zero || amount > DuesLimits.Largest
            ? throw new DuesInputException("自愿多交的金额须大于 0 元，最多 1000 万元。")
            : await preview.PrepareAsync(
                [new RecordVoluntaryPayment(LedgerId.New<PaymentId>(), member, record.Branch, date, method, amount)], cancellationToken: cancellationToken);
    }

    public async Task<ActsToSign> PrepareReversalAsync(
        PaymentId payment, ReversalReason reason, CancellationToken cancellationToken = default)
    {
        await access.UserAsync(cancellationToken);
        // An unknown payment is answered like one of somebody else's branch: nothing is told.
        await access.RequireAsync(Right.ReversePayment, access.State.Payment(payment)?.Branch ?? default, cancellationToken);
        return await preview.PrepareAsync([new ReversePayment(payment, reason)], cancellationToken: cancellationToken);
    }

    public async Task<ActsToSign> PrepareAnswerAsync(PaymentId payment, DisputeAnswer answer, CancellationToken cancellationToken = default)
    {
        await access.UserAsync(cancellationToken);
        // An unknown payment is answered like one of somebody else's branch: nothing is told.
        await access.RequireAsync(Right.RecordPayment, access.State.Payment(payment)?.Branch ?? default, cancellationToken);
        return await preview.PrepareAsync([new AnswerDispute(payment, answer)], cancellationToken: cancellationToken);
    }

    public async Task<ActsToSign> PrepareReductionAsync(
        MemberId member, Month from, Month until, Amount monthly, CancellationToken cancellationToken = default)
    {
        await RequireMemberAsync(access.State, member, Right.ProposeReduction, cancellationToken);
        return await preview.PrepareAsync([new ProposeReduction(member, from, until, monthly)], cancellationToken: cancellationToken);
    }

    public async Task<ActsToSign> PrepareDecisionAsync(
        MemberId member, Month from, bool approved, CancellationToken cancellationToken = default)
    {
        await access.UserAsync(cancellationToken);
        var state = access.State;
        var committee = state.Member(member) is { } record ? state.CommitteeAbove(record.Branch)?.Organization : null;
        // As above.
        await access.RequireAsync(Right.DecideReduction, committee ?? default, cancellationToken);
        return await preview.PrepareAsync([new DecideReduction(member, from, approved)], cancellationToken: cancellationToken);
    }

    public async Task<PolicyView> ReadPolicyAsync(OrganizationId organization, CancellationToken cancellationToken = default)
    {
        await access.RequireAsync(Right.ViewDues, organization, cancellationToken);
        var state = access.State;
        var policy = state.PolicyFor(organization);
        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        var row = await context.Policies().AsNoTracking().SingleOrDefaultAsync(p => p.Organization == organization, cancellationToken);
        var names = await access.MemberNamesAsync(row is null ? [] : [row.Signer], cancellationToken);
        var (components, match) = await ReadComponentsAsync(policy.Components, cancellationToken);
        return new PolicyView(
            organization, (await access.OrganizationNamesAsync([organization], cancellationToken))(organization), policy.Rounding, policy.Unit,
            policy.BaseChange, row is null, components, match,
            row is null ? null : new TrustMark(row.Signer, names(row.Signer), null, row.Height, row.Index));
    }

    public async Task<ActsToSign> PreparePolicyAsync(
        OrganizationId organization, RoundingMode rounding, RoundingUnit unit, BaseChangeMode baseChange,
        IReadOnlyList<BaseComponent> components, CancellationToken cancellationToken = default)
    {
        await access.RequireAsync(Right.SetDuesPolicy, organization, cancellationToken);
        if (components.Count is 0 or > BaseComponent.MaxCount
            || components.Any(c => c.Employer.Length is 0 or > BaseComponent.MaxLength || c.Item.Length is 0 or > BaseComponent.MaxLength))
        {
            throw new DuesInputException($"基数构成须有 1 至 {BaseComponent.MaxCount} 项，每项名称 1 至 {BaseComponent.MaxLength} 字。");
        }

        if (components.DistinctBy(c => (c.Employer, c.Item)).Count() != components.Count)
        {
            throw new DuesInputException("基数构成中有重复的项目。");
        }

        var json = CanonicalJson.Canonicalize(JsonSerializer.SerializeToUtf8Bytes(components, JsonSerializerOptions.Web));
        var hash = Hash32.Of(json);
        await using var context = await own.CreateDbContextAsync(cancellationToken);
        if (await context.ComponentTables.FindAsync([hash], cancellationToken) is null)
        {
            context.Add(new ComponentTable { Hash = hash, Json = Encoding.UTF8.GetString(json) });
            await context.SaveChangesAsync(cancellationToken);
        }

        return ActsToSign.Create(new SetDuesPolicy(organization, rounding, unit, baseChange, hash));
    }

    private Month FirstOpen(IStateReader state, MemberId member)
    {
        var month = Current;
        while (state.DuesMonth(member, month) is not null)
        {
            month = month.AddMonths(1);
        }

        return month;
    }

    private AssessmentLine Assess(
        IStateReader state, MemberId member, string name, OrganizationId branch, string branchName, Month month)
    {
        var standard = state.StandardsOf(member)?.InForce(month);
        var reduction = state.ReductionsOf(member)?.Approved(month);
        var reduced = standard is not null && reduction is not null && reduction.Monthly < standard.Monthly;
        var due = standard is null ? Amount.Zero : reduced ? reduction!.Monthly : standard.Monthly;
        var rule = standard is null ? null : DuesRuleCatalog.ForClass(standard.Class, month.FirstDay);
        var refusal = Refusal(state, member, branch, standard, month);
        return new AssessmentLine(
            member, name, branch, branchName, standard?.Class, standard?.Monthly ?? Amount.Zero, refusal is null ? due : Amount.Zero, reduced,
            rule?.Id, refusal is null, refusal ?? Advice(standard!, reduced, month));
    }

    private string? Refusal(IStateReader state, MemberId id, OrganizationId branch, Standard? standard, Month month)
    {
        if (state.Member(id) is not { } member || !state.IsActive(member) || member.Branch != branch)
        {
            return "名册有变动，请刷新页面。";
        }

        if (month < Month.Of(member.Admitted))
        {
            return $"{Terms.Of(member.Admitted)}支部大会通过，从当月起缴纳（第八条）。";
        }

        if (DuesRuleCatalog.InForce(DuesTopic.MonthlyPayment, month.FirstDay) is null || month.Index < Current.Index - DuesLimits.MonthsBack)
        {
            return "月份太早，不能核定。";
        }

        if (month.Index > Current.Index + DuesLimits.MonthsAhead)
        {
            return $"最多提前 {DuesLimits.MonthsAhead} 个月核定。";
        }

        if (state.DuesMonth(id, month) is { } assessed)
        {
            return $"本月已核定 {Terms.Of(assessed.Due)}。";
        }

        return standard is null ? "没有核定标准：请先在“基数变更”中登记类别和基数。" : null;
    }

    private static string? Advice(Standard standard, bool reduced, Month month) => standard.Class switch
    {
        _ when reduced => "经批准少交或免交（第七条）。",
        DuesClass.AnnualSalary when standard.From < month => "年薪制以当月实际领取的薪酬为基数，请确认本月基数没有变化（第三条）。",
        DuesClass.NoMonthlyIncome when standard.From.Index < month.Index - (month.Index % 3) => "以上季度月平均纯收入为基数，本季度尚未更新（第四条）。",
        _ => null,
    };

    private async Task<(IReadOnlyList<BaseComponent> Components, bool Match)> ReadComponentsAsync(
        Hash32? hash, CancellationToken cancellationToken)
    {
        if (hash is not { } wanted)
        {
            return (BaseComponent.Proposal, true);
        }

        await using var context = await own.CreateDbContextAsync(cancellationToken);
        var table = await context.ComponentTables.AsNoTracking().SingleOrDefaultAsync(t => t.Hash == wanted, cancellationToken);
        return table is not null && Hash32.Of(Encoding.UTF8.GetBytes(table.Json)) == wanted
            ? (JsonSerializer.Deserialize<List<BaseComponent>>(table.Json, JsonSerializerOptions.Web) ?? [], true)
            : (BaseComponent.Proposal, false);
    }

    private async Task<MemberRecord> RequireMemberAsync(
        IStateReader state, MemberId member, Right right, CancellationToken cancellationToken)
    {
        await access.UserAsync(cancellationToken);
        // An unknown member is answered like one of somebody else's branch: nothing is told.
        var record = state.Member(member);
        await access.RequireAsync(right, record?.Branch ?? default, cancellationToken);
        return record ?? throw new AccessDeniedException("您当前的任职没有这项权限，或者不在这个组织的范围内。");
    }

    private static Rejection Refusal(DuesRejection reason) => new("dues", (int)reason, reason.ToString());

    /// <summary>What is still open of a month. Of one that is paid, or not assessed, an amount that the contract refuses with its reason.</summary>
    private static PaymentItem AskedFor(IStateReader state, MemberId member, Month month) =>
        new(month, state.DuesMonth(member, month) is not { } record ? new Amount(1) : record.Paid < record.Due ? record.Due - record.Paid : new Amount(1));
}
