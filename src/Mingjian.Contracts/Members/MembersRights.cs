using Mingjian.Contracts.Organizations;
using static Mingjian.Contracts.Organizations.Holders;

namespace Mingjian.Contracts.Members;

/// <summary>The rights of <c>members</c>.</summary>
public static class MembersRights
{
    public static RightGrant ImportMembers { get; } = new(Right.ImportMembers, 1, Officer);

    public static RightGrant WithdrawImport { get; } = new(Right.WithdrawImport, 1, Officer);

    public static RightGrant IssueInvitation { get; } = new(Right.IssueInvitation, 1, Officer, Secretary);

    public static RightGrant RevokeKey { get; } = new(Right.RevokeKey, 1, Officer);

    public static RightGrant ViewMembers { get; } = new(Right.ViewMembers, 1, Officer, Secretary, Collector, Auditor);

    public static IReadOnlyList<RightGrant> All { get; } = [ImportMembers, WithdrawImport, IssueInvitation, RevokeKey, ViewMembers];
}
