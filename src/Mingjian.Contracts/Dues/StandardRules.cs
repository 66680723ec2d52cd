using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>Policies of organisations and standards of members.</summary>
internal static class StandardRules
{
    public static Decision Decide(IStateReader state, SetDuesPolicy command, DecisionContext context)
    {
        if (!Form.IsDefined(command.Rounding) || !Form.IsDefined(command.Unit) || !Form.IsDefined(command.BaseChange))
        {
            return DuesRules.Reject(DuesRejection.Malformed);
        }

        if (!context.HasMember())
        {
            return DuesRules.Reject(DuesRejection.SignerNotAMember);
        }

        if (state.Organization(command.Organization) is null)
        {
            return DuesRules.Reject(DuesRejection.OrganizationUnknown);
        }

        return Rights.Signer(state, context, Right.SetDuesPolicy, command.Organization) is { } by
            ? Decision.Accept(new DuesPolicySet(
                command.Organization, command.Rounding, command.Unit, command.BaseChange, command.Components, by))
            : DuesRules.Reject(DuesRejection.NotEntitled);
    }

    public static void Apply(DuesPolicySet set, IStateWriter writes) =>
        writes.Put(
            DuesState.Policies.Key(set.Organization),
            new PolicyRecord(set.Rounding, set.Unit, set.BaseChange, set.Components));

    public static Decision Decide(IStateReader state, SetStandards command, DecisionContext context)
    {
        if (!IsWellFormed(command))
        {
            return DuesRules.Reject(DuesRejection.Malformed);
        }

        if (!context.HasMember())
        {
            return DuesRules.Reject(DuesRejection.SignerNotAMember);
        }

        var events = new List<IEvent>(command.Lines.Count);
        for (var i = 0; i < command.Lines.Count; i++)
        {
            var line = command.Lines[i];
            if (state.Member(line.Member) is not { } member)
            {
                return DuesRules.Reject(DuesRejection.MemberUnknown);
            }

            if (!state.IsActive(member))
            {
                return DuesRules.Reject(DuesRejection.MemberWithdrawn);
            }

            if (!DuesRules.IsInBranch(member))
            {
                return DuesRules.Reject(DuesRejection.NotInBranch);
            }

            if (Rights.Signer(state, context, Right.SetStandards, member.Branch) is not { } by)
            {
                return DuesRules.Reject(DuesRejection.NotEntitled);
            }

            if (IsRepeated(command.Lines, i))
            {
                return DuesRules.Reject(DuesRejection.Repeated);
            }

            if (CheckLine(state, line, member, context.Today) is { } reason)
            {
                return DuesRules.Reject(reason);
            }

            var rule = DuesRuleCatalog.ForClass(line.Class, line.From.FirstDay)!;
            events.Add(new StandardSet(line.Member, member.Branch, line.From, line.Class, line.Monthly, line.Base, rule.Id, by));
        }

        return Decision.Accept(events);
    }

    public static void Apply(IStateReader state, StandardSet set, DecisionContext context, IStateWriter writes)
    {
        var oldest = Month.Of(context.Today).Index - DuesLimits.MonthsBack;
        var standards = new List<Standard>();
        foreach (var standard in state.StandardsOf(set.Member)?.Standards ?? [])
        {
            if (standard.From == set.From)
            {
                continue;
            }

            // The entry that reaches into the oldest month still open to assessment stays; those before it are spent.
            if (standard.From.Index <= oldest)
            {
                standards.Clear();
            }

            standards.Add(standard);
        }

        standards.Add(new Standard(set.From, set.Class, set.Monthly, set.Base));
        writes.Put(DuesState.Standards.Key(set.Member), new StandardsRecord(standards));
    }

    private static bool IsWellFormed(SetStandards command)
    {
        if (!Form.IsList(command.Lines, SetStandards.MaxLines))
        {
            return false;
        }

        foreach (var line in command.Lines)
        {
            if (!Form.IsDefined(line.Class) || line.Monthly < Amount.Zero || line.Monthly > DuesLimits.Largest)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsRepeated(IReadOnlyList<StandardLine> lines, int index)
    {
        for (var i = 0; i < index; i++)
        {
            if (lines[i].Member == lines[index].Member)
            {
                return true;
            }
        }

        return false;
    }

    private static DuesRejection? CheckLine(IStateReader state, StandardLine line, MemberRecord member, DateOnly today)
    {
        if (DuesRules.CheckMonth(line.From, member, today) is { } outside)
        {
            return outside;
        }

        if (DuesAmounts.HasBase(line.Class) != line.Base.HasValue)
        {
            return line.Base.HasValue ? DuesRejection.BaseNotExpected : DuesRejection.BaseMissing;
        }

        var policy = state.PolicyFor(member.Branch);
        if (!DuesAmounts.IsPossible(line.Class, line.Monthly, policy, line.From.FirstDay))
        {
            return DuesRejection.AmountImpossible;
        }

        if (state.StandardsOf(line.Member) is not { Standards: [.., var last] })
        {
            return null;
        }

        if (line.From < last.From)
        {
            return DuesRejection.StandardOutOfOrder;
        }

        if (state.DuesMonth(line.Member, line.From) is not null)
        {
            return DuesRejection.StandardMonthAssessed;
        }

        // A correction of the same first month and a change of class are always open; else the year's amount stands until January.
        var changesWithinYear = line.From != last.From && line.Class == last.Class && line.From.Number != 1;
        return policy.BaseChange == BaseChangeMode.FixedForYear && changesWithinYear ? DuesRejection.FixedForYear : null;
    }
}
