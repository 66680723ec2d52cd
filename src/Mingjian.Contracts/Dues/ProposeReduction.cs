using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>The branch asks for less in hardship (Art. 7).</summary>
/// <param name="Monthly">Zero = waived.</param>
public sealed record ProposeReduction(MemberId Member, Month From, Month Until, Amount Monthly) : DuesCommand;

/// <summary>The branch asks for a reduction.</summary>
/// <param name="By">The branch secretary.</param>
public sealed record ReductionProposed(
    MemberId Member, OrganizationId Branch, Month From, Month Until, Amount Monthly, RuleId Rule, MemberId By) : DuesEvent;

/// <summary>Hardship (Art. 7): the branch proposes, the next-higher Party committee decides (<see cref="DecideReduction"/>), two different people sign.</summary>
internal static class ProposeReductionRules
{
    public static Decision Decide(IStateReader state, ProposeReduction command, DecisionContext context)
    {
        if (command.Monthly < Amount.Zero || command.Monthly > DuesLimits.Largest)
        {
            return Reject(DuesRejection.Malformed);
        }

        if (DuesRules.CheckPayer(state, command.Member, context, out var member) is { } reason)
        {
            return Reject(reason);
        }

        if (DuesRights.ProposeReduction.Signer(state, context, member!.Branch) is not { } by)
        {
            return Reject(DuesRejection.NotEntitled);
        }

        if (DuesRules.CheckMonth(command.From, member, context.Today) is { } outside)
        {
            return Reject(outside);
        }

        if (CheckProposal(state, command) is { } fault)
        {
            return Reject(fault);
        }

        var rule = DuesRuleCatalog.InForce(DuesTopic.Hardship, command.From.FirstDay)!;
        return Decision.Accept(new ReductionProposed(
            command.Member, member.Branch, command.From, command.Until, command.Monthly, rule.Id, by));
    }

    public static void Apply(IStateReader state, ReductionProposed proposed, DecisionContext context, IStateWriter writes)
    {
        var oldest = Month.Of(context.Today).Index - DuesLimits.MonthsBack;
        var added = new Reduction(proposed.From, proposed.Until, proposed.Monthly, ReductionOutcome.Proposed, proposed.By, null);
        var reductions = new List<Reduction>();
        var placed = false;
        foreach (var reduction in state.ReductionsOf(proposed.Member)?.Reductions ?? [])
        {
            // A refused reduction gives way to a new proposal for its months; what is older than any open month is spent.
            if (reduction.Until.Index < oldest || (reduction.Outcome == ReductionOutcome.Refused && reduction.Overlaps(added)))
            {
                continue;
            }

            if (!placed && reduction.From > added.From)
            {
                reductions.Add(added);
                placed = true;
            }

            reductions.Add(reduction);
        }

        if (!placed)
        {
            reductions.Add(added);
        }

        writes.Put(DuesState.Reductions.Key(proposed.Member), new ReductionsRecord(reductions));
        MembersState.MarkInUse(state, proposed.Member, writes);
    }

    private static DuesRejection? CheckProposal(IStateReader state, ProposeReduction command)
    {
        if (state.StandardsOf(command.Member)?.InForce(command.From) is not { } standard)
        {
            return DuesRejection.NoStandard;
        }

        if (command.Until < command.From || command.Until.Index - command.From.Index >= DuesLimits.ReductionMonths)
        {
            return DuesRejection.ReductionPeriod;
        }

        if (command.Monthly >= standard.Monthly)
        {
            return DuesRejection.NotAReduction;
        }

        for (var month = command.From; month <= command.Until; month = month.AddMonths(1))
        {
            if (state.DuesMonth(command.Member, month) is not null)
            {
                return DuesRejection.ReductionMonthAssessed;
            }
        }

        var added = new Reduction(command.From, command.Until, command.Monthly, ReductionOutcome.Proposed, command.Member, null);
        foreach (var reduction in state.ReductionsOf(command.Member)?.Reductions ?? [])
        {
            if (reduction.Outcome != ReductionOutcome.Refused && reduction.Overlaps(added))
            {
                return DuesRejection.ReductionOverlaps;
            }
        }

        return null;
    }
}
