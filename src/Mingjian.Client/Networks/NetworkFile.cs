using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Primitives;

namespace Mingjian.Client.Networks;

/// <summary>Bytes that are no network file. The message is Chinese: it is shown to whoever verifies.</summary>
public sealed class NetworkFileException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The trust anchor of an offline verifier: whose signatures make a checkpoint of this network final.</summary>
/// <remarks>Canonical JSON (docs/reference/formats.md, "Network file"). Get it from somewhere you trust, once; it never comes from a receipt.</remarks>
/// <param name="Format">Always <see cref="CurrentFormat"/>.</param>
/// <param name="LogKey">vkey of the log's Ed25519 signature; its name is the network id.</param>
/// <param name="Network">The ledger's name and log origin.</param>
/// <param name="Nodes">The nodes whose cosignatures count; at least one.</param>
/// <param name="Organizations">Display names; nothing is decided by them.</param>
/// <param name="Quorum">How many distinct nodes must have cosigned: floor(2n/3)+1, never fewer.</param>
public sealed record NetworkFile(
    string Format, string LogKey, NetworkId Network, IReadOnlyList<NetworkNode> Nodes,
    IReadOnlyList<NetworkOrganization> Organizations, int Quorum)
{
    /// <summary>The one value of <see cref="Format"/>.</summary>
    public const string CurrentFormat = "mingjian-network@v1";

    /// <summary>Largest accepted file in bytes.</summary>
    public const int MaxSize = 1 << 20;

    /// <summary>Most nodes of a network.</summary>
    public const int MaxNodes = 256;

    /// <summary>Fewest cosignatures that make a block final with <paramref name="nodes"/> nodes.</summary>
    public static int QuorumOf(int nodes) => (2 * nodes / 3) + 1;

    /// <summary>A network file of the current format with the right quorum.</summary>
    public static NetworkFile Create(
        NetworkId network, string logKey, IReadOnlyList<NetworkNode> nodes, IReadOnlyList<NetworkOrganization> organizations) =>
        new(CurrentFormat, logKey, network, nodes, organizations, QuorumOf(nodes.Count));

    /// <summary>Reads the one canonical encoding; keys are parsed by <see cref="TrustedNetwork"/>.</summary>
    /// <exception cref="NetworkFileException">Another encoding, another format, no node, or a quorum other than floor(2n/3)+1.</exception>
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
            throw new NetworkFileException("这不是有效的网络文件，或者内容被改动过。", e);
        }

        if (file.Format != CurrentFormat)
        {
            throw new NetworkFileException($"网络文件的格式是“{file.Format}”，应当是“{CurrentFormat}”。");
        }

        if (file.Nodes.Count is 0 or > MaxNodes || file.Quorum != QuorumOf(file.Nodes.Count)
            || file.Nodes.DistinctBy(n => n.Name, StringComparer.Ordinal).Count() != file.Nodes.Count
            || file.Nodes.DistinctBy(n => n.Vkey, StringComparer.Ordinal).Count() != file.Nodes.Count)
        {
            throw new NetworkFileException("网络文件里的节点数或确认数不对。");
        }

        return file;
    }

    /// <summary>Display name of an organisation, or null.</summary>
    public string? NameOf(OrganizationId organization) => Organizations.FirstOrDefault(o => o.Id == organization)?.Name;

    /// <summary>The canonical bytes.</summary>
    public byte[] Encode() => CanonicalJson.Encode(this, NetworkFileJson.Canonical);
}

/// <param name="Name">Cosigner name, <c>&lt;origin&gt;/node/&lt;n&gt;</c>.</param>
/// <param name="Vkey">vkey of type 0x04 (timestamped Ed25519 cosignature).</param>
public sealed record NetworkNode(string Name, string Vkey);

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
