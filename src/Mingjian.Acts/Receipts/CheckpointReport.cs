using System.Globalization;
using Mingjian.Acts.Networks;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Acts.Receipts;

/// <summary>The outcome of checking a checkpoint note.</summary>
/// <param name="Ok">Signed by the log and by a quorum, and by nobody unknown.</param>
/// <param name="Size">Entries in the log; 0 when unreadable.</param>
/// <param name="Root">Base64; empty when unreadable.</param>
/// <param name="Nodes">Names of the nodes whose cosignatures hold.</param>
/// <param name="Explanation">Plain Chinese.</param>
/// <param name="Detail">For engineers.</param>
public sealed record CheckpointReport(bool Ok, long Size, string Root, IReadOnlyList<string> Nodes, string Explanation, string? Detail)
{
    /// <summary>Checks a note's text. Never throws for any text.</summary>
    public static CheckpointReport Of(string note, TrustedNetwork network)
    {
        var fault = SignedNote.TryParse(note, out var parsed);
        return parsed is null ? new(false, 0, string.Empty, [], TextOf(CheckpointFault.Note), fault.ToString()) : Of(parsed, network);
    }

    internal static CheckpointReport Of(SignedNote note, TrustedNetwork network)
    {
        var era = network.At(Checkpoint.Parse(note.Text)?.Size ?? 0);
        var result = era.Policy.Check(note, refuseUnknown: true);
        var nodes = result.Cosignatures.Select(c => c.Node.Name).ToList();
        var size = result.Checkpoint?.Size ?? 0;
        var root = result.Checkpoint?.Root.ToString() ?? string.Empty;
        if (result.Fault != CheckpointFault.None)
        {
            return new(
                false, size, root, nodes, TextOf(result.Fault) + HintOf(result.Fault, size, era, network),
                string.Create(CultureInfo.InvariantCulture, $"{result.Fault}; {nodes.Count} of {era.Policy.Quorum} cosignatures; nodes from block {era.FromHeight}"));
        }

        var anchor = network.File.Anchor;
        if (anchor.Root is { } known && size == anchor.Size && result.Checkpoint!.Root != known)
        {
            return new(false, size, root, nodes, "账本摘要与网络文件里的账本不一致：同一个账本出现了两份内容，请保留这份凭证并报告。", $"anchor root {known}");
        }

        var earliest = LedgerTime.From(DateTimeOffset.FromUnixTimeSeconds(Math.Min(result.Cosignatures.Min(c => c.Time), 253402300799)));
        return new(
            true, size, root, nodes,
            string.Create(
                CultureInfo.InvariantCulture,
                $"账本摘要有账本签名，并有 {nodes.Count} 个节点联名确认（共 {era.Nodes.Nodes.Count} 个，至少 {era.Policy.Quorum} 个），最早于{Terms.Of(earliest)}。依据：{network.Basis}。"),
            string.Create(CultureInfo.InvariantCulture, $"origin {network.Network}, size {size}, root {root}, {string.Join(", ", nodes)}"));
    }

    /// <summary>What to do when the signers may be nodes that the verifier does not know.</summary>
    private static string HintOf(CheckpointFault fault, long size, NodeEra era, TrustedNetwork network)
    {
        if (fault is not (CheckpointFault.LogSignature or CheckpointFault.Quorum or CheckpointFault.UnknownSigner))
        {
            return string.Empty;
        }

        var anchor = network.File.Anchor;
        if (size <= anchor.Size)
        {
            return $"它早于网络文件的起始区块（{Terms.Of(anchor.Time)}）：如果节点名单在那之前变更过，请重新开具凭证，或者使用更早的网络文件。";
        }

        if (era != network.Eras[^1])
        {
            return "签名的节点当时不在名单里。";
        }

        return network.Eras.Count == 1
            ? "如果节点名单后来变更过，请向任何一个节点取得名单变更记录（地址 /ledger/nodes），与网络文件一起核验。"
            : "如果节点名单又变更过，请重新取得名单变更记录（地址 /ledger/nodes）。";
    }

    private static string TextOf(CheckpointFault fault) => fault switch
    {
        CheckpointFault.Origin => "账本摘要属于另一个账本。",
        CheckpointFault.Signature => "账本摘要的一个签名无效：摘要被改动过，或者网络文件不对。",
        CheckpointFault.Duplicate => "账本摘要里有重复的签名。",
        CheckpointFault.LogSignature => "账本摘要没有这个网络的账本签名。",
        CheckpointFault.Quorum => "确认账本的节点不够多，还不能算已确认。",
        CheckpointFault.UnknownSigner => "账本摘要里有网络文件之外的签名。",
        _ => "账本摘要格式不对。",
    };
}
