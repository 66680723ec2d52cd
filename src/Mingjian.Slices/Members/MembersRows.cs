using Mingjian.Contracts.Members;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Projections;

namespace Mingjian.Slices.Members;

/// <summary>A person as the ledger knows him or her; names come from the vault.</summary>
public sealed record ProjectedMember : SignedRow
{
    public MemberId Member { get; init; }

    public OrganizationId Branch { get; init; }

    public MemberStanding Standing { get; init; }

    /// <summary>Day the branch meeting adopted the admission.</summary>
    public DateOnly Admitted { get; init; }

    /// <summary>Null for probationers.</summary>
    public DateOnly? FullSince { get; init; }

    /// <summary>Null for the founding officer.</summary>
    public ImportId? Import { get; init; }
}

/// <summary>The tables of the slice.</summary>
internal static class MembersTables
{
    public static IQueryable<ProjectedMember> Members(this ReadModelContext context) => context.Set<ProjectedMember>();
}
