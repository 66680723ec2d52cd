using Mingjian.Contracts.Organizations;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Projections;

namespace Mingjian.Slices.Organizations;

/// <summary>A Party organisation.</summary>
public sealed record ProjectedOrganization : SignedRow
{
    public OrganizationId Organization { get; init; }

    /// <summary>Null for the top committee.</summary>
    public OrganizationId? Higher { get; init; }

    public OrganizationKind Kind { get; init; }
}

/// <summary>One appointment.</summary>
public sealed record ProjectedPost : SignedRow
{
    public MemberId Member { get; init; }

    public OrganizationId Organization { get; init; }

    public Post Post { get; init; }

    public DateOnly From { get; init; }

    /// <summary>Last day; null = until ended.</summary>
    public DateOnly? Until { get; init; }
}

/// <summary>The tables of the slice.</summary>
internal static class OrganizationsTables
{
    public static IQueryable<ProjectedOrganization> Organizations(this ReadModelContext context) => context.Set<ProjectedOrganization>();

    public static IQueryable<ProjectedPost> Posts(this ReadModelContext context) => context.Set<ProjectedPost>();
}
