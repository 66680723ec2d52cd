namespace Mingjian.Contracts.Organizations;

/// <summary>The posts as holders of rights, each with the reach that it has for every right: an office has one extent.</summary>
internal static class Holders
{
    public static RightHolder Officer { get; } = new(Post.OrganizationOfficer, Reach.Below);

    public static RightHolder Secretary { get; } = new(Post.BranchSecretary, Reach.Own);

    public static RightHolder Collector { get; } = new(Post.DuesCollector, Reach.Own);

    public static RightHolder Auditor { get; } = new(Post.Auditor, Reach.Below);
}
