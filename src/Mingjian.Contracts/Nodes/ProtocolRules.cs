using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Nodes;

/// <summary>By which protocol blocks are made: what the organisations decide, and what nodes say of their programs.</summary>
internal static class ProtocolRules
{
    /// <summary>As with changes of the nodes: the block of the decision and the one after it are made by the old protocol.</summary>
    private const int Delay = 2;

    private const long FarthestAhead = 1_000_000;

    public static Decision Decide(IStateReader state, ActivateProtocol command, DecisionContext context)
    {
        if (command.Version is < ProtocolRecord.First or > ActivateProtocol.MaxVersion || command.From < 1)
        {
            return Reject(NodesRejection.Malformed);
        }

        if (state.Nodes() is not { } nodes)
        {
            return Reject(NodesRejection.NotFounded);
        }

        var seats = nodes.At(context.Height).Seats;
        if (NodesRules.CountSigned(context, seats) < NodeSet.QuorumOf(seats.Count))
        {
            return Reject(NodesRejection.QuorumMissing);
        }

        if (command.Version <= context.Protocol)
        {
            return Reject(NodesRejection.ProtocolNotNewer);
        }

        if (command.From < context.Height + Delay || command.From > context.Height + FarthestAhead)
        {
            return Reject(NodesRejection.ProtocolFromOutOfRange);
        }

        if (state.Get(NodesState.ProtocolKey)?.Pending(context.Height) is { } pending && pending.From < context.Height + Delay)
        {
            return Reject(NodesRejection.ProtocolChangeImminent);
        }

        var signing = nodes.At(command.From).Seats;
        return CountCarrying(state, signing, command.Version) < NodeSet.QuorumOf(signing.Count)
            ? Reject(NodesRejection.TooFewNodesCarry)
            : Decision.Accept(new ProtocolActivated(command.From, command.Version));
    }

    /// <summary>What the founders signed counts as the first word of each of their nodes.</summary>
    public static void Apply(NodesFounded founded, DecisionContext context, IStateWriter writes)
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

    public static void Apply(IStateReader state, ProtocolActivated activated, DecisionContext context, IStateWriter writes) =>
        Put(state, new ProtocolStep(activated.From, activated.Version), context.Height, writes);

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

    private static void Put(IStateReader state, ProtocolStep step, long height, IStateWriter writes) =>
        writes.Put(NodesState.ProtocolKey, (state.Get(NodesState.ProtocolKey) ?? new ProtocolRecord([])).With(step, height));

    private static int CountCarrying(IStateReader state, IReadOnlyList<Seat> seats, int version)
    {
        var carrying = 0;
        foreach (var seat in seats)
        {
            carrying += state.CarriedBy(seat.Node.Number) >= version ? 1 : 0;
        }

        return carrying;
    }

    private static Decision Reject(NodesRejection reason) => Decision.Reject(NodesContract.ContractName, reason);
}
