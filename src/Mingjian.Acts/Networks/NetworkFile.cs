using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Primitives;

namespace Mingjian.Acts.Networks;

/// <summary>Bytes that are no network file. The message is Chinese: it is shown to whoever verifies.</summary>
public sealed class NetworkFileException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The trust anchor of an offline verifier: whose signatures make a checkpoint of this network final.</summary>
/// <remarks>Canonical JSON (docs/reference/formats.md, "Network file"). Get it from somewhere you trust, once; it never comes from a receipt.</remarks>
/// <param name="Anchor">The block after which <paramref name="Nodes"/> sign.</param>
/// <param name="Format">Always <see cref="CurrentFormat"/>.</param>
/// <param name="Network">The ledger's name and log origin.</param>
/// <param name="Nodes">The node of a ledger that is its alone; null in a network, whose nodes stand in <paramref name="Seats"/>.</param>
/// <param name="Organizations">Display names; nothing is decided by them.</param>
/// <param name="Quorum">How many distinct nodes must have voted: floor(2n/3)+1, never fewer.</param>
/// <param name="Seats">The nodes whose votes count, with their organisations and those organisations' keys, ascending by number; null for a node that is alone.</param>
public sealed record NetworkFile(
    TrustAnchor Anchor, string Format, NetworkId Network, IReadOnlyList<Node>? Nodes,
    IReadOnlyList<NetworkOrganization> Organizations, int Quorum, IReadOnlyList<Seat>? Seats)
{
    /// <summary>What such a file is called in a directory, and when it is downloaded.</summary>
    public const string FileName = "network.mjnet.json";

    /// <summary>The one value of <see cref="Format"/>.</summary>
    public const string CurrentFormat = "mingjian-network@v3";

    /// <summary>Largest accepted file in bytes.</summary>
    public const int MaxSize = 1 << 20;

    /// <summary>A network file of the current format with the right quorum.</summary>
    /// <param name="anchor">The block after which the nodes sign.</param>
    public static NetworkFile Create(NetworkId network, TrustAnchor anchor, NodeSet nodes, IReadOnlyList<NetworkOrganization> organizations) =>
        new(anchor, CurrentFormat, network, nodes.Seats is null ? nodes.Nodes : null, organizations, nodes.Quorum, nodes.Seats);

    /// <summary>Reads the one canonical encoding.</summary>
    /// <exception cref="NetworkFileException">Another encoding, another format, no valid anchor or seats, several nodes without organisations, or a quorum other than floor(2n/3)+1.</exception>
    public static NetworkFile Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxSize)
        {
            throw new NetworkFileException("网络文件太大。");
        }

        NetworkFile file;
        try
        {
            file = CanonicalJson.Decode(bytes, NetworkFileJson.Canonical);
        }
        catch (CanonicalJsonException e)
        {
            throw new NetworkFileException(FormatMark.Refusal("网络文件", bytes, CurrentFormat) ?? "这不是有效的网络文件，或者内容被改动过。", e);
        }

        if (file.Format != CurrentFormat)
        {
            throw new NetworkFileException(
                FormatMark.Refusal("网络文件", bytes, CurrentFormat) ?? $"网络文件的格式是“{file.Format}”，应当是“{CurrentFormat}”。");
        }

        if (!file.IsSetValid || file.Quorum != file.ToNodeSet().Quorum)
        {
            throw new NetworkFileException("网络文件里的节点名单或确认数不对。");
        }

        if (!file.Anchor.IsValid)
        {
            throw new NetworkFileException("网络文件里的起始区块不对。");
        }

        return file;
    }

    /// <summary>Display name of an organisation, or null.</summary>
    public string? NameOf(OrganizationId organization) => Organizations.FirstOrDefault(o => o.Id == organization)?.Name;

    private bool IsSetValid => Seats is null ? Nodes is [not null] && NodeSet.IsValid(Nodes) : Nodes is null && Seats.All(s => s is not null) && NodeSet.IsValid(Seats);

    /// <summary>Whose quorum makes the blocks after the anchor final.</summary>
    public NodeSet ToNodeSet() => Seats is null ? new NodeSet(Nodes!) : new NodeSet(Seats);

    /// <summary>The canonical bytes.</summary>
    public byte[] Encode() => CanonicalJson.Encode(this, NetworkFileJson.Canonical);
}

/// <summary>The newest block that whoever gave out a network file vouches for; its nodes sign the blocks after it.</summary>
/// <param name="Height">0 = before the first block: the nodes founded the network.</param>
/// <param name="Root">Log root after the block; null exactly when <paramref name="Height"/> is 0.</param>
/// <param name="Size">Log entries up to and with the block.</param>
/// <param name="Time">The block's time; 0 when <paramref name="Height"/> is 0.</param>
public sealed record TrustAnchor(long Height, Hash32? Root, long Size, LedgerTime Time)
{
    /// <summary>Before the first block.</summary>
    public static TrustAnchor Genesis { get; } = new(0, null, 0, new LedgerTime(0));

    internal bool IsValid => Height == 0 ? this == Genesis : Height > 0 && Root is not null && Size > Height;
}

/// <param name="Id">The organisation on the ledger.</param>
/// <param name="Name">Its name in plain text, for display only.</param>
public sealed record NetworkOrganization(OrganizationId Id, string Name);

/// <summary>Serialisation of network files.</summary>
[JsonSerializable(typeof(NetworkFile))]
public sealed partial class NetworkFileJson : JsonSerializerContext
{
    /// <summary>Canonical type info.</summary>
    public static JsonTypeInfo<NetworkFile> Canonical { get; } =
        (JsonTypeInfo<NetworkFile>)CanonicalJson.CreateOptions(new NetworkFileJson()).GetTypeInfo(typeof(NetworkFile));
}
