using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Nodes;

/// <summary>Replaces the charter and the list of nodes: joining, removal, new node keys, a new network key of an organisation.</summary>
/// <param name="Charter">SHA-256 of the charter's document; another than the present one is a new version.</param>
/// <param name="Nodes">The whole list, ascending by number.</param>
public sealed record ChangeNodes(Hash32 Charter, IReadOnlyList<Seat> Nodes) : NodesCommand, IBringsKeys
{
    /// <inheritdoc/>
    public IReadOnlyList<PublicKeyValue> BroughtKeys() => SeatList.OrganizationKeys(Nodes);
}

/// <param name="Charter">Of the list.</param>
/// <param name="Version">Of the charter.</param>
/// <param name="Nodes">The whole list.</param>
/// <param name="From">First height that these nodes sign: two after the block of the decision.</param>
public sealed record NodesChanged(Hash32 Charter, int Version, IReadOnlyList<Seat> Nodes, long From) : NodesEvent;

internal static class ChangeNodesRules
{
    /// <summary>A change decided in block H is signed from H+2 on: the seal of H+1, made by the nodes before it, announces it.</summary>
    private const int Delay = 2;

    public static Decision Decide(IStateReader state, ChangeNodes command, DecisionContext context)
    {
        if (!SeatList.AreWellFormed(command.Nodes))
        {
            return Reject(NodesRejection.Malformed);
        }

        if (state.Nodes() is not { } nodes)
        {
            return Reject(NodesRejection.NotFounded);
        }

        var current = nodes.At(context.Height);
        if (SeatList.CountSigned(context, current.Seats) < NodeSet.QuorumOf(current.Seats.Count))
        {
            return Reject(NodesRejection.QuorumMissing);
        }

        if (nodes.IsPending(context.Height))
        {
            return Reject(NodesRejection.ChangePending);
        }

        return CheckList(state, nodes, current, command, context) is { } reason
            ? Reject(reason)
            : Decision.Accept(new NodesChanged(
                command.Charter, command.Charter == current.Charter ? current.Version : current.Version + 1, command.Nodes,
                context.Height + Delay));
    }

    public static void Apply(IStateReader state, NodesChanged changed, DecisionContext context, IStateWriter writes)
    {
        var nodes = state.Nodes()!;
        var next = new Agreement(changed.Charter, changed.Version, changed.From, changed.Nodes);
        writes.Put(NodesState.TopKey, nodes with
        {
            Current = nodes.At(context.Height),
            Next = next,
            HighestNumber = Math.Max(nodes.HighestNumber, changed.Nodes[^1].Node.Number),
            Agreements = nodes.Agreements + 1,
        });
        writes.Put(NodesState.AgreementKey(nodes.Agreements + 1), next);
        SeatKeys.Put(writes, changed.Nodes);
    }

    private static NodesRejection? CheckList(
        IStateReader state, NodesRecord nodes, Agreement current, ChangeNodes command, DecisionContext context)
    {
        var differing = SeatList.Differing(current.Seats, command.Nodes);
        if (differing == 0 && command.Charter == current.Charter)
        {
            return NodesRejection.NothingChanges;
        }

        var next = nodes.HighestNumber + 1;
        foreach (var seat in command.Nodes)
        {
            if (current.Find(seat.Node.Number) is null && seat.Node.Number != next++)
            {
                return NodesRejection.NumberNotNext;
            }
        }

        foreach (var seat in command.Nodes)
        {
            if (current.Find(seat.Node.Number) is { } before && before.Organization != seat.Organization)
            {
                return NodesRejection.NumberOfAnother;
            }
        }

        if (differing > SeatList.MostDiffering(current.Seats.Count))
        {
            return NodesRejection.TooManyDiffer;
        }

        foreach (var seat in command.Nodes)
        {
            if (IsAnyUsed(state, current.Find(seat.Node.Number)?.Node, seat.Node))
            {
                return NodesRejection.NodeKeyUsed;
            }
        }

        if (SeatKeys.AnyTaken(state, command.Nodes))
        {
            return NodesRejection.OrganizationKeyTaken;
        }

        foreach (var seat in command.Nodes)
        {
            if (current.Find(seat.Node.Number) != seat && !context.IsSignedBy(seat.OrganizationKey))
            {
                return NodesRejection.NewcomerDidNotSign;
            }
        }

        return null;
    }

    /// <summary>A key that is not the node's present one for the same use must never have been seen.</summary>
    private static bool IsAnyUsed(IStateReader state, Node? before, Node after) =>
        (after.BatchKey != before?.BatchKey && state.NodeKey(after.BatchKey) is not null)
        || (after.LogKey != before?.LogKey && state.NodeKey(after.LogKey) is not null)
        || (after.VoteKey != before?.VoteKey && state.NodeKey(after.VoteKey) is not null);
}
