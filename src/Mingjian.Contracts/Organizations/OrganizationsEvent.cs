using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Organizations;

/// <summary>Events of the contract <c>organizations</c>; stored for ever, fields are added, never renamed.</summary>
public abstract record OrganizationsEvent : IEvent;

/// <summary>The ledger begins: the top committee, its first officer (a member record and an appointment) and the officer's key.</summary>
/// <param name="Site">The first site; null = none yet.</param>
public sealed record NetworkFounded(OrganizationId Committee, Hash32 Name, MemberId Officer, PublicKeyValue Key, Hash32? Site = null) : OrganizationsEvent;

/// <param name="By">The officer who signed.</param>
public sealed record OrganizationEstablished(
    OrganizationId Organization, OrganizationId Higher, OrganizationKind Kind, Hash32 Name, MemberId By) : OrganizationsEvent;

/// <param name="Until">Last day, inclusive; null = until ended.</param>
/// <param name="By">The officer who signed.</param>
public sealed record MemberAppointed(
    MemberId Member, OrganizationId Organization, Post Post, DateOnly From, DateOnly? Until, MemberId By) : OrganizationsEvent;

/// <param name="LastDay">Last day the appointment holds.</param>
/// <param name="By">The officer who signed.</param>
public sealed record AppointmentEnded(MemberId Member, OrganizationId Organization, Post Post, DateOnly LastDay, MemberId By)
    : OrganizationsEvent;

/// <param name="Site">SHA-256 of the origin.</param>
/// <param name="By">The officer who signed.</param>
public sealed record SiteRegistered(Hash32 Site, MemberId By) : OrganizationsEvent;

/// <param name="Site">SHA-256 of the origin.</param>
/// <param name="By">The officer who signed.</param>
public sealed record SiteRemoved(Hash32 Site, MemberId By) : OrganizationsEvent;
