using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>Fixes members' monthly dues from a month on (facts 1.1). The base itself never comes here.</summary>
/// <param name="Lines">1 to <see cref="MaxLines"/> lines.</param>
public sealed record SetStandards(IReadOnlyList<StandardLine> Lines) : DuesCommand
{
    public const int MaxLines = 60;
}

/// <param name="Member">The payer.</param>
/// <param name="From">First month it holds for: the month in which the new pay is first received.</param>
/// <param name="Class">Decides the bracket table.</param>
/// <param name="Monthly">Computed from the base off the ledger; amounts that no base of the class can give are refused.</param>
/// <param name="Base">Commitment to the base in yuan, context <c>m-…/base/yyyy-MM/1</c>; null for classes without a base.</param>
public sealed record StandardLine(MemberId Member, Month From, DuesClass Class, Amount Monthly, Hash32? Base);

/// <summary>Dues class of a member (facts 1.1).</summary>
public enum DuesClass
{
    SalariedMonthly = 1,
    AnnualSalary = 2,
    NoMonthlyIncome = 3,
    Retired = 4,
    Farmer = 5,
    Student = 6,
    Unemployed = 7,
    OnPensionOrRelief = 8,
    OnMinimumLiving = 9,
}

/// <summary>A member's monthly dues from a month on.</summary>
/// <param name="Rule">The rule that gives the amount from the base.</param>
/// <param name="By">The officer who signed.</param>
public sealed record StandardSet(
    MemberId Member, OrganizationId Branch, Month From, DuesClass Class, Amount Monthly, Hash32? Base, RuleId Rule, MemberId By) : DuesEvent;

internal static class SetStandardsRules
{
    public static Decision Decide(IStateReader state, SetStandards command, DecisionContext context)
    {
        if (!IsWellFormed(command))
        {
            return Reject(DuesRejection.Malformed);
        }

        if (!context.HasMember())
        {
            return Reject(DuesRejection.SignerNotAMember);
        }

        var events = new List<IEvent>(command.Lines.Count);
        for (var i = 0; i < command.Lines.Count; i++)
        {
            var line = command.Lines[i];
            if (state.Member(line.Member) is not { } member)
            {
                return Reject(DuesRejection.MemberUnknown);
            }

            if (!state.IsActive(member))
            {
                return Reject(DuesRejection.MemberWithdrawn);
            }

            if (!DuesRules.IsInBranch(member))
            {
                return Reject(DuesRejection.NotInBranch);
            }

            if (DuesRights.SetStandards.Signer(state, context, member.Branch) is not { } by)
            {
                return Reject(DuesRejection.NotEntitled);
            }

            if (IsRepeated(command.Lines, i))
            {
                return Reject(DuesRejection.Repeated);
            }

            if (CheckLine(state, line, member, context.Today) is { } reason)
            {
                return Reject(reason);
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
