using Mingjian.Acts.Networks;
using Mingjian.Contracts.Nodes;
using Mingjian.Engine;
using Mingjian.Server.Monitoring;

namespace Mingjian.Server.Nodes;

/// <summary>What this node says of itself to everybody.</summary>
internal sealed class NodeReports(Ledger ledger, NodeIdentity identity, Genesis genesis, OrderHealth order, NodeCertificates certificates)
{
    /// <summary>Evidence shown at once; the store keeps all.</summary>
    private const int Shown = 100;

    public NodeReport Read()
    {
        var (status, self, state) = (ledger.Status, identity.Keys.Public, ledger.ReadState());
        var nodes = state.Nodes();
        var head = status.Head;
        var members = nodes?.At(head.Height + 1).ToNodeSet() ?? identity.Founders;
        return new NodeReport(
            ledger.Network, self.Number, identity.Shared is not null, head.Height, head.Size, head.Root, head.StateRoot, head.Time, status.Lag,
            nodes?.Epoch ?? 1, members.Quorum, members.Find(self.Number) == self, status.IsHalted, status.Hold.ToString(),
            [.. status.Nodes.Select(n => new SeenNode(n.Number, n.IsMember, n.LastVote, n.Skipped, n.Evidence))],
            order.Read?.Invoke() is { } way ? new OrderReport(way.LastContact is not null, way.LastContact, way.Position, way.Unconfirmed, way.Skipped) : null,
            [.. ledger.ReadEvidence().TakeLast(Shown).Select(e => new EvidenceReport(e.Kind.ToString(), e.Node, e.Height))], status.LastPeerFault,
            certificates.Until, genesis.StateOf(state).ToString(), status.Protocol, status.Carries);
    }
}
