using System.Globalization;
using System.Text;
using Mingjian.Client.Networks;
using Mingjian.Client.Signing;
using Mingjian.Contracts.Nodes;
using Mingjian.Ordering.Etcd;
using Mingjian.Primitives;

namespace Mingjian.Cli.Networks;

/// <summary>The operators' directory of a network: authorities, the founding's files, and one folder for each node to take home.</summary>
internal static class NetworkBundle
{
    public const string FoundingFileName = "founding.mjact.json";

    private const string MembersFileName = "etcd-members.txt";
    private const string Suffix = ".mjnode.json";

    /// <summary>Puts the founding's node files together.</summary>
    /// <param name="directory">New.</param>
    /// <param name="charter">SHA-256 of the charter's document.</param>
    /// <param name="nodes">Numbers 1 to n.</param>
    public static void Found(string directory, Hash32 charter, IReadOnlyList<NodeFile> nodes)
    {
        Check(nodes);
        var network = nodes[0].Network;
        if (nodes[^1].Number != nodes.Count)
        {
            throw new CommandException("创始节点的编号应为 1 到节点数，不缺不重。");
        }

        if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
        {
            throw new CommandException($"{directory} 不是空目录。");
        }

        PrivateFile.CreateDirectory(directory);
        var authority = PrivateFile.CreateDirectory(directory, "authority");
        CertificateAuthority.Create(authority, "client", network.ToString());
        CertificateAuthority.Create(authority, "peer", network.ToString());
        using (var client = CertificateAuthority.Open(authority, "client"))
        {
            var request = CertificateAuthority.Request(Path.Combine(authority, "root.key"), EtcdCluster.RootUser);
            File.WriteAllText(Path.Combine(authority, "root.crt"), client.Issue(request, EtcdCluster.RootUser, client: true, server: null));
        }

        List<NetworkOrganization> organizations = [.. nodes.Select(n => new NetworkOrganization(n.Seat.Organization, n.Name))];
        File.WriteAllBytes(
            Path.Combine(directory, NetworkFile.FileName),
            NetworkFile.Create(network, TrustAnchor.Genesis, new NodeSet([.. nodes.Select(n => n.Seat.Node)]), organizations).Encode());
        File.WriteAllBytes(
            Path.Combine(directory, FoundingFileName), ActFile.Prepare(new FoundNodes(charter, [.. nodes.Select(n => n.Seat)]), network).Encode());
        foreach (var node in nodes)
        {
            WriteFor(directory, node, nodes, nodes);
        }
    }

    /// <summary>Certificates and addresses for a node that joins a running network; it uses the other members' etcd until it has one of its own.</summary>
    public static string Admit(string directory, NodeFile node)
    {
        var before = Directory.EnumerateDirectories(directory, "node-*").Select(ReadNodes).MaxBy(n => n.Count)
            ?? throw new CommandException($"{directory} 不是 mingjian network found 建立的目录。");
        var members = ReadMembers(Directory.EnumerateDirectories(directory, "node-*").First(), before);
        List<NodeFile> nodes = [.. before.Where(n => n.Number != node.Number), node];
        Check(nodes);
        return WriteFor(directory, node, nodes, members);
    }

    /// <summary>The node files in a bundle, ascending by number.</summary>
    public static List<NodeFile> ReadNodes(string bundle) =>
        [.. Directory.EnumerateFiles(bundle, "*" + Suffix).Select(f => NodeFile.Read(new FileInfo(f))).OrderBy(n => n.Number)];

    /// <summary>The nodes that run an etcd member.</summary>
    public static List<NodeFile> ReadMembers(string bundle, IReadOnlyList<NodeFile> nodes)
    {
        var numbers = File.ReadAllLines(Path.Combine(bundle, MembersFileName)).Select(l => int.Parse(l, CultureInfo.InvariantCulture)).ToHashSet();
        return [.. nodes.Where(n => numbers.Contains(n.Number))];
    }

    public static EtcdMember Member(NodeFile node) => new(node.Number, new Uri(node.EtcdClient), new Uri(node.EtcdPeer));

    /// <summary>The operators' access to etcd.</summary>
    public static EtcdAdministration Administer(string directory, IReadOnlyList<NodeFile> members)
    {
        var authority = Path.Combine(directory, "authority");
        return new EtcdAdministration(
            [.. members.Select(m => new Uri(m.EtcdClient))],
            new EtcdTls(Path.Combine(authority, "client.crt"), Path.Combine(authority, "root.crt"), Path.Combine(authority, "root.key")), TimeProvider.System);
    }

    private static string WriteFor(string directory, NodeFile node, IReadOnlyList<NodeFile> nodes, IReadOnlyList<NodeFile> members)
    {
        var authority = Path.Combine(directory, "authority");
        var bundle = PrivateFile.CreateDirectory(directory, EtcdCluster.UserOf(node.Number));
        var user = EtcdCluster.UserOf(node.Number);
        using var client = CertificateAuthority.Open(authority, "client");
        using var peer = CertificateAuthority.Open(authority, "peer");
        void Write(string name, string text) => File.WriteAllText(Path.Combine(bundle, name), text, Encoding.ASCII);
        Write("client.crt", client.Issue(node.Certificates.Client, user, client: true, server: null));
        Write("server.crt", client.Issue(node.Certificates.Server, $"etcd-{user}", client: false, new Uri(node.EtcdClient).IdnHost));
        Write("peer.crt", peer.Issue(node.Certificates.Peer, $"etcd-{user}", client: true, new Uri(node.EtcdPeer).IdnHost));
        Write("client-authority.crt", client.Certificate + "\n");
        Write("peer-authority.crt", peer.Certificate + "\n");
        Write(MembersFileName, string.Join('\n', members.Select(m => m.Number.ToString(CultureInfo.InvariantCulture))) + "\n");
        File.Copy(Path.Combine(directory, NetworkFile.FileName), Path.Combine(bundle, NetworkFile.FileName), overwrite: true);
        foreach (var one in nodes)
        {
            File.WriteAllBytes(Path.Combine(bundle, one.Number.ToString(CultureInfo.InvariantCulture) + Suffix), one.Encode());
        }

        return bundle;
    }

    private static void Check(IReadOnlyList<NodeFile> nodes)
    {
        if (nodes.Count is 0 or > NodeSet.MaxNodes || nodes.Any(n => n.Network != nodes[0].Network) || !NodeSet.IsValid([.. nodes.Select(n => n.Seat.Node)])
            || nodes.DistinctBy(n => n.Seat.Organization).Count() != nodes.Count || nodes.DistinctBy(n => n.Seat.OrganizationKey).Count() != nodes.Count)
        {
            throw new CommandException("节点文件不是同一个账本的，或者编号、单位、密钥有重复。");
        }
    }
}
