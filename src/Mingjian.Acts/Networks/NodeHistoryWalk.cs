using System.Globalization;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Primitives;

namespace Mingjian.Acts.Networks;

/// <summary>Follows changes one by one; each is believed because the nodes before it signed it.</summary>
internal sealed class NodeHistoryWalk(TrustedNetwork start)
{
    private readonly List<NodeEra> _eras = [.. start.Eras];
    private readonly List<FollowedChange> _changes = [];

    /// <summary>Never throws for any file.</summary>
    public NodeHistoryReport Run(NodeHistoryFile file, out TrustedNetwork network)
    {
        network = start;
        if (file.Network != start.Network)
        {
            return Fail(NodeHistorySteps.Network, "名单变更记录属于另一个账本。", $"{file.Network} / {start.Network}");
        }

        foreach (var change in file.Changes)
        {
            if (Take(change) is { } fault)
            {
                return fault;
            }
        }

        network = new TrustedNetwork(start.File, _eras);
        return new NodeHistoryReport(
            _changes.Count == 0 ? "名单没有变更。" : $"共 {_changes.Count} 次名单变更，都由变更前的节点确认。", null, _changes, null);
    }

    private NodeHistoryReport? Take(NodeSetChange change)
    {
        if (ReadSeal(change.Seal) is not { } seal || TlogProof.Parse(change.Proof) is not { Extra: null } proof
            || !string.Equals(proof.ToString(), change.Proof, StringComparison.Ordinal))
        {
            return Fail(NodeHistorySteps.Format, "区块封印或者账本证明的格式不对。", null);
        }

        if (seal.Network != start.Network)
        {
            return Fail(NodeHistorySteps.Network, "区块封印属于另一个账本。", $"{seal.Network}");
        }

        var known = _eras[^1];
        if (seal.Height <= start.File.Anchor.Height && _eras.Count == 1)
        {
            return null;
        }

        var size = seal.FirstIndex + seal.Entries;
        if (seal.NodeSet != known.Nodes.Hash || seal.Height < known.FromHeight || size <= known.FromSize)
        {
            return Fail(
                NodeHistorySteps.Order, "这个区块不是由已知的节点作出的：中间缺少变更，或者次序不对。",
                string.Create(CultureInfo.InvariantCulture, $"block {seal.Height}, node set {seal.NodeSet}, known {known.Nodes.Hash} from block {known.FromHeight}"));
        }

        if (change.Seats.Any(s => s is null) || !NodeSet.IsValid(change.Seats) || new NodeSet(change.Seats) is var next && (next.Hash != seal.NextNodeSet || next.Equals(known.Nodes)))
        {
            return Fail(NodeHistorySteps.Nodes, "新名单与区块封印里的指纹不一致。", $"next node set {seal.NextNodeSet}");
        }

        var checkedProof = proof.Check(change.Seal, known.Policy, refuseUnknown: true);
        if (checkedProof.Fault == TlogProofFault.Checkpoint)
        {
            return Fail(
                NodeHistorySteps.Checkpoint, "变更没有得到变更前足够节点的确认。",
                $"{checkedProof.Checkpoint.Fault}; {checkedProof.Checkpoint.Cosignatures.Count} of {known.Policy.Quorum} cosignatures");
        }

        if (checkedProof.Fault != TlogProofFault.None || proof.Index != size - 1 || checkedProof.Checkpoint.Checkpoint!.Size != size)
        {
            return Fail(NodeHistorySteps.Inclusion, "区块封印不在所确认的账本里。", string.Create(CultureInfo.InvariantCulture, $"entry {proof.Index}"));
        }

        _eras.Add(new NodeEra(start.Network, next, seal.Height + 1, size));
        _changes.Add(new FollowedChange(seal.Height + 1, seal.Time, next.Nodes.Count));
        return null;
    }

    private NodeHistoryReport Fail(string step, string explanation, string? detail) =>
        new($"第 {_changes.Count + 1} 次名单变更没有通过核验：{explanation}", step, _changes, detail);

    private static SealEntry? ReadSeal(byte[] bytes)
    {
        try
        {
            return LogEntry.Decode(bytes) as SealEntry;
        }
        catch (CanonicalJsonException)
        {
            return null;
        }
    }
}
