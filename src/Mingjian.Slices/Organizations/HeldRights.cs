using Microsoft.EntityFrameworkCore;
using Mingjian.Contracts;
using Mingjian.Contracts.Organizations;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Desk;

namespace Mingjian.Slices.Organizations;

/// <summary>The organisations over which one person holds which rights.</summary>
internal sealed class HeldRights(DeskReading desk, LedgerAccess access, IReadOnlyList<ProjectedOrganization> all)
{
    public static async Task<HeldRights> ReadAsync(DeskReading desk, LedgerAccess access, CancellationToken cancellationToken) =>
        new(desk, access, await desk.Context.Organizations().AsNoTracking().ToListAsync(cancellationToken));

    /// <summary>The top committee; null before the network is founded.</summary>
    public OrganizationId? Top { get; } = all.FirstOrDefault(o => o.Higher is null)?.Organization;

    /// <summary>Whether there is an organisation over which the person holds the right.</summary>
    public bool Has(Right right) => all.Any(o => Allows(right, o.Organization));

    public bool Allows(Right right, OrganizationId organization) => access.Allows(desk.User, right, organization);

    /// <summary>Branches over which the person holds the right, in the order of their founding.</summary>
    public IReadOnlyList<OrganizationId> Branches(Right right) =>
        [.. all.Where(o => o.Kind == OrganizationKind.PartyBranch && Allows(right, o.Organization)).OrderBy(o => o.Index).Select(o => o.Organization)];
}
