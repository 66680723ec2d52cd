using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Nodes;

/// <summary>What nodes say of their programs, and which protocol holds from which height.</summary>
internal static class Protocols
{
    /// <summary>What the founders signed counts as the first word of each of their nodes.</summary>
    public static void Found(NodesFounded founded, DecisionContext context, IStateWriter writes)
    {
        if (founded.Protocol == ProtocolRecord.First)
        {
            return;
        }

        writes.Put(NodesState.ProtocolKey, new ProtocolRecord([new ProtocolStep(context.Height + 1, founded.Protocol)]));
        foreach (var seat in founded.Nodes)
        {
            writes.Put(NodesState.CarriedKey(seat.Node.Number), new CarriedRecord(founded.Protocol));
        }
    }

    /// <summary>A network keeps each node's word. A ledger of one node outside any network has nobody else to ask: its program's protocol is the ledger's.</summary>
    public static bool IsStated(IStateReader state, NodeSet nodes, ProtocolStatement statement) => nodes.Seats is null
        ? (state.Get(NodesState.ProtocolKey)?.Steps[^1].Version ?? ProtocolRecord.First) >= statement.Carries
        : state.Nodes() is null || nodes.Find(statement.Node) is null || state.CarriedBy(statement.Node) == statement.Carries;

    /// <inheritdoc cref="IKeyDirectory.State"/>
    public static void State(IStateReader state, NodeSet nodes, long height, ProtocolStatement statement, IStateWriter writes)
    {
        if (nodes.Seats is null)
        {
            Put(state, new ProtocolStep(height + 1, statement.Carries), height, writes);
        }
        else
        {
            writes.Put(NodesState.CarriedKey(statement.Node), new CarriedRecord(statement.Carries));
        }
    }

    internal static void Put(IStateReader state, ProtocolStep step, long height, IStateWriter writes) =>
        writes.Put(NodesState.ProtocolKey, (state.Get(NodesState.ProtocolKey) ?? new ProtocolRecord([])).With(step, height));
}
