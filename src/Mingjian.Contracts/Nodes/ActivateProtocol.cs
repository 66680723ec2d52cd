using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Nodes;

/// <summary>Makes the network go on by a newer protocol. While an earlier decision is not in effect, this one takes its place: so it can be put off.</summary>
/// <param name="From">First height made by it.</param>
/// <param name="Version">Newer than the one in force.</param>
public sealed record ActivateProtocol(long From, int Version) : NodesCommand
{
    /// <summary>A number that no program will ever reach.</summary>
    public const int MaxVersion = 10_000;
}

/// <param name="From">First height made by it.</param>
/// <param name="Version">The protocol.</param>
public sealed record ProtocolActivated(long From, int Version) : NodesEvent;

internal static class ActivateProtocolRules
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
        if (SeatList.CountSigned(context, seats) < NodeSet.QuorumOf(seats.Count))
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

    public static void Apply(IStateReader state, ProtocolActivated activated, DecisionContext context, IStateWriter writes) =>
        Protocols.Put(state, new ProtocolStep(activated.From, activated.Version), context.Height, writes);

    private static int CountCarrying(IStateReader state, IReadOnlyList<Seat> seats, int version)
    {
        var carrying = 0;
        foreach (var seat in seats)
        {
            carrying += state.CarriedBy(seat.Node.Number) >= version ? 1 : 0;
        }

        return carrying;
    }
}
