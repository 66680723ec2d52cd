using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Primitives;

namespace Mingjian.Acts.Networks;

/// <summary>How the nodes of a network changed: leads a verifier from its network file to the nodes that signed a later checkpoint.</summary>
/// <remarks>
/// Canonical JSON (docs/reference/formats.md, "Node history"). It may come from anybody: <see cref="TrustedNetwork.Follow"/> checks that every
/// change was announced by the nodes before it.
/// </remarks>
/// <param name="Changes">In order.</param>
/// <param name="Format">Always <see cref="CurrentFormat"/>.</param>
/// <param name="Network">The ledger.</param>
public sealed record NodeHistoryFile(IReadOnlyList<NodeSetChange> Changes, string Format, NetworkId Network)
{
    /// <summary>The one value of <see cref="Format"/>.</summary>
    public const string CurrentFormat = "mingjian-nodes@v2";

    /// <summary>Largest accepted file in bytes: more than a thousand changes.</summary>
    public const int MaxSize = 16 << 20;

    /// <summary>Reads the one canonical encoding; checks no proof.</summary>
    /// <exception cref="NetworkFileException">Another encoding or another format.</exception>
    public static NodeHistoryFile Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxSize)
        {
            throw new NetworkFileException("名单变更记录太大。");
        }

        NodeHistoryFile file;
        try
        {
            file = CanonicalJson.Decode(bytes, NodeHistoryJson.Canonical);
        }
        catch (CanonicalJsonException e)
        {
            throw new NetworkFileException("这不是有效的名单变更记录，或者内容被改动过。", e);
        }

        return string.Equals(file.Format, CurrentFormat, StringComparison.Ordinal)
            ? file
            : throw new NetworkFileException($"名单变更记录的格式是“{file.Format}”，应当是“{CurrentFormat}”。");
    }

    /// <summary>The canonical bytes.</summary>
    public byte[] Encode() => CanonicalJson.Encode(this, NodeHistoryJson.Canonical);
}

/// <summary>One change: the last block of the nodes before it names the nodes after it.</summary>
/// <param name="Proof">Text of a C2SP tlog-proof@v1 that the seal stands in the log; its checkpoint is that of the seal's own block.</param>
/// <param name="Seal">Bytes of that block's seal entry.</param>
/// <param name="Seats">The new nodes with their organisations.</param>
public sealed record NodeSetChange(string Proof, byte[] Seal, IReadOnlyList<Seat> Seats);

/// <summary>Serialisation of node histories.</summary>
[JsonSerializable(typeof(NodeHistoryFile))]
public sealed partial class NodeHistoryJson : JsonSerializerContext
{
    /// <summary>Canonical type info.</summary>
    public static JsonTypeInfo<NodeHistoryFile> Canonical { get; } =
        (JsonTypeInfo<NodeHistoryFile>)CanonicalJson.CreateOptions(new NodeHistoryJson()).GetTypeInfo(typeof(NodeHistoryFile));
}
