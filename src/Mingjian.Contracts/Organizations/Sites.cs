using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Organizations;

/// <summary>The sites on which passkeys sign, for the two acts about them and the founding.</summary>
internal static class Sites
{
    /// <summary>Sites are the whole network's, so only an officer of the top committee names them.</summary>
    public static MemberId? Manager(IStateReader state, DecisionContext context) =>
        state.Get(OrganizationsState.TopKey) is { } top ? OrganizationsRights.ManageSites.Signer(state, context, top.Committee) : null;

    public static IReadOnlyList<Hash32> Of(IStateReader state) => state.Get(OrganizationsState.SitesKey)?.Sites ?? [];

    public static void Put(IStateWriter writes, IReadOnlyList<Hash32> sites)
    {
        if (sites.Count == 0)
        {
            writes.Remove(OrganizationsState.SitesKey);
        }
        else
        {
            writes.Put(OrganizationsState.SitesKey, new SitesRecord(sites));
        }
    }
}
