using System.Globalization;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Acts.Networks;

/// <summary>A network file as a verifier uses it: whose signatures make a checkpoint of a size final.</summary>
public sealed class TrustedNetwork
{
    public TrustedNetwork(NetworkFile file)
        : this(file, [new NodeEra(file.Network, file.ToNodeSet(), file.Anchor.Height + 1, file.Anchor.Size)])
    {
    }

    internal TrustedNetwork(NetworkFile file, IReadOnlyList<NodeEra> eras)
    {
        File = file;
        Eras = eras;
    }

    public NetworkFile File { get; }

    public NetworkId Network => File.Network;

    /// <summary>The nodes of the network file: those that sign the blocks after its anchor.</summary>
    public NodeSet Nodes => Eras[0].Nodes;

    /// <summary>The nodes of the network file, then those of each change that was followed.</summary>
    public IReadOnlyList<NodeEra> Eras { get; }

    /// <summary>How far the trust goes back and reaches, for people.</summary>
    public string Basis
    {
        get
        {
            var anchor = File.Anchor;
            var since = anchor.Height == 0
                ? "账本建立时的节点名单"
                : string.Create(CultureInfo.InvariantCulture, $"{Terms.Of(anchor.Time)}第 {anchor.Height} 区块之后的节点名单");
            return Eras.Count == 1
                ? since
                : string.Create(CultureInfo.InvariantCulture, $"{since}，经过 {Eras.Count - 1} 次变更，到第 {Eras[^1].FromHeight} 区块起的名单");
        }
    }

    /// <summary>Reads a network file.</summary>
    /// <exception cref="NetworkFileException">Not a network file.</exception>
    public static TrustedNetwork Parse(ReadOnlySpan<byte> bytes) => new(NetworkFile.Parse(bytes));

    /// <summary>The nodes whose quorum makes a checkpoint of a size final.</summary>
    /// <remarks>
    /// A checkpoint from before the anchor is judged by the anchor's nodes: they vouch for one log only, so that what they signed earlier is good.
    /// One that nodes signed before those is not recognised.
    /// </remarks>
    public NodeEra At(long size)
    {
        var at = Eras.Count - 1;
        while (at > 0 && size <= Eras[at].FromSize)
        {
            at--;
        }

        return Eras[at];
    }

    /// <summary>Follows changes of the nodes.</summary>
    /// <param name="history">Never trusted. Changes up to the anchor are passed over.</param>
    /// <param name="followed">This network and the nodes of all changes; this network alone when the history does not hold.</param>
    public NodeHistoryReport Follow(ReadOnlySpan<byte> history, out TrustedNetwork followed)
    {
        followed = this;
        try
        {
            return new NodeHistoryWalk(this).Run(NodeHistoryFile.Parse(history), out followed);
        }
        catch (NetworkFileException e)
        {
            return new NodeHistoryReport(e.Message, NodeHistorySteps.Format, [], e.InnerException?.Message);
        }
    }
}

/// <summary>Blocks that one set of nodes signs.</summary>
public sealed class NodeEra
{
    internal NodeEra(NetworkId network, NodeSet nodes, long fromHeight, long fromSize)
    {
        Nodes = nodes;
        FromHeight = fromHeight;
        FromSize = fromSize;
        Policy = new CheckpointPolicy(network, nodes);
    }

    public NodeSet Nodes { get; }

    /// <summary>Their first block.</summary>
    public long FromHeight { get; }

    /// <summary>Entries of the log before it: their checkpoints are larger.</summary>
    public long FromSize { get; }

    /// <summary>Whose signatures make a checkpoint final.</summary>
    public CheckpointPolicy Policy { get; }
}
