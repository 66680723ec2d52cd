using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Organizations;

/// <summary>Sets up an organisation below another.</summary>
public sealed record EstablishOrganization(OrganizationId Organization, OrganizationId Higher, OrganizationKind Kind, Hash32 Name)
    : OrganizationsCommand;

/// <param name="By">The officer who signed.</param>
public sealed record OrganizationEstablished(
    OrganizationId Organization, OrganizationId Higher, OrganizationKind Kind, Hash32 Name, MemberId By) : OrganizationsEvent;

internal static class EstablishOrganizationRules
{
    public static Decision Decide(IStateReader state, EstablishOrganization command, DecisionContext context)
    {
        if (!Form.IsDefined(command.Kind))
        {
            return Reject(OrganizationsRejection.Malformed);
        }

        if (!context.HasMember())
        {
            return Reject(OrganizationsRejection.SignerNotAMember);
        }

        if (state.Organization(command.Higher) is not { } higher)
        {
            return Reject(OrganizationsRejection.HigherUnknown);
        }

        if (OrganizationsRights.EstablishOrganization.Signer(state, context, command.Higher) is not { } by)
        {
            return Reject(OrganizationsRejection.MayNotEstablish);
        }

        if (state.Organization(command.Organization) is not null)
        {
            return Reject(OrganizationsRejection.OrganizationExists);
        }

        if (!Fits(higher.Kind, command.Kind))
        {
            return Reject(OrganizationsRejection.KindDoesNotFit);
        }

        return higher.Depth >= OrganizationRecord.MaxDepth
            ? Reject(OrganizationsRejection.TooDeep)
            : Decision.Accept(new OrganizationEstablished(command.Organization, command.Higher, command.Kind, command.Name, by));
    }

    public static void Apply(IStateReader state, OrganizationEstablished established, DecisionContext context, IStateWriter writes)
    {
        var depth = state.Organization(established.Higher)!.Depth + 1;
        writes.Put(new OrganizationRecord(established.Organization, established.Higher, established.Kind, depth, established.Name));
    }

    private static bool Fits(OrganizationKind higher, OrganizationKind lower) => higher switch
    {
        OrganizationKind.PrimaryPartyCommittee => true,
        OrganizationKind.GeneralBranch => lower == OrganizationKind.PartyBranch,
        _ => false,
    };
}
