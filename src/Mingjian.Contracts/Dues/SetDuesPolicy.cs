using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>How an organisation computes: rounding, unit, base-change mode, and the hash of its table of base components.</summary>
/// <param name="Organization">Applies to it and to all below that have none of their own.</param>
/// <param name="Components">SHA-256 of the canonical JSON of the component table, which is kept off the ledger.</param>
public sealed record SetDuesPolicy(
    OrganizationId Organization, RoundingMode Rounding, RoundingUnit Unit, BaseChangeMode BaseChange, Hash32 Components) : DuesCommand;

public enum RoundingMode
{
    HalfUp = 1,
    Down = 2,
    Up = 3,
}

public enum RoundingUnit
{
    Fen = 1,
    Jiao = 2,
}

/// <summary>When a changed base takes effect: in the month it is first received (Art. 10), or fixed for the year.</summary>
public enum BaseChangeMode
{
    MonthFirstReceived = 1,
    FixedForYear = 2,
}

/// <param name="By">The officer who signed.</param>
public sealed record DuesPolicySet(
    OrganizationId Organization, RoundingMode Rounding, RoundingUnit Unit, BaseChangeMode BaseChange, Hash32 Components, MemberId By)
    : DuesEvent;

internal static class SetDuesPolicyRules
{
    public static Decision Decide(IStateReader state, SetDuesPolicy command, DecisionContext context)
    {
        if (!Form.IsDefined(command.Rounding) || !Form.IsDefined(command.Unit) || !Form.IsDefined(command.BaseChange))
        {
            return Reject(DuesRejection.Malformed);
        }

        if (!context.HasMember())
        {
            return Reject(DuesRejection.SignerNotAMember);
        }

        if (state.Organization(command.Organization) is null)
        {
            return Reject(DuesRejection.OrganizationUnknown);
        }

        return DuesRights.SetDuesPolicy.Signer(state, context, command.Organization) is { } by
            ? Decision.Accept(new DuesPolicySet(
                command.Organization, command.Rounding, command.Unit, command.BaseChange, command.Components, by))
            : Reject(DuesRejection.NotEntitled);
    }

    public static void Apply(IStateReader state, DuesPolicySet set, DecisionContext context, IStateWriter writes) =>
        writes.Put(
            DuesState.Policies.Key(set.Organization),
            new PolicyRecord(set.Rounding, set.Unit, set.BaseChange, set.Components));
}
