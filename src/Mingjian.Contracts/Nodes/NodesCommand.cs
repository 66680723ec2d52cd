using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Nodes;

/// <summary>Commands of the contract <c>nodes</c>. Organisations sign them with their network keys; no member can.</summary>
public abstract record NodesCommand : ICommand;

/// <summary>The network agreement (共建共治协议): the founding organisations' nodes and the charter, signed by every one of them.</summary>
/// <param name="Charter">SHA-256 of the charter's document.</param>
/// <param name="Nodes">Numbers 1 to n; exactly the seats of the network file that every node was founded with, organisations and their keys included.</param>
/// <param name="Protocol">By which the blocks after this one are made, from 1: what all founders' programs carry.</param>
public sealed record FoundNodes(Hash32 Charter, IReadOnlyList<Seat> Nodes, int Protocol) : NodesCommand, IBringsKeys
{
    /// <inheritdoc/>
    public IReadOnlyList<PublicKeyValue> BroughtKeys() => SeatList.OrganizationKeys(Nodes);
}

/// <summary>Replaces the charter and the list of nodes: joining, removal, new node keys, a new network key of an organisation.</summary>
/// <param name="Charter">SHA-256 of the charter's document; another than the present one is a new version.</param>
/// <param name="Nodes">The whole list, ascending by number.</param>
public sealed record ChangeNodes(Hash32 Charter, IReadOnlyList<Seat> Nodes) : NodesCommand, IBringsKeys
{
    /// <inheritdoc/>
    public IReadOnlyList<PublicKeyValue> BroughtKeys() => SeatList.OrganizationKeys(Nodes);
}

/// <summary>Makes the network go on by a newer protocol. While an earlier decision is not in effect, this one takes its place: so it can be put off.</summary>
/// <param name="From">First height made by it.</param>
/// <param name="Version">Newer than the one in force.</param>
public sealed record ActivateProtocol(long From, int Version) : NodesCommand
{
    /// <summary>A number that no program will ever reach.</summary>
    public const int MaxVersion = 10_000;
}

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
