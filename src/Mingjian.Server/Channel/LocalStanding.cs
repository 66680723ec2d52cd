using Mingjian.Engine;
using Mingjian.Server.Monitoring;
using Mingjian.Server.Nodes;

namespace Mingjian.Server.Channel;

/// <summary>The node is in this process.</summary>
internal sealed class LocalStanding(Ledger ledger, NodeIdentity identity, OrderHealth order, TimeProvider clock) : INodeStanding
{
    public (bool Shared, int Number)? Place => (identity.Shared is not null, identity.Keys.Public.Number);

    public NodeStanding Read() => new(
        ledger.Status, identity.Shared is not null, order.Read?.Invoke(), order.IsOutOfReach(clock.GetUtcNow()),
        [.. ledger.ReadEvidence().TakeLast(NodeStanding.MostEvidence)]);
}
