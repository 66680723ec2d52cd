using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>Hardship (Art. 7): the branch proposes, the next-higher Party committee decides, two different people sign.</summary>
internal static class ReductionRules
{
    public static Decision Decide(IStateReader state, ProposeReduction command, DecisionContext context)
    {
        if (command.Monthly < Amount.Zero || command.Monthly > DuesLimits.Largest)
        {
            return DuesRules.Reject(DuesRejection.Malformed);
        }

        if (CheckMember(state, command.Member, context, out var member) is { } reason)
        {
            return DuesRules.Reject(reason);
        }

        if (Rights.Signer(state, context, Right.ProposeReduction, member!.Branch) is not { } by)
        {
            return DuesRules.Reject(DuesRejection.NotEntitled);
        }

        if (DuesRules.CheckMonth(command.From, member, context.Today) is { } outside)
        {
            return DuesRules.Reject(outside);
        }

        if (CheckProposal(state, command) is { } fault)
        {
            return DuesRules.Reject(fault);
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
            if (reduction.Until.Index < oldest || (reduction.Outcome == ReductionOutcome.Refused && Overlaps(reduction, added)))
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

    public static Decision Decide(IStateReader state, DecideReduction command, DecisionContext context)
    {
        if (CheckMember(state, command.Member, context, out var member) is { } reason)
        {
            return DuesRules.Reject(reason);
        }

        if (state.CommitteeAbove(member!.Branch) is not { } committee
            || Rights.Signer(state, context, Right.DecideReduction, committee.Organization) is not { } by)
        {
            return DuesRules.Reject(DuesRejection.NotEntitled);
        }

        if (Undecided(state.ReductionsOf(command.Member), command.From) is not { } proposal)
        {
            return DuesRules.Reject(DuesRejection.ReductionNotProposed);
        }

        if (by == proposal.ProposedBy || by == command.Member)
        {
            return DuesRules.Reject(DuesRejection.ReductionNeedsAnotherPerson);
        }

        if (!KeyChain.AreIndependent(state, by, proposal.ProposedBy))
        {
            return DuesRules.Reject(DuesRejection.ReductionNotIndependent);
        }

        var rule = DuesRuleCatalog.InForce(DuesTopic.Hardship, command.From.FirstDay)!;
        return Decision.Accept(new ReductionDecided(command.Member, member.Branch, command.From, command.Approved, rule.Id, by));
    }

    public static void Apply(IStateReader state, ReductionDecided decided, IStateWriter writes)
    {
        var record = state.ReductionsOf(decided.Member)!;
        var proposal = Undecided(record, decided.From);
        var reductions = new List<Reduction>(record.Reductions.Count);
        foreach (var reduction in record.Reductions)
        {
            reductions.Add(
                reduction == proposal
                    ? reduction with
                    {
                        Outcome = decided.Approved ? ReductionOutcome.Approved : ReductionOutcome.Refused,
                        DecidedBy = decided.By,
                    }
                    : reduction);
        }

        writes.Put(DuesState.Reductions.Key(decided.Member), new ReductionsRecord(reductions));
    }

    private static DuesRejection? CheckMember(IStateReader state, MemberId id, DecisionContext context, out MemberRecord? member)
    {
        member = null;
        if (!context.HasMember())
        {
            return DuesRejection.SignerNotAMember;
        }

        member = state.Member(id);
        if (member is null)
        {
            return DuesRejection.MemberUnknown;
        }

        if (!state.IsActive(member))
        {
            return DuesRejection.MemberWithdrawn;
        }

        return DuesRules.IsInBranch(member) ? null : DuesRejection.NotInBranch;
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
            if (reduction.Outcome != ReductionOutcome.Refused && Overlaps(reduction, added))
            {
                return DuesRejection.ReductionOverlaps;
            }
        }

        return null;
    }

    private static Reduction? Undecided(ReductionsRecord? record, Month from)
    {
        foreach (var reduction in record?.Reductions ?? [])
        {
            if (reduction.Outcome == ReductionOutcome.Proposed && reduction.From == from)
            {
                return reduction;
            }
        }

        return null;
    }

    private static bool Overlaps(Reduction left, Reduction right) => left.From <= right.Until && right.From <= left.Until;
}
