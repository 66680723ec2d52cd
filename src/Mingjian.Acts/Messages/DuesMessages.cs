using Mingjian.Contracts.Dues;
using static Mingjian.Contracts.Dues.DuesRejection;

namespace Mingjian.Acts.Messages;

/// <summary>Refusals of the contract <c>dues</c>.</summary>
internal static class DuesMessages
{
    public static IReadOnlyList<RejectionMessage> All { get; } =
    [
        Of(Malformed, "填写的内容超出允许的范围。", "请检查金额、月份、日期和条数后重新提交。"),
        Of(SignerNotAMember, "签名的密钥没有绑定到任何党员。", "请用已绑定的设备登录后再操作。"),
        Of(OrganizationUnknown, "找不到这个党组织。", "请刷新组织列表后重新选择。"),
        Of(MemberUnknown, "找不到这名党员。", "请先导入党员名册。"),
        Of(MemberWithdrawn, "这名党员所在的名册导入已经撤回。", "请重新导入名册。"),
        Of(NotInBranch, "这名党员的组织关系不在该党支部。", "请在其组织关系所在的党支部办理。"),
        Of(NotEntitled, "您的职务不能在该组织办理这项操作。", "请由有权限的人员办理，或者核对任期是否已满。"),
        Of(Repeated, "同一党员或同一月份重复出现。", "请删除重复的一项后重新提交。"),
        Of(NoRuleInForce, "所填日期早于 2008 年 4 月 1 日，现行党费规定尚未施行。", "请改正月份或日期。"),
        Of(BeforeAdmission, "月份早于支部大会通过其为预备党员的当月，不应缴纳党费（规定第八条）。", "请从支部大会通过的当月开始。"),
        Of(TooFarBack, "月份在 60 个月以前。", "请核对月份；确需办理的，请联系上级党委。"),
        Of(TooFarAhead, "月份在 3 个月以后。", "请临近时再办理。"),
        Of(BaseMissing, "该类别须有计算基数，却没有基数凭证。", "请录入基数后重新提交。"),
        Of(BaseNotExpected, "该类别按固定金额缴纳，不应有计算基数。", "请核对人员类别，或者去掉基数。"),
        Of(AmountImpossible, "按该类别的缴纳比例，任何基数都算不出这个金额（规定第二条至第六条）。", "请核对人员类别和基数，由系统重新计算。"),
        Of(StandardOutOfOrder, "该党员已有更晚月份起执行的标准。", "请从最近一次标准的起始月份或以后开始。"),
        Of(StandardMonthAssessed, "起始月份的党费已经核定。", "请从尚未核定的月份开始。"),
        Of(FixedForYear, "本组织按年固定党费标准，年度中间不变。", "请从次年一月开始；人员类别变化的不受此限。"),
        Of(NoStandard, "该党员在这个月没有党费标准。", "请先核定党费标准。"),
        Of(AlreadyAssessed, "该党员这个月的党费已经核定。", "无需重复核定。"),
        Of(ReductionPeriod, "减免的起止月份不正确，或者超过 12 个月。", "请改正起止月份；期满后可以再次申请。"),
        Of(NotAReduction, "减免后的金额不低于现行标准。", "请填写低于现行标准的金额；免交填 0.00。"),
        Of(ReductionMonthAssessed, "减免期内有月份的党费已经核定。", "请从尚未核定的月份开始。"),
        Of(ReductionOverlaps, "减免期与另一项减免重叠。", "请核对已有的减免，调整起止月份。"),
        Of(ReductionNotProposed, "没有从这个月开始的待审批减免。", "请刷新审批列表后重新选择。"),
        Of(ReductionNeedsAnotherPerson, "减免不能由提出人或本人审批（规定第七条）。", "请由上一级党委的另一名组织委员审批。"),
        Of(ReductionNotIndependent, "提出人与审批人之间有一人的密钥是由另一人邀请而来，不能算作两个人。", "请由密钥来源与提出人无关的另一名组织委员审批。"),
        Of(PayrollDeduction, "不得从工资中扣缴党费（规定第十四条）。", "请由党员本人主动缴纳后再登记。"),
        Of(OrganizationFunds, "党组织不得垫交党费（规定第十四条）。", "请由党员本人主动缴纳后再登记。"),
        Of(PaymentExists, "这笔缴纳已经记入账本，没有重复记账。", "无需再次提交，刷新页面即可看到结果。"),
        Of(PaidInFuture, "缴纳日期在今天以后。", "请填写实际收款的日期。"),
        Of(PaidBeforeAdmission, "缴纳日期早于加入党组织的日期。", "请核对缴纳日期和党员。"),
        Of(NotAssessed, "所交月份的党费尚未核定。", "请先核定该月党费，再登记缴纳。"),
        Of(OrdinaryCoversTwoMonths, "按月缴纳只能交本月或上月的党费（规定第九条）。", "补交以前月份请选择“补交”，按季缴纳请选择“按季”，均须支部书记签名同意。"),
        Of(OutsideQuarter, "按季缴纳只能交收款日所在季度的月份（规定第十二条）。", "请调整月份，或者改为补交。"),
        Of(MonthAhead, "补交不能包含以后的月份。", "请去掉尚未到的月份。"),
        Of(BackPaymentTooLong, "补交一般不超过 6 个月（规定第十二条）。", "请改为“长期补交”，由支部书记和上级党委组织委员共同签名。"),
        Of(BranchConsentMissing, "按季缴纳、补交、委托他人代交须经党支部同意（规定第十二条），缺少支部书记的签名。", "请支部书记一并签名后提交。"),
        Of(CommitteeConsentMissing, "补交超过 6 个月，还缺少上级党委组织委员的签名。", "请上级党委的组织委员（与支部书记不是同一人）一并签名后提交。"),
        Of(Overpaid, "金额超过该月尚应缴纳的数额。", "多出的部分如属自愿多交，请另行登记“自愿多交”。"),
        Of(TooManyPayments, "该月分次缴纳已达上限（16 次）。", "请核对并冲正错误的记录。"),
        Of(ConsentsNotIndependent, "支部与上级党委的两个签名人之间，有一人的密钥是由另一人邀请而来，不能算作两个人。", "请由密钥来源与支部书记无关的另一名组织委员会签。"),
        Of(PaymentUnknown, "找不到这笔缴纳。", "请刷新页面后重新选择。"),
        Of(MayNotReverse, "您没有冲正这笔缴纳的权限。", "请由该党支部的收缴人、书记或上级组织委员办理。"),
        Of(AlreadyReversed, "这笔缴纳已经冲正。", "无需再次冲正；需要重新登记请另记一笔。"),
        Of(NotOwnPayment, "只能确认本人的缴纳记录，或对它提出异议。", "请用本人的设备登录后操作。"),
        Of(DuesRejection.PaymentReversed, "这笔缴纳已经冲正，无需再确认或提出异议。", "请查看更正后的记录。"),
        Of(AlreadyConfirmed, "您已经确认过这笔缴纳。", "无需再次确认；如有异议可以提出。"),
        Of(AlreadyDisputed, "您已经对这笔缴纳提出异议。", "请等待党支部处理；如已解决，请撤回异议。"),
        Of(NotDisputed, "这笔缴纳没有异议。", "请刷新页面，查看现在的状态。"),
        Of(OwnDispute, "不能答复本人提出的异议。", "请由支部书记或者另一名收缴人答复。"),
        Of(AlreadyAnswered, "这项异议已经答复，本人还没有表示保留异议。", "请等本人回应；登记有误的请直接冲正。"),
        Of(NotAnswered, "支部还没有答复这项异议。", "请等支部核对后答复；不再有异议时可以撤回。"),
        Of(AlreadyReplied, "您已经回应过这次答复。", "保留异议的，请等支部再次答复。"),
    ];

    private static RejectionMessage Of(DuesRejection reason, string what, string mend) =>
        RejectionMessages.Of("dues", reason, what, mend);
}
