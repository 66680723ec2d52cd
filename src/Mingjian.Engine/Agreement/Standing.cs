using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Contracts.Sdk;
using Mingjian.Engine.Execution;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Messages;
using Mingjian.Engine.Ordering;
using Mingjian.Engine.State;
using Mingjian.Engine.Store;
using Mingjian.Primitives;

namespace Mingjian.Engine.Agreement;

/// <summary>Where a node that does not run stands in an order that was lost: what its organisation hands in for a fresh one.</summary>
/// <param name="Batch">What the node's vote at the open height is for; null when it has given none that counts.</param>
/// <param name="Checkpoint">The newest block's final checkpoint; empty before the first.</param>
/// <param name="Format">Always <see cref="CurrentFormat"/>.</param>
/// <param name="Height">The newest final block.</param>
/// <param name="Network">The ledger.</param>
/// <param name="Node">The node's number.</param>
/// <param name="Position">Of the newest block's batch; 0 before the first.</param>
/// <param name="Seen">The highest position that the node has kept anything about.</param>
/// <param name="Vote">Its newest vote at the height after that, unless a restart made it void.</param>
public sealed record Standing(
    DueBatch? Batch, string Checkpoint, string Format, long Height, NetworkId Network, int Node, long Position, long Seen, VoteMessage? Vote)
{
    public const string CurrentFormat = "mingjian-standing@v1";

    /// <summary>The largest batch in base64, a checkpoint of 31 nodes and a vote.</summary>
    public const int MaxSize = 512 * 1024;

    /// <summary>Reads a standing from the store of a stopped node.</summary>
    /// <exception cref="StoreCorruptException">What the node has voted for cannot be read.</exception>
    public static Standing Of(IBlockStore store, NetworkId network, int node)
    {
        var head = store.Head;
        var position = head is null ? 0 : LedgerState.ReadSeal(store, head).Position;
        var open = OpenHeight.Read(store.Records, (head?.Height ?? 0) + 1);
        var due = open.Counting is not null && OpenHeight.ReadBatch(store.Records) is { } batch
            ? new DueBatch(batch.Bytes.ToArray(), batch.Node, batch.Position)
            : null;
        long[] seen = [position, due?.Position ?? 0, NodeRepair.ReadNumber(store.Records, NodeRepair.HoldRecord) ?? 0];
        return new Standing(
            due, head?.Checkpoint ?? string.Empty, CurrentFormat, head?.Height ?? 0, network, node, position, seen.Max(), open.Counting);
    }

    /// <summary>The nodes whose quorum makes the block after a stored ledger's newest final.</summary>
    /// <exception cref="StoreCorruptException">The store does not hold what its newest block says.</exception>
    public static NodeSet NextNodes(IBlockStore store, NetworkId network, ContractSet contracts, IKeyDirectory keys, NodeSet founders) =>
        new BlockWriter(network, contracts, keys, store, founders).NextNodes;

    public byte[] Encode() => CanonicalJson.Encode(this, StandingJson.Canonical);

    /// <exception cref="CanonicalJsonException">Not a standing.</exception>
    public static Standing Decode(ReadOnlySpan<byte> bytes) => CanonicalJson.Decode(bytes, StandingJson.Canonical);
}

/// <summary>A batch at its position in the order, as its proposer signed it.</summary>
public sealed record DueBatch(byte[] Bytes, int Node, long Position);

/// <summary>Why a fresh order cannot be begun with what the organisations handed in. Numbers are stable.</summary>
public enum FreshOrderFault
{
    None = 0,

    /// <summary>Of another ledger, or of a node that is not in the node set.</summary>
    NotOurs = 1,

    /// <summary>Two standings of one node.</summary>
    Twice = 2,

    /// <summary>What it says is not signed by those who would have signed it.</summary>
    Forged = 3,

    /// <summary>The node has more final blocks than the one that decides: decide there.</summary>
    Ahead = 4,

    /// <summary>The node has another final block at the same height.</summary>
    Differs = 5,

    /// <summary>The node has voted, but what for is not kept.</summary>
    BatchUnknown = 6,

    /// <summary>The node's vote is for another batch than another's of the same epoch.</summary>
    Conflict = 7,

    /// <summary>Fewer than a quorum.</summary>
    TooFew = 8,
}

/// <summary>Where a fresh order begins that takes the place of one that was lost.</summary>
/// <remarks>
/// Nothing final may be lost: with the standings of a quorum, whatever any node may hold as final is either final at the deciding node, or at least one
/// honest node among them has voted for it and kept its batch (two quorums have an honest node in common). That batch opens the fresh order at
/// its old position, so that executing it gives the same block, and votes already given stand. Nothing runs twice: an act's id
/// is looked for in the log before it is executed. A wrong decision can make a height stand still, never two final blocks of one height.
/// </remarks>
public static class FreshOrder
{
    /// <summary>Positions of a fresh order begin behind a multiple of this that no position of the lost one has come near to.</summary>
    public const long Gap = 1_000_000_000;

    /// <summary>No order reaches it, so whoever claims it lies.</summary>
    private const long MaxPosition = 1L << 50;

    /// <summary>Decides where the fresh order begins.</summary>
    /// <param name="own">Of the node whose store says who the nodes are; one of <paramref name="all"/>.</param>
    /// <param name="nodes">They make the block after <paramref name="own"/>'s newest final.</param>
    /// <param name="all">As many as can be had, at least a quorum's.</param>
    /// <param name="blamed">The node that a fault is about; 0 when it is about none.</param>
    /// <returns>Null with the fault.</returns>
    public static (OrderStart? Start, FreshOrderFault Fault) Decide(Standing own, NodeSet nodes, IReadOnlyList<Standing> all, out int blamed)
    {
        blamed = 0;
        foreach (var standing in all)
        {
            blamed = standing.Node;
            if (standing.Network != own.Network || nodes.Find(standing.Node) is null)
            {
                return (null, FreshOrderFault.NotOurs);
            }

            if (all.Count(s => s.Node == standing.Node) > 1)
            {
                return (null, FreshOrderFault.Twice);
            }

            if (Compare(standing, own, nodes) is var fault && fault != FreshOrderFault.None)
            {
                return (null, fault);
            }
        }

        blamed = 0;
        if (all.Count < nodes.Quorum)
        {
            return (null, FreshOrderFault.TooFew);
        }

        // A vote of a later epoch means that a restart has decided about the earlier ones.
        List<Standing> voted = [.. all.Where(s => s.Height == own.Height && s.Vote is not null)];
        voted.RemoveAll(s => s.Vote!.Epoch < voted.Max(v => v.Vote!.Epoch));
        if (voted.Find(s => s.Batch!.Position != voted[0].Batch!.Position || !s.Batch.Bytes.AsSpan().SequenceEqual(voted[0].Batch!.Bytes)) is { } other)
        {
            blamed = other.Node;
            return (null, FreshOrderFault.Conflict);
        }

        var start = ((all.Max(s => s.Seen) / Gap) + 1) * Gap;
        return (new OrderStart(new OrderProgress(own.Height, own.Position), voted is [var first, ..] ? first.Batch : null, start), FreshOrderFault.None);
    }

    private static FreshOrderFault Compare(Standing standing, Standing own, NodeSet nodes)
    {
        if (standing is { Seen: < 0 or > MaxPosition } or { Position: < 0 } || standing.Position > standing.Seen)
        {
            return FreshOrderFault.Forged;
        }

        if (standing.Height > own.Height)
        {
            // The nodes may have changed since; then it is told by a fault all the same, and the operator looks.
            return new LedgerTrust(own.Network, nodes).Check(standing.Checkpoint).Fault == Log.Notes.CheckpointFault.None
                ? FreshOrderFault.Ahead
                : FreshOrderFault.Forged;
        }

        if (standing.Height < own.Height)
        {
            return FreshOrderFault.None;
        }

        if (standing.Position != own.Position || Log.Notes.Checkpoint.OfNote(standing.Checkpoint) != Log.Notes.Checkpoint.OfNote(own.Checkpoint))
        {
            return FreshOrderFault.Differs;
        }

        return standing.Vote is { } vote ? Check(vote, standing, nodes) : FreshOrderFault.None;
    }

    private static FreshOrderFault Check(VoteMessage vote, Standing standing, NodeSet nodes)
    {
        if (standing.Batch is not { } batch)
        {
            return FreshOrderFault.BatchUnknown;
        }

        return vote.Node == standing.Node && new Ballot(standing.Network, standing.Height + 1, vote.Epoch, nodes).Take(vote)
            && batch.Position > standing.Position && batch.Position <= standing.Seen && nodes.Find(batch.Node) is { } proposer
            && SignedBatch.TryDecode(batch.Bytes, standing.Network, proposer, out _) == BatchFault.None
                ? FreshOrderFault.None
                : FreshOrderFault.Forged;
    }
}

/// <summary>How a fresh order begins.</summary>
/// <param name="After">The newest block that is final for everybody: nodes behind it mirror the log.</param>
/// <param name="Due">The batch that nodes have voted for after that, at its old position; null when there is none.</param>
/// <param name="From">All later positions are beyond this one.</param>
public sealed record OrderStart(OrderProgress After, DueBatch? Due, long From);

[JsonSerializable(typeof(Standing))]
internal sealed partial class StandingJson : JsonSerializerContext
{
    public static JsonTypeInfo<Standing> Canonical { get; } =
        (JsonTypeInfo<Standing>)CanonicalJson.CreateOptions(new StandingJson()).GetTypeInfo(typeof(Standing));
}
