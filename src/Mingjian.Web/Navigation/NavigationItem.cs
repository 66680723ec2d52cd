using Mingjian.Contracts.Kernel;
using Mingjian.Views.Session;

namespace Mingjian.Web.Navigation;

/// <summary>One entry of a menu.</summary>
/// <param name="Title">Two to six characters.</param>
/// <param name="Href">Absolute path.</param>
/// <param name="Group">Heading in the staff menu; unused in the member's.</param>
/// <param name="Rights">Whoever holds one of them anywhere sees it; none = everybody. Seeing is not permission: the page has its own policy.</param>
public sealed record NavigationItem(string Title, string Href, string Group, params IReadOnlyList<Right> Rights)
{
    public bool IsFor(CurrentUser user) => Rights.Count == 0 || Rights.Any(user.Holds);
}

/// <summary>The menus, one line an entry; every slice adds its own.</summary>
public static class Menus
{
    /// <summary>The bar below (on phones) or above (wide) of member pages; at most five.</summary>
    public static IReadOnlyList<NavigationItem> Member { get; } =
    [
        new("我的", "/", ""),
        new("党费", "/my/dues", ""),
        new("核验", "/verify", ""),
        new("密钥", "/my/keys", ""),
    ];

    /// <summary>The side menu of staff pages.</summary>
    public static IReadOnlyList<NavigationItem> Staff { get; } =
    [
        new("工作台", "/staff", "工作", Right.ViewMembers),
        new("党员名册", "/staff/members", "名册", Right.ViewMembers),
        new("名册导入", "/staff/import", "名册", Right.ImportMembers),
        new("邀请", "/staff/invitations", "名册", Right.IssueInvitation),
        new("组织与任职", "/staff/organizations", "名册", Right.AppointToPost),
        new("支部收缴", "/staff/dues/branch", "党费", Right.ViewDues),
        new("欠缴名单", "/staff/dues/arrears", "党费", Right.ViewDues),
        new("党委汇总", "/staff/dues/committee", "党费", Right.ViewAudit),
        new("党费核定", "/staff/dues/assessment", "党费", Right.AssessDues),
        new("基数变更", "/staff/dues/standards", "党费", Right.SetStandards),
        new("减免审批", "/staff/dues/reductions", "党费", Right.ViewDues),
        new("待会签", "/staff/dues/pending", "党费", Right.ConsentForBranch, Right.ConsentForCommittee),
        new("党费设置", "/staff/dues/policy", "党费", Right.ViewAudit),
        new("账本浏览", "/explorer", "账本"),
        new("核验凭证", "/verify", "账本"),
        new("数据核对", "/staff/check", "账本", Right.ViewAudit),
        new("网络状态", "/staff/network", "账本", Right.ViewAudit),
        new("我的党费", "/my/dues", "本人"),
        new("我的密钥", "/my/keys", "本人"),
    ];
}
