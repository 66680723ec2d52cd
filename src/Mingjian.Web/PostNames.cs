using Mingjian.Contracts.Organizations;

namespace Mingjian.Web;

/// <summary>Posts in words.</summary>
public static class PostNames
{
    public static string Of(Post post) => post switch
    {
        Post.OrganizationOfficer => "组织委员",
        Post.BranchSecretary => "支部书记",
        Post.DuesCollector => "党费收缴人",
        Post.Auditor => "审计（纪检）",
        _ => throw new ArgumentOutOfRangeException(nameof(post), post, "An unknown post."),
    };
}
