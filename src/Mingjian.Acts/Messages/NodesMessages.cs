using Mingjian.Contracts.Nodes;
using static Mingjian.Contracts.Nodes.NodesRejection;

namespace Mingjian.Acts.Messages;

/// <summary>Refusals of the contract <c>nodes</c>.</summary>
internal static class NodesMessages
{
    public static IReadOnlyList<RejectionMessage> All { get; } =
    [
        Of(Malformed, "节点名单或填写的内容不符合要求。", "请检查：节点 1 至 31 个，编号从小到大，单位和各把密钥都不重复，单位密钥为 es256。"),
        Of(AlreadyFounded, "共建共治协议已经签署。", "无需再次签署；变更名单请用“变更节点名单”。"),
        Of(NotTheFoundingNodes, "名单与各节点配置的创始名单不一致（节点、单位、各方密钥须全部相同）。", "请核对各节点的网络文件，编号应为 1 至 n；单节点账本没有创始单位，不能签署协议。"),
        Of(FounderDidNotSign, "有创始单位还没有签名。", "请收齐所有创始单位的签名后重新提交。"),
        Of(NotFounded, "这个账本建立时没有签署共建共治协议。", "单节点账本不能变更节点名单；需要多单位共建时请另建网络。"),
        Of(QuorumMissing, "签名的单位不够多。", "需要现有单位的三分之二以上（2n/3 取整再加 1）签名，请补齐后重新提交。"),
        Of(ChangePending, "上一次变更还没有生效。", "请等两个区块之后再提交。"),
        Of(NothingChanges, "协议和名单都没有变化。", "无需提交。"),
        Of(NumberNotNext, "新节点的编号不对。", "新节点依次使用从未用过的下一个编号，退出节点的编号不再使用。"),
        Of(NumberOfAnother, "这个节点编号属于另一个单位。", "编号不能转给别的单位：请让原单位的节点退出，新单位使用新编号。"),
        Of(TooManyDiffer, "一次变更的节点太多。", "每次最多变更（n-1）/3 个节点，至少可变更 1 个，请分几次办理。"),
        Of(NodeKeyUsed, "有节点密钥以前用过。", "请为节点生成全新的密钥。"),
        Of(OrganizationKeyTaken, "单位密钥已经属于别的单位或者党员。", "请为该单位生成新的密钥。"),
        Of(NewcomerDidNotSign, "新加入或有变动的单位没有签名。", "请由该单位用名单里的单位密钥签名：签署协议之后节点才算数。"),
        Of(EpochNotNext, "轮次不对。", "请刷新网络状态，使用当前轮次的下一轮。"),
        Of(WrongHeight, "重启的区块高度不对。", "请刷新网络状态，核对停住的高度。"),
        Of(StatementNotSigned, "有节点的陈述没有所属单位的签名。", "请由该节点的单位核对陈述并签名，或者去掉这条陈述。"),
        Of(TooFewStatements, "陈述的节点不够多。", "需要三分之二以上（2n/3 取整再加 1）的节点停止投票并导出陈述。"),
        Of(MayBeFinal, "有些节点投过票的结果可能已经确认，不能跳过。", "请不跳过任何内容重新投票；确实要跳过，需要全部单位陈述并签名。"),
        Of(ProtocolNotNewer, "这一版规则不比现行的新。", "请核对要启用的规则版本；现行版本见“网络状态”。"),
        Of(ProtocolFromOutOfRange, "生效的区块太近或者太远。", "请写至少两个区块以后、一百万个区块以内的高度，留足签名和升级的时间。"),
        Of(ProtocolChangeImminent, "上一次决定在下一个区块就要生效，已经不能改动。", "等它生效以后，再决定启用更新的版本。"),
        Of(TooFewNodesCarry, "支持这一版规则的节点不够多数。", "请先让多数单位给节点装好新版本的程序；节点启动后会自己在账本上说明，“网络状态”页可以看到。"),
    ];

    private static RejectionMessage Of(NodesRejection reason, string what, string mend) => RejectionMessages.Of("nodes", reason, what, mend);
}
