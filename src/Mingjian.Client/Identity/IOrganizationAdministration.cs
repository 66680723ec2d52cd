using Mingjian.Client.Signing;
using Mingjian.Contracts.Organizations;
using Mingjian.Primitives;

namespace Mingjian.Client.Identity;

/// <summary>The tree of organisations and who holds which post, with the acts that change them.</summary>
/// <remarks>Every call asks the ledger for the right anew and throws <see cref="Session.AccessDeniedException"/> without it.</remarks>
public interface IOrganizationAdministration
{
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
