using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Organizations;

/// <summary>State tables of the contract <c>organizations</c>.</summary>
public static class OrganizationsState
{
    /// <summary>One record, key <c>organizations/network/top</c>: present once the network is founded.</summary>
    public static StateTable<NetworkRecord> Network { get; } = new("organizations/network/", OrganizationsJson.Forms.Of<NetworkRecord>());

    /// <summary><c>organizations/organization/o-…</c>.</summary>
    public static StateTable<OrganizationRecord> Organizations { get; } =
        new("organizations/organization/", OrganizationsJson.Forms.Of<OrganizationRecord>());

    /// <summary><c>organizations/posts/m-…</c>: every appointment of one person, so that a right costs one read.</summary>
    public static StateTable<PostsRecord> Posts { get; } = new("organizations/posts/", OrganizationsJson.Forms.Of<PostsRecord>());

    /// <summary>One record, key <c>organizations/sites/network</c>: the sites on which passkeys sign; absent while there is none.</summary>
    public static StateTable<SitesRecord> Sites { get; } = new("organizations/sites/", OrganizationsJson.Forms.Of<SitesRecord>());

    public static StateKey<SitesRecord> SitesKey => Sites.Key("network");

    public static StateKey<NetworkRecord> TopKey => Network.Key("top");

    public static OrganizationRecord? Organization(this IStateReader state, OrganizationId id) =>
        state.Get(Organizations.Key(id));

    public static PostsRecord? PostsOf(this IStateReader state, MemberId member) => state.Get(Posts.Key(member));

    internal static void Put(this IStateWriter writes, OrganizationRecord record) => writes.Put(Organizations.Key(record.Organization), record);

    internal static void Put(this IStateWriter writes, MemberId member, IReadOnlyList<Appointment> appointments) =>
        writes.Put(Posts.Key(member), new PostsRecord(appointments));

    /// <summary>Whether passkeys may sign on a page of this origin.</summary>
    /// <param name="site">SHA-256 of the origin.</param>
    public static bool IsSite(this IStateReader state, Hash32 site)
    {
        foreach (var registered in state.Get(SitesKey)?.Sites ?? [])
        {
            if (registered == site)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The nearest Party committee strictly above an organisation; null for the top.</summary>
    public static OrganizationRecord? CommitteeAbove(this IStateReader state, OrganizationId organization)
    {
        var record = state.Organization(organization);
        for (var depth = 0; record?.Higher is { } higher && depth < OrganizationRecord.MaxDepth; depth++)
        {
            record = state.Organization(higher);
            if (record?.Kind == OrganizationKind.PrimaryPartyCommittee)
            {
                return record;
            }
        }

        return null;
    }
}

/// <summary>The network's top committee and the day it was founded.</summary>
public sealed record NetworkRecord(OrganizationId Committee, DateOnly Founded);

/// <summary>The sites on which passkeys sign, in the order in which they were registered; never empty.</summary>
/// <param name="Sites">SHA-256 of each origin (scheme, host and port as browsers write it).</param>
public sealed record SitesRecord(IReadOnlyList<Hash32> Sites)
{
    /// <summary>Most sites of a network: each organisation's own address, and a few that are on their way out.</summary>
    public const int Max = 64;
}

/// <summary>A Party organisation.</summary>
/// <param name="Organization">Itself.</param>
/// <param name="Higher">The next higher organisation; null for the top committee.</param>
/// <param name="Kind">Committee, general branch or branch.</param>
/// <param name="Depth">0 for the top committee, at most <see cref="MaxDepth"/>.</param>
/// <param name="Name">Commitment to the name, context <c>o-…/name/1</c>.</param>
public sealed record OrganizationRecord(
    OrganizationId Organization, OrganizationId? Higher, OrganizationKind Kind, int Depth, Hash32 Name)
{
    /// <summary>Bounds every walk up the tree; a network of a province has about six levels.</summary>
    public const int MaxDepth = 12;
}

/// <summary>The appointments of one person, in the order in which they were made.</summary>
public sealed record PostsRecord(IReadOnlyList<Appointment> Appointments)
{
    /// <summary>Most appointments that have not ended.</summary>
    public const int MaxCurrent = 16;
}

/// <summary>A post held from one day to another, both inclusive.</summary>
/// <param name="Until">Null = until ended.</param>
public sealed record Appointment(OrganizationId Organization, Post Post, DateOnly From, DateOnly? Until)
{
    public bool HasEnded(DateOnly today) => Until is { } until && until < today;

    public bool HoldsOn(DateOnly date) => From <= date && (Until is not { } until || date <= until);
}


/// <summary>What an organisation is.</summary>
public enum OrganizationKind
{
    PrimaryPartyCommittee = 1,
    GeneralBranch = 2,
    PartyBranch = 3,
}

/// <summary>A post; what it may do is <c>Rights</c>.</summary>
public enum Post
{
    /// <summary>组织部门(组织委员): roster, standards, assessment, approvals, invitations; over the organisation and all below it.</summary>
    OrganizationOfficer = 1,

    /// <summary>支部书记: consents of the branch, proposals, and the collector's rights, in the one branch.</summary>
    BranchSecretary = 2,

    /// <summary>党费收缴人: records and reverses payments in the one branch.</summary>
    DuesCollector = 3,

    /// <summary>审计(纪检): reads everything of the organisation and all below it, changes nothing.</summary>
    Auditor = 4,
}
