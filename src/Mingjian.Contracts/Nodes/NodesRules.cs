using Mingjian.Contracts.Members;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Nodes;

/// <summary>The rules of <c>nodes</c>; checks stand in the order of <see cref="NodesRejection"/>.</summary>
internal static class NodesRules
{
    /// <summary>A change decided in block H is signed from H+2 on: the seal of H+1, made by the nodes before it, announces it.</summary>
    private const int Delay = 2;

    /// <summary>Restarts whose own batch was skipped leave gaps between epochs, but no large ones.</summary>
    private const int MostEpochsAhead = 64;

    public static Decision Decide(IStateReader state, NodesCommand command, DecisionContext context) => command switch
    {
        FoundNodes found => Decide(state, found, context),
        ChangeNodes change => Decide(state, change, context),
        RestartHeight restart => Decide(state, restart, context),
        ActivateProtocol activate => ProtocolRules.Decide(state, activate, context),
        _ => throw new ArgumentException("Not a command of this contract.", nameof(command)),
    };

    public static void Apply(IStateReader state, NodesEvent happened, DecisionContext context, IStateWriter writes)
    {
        switch (happened)
        {
            case NodesFounded founded:
                var first = new Agreement(founded.Charter, 1, 1, founded.Nodes);
                Put(writes, new NodesRecord(first, null, 1, founded.Nodes.Count, 1));
                writes.Put(NodesState.AgreementKey(1), first);
                PutKeys(writes, founded.Nodes);
                ProtocolRules.Apply(founded, context, writes);
                break;
            case ProtocolActivated activated:
                ProtocolRules.Apply(state, activated, context, writes);
                break;
            case NodesChanged changed:
                var nodes = state.Nodes()!;
                var next = new Agreement(changed.Charter, changed.Version, changed.From, changed.Nodes);
                Put(writes, nodes with
                {
                    Current = nodes.At(context.Height),
                    Next = next,
                    HighestNumber = Math.Max(nodes.HighestNumber, changed.Nodes[^1].Node.Number),
                    Agreements = nodes.Agreements + 1,
                });
                writes.Put(NodesState.AgreementKey(nodes.Agreements + 1), next);
                PutKeys(writes, changed.Nodes);
                break;
            case HeightRestarted restarted:
                var top = state.Nodes()!;
                var raised = restarted.Epoch > top.Epoch ? context.Height : top.Restart!.Raised;
                Put(writes, top with
                {
                    Epoch = Math.Max(top.Epoch, restarted.Epoch),
                    Restart = new RestartRecord(restarted.Epoch, restarted.Height, raised),
                });
                break;
            default:
                throw new ArgumentException("Not an event of this contract.", nameof(happened));
        }
    }

    private static Decision Decide(IStateReader state, FoundNodes command, DecisionContext context)
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

        return AnyKeyTaken(state, command.Nodes)
            ? Reject(NodesRejection.OrganizationKeyTaken)
            : Decision.Accept(new NodesFounded(command.Charter, command.Nodes, command.Protocol));
    }

    private static Decision Decide(IStateReader state, ChangeNodes command, DecisionContext context)
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
        if (CountSigned(context, current.Seats) < NodeSet.QuorumOf(current.Seats.Count))
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

        if (AnyKeyTaken(state, command.Nodes))
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

    private static Decision Decide(IStateReader state, RestartHeight command, DecisionContext context)
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

    internal static int CountSigned(DecisionContext context, IReadOnlyList<Seat> seats)
    {
        var signed = 0;
        foreach (var seat in seats)
        {
            signed += context.IsSignedBy(seat.OrganizationKey) ? 1 : 0;
        }

        return signed;
    }

    /// <summary>A key that is not the node's present one for the same use must never have been seen.</summary>
    private static bool IsAnyUsed(IStateReader state, Node? before, Node after) =>
        (after.BatchKey != before?.BatchKey && state.NodeKey(after.BatchKey) is not null)
        || (after.LogKey != before?.LogKey && state.NodeKey(after.LogKey) is not null)
        || (after.VoteKey != before?.VoteKey && state.NodeKey(after.VoteKey) is not null);

    private static bool AnyKeyTaken(IStateReader state, IReadOnlyList<Seat> seats)
    {
        foreach (var seat in seats)
        {
            var id = seat.OrganizationKey.Id;
            if (state.KeyRecord(id) is not null
                || (state.Get(NodesState.OrganizationKeys.Key(id)) is { } record && record.Organization != seat.Organization))
            {
                return true;
            }
        }

        return false;
    }

    private static void Put(IStateWriter writes, NodesRecord record) => writes.Put(NodesState.TopKey, record);

    private static void PutKeys(IStateWriter writes, IReadOnlyList<Seat> seats)
    {
        foreach (var seat in seats)
        {
            var (number, node) = (seat.Node.Number, seat.Node);
            writes.Put(NodesState.NodeKeys.Key(NodesState.Hex(node.BatchKey)), new NodeKeyRecord(number, NodeKeyUse.Batch));
            writes.Put(NodesState.NodeKeys.Key(NodesState.Hex(node.LogKey)), new NodeKeyRecord(number, NodeKeyUse.Log));
            writes.Put(NodesState.NodeKeys.Key(NodesState.Hex(node.VoteKey)), new NodeKeyRecord(number, NodeKeyUse.Vote));
            writes.Put(
                NodesState.OrganizationKeys.Key(seat.OrganizationKey.Id),
                new OrganizationKeyRecord(seat.OrganizationKey, seat.Organization));
        }
    }

    private static Decision Reject(NodesRejection reason) => Decision.Reject(NodesContract.ContractName, reason);
}
