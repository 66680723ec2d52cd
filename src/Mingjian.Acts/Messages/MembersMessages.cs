using Mingjian.Contracts.Members;
using static Mingjian.Contracts.Members.MembersRejection;

namespace Mingjian.Acts.Messages;

/// <summary>Refusals of the contract <c>members</c>.</summary>
internal static class MembersMessages
{
    public static IReadOnlyList<RejectionMessage> All { get; } =
    [
        Of(Malformed, "填写的内容超出允许的范围。", "请检查人员类别、日期和人数后重新提交。"),
        Of(SignerNotAMember, "签名的密钥没有绑定到任何党员。", "请用已绑定的设备登录后再操作。"),
        Of(MembersRejection.ImportWithdrawn, "这次名册导入已经撤回，不能再继续。", "请重新上传名册，作为一次新的导入。"),
        Of(AnotherOfficersImport, "这次名册导入由另一名组织委员开始。", "请由原经办人完成，或者重新上传名册。"),
        Of(ChunkCountDiffers, "这次名册导入的分批数前后不一致。", "请重新上传名册。"),
        Of(ChunkRepeated, "名册的这一批已经导入，没有重复写入。", "无需再次提交，刷新页面即可看到结果。"),
        Of(BranchUnknown, "名册中有党员所在的党支部不存在。", "请先建立党支部，或者改正名册中的党支部名称。"),
        Of(NotABranch, "党员的组织关系只能落在党支部。", "请把党委、党总支改为具体的党支部。"),
        Of(MayNotImport, "您没有向该党支部导入党员的权限。", "请由该党支部上级的组织委员办理。"),
        Of(RowRepeated, "同一批名册中有人重复出现。", "请删除重复的行后重新上传。"),
        Of(MemberIdTaken, "党员编号已被占用。", "请重新上传名册，系统会生成新的编号。"),
        Of(IdentityTaken, "名册中有人已经在账本上。", "请重新上传名册，系统会跳过已有的人员。"),
        Of(AdmittedInFuture, "加入党组织日期在今天以后。", "请改正名册中的日期。"),
        Of(StandingDoesNotFit, "人员类别与转正日期不一致：正式党员应有转正日期，预备党员不应有。", "请改正人员类别或转正日期。"),
        Of(FullSinceOutOfRange, "转正日期早于加入党组织日期，或者在今天以后。", "请改正名册中的日期。"),
        Of(ImportUnknown, "找不到这次名册导入。", "请刷新导入记录后重新选择。"),
        Of(MayNotWithdraw, "只有原经办人或最高党委的组织委员可以撤回导入。", "请由他们办理。"),
        Of(AlreadyWithdrawn, "这次名册导入已经撤回。", "无需再次撤回。"),
        Of(ImportInUse, "名册中已有人核定党费、缴纳党费、绑定设备或担任职务，不能整体撤回。", "请对个别人员分别办理更正。"),
        Of(MemberUnknown, "找不到这名党员。", "请先导入党员名册。"),
        Of(MemberWithdrawn, "这名党员所在的名册导入已经撤回。", "请重新导入名册。"),
        Of(MayNotInvite, "您没有邀请这名党员绑定设备的权限。", "请由其所在党支部的书记或上级组织委员办理。"),
        Of(InviteeOutranksSigner, "这名党员担任的职务不在您的管理范围内。", "请由管理该职务的上级组织委员邀请。"),
        Of(ExpiryPast, "邀请码的有效期已经过去。", "请重新填写有效期。"),
        Of(ExpiryTooFar, "邀请码的有效期超过 30 天。", "请把有效期改为 30 天以内。"),
        Of(CodeRepeated, "这个邀请码已经发放过。", "请重新签发邀请。"),
        Of(CodeUnknown, "这项操作没有用邀请码签名。", "请打开党组织发给您的邀请链接办理；仍不成功，请向党组织重新索取。"),
        Of(WrongMember, "邀请码是发给另一名党员的。", "请使用发给您本人的邀请码。"),
        Of(CodeUsed, "邀请码已经用过。", "每个邀请码只能用一次，请向党组织重新索取。"),
        Of(CodeExpired, "邀请码已经过期。", "请向党组织重新索取。"),
        Of(KeyDidNotSign, "要绑定的密钥没有在这项操作上签名。", "请在本设备上重新绑定。"),
        Of(KeyTaken, "这个密钥已经绑定过，或者已经停用。", "请在本设备上生成新的密钥后再绑定。"),
        Of(TooManyKeys, "绑定的设备已达上限（5 个）。", "请先停用不再使用的设备。"),
        Of(InvitationLapsed, "邀请码已经失效：发放人或确认人不再有邀请权限、签发所用的密钥已经停用，或者您已担任其管理范围以外的职务。", "请向管理您现任职务的组织委员重新索取。"),
        Of(CodeWithdrawn, "邀请已经撤回。", "请向党组织了解原因，需要时重新索取。"),
        Of(NotConfirmed, "您已经绑定过密钥，这个邀请还没有经第二名工作人员确认。", "请与发放人联系，由另一名有邀请权限的工作人员确认后再办。"),
        Of(NotOpenYet, "邀请确认后须公示 24 小时才能使用。", "请在页面所示的时间以后再办。"),
        Of(KeyUnknown, "找不到这个密钥。", "请刷新设备列表后重新选择。"),
        Of(MayNotRevoke, "您没有停用这个密钥的权限。", "请由本人或者管理其职务的组织委员办理。"),
        Of(AlreadyRevoked, "这个密钥已经停用。", "无需再次停用。"),
        Of(InvitationUnknown, "找不到这个邀请。", "请刷新页面后重新选择。"),
        Of(MayNotWithdrawInvitation, "您没有撤回这个邀请的权限。", "请由本人、发放人或者管理本人的工作人员办理。"),
        Of(InvitationClosed, "这个邀请已经使用、撤回或者过期。", "无需再办，刷新页面即可看到现状。"),
        Of(NothingToConfirm, "这个邀请不需要确认，或者已经确认过。", "无需再次确认。"),
        Of(MayNotConfirm, "您不能确认这个邀请：发放人和本人不能确认，确认人须有邀请权限并管理本人的全部职务。", "请由另一名有权限的工作人员确认。"),
        Of(ConfirmerNotIndependent, "您与发放人之间有一人的密钥是由另一人邀请而来，不能算作两个人。", "请由密钥来源与发放人无关的另一名工作人员确认。"),
        Of(ExpiresBeforeOpening, "这个邀请在 24 小时内就要过期，确认后来不及使用。", "请重新签发有效期更长的邀请，再行确认。"),
    ];

    private static RejectionMessage Of(MembersRejection reason, string what, string mend) =>
        RejectionMessages.Of("members", reason, what, mend);
}
