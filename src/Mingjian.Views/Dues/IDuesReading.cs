using Mingjian.Contracts.Kernel;
using Mingjian.Primitives;
using Mingjian.Views.Session;

namespace Mingjian.Views.Dues;

/// <summary>Lists and sums of dues, from the read models. Every call checks the rights of the signed-in person.</summary>
/// <remarks>All calls throw <see cref="AccessDeniedException"/> for whoever may not see the organisation or member in question.</remarks>
public interface IDuesReading
{
    /// <summary>Name of the lists that it reads, for <see cref="ReadModels.IReadModelProgress.For"/>.</summary>
    const string Lists = "dues";

    /// <summary>Organisations over which the person holds a right, committees first; empty when none.</summary>
    Task<IReadOnlyList<OrganizationChoice>> ListOrganizationsAsync(Right right, CancellationToken cancellationToken = default);

    Task<BranchMonth> ReadBranchAsync(OrganizationId branch, Month month, CancellationToken cancellationToken = default);

    Task<CommitteeMonth> ReadCommitteeAsync(OrganizationId committee, Month month, CancellationToken cancellationToken = default);

    /// <summary>Members of the organisation and all below it who are behind, most months first.</summary>
    Task<IReadOnlyList<ArrearsLine>> ReadArrearsAsync(OrganizationId organization, CancellationToken cancellationToken = default);

    /// <summary>The signed-in person's own dues.</summary>
    Task<MemberYear> ReadOwnAsync(int year, CancellationToken cancellationToken = default);

    /// <summary>A member's dues, for those who may view dues of the member's branch.</summary>
    Task<MemberYear> ReadMemberAsync(MemberId member, int year, CancellationToken cancellationToken = default);

    /// <summary>Reductions of the organisation and all below it: proposals first, then the newest decisions.</summary>
    Task<IReadOnlyList<ReductionView>> ReadReductionsAsync(OrganizationId organization, CancellationToken cancellationToken = default);

    /// <summary>党费收缴台账 of a branch's year. Never holds a wage base, a class or a standard.</summary>
    Task<ExportFile> ExportBranchAsync(OrganizationId branch, int year, CancellationToken cancellationToken = default);

    /// <summary>党费收缴台账 of a committee's year: a sheet of sums and one for each branch. Never holds a wage base, a class or a standard.</summary>
    Task<ExportFile> ExportCommitteeAsync(OrganizationId committee, int year, CancellationToken cancellationToken = default);
}
