using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Nodes;

/// <summary>The network agreement (共建共治协议): the founding organisations' nodes and the charter, signed by every one of them.</summary>
/// <param name="Charter">SHA-256 of the charter's document.</param>
/// <param name="Nodes">Numbers 1 to n; exactly the seats of the network file that every node was founded with, organisations and their keys included.</param>
/// <param name="Protocol">By which the blocks after this one are made, from 1: what all founders' programs carry.</param>
public sealed record FoundNodes(Hash32 Charter, IReadOnlyList<Seat> Nodes, int Protocol) : NodesCommand, IBringsKeys
{
    /// <inheritdoc/>
    public IReadOnlyList<PublicKeyValue> BroughtKeys() => SeatList.OrganizationKeys(Nodes);
}

/// <summary>Every founding organisation has signed the network agreement.</summary>
/// <param name="Charter">As signed.</param>
/// <param name="Nodes">As signed.</param>
/// <param name="Protocol">By which the next block is made; 1 is what every ledger begins with.</param>
public sealed record NodesFounded(Hash32 Charter, IReadOnlyList<Seat> Nodes, int Protocol) : NodesEvent;

internal static class FoundNodesRules
{
    public static Decision Decide(IStateReader state, FoundNodes command, DecisionContext context)
    {
        if (!SeatList.AreWellFormed(command.Nodes) || command.Protocol is < ProtocolRecord.First or > ActivateProtocol.MaxVersion)
        {
            return Reject(NodesRejection.Malformed);
        }

        if (state.Nodes() is not null)
        {
            return Reject(NodesRejection.AlreadyFounded);
        }

        // Nodes, organisations and their keys come from every node's configuration, which verifiers have too: nobody else may name others
        // on the ledger. A node that is alone was founded without organisations, so that no list can match.
        if (command.Nodes[^1].Node.Number != command.Nodes.Count || !new NodeSet(command.Nodes).Equals(context.Nodes))
        {
            return Reject(NodesRejection.NotTheFoundingNodes);
        }

        foreach (var seat in command.Nodes)
        {
            if (!context.IsSignedBy(seat.OrganizationKey))
            {
                return Reject(NodesRejection.FounderDidNotSign);
            }
        }

        return SeatKeys.AnyTaken(state, command.Nodes)
            ? Reject(NodesRejection.OrganizationKeyTaken)
            : Decision.Accept(new NodesFounded(command.Charter, command.Nodes, command.Protocol));
    }

    public static void Apply(IStateReader state, NodesFounded founded, DecisionContext context, IStateWriter writes)
    {
        var first = new Agreement(founded.Charter, 1, 1, founded.Nodes);
        writes.Put(NodesState.TopKey, new NodesRecord(first, null, 1, founded.Nodes.Count, 1));
        writes.Put(NodesState.AgreementKey(1), first);
        SeatKeys.Put(writes, founded.Nodes);
        Protocols.Found(founded, context, writes);
    }
}
