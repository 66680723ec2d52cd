using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Acts;
using Mingjian.Cli.Kit;
using Mingjian.Contracts.Nodes;
using Mingjian.Primitives;

namespace Mingjian.Cli.Networks;

/// <summary>What an organisation gives the others about its node: public keys, addresses, requests for certificates. Nothing in it is secret.</summary>
/// <param name="Certificates">PKCS#10 requests in PEM; only their public keys are used.</param>
/// <param name="EtcdClient">Where nodes reach the organisation's etcd member.</param>
/// <param name="EtcdPeer">Where other members reach it.</param>
/// <param name="Format">Always <see cref="CurrentFormat"/>.</param>
/// <param name="Name">The organisation's name, for display.</param>
/// <param name="Network">The ledger.</param>
/// <param name="Seat">Number, keys and organisation as they will stand on the ledger.</param>
/// <param name="Server">Where the node's server is reached.</param>
internal sealed record NodeFile(
    CertificateRequests Certificates, string EtcdClient, string EtcdPeer, string Format, string Name, NetworkId Network, Seat Seat, string Server)
{
    public const string CurrentFormat = "mingjian-node@v1";

    private const int MaxSize = 64 * 1024;

    [JsonIgnore]
    public int Number => Seat.Node.Number;

    /// <exception cref="CommandException">Not such a file.</exception>
    public static NodeFile Read(FileInfo file)
    {
        var bytes = Files.Read(file, MaxSize);
        try
        {
            var node = CanonicalJson.Decode(bytes, NodeFileJson.Canonical);
            return node.Format != CurrentFormat ? throw Refuse()
                : Array.TrueForAll([node.EtcdClient, node.EtcdPeer, node.Server], IsAddress) ? node
                : throw new CommandException($"{file.Name} 的地址不对。");
        }
        catch (CanonicalJsonException e)
        {
            throw Refuse(e);
        }

        CommandException Refuse(Exception? cause = null) =>
            new(FormatMark.Refusal(file.Name, bytes, CurrentFormat) ?? $"{file.Name} 不是节点文件，或者内容被改动过。", cause);
    }

    public byte[] Encode() => CanonicalJson.Encode(this, NodeFileJson.Canonical);

    /// <summary>An http or https address without path, query or name of a user.</summary>
    public static bool IsAddress(string? text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is
    { Scheme: "http" or "https", AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" };
}

/// <param name="Client">To etcd, as a node.</param>
/// <param name="Peer">Between etcd members.</param>
/// <param name="Server">The etcd member's, shown to nodes.</param>
internal sealed record CertificateRequests(string Client, string Peer, string Server);

[JsonSerializable(typeof(NodeFile))]
internal sealed partial class NodeFileJson : JsonSerializerContext
{
    public static JsonTypeInfo<NodeFile> Canonical { get; } =
        (JsonTypeInfo<NodeFile>)CanonicalJson.CreateOptions(new NodeFileJson()).GetTypeInfo(typeof(NodeFile));
}
