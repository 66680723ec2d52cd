using System.Globalization;
using Mingjian.Contracts.Nodes;
using Mingjian.Primitives;

namespace Mingjian.Acts.Signing;

/// <summary>What organisations sign in matters of the network, in plain Chinese.</summary>
internal static class NodesSummaries
{
    public static ActSummary Describe(string name, NodesCommand command, DisplayNames names) => command switch
    {
        FoundNodes c => new(name, "签署共建共治协议（创始）",
            [new("协议文本指纹", c.Charter.ToString()), new("规则版本", $"第 {Number(c.Protocol)} 版"), .. DescribeList(c.Nodes, names)],
            "签名即代表本单位同意协议文本和名单；它写在账本开头，不能更改。"),
        ChangeNodes c => new(name, "变更协议或节点名单",
            [new("协议文本指纹", c.Charter.ToString()), .. DescribeList(c.Nodes, names)],
            "生效后以这份名单为准：不在名单上的节点不再参与确认，密钥有变动的换用新密钥。新加入的单位签名即代表同意协议文本。"),
        ActivateProtocol c => new(name, "启用新版规则",
            [new("规则版本", $"第 {Number(c.Version)} 版"), new("生效区块", $"从第 {Number(c.From)} 个区块起")],
            "签名即代表本单位同意：从那个区块起按新版规则记账。各单位的节点要在那之前装好支持新版规则的程序；没有升级的节点会停在那之前，升级后自动补齐。"),
        RestartHeight c => new(name, "重启停住的区块",
        [
            new("区块高度", Number(c.Height)),
            new("新的轮次", Number(c.Epoch)),
            new("跳过的批次", c.Skip.Count == 0 ? "无（重新投票）" : string.Join("、", c.Skip.Select(Number))),
            .. c.Statements.Select(s => new SummaryFact($"节点 {Number(s.Node)}", s.Root is { } root ? $"投票给 {root}" : "没有投票")),
        ],
        "签名即代表本单位保证：本单位的节点已经停止投票，所投的票与上面所写完全一致。"),
        _ => throw new NotSupportedException($"不认识的事项 {name}：程序版本过旧，为安全起见不予签名。"),
    };

    private static IEnumerable<SummaryFact> DescribeList(IReadOnlyList<Seat> seats, DisplayNames names)
    {
        yield return new("节点数", $"{Number(seats.Count)} 个，{Number(NodeSet.QuorumOf(seats.Count))} 个确认即生效");
        yield return new("名单指纹（节点、单位和各方密钥）", NodeSet.IsValid(seats) ? new NodeSet(seats).Hash.ToString() : "名单不合规定，账本会拒绝");
        foreach (var seat in seats)
        {
            var (node, label) = (seat.Node, $"节点 {Number(seat.Node.Number)}");
            yield return new(label, $"{names.Of(seat.Organization)}，单位密钥 {seat.OrganizationKey.Id}");
            yield return new($"{label}的密钥", $"投票 {node.VoteKey}，账本 {node.LogKey}，批次 {node.BatchKey}");
        }
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
