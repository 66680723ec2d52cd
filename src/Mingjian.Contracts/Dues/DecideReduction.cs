using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>The next-higher committee decides on a proposed reduction.</summary>
public sealed record DecideReduction(MemberId Member, Month From, bool Approved) : DuesCommand;

/// <summary>The higher committee has decided.</summary>
/// <param name="By">The officer of the higher committee.</param>
public sealed record ReductionDecided(MemberId Member, OrganizationId Branch, Month From, bool Approved, RuleId Rule, MemberId By) : DuesEvent;

internal static class DecideReductionRules
{
    public static Decision Decide(IStateReader state, DecideReduction command, DecisionContext context)
    {
        if (DuesRules.CheckPayer(state, command.Member, context, out var member) is { } reason)
        {
            return Reject(reason);
        }

        if (state.CommitteeAbove(member!.Branch) is not { } committee
            || DuesRights.DecideReduction.Signer(state, context, committee.Organization) is not { } by)
        {
            return Reject(DuesRejection.NotEntitled);
        }

        if (state.ReductionsOf(command.Member)?.Undecided(command.From) is not { } proposal)
        {
            return Reject(DuesRejection.ReductionNotProposed);
        }

        if (by == proposal.ProposedBy || by == command.Member)
        {
            return Reject(DuesRejection.ReductionNeedsAnotherPerson);
        }

        if (!KeyChain.AreIndependent(state, by, proposal.ProposedBy))
        {
            return Reject(DuesRejection.ReductionNotIndependent);
        }

        var rule = DuesRuleCatalog.InForce(DuesTopic.Hardship, command.From.FirstDay)!;
        return Decision.Accept(new ReductionDecided(command.Member, member.Branch, command.From, command.Approved, rule.Id, by));
    }

    public static void Apply(IStateReader state, ReductionDecided decided, DecisionContext context, IStateWriter writes)
    {
        var record = state.ReductionsOf(decided.Member)!;
        var proposal = record.Undecided(decided.From);
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
}
