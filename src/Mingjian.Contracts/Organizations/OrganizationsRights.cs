using static Mingjian.Contracts.Organizations.Holders;

namespace Mingjian.Contracts.Organizations;

/// <summary>The rights of <c>organizations</c>, and what belongs to no slice alone.</summary>
public static class OrganizationsRights
{
    public static RightGrant EstablishOrganization { get; } = new(Right.EstablishOrganization, 1, Officer);

    public static RightGrant AppointToPost { get; } = new(Right.AppointToPost, 1, Officer);

    public static RightGrant ViewAudit { get; } = new(Right.ViewAudit, 1, Officer, Auditor);

    public static RightGrant ManageSites { get; } = new(Right.ManageSites, 1, Officer);

    public static IReadOnlyList<RightGrant> All { get; } = [EstablishOrganization, AppointToPost, ViewAudit, ManageSites];
}
