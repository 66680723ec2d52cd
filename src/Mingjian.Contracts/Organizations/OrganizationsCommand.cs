using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Organizations;

/// <summary>Commands of the contract <c>organizations</c>.</summary>
public abstract record OrganizationsCommand : ICommand;

/// <summary>The first transaction of a ledger: its top committee, its first officer and that officer's key.</summary>
/// <param name="Committee">The top Party committee.</param>
/// <param name="Name">Commitment to the committee's name, context <c>o-…/name/1</c>.</param>
/// <param name="Officer">The first organisation officer; becomes a member record of this network.</param>
/// <param name="Key">The officer's key; the transaction carries its signature.</param>
/// <param name="Site">The first site on which passkeys sign: SHA-256 of its origin; null = none yet.</param>
public sealed record FoundNetwork(OrganizationId Committee, Hash32 Name, MemberId Officer, PublicKeyValue Key, Hash32? Site = null)
    : OrganizationsCommand, IIntroducesKey;

/// <summary>Sets up an organisation below another.</summary>
public sealed record EstablishOrganization(OrganizationId Organization, OrganizationId Higher, OrganizationKind Kind, Hash32 Name)
    : OrganizationsCommand;

/// <summary>Appoints a member to a post. Rights end with <paramref name="Until"/> (inclusive; null = until revoked).</summary>
public sealed record AppointToPost(MemberId Member, OrganizationId Organization, Post Post, DateOnly From, DateOnly? Until)
    : OrganizationsCommand;

/// <summary>Ends an appointment; the last day it holds is <paramref name="LastDay"/>.</summary>
public sealed record EndAppointment(MemberId Member, OrganizationId Organization, Post Post, DateOnly LastDay)
    : OrganizationsCommand;

/// <summary>Lets people sign with passkeys on a further page address.</summary>
/// <param name="Site">SHA-256 of the origin, for example of <c>https://mingjian.example</c>.</param>
public sealed record RegisterSite(Hash32 Site) : OrganizationsCommand;

/// <summary>Ends signing with passkeys on a page address; what was signed there stays valid.</summary>
public sealed record RemoveSite(Hash32 Site) : OrganizationsCommand;

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
