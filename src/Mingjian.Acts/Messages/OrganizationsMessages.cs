using Mingjian.Contracts.Organizations;
using static Mingjian.Contracts.Organizations.OrganizationsRejection;

namespace Mingjian.Acts.Messages;

/// <summary>Refusals of the contract <c>organizations</c>.</summary>
internal static class OrganizationsMessages
{
    public static IReadOnlyList<RejectionMessage> All { get; } =
    [
        Of(Malformed, "填写的内容超出允许的范围。", "请检查类别、职务和日期后重新提交。"),
        Of(SignerNotAMember, "签名的密钥没有绑定到任何党员。", "请用已绑定的设备登录后再操作。"),
        Of(AlreadyFounded, "账本已经建立，不能再次建立。", "请直接登录使用；需要新账本时请另建网络。"),
        Of(KeyDidNotSign, "登记的密钥没有在这项操作上签名。", "请用要登记的设备重新签名。"),
        Of(AgreementMissing, "各单位还没有签署共建共治协议，不能启用。", "请先由各单位签署并提交创始协议，再启用。"),
        Of(NotTheFirstNode, "多单位账本由协议名单上第一个单位的节点启用。", "请在名单上第一个单位的服务器上打开启用页面办理。"),
        Of(HigherUnknown, "找不到上级党组织。", "请先建立上级党组织，或者重新选择。"),
        Of(MayNotEstablish, "您没有在该上级党组织之下建立组织的权限。", "请由上级党组织的组织委员办理。"),
        Of(OrganizationExists, "这个党组织已经存在。", "无需重复建立，请刷新组织列表。"),
        Of(KindDoesNotFit, "组织类别与上级不相称：党支部之下不设组织，党总支之下只设党支部。", "请重新选择上级党组织或组织类别。"),
        Of(TooDeep, "组织层级过深。", "请设在更高一级的党组织之下。"),
        Of(OrganizationUnknown, "找不到这个党组织。", "请刷新组织列表后重新选择。"),
        Of(MayNotAppoint, "您没有任免该组织职务的权限。", "请由上一级党组织的组织委员办理。"),
        Of(MemberUnknown, "找不到这名党员。", "请先导入党员名册，再任命职务。"),
        Of(MemberWithdrawn, "这名党员所在的名册导入已经撤回。", "请重新导入名册后再任命。"),
        Of(PostDoesNotFit, "职务与组织类别不相称：支部书记、党费收缴人设在党支部，组织委员设在党委或党总支。", "请重新选择职务或党组织。"),
        Of(TermHasEnded, "任期截止日早于开始日，或者已经过去。", "请改正任期的起止日期。"),
        Of(TermTooFarAhead, "任期开始日在一年以后。", "请在临近任职时再任命。"),
        Of(AlreadyAppointed, "该党员在这段时间里已经担任此职务。", "无需重复任命；需要改变任期时，请先结束原任期。"),
        Of(TooManyPosts, "该党员现任职务已达上限（16 个）。", "请先结束不再担任的职务。"),
        Of(NotAppointed, "该党员现在没有担任这个职务。", "请刷新页面，核对党员、组织和职务。"),
        Of(LastDayPast, "任职截止日早于昨天；任期内已经签署的事项保持有效，不能追溯免职。", "请把截止日改为昨天或以后。"),
        Of(EndsNoEarlier, "截止日不早于原定的任期截止日。", "原任期会按时结束，无需办理；要提前结束请填写更早的日期。"),
        Of(OwnPost, "不能免去自己的职务。", "请由另一名组织委员或上级党组织办理。"),
        Of(MayNotManageSites, "您没有登记或取消网址的权限。", "请由最高一级党委的组织委员办理。"),
        Of(AlreadyRegistered, "这个网址已经登记。", "无需重复登记，刷新页面即可。"),
        Of(TooManySites, "登记的网址已达上限（64 个）。", "请先取消不再使用的网址。"),
        Of(SiteUnknown, "这个网址没有登记。", "请刷新页面，核对登记的网址。"),
    ];

    private static RejectionMessage Of(OrganizationsRejection reason, string what, string mend) =>
        RejectionMessages.Of("organizations", reason, what, mend);
}
