using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Organizations;

/// <summary>Ends signing with passkeys on a page address; what was signed there stays valid.</summary>
public sealed record RemoveSite(Hash32 Site) : OrganizationsCommand;

/// <param name="Site">SHA-256 of the origin.</param>
/// <param name="By">The officer who signed.</param>
public sealed record SiteRemoved(Hash32 Site, MemberId By) : OrganizationsEvent;

internal static class RemoveSiteRules
{
    public static Decision Decide(IStateReader state, RemoveSite command, DecisionContext context)
    {
        if (!context.HasMember())
        {
            return Reject(OrganizationsRejection.SignerNotAMember);
        }

        if (Sites.Manager(state, context) is not { } by)
        {
            return Reject(OrganizationsRejection.MayNotManageSites);
        }

        return state.IsSite(command.Site)
            ? Decision.Accept(new SiteRemoved(command.Site, by))
            : Reject(OrganizationsRejection.SiteUnknown);
    }

    public static void Apply(IStateReader state, SiteRemoved removed, DecisionContext context, IStateWriter writes)
    {
        var left = new List<Hash32>();
        foreach (var site in Sites.Of(state))
        {
            if (site != removed.Site)
            {
                left.Add(site);
            }
        }

        Sites.Put(writes, left);
    }
}
