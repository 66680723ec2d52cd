using System.Globalization;
using Mingjian.Client.Networks;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Client.Receipts;

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
        var result = network.Policy.Check(note, refuseUnknown: true);
        var nodes = result.Cosignatures.Select(c => c.Node.Name).ToList();
        var size = result.Checkpoint?.Size ?? 0;
        var root = result.Checkpoint?.Root.ToString() ?? string.Empty;
        if (result.Fault != CheckpointFault.None)
        {
            return new(false, size, root, nodes, TextOf(result.Fault), $"{result.Fault}; {nodes.Count} of {network.Policy.Quorum} cosignatures");
        }

        var earliest = LedgerTime.From(DateTimeOffset.FromUnixTimeSeconds(Math.Min(result.Cosignatures.Min(c => c.Time), 253402300799)));
        return new(
            true, size, root, nodes,
            string.Create(
                CultureInfo.InvariantCulture,
                $"账本摘要有账本签名，并有 {nodes.Count} 个节点联名确认（共 {network.File.Nodes.Count} 个，至少 {network.Policy.Quorum} 个），最早于{Terms.Of(earliest)}。"),
            string.Create(CultureInfo.InvariantCulture, $"origin {network.Network}, size {size}, root {root}, {string.Join(", ", nodes)}"));
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
