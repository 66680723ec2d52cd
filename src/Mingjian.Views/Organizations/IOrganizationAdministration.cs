using Mingjian.Acts.Signing;
using Mingjian.Contracts.Organizations;
using Mingjian.Primitives;

namespace Mingjian.Views.Organizations;

/// <summary>The tree of organisations and who holds which post, with the acts that change them.</summary>
/// <remarks>Every call asks the ledger for the right anew and throws <see cref="Session.AccessDeniedException"/> without it.</remarks>
public interface IOrganizationAdministration
{
    /// <summary>Name of the lists that it reads, for <see cref="ReadModels.IReadModelProgress.For"/>.</summary>
    const string Lists = "organizations";

    /// <summary>Organisations that the signed-in person may look after, higher ones first, each followed by those below it.</summary>
    Task<IReadOnlyList<OrganizationView>> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>Keeps the name in the vault and returns the act that sets the organisation up.</summary>
    /// <param name="name">1 to 60 characters.</param>
    Task<ActsToSign> EstablishAsync(
        OrganizationId higher, OrganizationKind kind, string name, CancellationToken cancellationToken = default);

    /// <param name="until">Last day; null = until ended.</param>
    Task<ActsToSign> AppointAsync(
        MemberId member, OrganizationId organization, Post post, DateOnly from, DateOnly? until, CancellationToken cancellationToken = default);

    Task<ActsToSign> EndAsync(
        MemberId member, OrganizationId organization, Post post, DateOnly lastDay, CancellationToken cancellationToken = default);

    /// <summary>The page addresses on which passkeys sign; null for whoever may not change them.</summary>
    /// <param name="present">Origin of the page that asks.</param>
    Task<SitesView?> ReadSitesAsync(string present, CancellationToken cancellationToken = default);

    /// <param name="origin">As browsers write it, for example <c>https://mingjian.example</c>; a final slash is dropped.</param>
    /// <exception cref="ArgumentException">Not such an address; the message is for people.</exception>
    Task<ActsToSign> RegisterSiteAsync(string origin, CancellationToken cancellationToken = default);

    Task<ActsToSign> RemoveSiteAsync(Hash32 site, CancellationToken cancellationToken = default);
}

/// <summary>The page addresses on which passkeys sign.</summary>
/// <param name="Present">The origin of the page that asks.</param>
/// <param name="State">How it stands.</param>
public sealed record SitesView(IReadOnlyList<SiteView> Sites, string Present, SiteState State);

/// <param name="Hash">All that the ledger knows.</param>
/// <param name="Address">The address that hashes to it, when this server knows it: the page's own, or one from its settings; else null.</param>
public sealed record SiteView(Hash32 Hash, string? Address);

/// <summary>Whether passkeys sign on a page.</summary>
public enum SiteState
{
    /// <summary>A page of the user's own machine: no registration is needed.</summary>
    Local = 1,

    Registered = 2,

    NotRegistered = 3,

    /// <summary>No <c>https</c> address with a host name: browsers have no passkeys there.</summary>
    Impossible = 4,
}

/// <summary>An organisation with its posts.</summary>
/// <param name="Depth">0 for the highest shown.</param>
/// <param name="Posts">Current and coming ones, by first day.</param>
public sealed record OrganizationView(
    OrganizationId Organization, string Name, OrganizationKind Kind, int Depth, long Height, long Index, IReadOnlyList<PostView> Posts);

/// <summary>An appointment.</summary>
/// <param name="Signer">Who appointed.</param>
public sealed record PostView(
    MemberId Member, string Name, Post Post, DateOnly From, DateOnly? Until, string Signer, long Height, long Index);
