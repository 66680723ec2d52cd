using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>A month's dues follow from the standard and an approved reduction; nobody types them.</summary>
internal static class AssessmentRules
{
    public static Decision Decide(IStateReader state, AssessDues command, DecisionContext context)
    {
        if (!Form.IsList(command.Members, AssessDues.MaxMembers))
        {
            return DuesRules.Reject(DuesRejection.Malformed);
        }

        if (!context.HasMember())
        {
            return DuesRules.Reject(DuesRejection.SignerNotAMember);
        }

        if (state.Organization(command.Branch) is null)
        {
            return DuesRules.Reject(DuesRejection.OrganizationUnknown);
        }

        var by = Rights.Signer(state, context, Right.AssessDues, command.Branch);
        var events = new List<IEvent>(command.Members.Count);
        for (var i = 0; i < command.Members.Count; i++)
        {
            if (CheckMember(state, command, i, by, context.Today, out var standard) is { } reason)
            {
                return DuesRules.Reject(reason);
            }

            events.Add(Assess(state, command, command.Members[i], standard!, by!.Value));
        }

        return Decision.Accept(events);
    }

    public static void Apply(IStateReader state, DuesAssessed assessed, IStateWriter writes)
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
