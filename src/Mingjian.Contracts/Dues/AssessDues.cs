using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>Assesses a month for members of a branch; amounts follow from standards and reductions.</summary>
/// <param name="Members">1 to <see cref="MaxMembers"/>.</param>
public sealed record AssessDues(OrganizationId Branch, Month Month, IReadOnlyList<MemberId> Members) : DuesCommand
{
    public const int MaxMembers = 60;
}

/// <summary>A month's dues of one member are fixed.</summary>
/// <param name="Due">After any reduction.</param>
/// <param name="Base">Commitment to the base; null for classes without one.</param>
/// <param name="Rule">The rule that gives the amount.</param>
/// <param name="Reduced">True: <paramref name="Due"/> comes from an approved reduction (Art. 7).</param>
/// <param name="By">Who assessed.</param>
public sealed record DuesAssessed(
    MemberId Member, OrganizationId Branch, Month Month, DuesClass Class, Amount Due, Hash32? Base, RuleId Rule, bool Reduced, MemberId By)
    : DuesEvent;

/// <summary>A month's dues follow from the standard and an approved reduction; nobody types them.</summary>
internal static class AssessDuesRules
{
    public static Decision Decide(IStateReader state, AssessDues command, DecisionContext context)
    {
        if (!Form.IsList(command.Members, AssessDues.MaxMembers))
        {
            return Reject(DuesRejection.Malformed);
        }

        if (!context.HasMember())
        {
            return Reject(DuesRejection.SignerNotAMember);
        }

        if (state.Organization(command.Branch) is null)
        {
            return Reject(DuesRejection.OrganizationUnknown);
        }

        var by = DuesRights.AssessDues.Signer(state, context, command.Branch);
        var events = new List<IEvent>(command.Members.Count);
        for (var i = 0; i < command.Members.Count; i++)
        {
            if (CheckMember(state, command, i, by, context.Today, out var standard) is { } reason)
            {
                return Reject(reason);
            }

            events.Add(Assess(state, command, command.Members[i], standard!, by!.Value));
        }

        return Decision.Accept(events);
    }

    public static void Apply(IStateReader state, DuesAssessed assessed, DecisionContext context, IStateWriter writes)
    {
        writes.Put(
            DuesState.Months.Key(assessed.Member, assessed.Month),
            new MonthRecord(
                assessed.Member, assessed.Month, assessed.Branch, assessed.Due, Amount.Zero, assessed.Class, assessed.Base, assessed.Rule,
                assessed.Reduced, []));
        MembersState.MarkInUse(state, assessed.Member, writes);
    }

    private static DuesRejection? CheckMember(
        IStateReader state, AssessDues command, int index, MemberId? by, DateOnly today, out Standard? standard)
    {
        standard = null;
        var id = command.Members[index];
        if (state.Member(id) is not { } member)
        {
            return DuesRejection.MemberUnknown;
        }

        if (!state.IsActive(member))
        {
            return DuesRejection.MemberWithdrawn;
        }

        if (member.Branch != command.Branch || !DuesRules.IsInBranch(member))
        {
            return DuesRejection.NotInBranch;
        }

        if (by is null)
        {
            return DuesRejection.NotEntitled;
        }

        for (var i = 0; i < index; i++)
        {
            if (command.Members[i] == id)
            {
                return DuesRejection.Repeated;
            }
        }

        if (DuesRules.CheckMonth(command.Month, member, today) is { } outside)
        {
            return outside;
        }

        standard = state.StandardsOf(id)?.InForce(command.Month);
        if (standard is null)
        {
            return DuesRejection.NoStandard;
        }

        return state.DuesMonth(id, command.Month) is not null ? DuesRejection.AlreadyAssessed : null;
    }

    private static DuesAssessed Assess(IStateReader state, AssessDues command, MemberId member, Standard standard, MemberId by)
    {
        var rule = DuesRuleCatalog.ForClass(standard.Class, command.Month.FirstDay)!;
        var reduction = state.ReductionsOf(member)?.Approved(command.Month);
        var reduced = reduction is not null && reduction.Monthly < standard.Monthly;
        return new DuesAssessed(
            member, command.Branch, command.Month, standard.Class, reduced ? reduction!.Monthly : standard.Monthly, standard.Base, rule.Id,
            reduced, by);
    }
}
