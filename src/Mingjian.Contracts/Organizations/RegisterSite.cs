using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Organizations;

/// <summary>Lets people sign with passkeys on a further page address.</summary>
/// <param name="Site">SHA-256 of the origin, for example of <c>https://mingjian.example</c>.</param>
public sealed record RegisterSite(Hash32 Site) : OrganizationsCommand;

/// <param name="Site">SHA-256 of the origin.</param>
/// <param name="By">The officer who signed.</param>
public sealed record SiteRegistered(Hash32 Site, MemberId By) : OrganizationsEvent;

internal static class RegisterSiteRules
{
    public static Decision Decide(IStateReader state, RegisterSite command, DecisionContext context)
    {
        if (!context.HasMember())
        {
            return Reject(OrganizationsRejection.SignerNotAMember);
        }

        if (Sites.Manager(state, context) is not { } by)
        {
            return Reject(OrganizationsRejection.MayNotManageSites);
        }

        if (state.IsSite(command.Site))
        {
            return Reject(OrganizationsRejection.AlreadyRegistered);
        }

        return Sites.Of(state).Count >= SitesRecord.Max
            ? Reject(OrganizationsRejection.TooManySites)
            : Decision.Accept(new SiteRegistered(command.Site, by));
    }

    public static void Apply(IStateReader state, SiteRegistered registered, DecisionContext context, IStateWriter writes) =>
        Sites.Put(writes, [.. Sites.Of(state), registered.Site]);
}
