using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Mingjian.Acts.Networks;
using Mingjian.Cli.Kit;
using Mingjian.Contracts.Nodes;
using Mingjian.Engine.Keys;
using Mingjian.Ordering.Etcd;
using Mingjian.Primitives;

namespace Mingjian.Cli.Networks;

/// <summary>All that one organisation keeps for its node, on the node's machine; its network key is kept elsewhere.</summary>
internal sealed class NodeDirectory(string path)
{
    /// <summary>Full path.</summary>
    public string Path { get; } = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));

    public string Keys => In("keys");

    public string Tls => In("tls");

    /// <summary>What the others get.</summary>
    public FileInfo File => new(In("node.mjnode.json"));

    /// <summary>Settings of the server, one <c>NAME=value</c> a line, as systemd's <c>EnvironmentFile</c> reads it.</summary>
    public string Environment => In("node.env");

    /// <summary>For <c>etcd --config-file</c>; not there on a node that uses the others' etcd.</summary>
    public string EtcdConfiguration => In("etcd.yml");

    /// <summary>Makes keys and requests, and the file for the others.</summary>
    /// <exception cref="CommandException">There are keys already.</exception>
    public NodeFile Create(NetworkId network, int number, OrganizationId organization, PublicKeyValue organizationKey, string name, NodeAddresses addresses)
    {
        if (NodeKeys.Exist(Keys) || File.Exists)
        {
            throw new CommandException($"{Path} 里已经有节点密钥，没有改动。换密钥请用 mingjian network rotate。");
        }

        PrivateFile.CreateDirectory(Path);
        PrivateFile.CreateDirectory(Keys);
        PrivateFile.CreateDirectory(Tls);
        var keys = NodeKeys.LoadOrCreate(Keys, network, number);
        var user = EtcdCluster.UserOf(number);
        var file = new NodeFile(
            new CertificateRequests(
                CertificateAuthority.Request(Key("client"), user), CertificateAuthority.Request(Key("peer"), user),
                CertificateAuthority.Request(Key("server"), user)),
            addresses.EtcdClient, addresses.EtcdPeer, NodeFile.CurrentFormat, name, network, new Seat(keys.Public, organization, organizationKey),
            addresses.Server);
        System.IO.File.WriteAllBytes(File.FullName, file.Encode());
        return file;
    }

    /// <summary>Takes over certificates, network file and the others' addresses, and writes the configurations of etcd and server.</summary>
    /// <param name="bundle">What <c>network found</c> or <c>network admit</c> made for this node.</param>
    /// <param name="more">Further settings of the server.</param>
    /// <exception cref="CommandException">The bundle is another node's.</exception>
    public void Configure(string bundle, IEnumerable<(string Name, string Value)>? more = null)
    {
        var own = NodeFile.Read(File);
        TakeCertificates(bundle);
        var nodes = NetworkBundle.ReadNodes(bundle);
        System.IO.File.Copy(System.IO.Path.Combine(bundle, NetworkFile.FileName), In(NetworkFile.FileName), overwrite: true);
        PrivateFile.CreateDirectory(In("data"));
        var members = NetworkBundle.ReadMembers(bundle, nodes);
        if (members.Any(m => m.Number == own.Number))
        {
            PrivateFile.CreateDirectory(In("etcd"));
            var cluster = new EtcdCluster(own.Network, [.. members.Select(NetworkBundle.Member)]);
            System.IO.File.WriteAllText(EtcdConfiguration, cluster.Configuration(
                own.Number, new EtcdMemberFiles(
                    In("etcd"), Files("client-authority", "server"), Files("peer-authority", "peer"), System.IO.Path.Combine(Tls, NetworkBundle.RevocationsFileName)),
                NetworkBundle.IsJoining(bundle)));
        }

        System.IO.File.WriteAllText(Environment, Settings(own, nodes, members, more ?? []));
    }

    /// <summary>Takes over certificates alone, for keys that are here: etcd and server use them at the next connection, without a restart.</summary>
    /// <exception cref="CommandException">The bundle is another node's.</exception>
    public void TakeCertificates(string bundle)
    {
        var own = NodeFile.Read(File);
        var nodes = NetworkBundle.ReadNodes(bundle);
        if (nodes.Find(n => n.Number == own.Number)?.Certificates != own.Certificates || !Array.TrueForAll(["client", "peer", "server"], use => IsOwn(bundle, use)))
        {
            throw new CommandException($"{bundle} 不是给节点 {own.Number} 的，或者其中的密钥与本机不一致。");
        }

        foreach (var file in (string[])["client.crt", "peer.crt", "server.crt", "client-authority.crt", "peer-authority.crt", NetworkBundle.RevocationsFileName])
        {
            // Renamed into place: etcd may read at any moment.
            var target = System.IO.Path.Combine(Tls, file);
            System.IO.File.Copy(System.IO.Path.Combine(bundle, file), target + ".new", overwrite: true);
            System.IO.File.Move(target + ".new", target, overwrite: true);
        }
    }

    /// <summary>Puts node keys of a backup where this directory has none. Others than the own are refused.</summary>
    /// <exception cref="CommandException">There are others here.</exception>
    public void TakeKeys(string restored)
    {
        var own = NodeFile.Read(File);
        var keys = NodeKeys.LoadOrCreate(restored, own.Network, own.Number).Public;
        if (keys != own.Seat.Node)
        {
            throw new CommandException($"备份里的节点密钥不是 {Path} 的（换过密钥，或者是别的节点的备份）。数据已恢复，请核对后再启动。");
        }

        if (!NodeKeys.Exist(Keys))
        {
            PrivateFile.CreateDirectory(Keys);
            foreach (var file in Directory.EnumerateFiles(restored, "*.key"))
            {
                System.IO.File.Copy(file, System.IO.Path.Combine(Keys, System.IO.Path.GetFileName(file)));
            }
        }
    }

    /// <summary>Whether a certificate is for the key that was made here.</summary>
    private bool IsOwn(string bundle, string use)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPemFile(System.IO.Path.Combine(bundle, use + ".crt"), Key(use));
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Makes the next keys beside the present ones; a second call gives the same.</summary>
    /// <returns>The node's seat with the next keys.</returns>
    public Seat PrepareRotation()
    {
        var own = NodeFile.Read(File);
        PrivateFile.CreateDirectory(NextKeys);
        return own.Seat with { Node = NodeKeys.LoadOrCreate(NextKeys, own.Network, own.Number).Public };
    }

    /// <summary>Puts the next keys in the place of the present ones, which are destroyed. The node is stopped.</summary>
    /// <exception cref="CommandException">There are no next keys, or the ledger does not name them yet.</exception>
    public void FinishRotation(IReadOnlyList<Seat> present)
    {
        var own = NodeFile.Read(File);
        var seat = NodeKeys.Exist(NextKeys) ? PrepareRotation() : throw new CommandException($"{NextKeys} 里没有新密钥。");
        if (present.FirstOrDefault(s => s.Node.Number == own.Number)?.Node != seat.Node)
        {
            throw new CommandException("更换密钥的事项还没有生效，没有改动。");
        }

        Directory.Delete(Keys, recursive: true);
        Directory.Move(NextKeys, Keys);
        System.IO.File.WriteAllBytes(File.FullName, (own with { Seat = seat }).Encode());
    }

    private string NextKeys => In("keys-next");

    private string Settings(
        NodeFile own, IReadOnlyList<NodeFile> nodes, IReadOnlyList<NodeFile> members, IEnumerable<(string Name, string Value)> more)
    {
        var text = new StringBuilder();
        void Set(string name, string value) => text.Append(CultureInfo.InvariantCulture, $"Mingjian__{name.Replace(":", "__", StringComparison.Ordinal)}={value}\n");
        text.Append(CultureInfo.InvariantCulture, $"# Node {own.Number} of {own.Network}. Written by mingjian network configure.\n");
        Set("DataDirectory", In("data"));
        Set("Node:Number", own.Number.ToString(CultureInfo.InvariantCulture));
        Set("Node:Network", In(NetworkFile.FileName));
        Set("Node:Keys", Keys);
        var tls = Files("client-authority", "client");
        Set("Node:Etcd:Authority", tls.AuthorityFile);
        Set("Node:Etcd:Certificate", tls.CertificateFile);
        Set("Node:Etcd:Key", tls.KeyFile);
        foreach (var (index, member) in members.OrderBy(m => m.Number == own.Number ? 0 : 1).ThenBy(m => m.Number).Index())
        {
            Set($"Node:Etcd:Endpoints:{index}", member.EtcdClient);
        }

        foreach (var peer in nodes.Where(n => n.Number != own.Number))
        {
            Set($"Node:Peers:{peer.Number}", peer.Server);
        }

        foreach (var (name, value) in more)
        {
            Set(name, value);
        }

        return text.ToString();
    }

    private EtcdTls Files(string authority, string use) =>
        new(System.IO.Path.Combine(Tls, authority + ".crt"), System.IO.Path.Combine(Tls, use + ".crt"), Key(use));

    private string Key(string use) => System.IO.Path.Combine(Tls, use + ".key");

    private string In(string name) => System.IO.Path.Combine(Path, name);
}

/// <summary>Where a node's three services are reached: <c>scheme://host:port</c>.</summary>
internal sealed record NodeAddresses(string Server, string EtcdClient, string EtcdPeer);
