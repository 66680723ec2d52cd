using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Nodes;

/// <summary>Restarts a height that cannot get a quorum any more in a new epoch.</summary>
/// <remarks>Nodes act on it when the order delivers it; the block that its own batch becomes records it (docs/adr/0002).</remarks>
/// <param name="Epoch">The epoch that begins.</param>
/// <param name="Height">The stalled block.</param>
/// <param name="Skip">Positions of the order that are never executed, ascending; empty = the batch is voted on again.</param>
/// <param name="Statements">What nodes voted for, ascending by node; each signed by the node's organisation.</param>
public sealed record RestartHeight(int Epoch, long Height, IReadOnlyList<long> Skip, IReadOnlyList<NodeStatement> Statements)
    : NodesCommand, IRestartsHeight
{
    /// <summary>Most positions skipped at once.</summary>
    public const int MaxSkip = 64;
}

/// <summary>What a frozen node says of the stalled height: its newest vote that is not void, and that it will vote no more before the restart.</summary>
/// <param name="Node">Its number.</param>
/// <param name="Root">Log root that it voted for; null when it voted for none.</param>
public sealed record NodeStatement(int Node, Hash32? Root);

/// <param name="Epoch">The epoch that began.</param>
/// <param name="Height">The block that had stalled.</param>
/// <param name="Skip">Positions never executed; empty when the batch was voted on again.</param>
/// <param name="Root">The only root that an honest node may vote for in the new epoch at that height; null = what it comes to.</param>
public sealed record HeightRestarted(int Epoch, long Height, IReadOnlyList<long> Skip, Hash32? Root) : NodesEvent, IHeightRestarted;

internal static class RestartHeightRules
{
    /// <summary>Restarts whose own batch was skipped leave gaps between epochs, but no large ones.</summary>
    private const int MostEpochsAhead = 64;

    public static Decision Decide(IStateReader state, RestartHeight command, DecisionContext context)
    {
        if (!IsWellFormed(command))
        {
            return Reject(NodesRejection.Malformed);
        }

        // Before the ledger names anybody, the founding nodes' organisations speak: every node is configured with them.
        var nodes = state.Nodes();
        if (nodes is null && context.Nodes.Seats is null)
        {
            return Reject(NodesRejection.NotFounded);
        }

        var epoch = nodes?.Epoch ?? 1;
        if (command.Epoch > epoch + MostEpochsAhead || (command.Epoch <= epoch && nodes?.Restart?.MayPrecede(command.Epoch, command.Height) != true))
        {
            return Reject(NodesRejection.EpochNotNext);
        }

        var skips = command.Skip.Count > 0;
        if (command.Height > (skips ? context.Height : context.Height - 1))
        {
            return Reject(NodesRejection.WrongHeight);
        }

        var seats = state.AgreementAt(command.Height)?.Seats ?? context.Nodes.Seats!;
        foreach (var statement in command.Statements)
        {
            if (SeatList.Find(seats, statement.Node) is not { } seat || !context.IsSignedBy(seat.OrganizationKey))
            {
                return Reject(NodesRejection.StatementNotSigned);
            }
        }

        if (command.Statements.Count < NodeSet.QuorumOf(seats.Count))
        {
            return Reject(NodesRejection.TooFewStatements);
        }

        var verdict = RestartRule.Judge(seats.Count, command.Statements, skips);
        return verdict.Allowed
            ? Decision.Accept(new HeightRestarted(command.Epoch, command.Height, command.Skip, verdict.Root))
            : Reject(NodesRejection.MayBeFinal);
    }

    public static void Apply(IStateReader state, HeightRestarted restarted, DecisionContext context, IStateWriter writes)
    {
        var top = state.Nodes()!;
        var raised = restarted.Epoch > top.Epoch ? context.Height : top.Restart!.Raised;
        writes.Put(NodesState.TopKey, top with
        {
            Epoch = Math.Max(top.Epoch, restarted.Epoch),
            Restart = new RestartRecord(restarted.Epoch, restarted.Height, raised),
        });
    }

    private static bool IsWellFormed(RestartHeight command)
    {
        if (command.Epoch < 2 || command.Height < 1 || command.Skip.Count > RestartHeight.MaxSkip || !Form.IsList(command.Statements, NodeSet.MaxNodes))
        {
            return false;
        }

        var last = 0L;
        foreach (var position in command.Skip)
        {
            if (position <= last)
            {
                return false;
            }

            last = position;
        }

        last = 0;
        foreach (var statement in command.Statements)
        {
            if (statement.Node <= last)
            {
                return false;
            }

            last = statement.Node;
        }

        return true;
    }
}
