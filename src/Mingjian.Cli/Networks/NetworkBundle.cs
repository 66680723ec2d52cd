using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Mingjian.Acts.Networks;
using Mingjian.Acts.Signing;
using Mingjian.Cli.Kit;
using Mingjian.Contracts;
using Mingjian.Contracts.Nodes;
using Mingjian.Ordering.Etcd;
using Mingjian.Primitives;

namespace Mingjian.Cli.Networks;

/// <summary>The operators' directory of a network: authorities, the founding's files, and one folder for each node to take home.</summary>
internal static class NetworkBundle
{
    public const string FoundingFileName = "founding.mjact.json";

    /// <summary>In the operators' authority, in every bundle and on every node: certificates between etcd members that count no more.</summary>
    public const string RevocationsFileName = "peer.crl";

    // A line for each certificate between members that may still be good: the node's number and the serial number in hex.
    private const string IssuedFileName = "peer-issued.txt";
    private const string MembersFileName = "etcd-members.txt";
    private const string JoiningFileName = "etcd-joining";
    private const string Suffix = ".mjnode.json";

    /// <summary>Puts the founding's node files together.</summary>
    /// <param name="directory">New.</param>
    /// <param name="charter">SHA-256 of the charter's document.</param>
    /// <param name="nodes">Numbers 1 to n.</param>
    /// <param name="protocol">By which blocks are made from the first on: what the programs of all of them carry.</param>
    public static void Found(string directory, Hash32 charter, IReadOnlyList<NodeFile> nodes, int protocol)
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
        using (var peer = CertificateAuthority.Open(authority, "peer"))
        {
            Replace(Path.Combine(authority, RevocationsFileName), peer.Revoke(null, []));
        }

        using (var client = CertificateAuthority.Open(authority, "client"))
        {
            var request = CertificateAuthority.Request(Path.Combine(authority, "root.key"), EtcdCluster.RootUser);
            File.WriteAllText(Path.Combine(authority, "root.crt"), client.Issue(request, EtcdCluster.RootUser, client: true, server: null));
        }

        List<NetworkOrganization> organizations = [.. nodes.Select(n => new NetworkOrganization(n.Seat.Organization, n.Name))];
        File.WriteAllBytes(
            Path.Combine(directory, NetworkFile.FileName),
            NetworkFile.Create(network, TrustAnchor.Genesis, new NodeSet([.. nodes.Select(n => n.Seat)]), organizations).Encode());
        File.WriteAllBytes(
            Path.Combine(directory, FoundingFileName), ActFile.Prepare(new FoundNodes(charter, [.. nodes.Select(n => n.Seat)], protocol), network).Encode());
        WriteMembers(directory, nodes);
        foreach (var node in nodes)
        {
            WriteFor(directory, node, nodes, nodes, joining: false);
        }
    }

    /// <summary>Certificates and addresses for a node that joins a running network.</summary>
    /// <param name="withMember">Whether it brings an etcd member of its own; otherwise it uses the others'.</param>
    /// <returns>Its folder; the same as before when the node was admitted already.</returns>
    public static string Admit(string directory, NodeFile node, bool withMember)
    {
        var (network, members) = ReadCluster(directory);
        var bundle = Path.Combine(directory, EtcdCluster.UserOf(node.Number));
        if (Directory.Exists(bundle))
        {
            return ReadNodes(bundle).Exists(n => n == node)
                ? bundle
                : throw new CommandException($"{bundle} 是另一个节点文件的，没有改动。");
        }

        List<NodeFile> nodes = [.. ReadAll(directory), node];
        Check(nodes);
        if (node.Network != network)
        {
            throw new CommandException("节点文件不是这个账本的。");
        }

        return WriteFor(directory, node, nodes, withMember ? [.. members, node] : members, joining: withMember);
    }

    /// <summary>New certificates with all their days for nodes' present keys, and for the operators.</summary>
    public static void Renew(string directory, IEnumerable<NodeFile> nodes)
    {
        foreach (var node in nodes)
        {
            WriteCertificates(directory, node);
        }

        var authority = Path.Combine(directory, "authority");
        using var client = CertificateAuthority.Open(authority, "client");
        using var root = ECDsa.Create();
        root.ImportFromPem(File.ReadAllText(Path.Combine(authority, "root.key")));
        var request = new CertificateRequest($"CN={EtcdCluster.RootUser}", root, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        Replace(Path.Combine(authority, "root.crt"), client.Issue(request, EtcdCluster.RootUser, client: true, server: null));
    }

    /// <summary>Takes a node out of what the operators keep as present. Its certificates between members are on the list that the other bundles then have.</summary>
    public static void Dismiss(string directory, NodeFile node)
    {
        Revoke(Path.Combine(directory, "authority"), node.Number);
        WriteMembers(directory, ReadCluster(directory).Members.Where(m => m.Number != node.Number));

        // An admission that was taken back has left one already: its number is given again.
        var left = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"left-node-{node.Number}"));
        var kept = left;
        for (var again = 2; Directory.Exists(kept); again++)
        {
            kept = string.Create(CultureInfo.InvariantCulture, $"{left}-{again}");
        }

        Directory.Move(Path.Combine(directory, EtcdCluster.UserOf(node.Number)), kept);
        foreach (var present in ReadAll(directory))
        {
            CopyRevocations(directory, present.Number);
        }
    }

    private static void Revoke(string authority, int number)
    {
        var (issued, list) = (Path.Combine(authority, IssuedFileName), Path.Combine(authority, RevocationsFileName));
        var mine = File.ReadLines(issued).ToLookup(l => l.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{number} "), StringComparison.Ordinal));
        using var peer = CertificateAuthority.Open(authority, "peer");
        Replace(list, peer.Revoke(File.ReadAllBytes(list), mine[true].Select(l => Convert.FromHexString(l[(l.IndexOf(' ', StringComparison.Ordinal) + 1)..]))));
        Replace(issued, string.Concat(mine[false].Select(l => l + "\n")));
    }

    private static void CopyRevocations(string directory, int number) => Replace(
        Path.Combine(directory, EtcdCluster.UserOf(number), RevocationsFileName), File.ReadAllBytes(Path.Combine(directory, "authority", RevocationsFileName)));

    /// <summary>Every node that was founded with or admitted and has not been dismissed, ascending by number.</summary>
    /// <exception cref="CommandException">Not a directory of <see cref="Found"/>.</exception>
    public static List<NodeFile> ReadAll(string directory)
    {
        List<NodeFile> nodes = Directory.Exists(directory)
            ? [.. Directory.EnumerateDirectories(directory, "node-*").Select(d => ReadNodes(d).Find(n => Path.GetFileName(d) == EtcdCluster.UserOf(n.Number)))
                .OfType<NodeFile>().OrderBy(n => n.Number)]
            : [];
        return nodes.Count > 0 ? nodes : throw new CommandException($"{directory} 不是 mingjian network found 建立的目录。");
    }

    /// <summary>The ledger and the nodes whose etcd members count.</summary>
    public static (NetworkId Network, List<NodeFile> Members) ReadCluster(string directory)
    {
        var nodes = ReadAll(directory);
        return (nodes[0].Network, ReadMembers(directory, nodes));
    }

    /// <summary>From now on the member of a node counts.</summary>
    public static void AddMember(string directory, NodeFile node) =>
        WriteMembers(directory, [.. ReadCluster(directory).Members.Where(m => m.Number != node.Number), node]);

    /// <summary>The node files in a bundle, ascending by number.</summary>
    public static List<NodeFile> ReadNodes(string bundle) =>
        [.. Directory.EnumerateFiles(bundle, "*" + Suffix).Select(f => NodeFile.Read(new FileInfo(f))).OrderBy(n => n.Number)];

    /// <summary>The nodes that run an etcd member, as a bundle or the operators' directory lists them.</summary>
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

    /// <summary>Whether a bundle is for a member that is added to a running cluster.</summary>
    public static bool IsJoining(string bundle) => File.Exists(Path.Combine(bundle, JoiningFileName));

    private static string WriteFor(string directory, NodeFile node, IReadOnlyList<NodeFile> nodes, IReadOnlyList<NodeFile> members, bool joining)
    {
        var bundle = PrivateFile.CreateDirectory(directory, EtcdCluster.UserOf(node.Number));
        WriteCertificates(directory, node);
        WriteMembers(bundle, members);
        if (joining)
        {
            File.WriteAllText(Path.Combine(bundle, JoiningFileName), string.Empty);
        }

        File.Copy(Path.Combine(directory, NetworkFile.FileName), Path.Combine(bundle, NetworkFile.FileName), overwrite: true);
        foreach (var one in nodes)
        {
            File.WriteAllBytes(Path.Combine(bundle, one.Number.ToString(CultureInfo.InvariantCulture) + Suffix), one.Encode());
        }

        return bundle;
    }

    private static void WriteCertificates(string directory, NodeFile node)
    {
        var authority = Path.Combine(directory, "authority");
        var user = EtcdCluster.UserOf(node.Number);
        using var client = CertificateAuthority.Open(authority, "client");
        using var peer = CertificateAuthority.Open(authority, "peer");
        void Write(string name, string text) => Replace(Path.Combine(directory, user, name), text);
        Write("client.crt", client.Issue(node.Certificates.Client, user, client: true, server: null));
        Write("server.crt", client.Issue(node.Certificates.Server, $"etcd-{user}", client: false, new Uri(node.EtcdClient).IdnHost));
        var member = peer.Issue(node.Certificates.Peer, $"etcd-{user}", client: true, new Uri(node.EtcdPeer).IdnHost);
        using (var certificate = X509Certificate2.CreateFromPem(member))
        {
            File.AppendAllText(
                Path.Combine(authority, IssuedFileName), string.Create(CultureInfo.InvariantCulture, $"{node.Number} {Convert.ToHexStringLower(certificate.SerialNumberBytes.Span)}\n"));
        }

        Write("peer.crt", member);
        CopyRevocations(directory, node.Number);
        Write("client-authority.crt", client.Certificate + "\n");
        Write("peer-authority.crt", peer.Certificate + "\n");
    }

    private static void WriteMembers(string directory, IEnumerable<NodeFile> members) => Replace(
        Path.Combine(directory, MembersFileName), string.Concat(members.Select(m => m.Number).Order().Select(n => string.Create(CultureInfo.InvariantCulture, $"{n}\n"))));

    private static void Replace(string path, string text) => Replace(path, Encoding.ASCII.GetBytes(text));

    private static void Replace(string path, byte[] bytes)
    {
        File.WriteAllBytes(path + ".new", bytes);
        File.Move(path + ".new", path, overwrite: true);
    }

    private static void Check(IReadOnlyList<NodeFile> nodes)
    {
        if (nodes.Count is 0 or > NodeSet.MaxNodes || nodes.Any(n => n.Network != nodes[0].Network) || !NodeSet.IsValid([.. nodes.Select(n => n.Seat)]))
        {
            throw new CommandException("节点文件不是同一个账本的，或者编号、单位、密钥有重复。");
        }
    }
}
