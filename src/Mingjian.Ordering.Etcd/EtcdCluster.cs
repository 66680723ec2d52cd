using System.Globalization;
using System.Text;
using Mingjian.Primitives;

namespace Mingjian.Ordering.Etcd;

/// <summary>One member of a network's etcd cluster: every organisation runs one beside its node.</summary>
/// <param name="Node">The node's number.</param>
/// <param name="Client">Where nodes reach the member.</param>
/// <param name="Peer">Where the other members reach it.</param>
public sealed record EtcdMember(int Node, Uri Client, Uri Peer)
{
    /// <summary>Its name in the cluster.</summary>
    public string Name => EtcdCluster.UserOf(Node);
}

/// <summary>Files of one member. The two authorities must not be the same: a node's client certificate must not make it an etcd member.</summary>
/// <param name="DataDirectory">Only this member's.</param>
/// <param name="Client">What it shows to nodes, and the authority that nodes' certificates come from.</param>
/// <param name="Peer">What it shows to other members, and the authority that theirs come from.</param>
/// <param name="PeerRevocations">
/// List of the members' certificates that count no more (X.509, DER). etcd reads it anew for each connection from another member, and takes none while it
/// is not there. Null = no list.
/// </param>
public sealed record EtcdMemberFiles(string DataDirectory, EtcdTls? Client, EtcdTls? Peer, string? PeerRevocations = null);

/// <summary>How a network's etcd cluster is set up: each member's configuration, and who may write what.</summary>
public sealed class EtcdCluster
{
    /// <summary>The user that may change users; its certificate belongs to the operators, never on a node.</summary>
    public const string RootUser = "root";

    /// <summary>The most that etcd's makers recommend: five minutes of the highest rate that it was measured to take (13 MB/s), twice over.</summary>
    private const long QuotaBytes = 8L * 1024 * 1024 * 1024;

    /// <summary>Above a largest batch, far below etcd's default of 1.5 MB: nobody can fill the order with larger values.</summary>
    private const int MaxRequestBytes = 512 * 1024;

    /// <summary>
    /// Where nodes may not compact, etcd keeps this much history, looked at every five minutes. By revisions, not by time: an idle
    /// network keeps its newest history. Items that have not been removed stay readable in any case.
    /// </summary>
    private const int KeptRevisions = 10_000;

    private readonly IReadOnlyList<EtcdMember> _members;

    /// <param name="network">Its name becomes the cluster's token, so that members of two networks never mix.</param>
    /// <param name="members">At least one, all numbers and addresses different.</param>
    /// <exception cref="ArgumentException">Not such a list.</exception>
    public EtcdCluster(NetworkId network, IReadOnlyList<EtcdMember> members)
    {
        if (members.Count is 0 or > NodeSet.MaxNodes || members.Any(m => m.Node < 1)
            || members.DistinctBy(m => m.Node).Count() != members.Count
            || members.SelectMany(m => new[] { Text(m.Client), Text(m.Peer) }).Distinct(StringComparer.Ordinal).Count() != 2 * members.Count)
        {
            throw new ArgumentException("A cluster has 1 to 31 members, all numbers and addresses different.", nameof(members));
        }

        Network = network;
        _members = members;
    }

    /// <summary>The ledger.</summary>
    public NetworkId Network { get; }

    /// <summary>A node's etcd user: the common name of its client certificate.</summary>
    public static string UserOf(int node) => string.Create(CultureInfo.InvariantCulture, $"node-{node}");

    /// <summary>A member's configuration file (YAML, for <c>etcd --config-file</c>).</summary>
    /// <param name="node">Whose.</param>
    /// <param name="files">Certificates may be left out only where every address is this machine's loopback.</param>
    /// <param name="joining">True for a member that is added to a running cluster.</param>
    /// <exception cref="ArgumentException">An address without certificates that others can reach, or one authority for both.</exception>
    public string Configuration(int node, EtcdMemberFiles files, bool joining = false)
    {
        var member = _members.Single(m => m.Node == node);
        EtcdEndpoints.Check([.. _members.Select(m => m.Client)], files.Client);
        EtcdEndpoints.Check([.. _members.Select(m => m.Peer)], files.Peer);
        if (files.Client is { } client && files.Peer is { } peer && client.AuthorityFile == peer.AuthorityFile)
        {
            throw new ArgumentException("Clients and members need different authorities: a node's certificate must not make it a member.", nameof(files));
        }

        var yaml = new StringBuilder();
        void Set(string name, string value) => yaml.Append(name).Append(": ").Append(Quote(value)).Append('\n');
        yaml.Append(CultureInfo.InvariantCulture, $"# etcd member of node {node}, network {Network}. Written by mingjian.\n");
        Set("name", member.Name);
        Set("data-dir", files.DataDirectory);
        Set("listen-client-urls", Listen(member.Client));
        Set("advertise-client-urls", Text(member.Client));
        Set("listen-peer-urls", Listen(member.Peer));
        Set("initial-advertise-peer-urls", Text(member.Peer));
        Set("initial-cluster", string.Join(',', _members.Select(m => $"{m.Name}={Text(m.Peer)}")));
        Set("initial-cluster-token", Network.ToString());
        Set("initial-cluster-state", joining ? "existing" : "new");
        yaml.Append("strict-reconfig-check: true\nenable-v2: false\n");
        // The gateway would speak to etcd with the server's own certificate instead of the caller's.
        yaml.Append("enable-grpc-gateway: false\n");
        yaml.Append(CultureInfo.InvariantCulture, $"quota-backend-bytes: {QuotaBytes}\nmax-request-bytes: {MaxRequestBytes}\n");
        yaml.Append(CultureInfo.InvariantCulture, $"auto-compaction-mode: revision\nauto-compaction-retention: \"{KeptRevisions}\"\n");
        yaml.Append("logger: zap\nlog-outputs: [stderr]\n");
        Security(yaml, "client-transport-security", files.Client);
        Security(yaml, "peer-transport-security", files.Peer);
        if (files is { Peer: not null, PeerRevocations: { } revocations })
        {
            // The section above has no name for it: this is etcd's own field (embed.Config), which the section leaves as it is.
            yaml.Append("PeerTLSInfo:\n  CRLFile: ").Append(Quote(revocations)).Append('\n');
        }

        return yaml.ToString();
    }

    /// <summary>What makes every node's user, confined to its own keys, in order; carrying it out twice changes nothing.</summary>
    /// <remarks>Users have no passwords: only a certificate of the client authority with the user's common name gets in.</remarks>
    public IReadOnlyList<EtcdAccess> Access() => Access(_members.Select(m => m.Node));

    /// <inheritdoc cref="Access()"/>
    /// <param name="nodes">All nodes, also those without a member.</param>
    public IReadOnlyList<EtcdAccess> Access(IEnumerable<int> nodes) =>
        [new EtcdAccess.AddUser(RootUser), new EtcdAccess.AddRole(RootUser), new EtcdAccess.Grant(RootUser, RootUser),
            .. nodes.SelectMany(n => AccessOf(Network, n)), new EtcdAccess.Enable()];

    /// <summary>The part of <see cref="Access()"/> for one node: it reads the whole network and writes below its own number.</summary>
    public static IReadOnlyList<EtcdAccess> AccessOf(NetworkId network, int node)
    {
        var keys = new EtcdKeys(network);
        var user = UserOf(node);
        return
        [
            new EtcdAccess.AddRole(user), new EtcdAccess.Allow(user, keys.Network, MayWrite: false),
            new EtcdAccess.Allow(user, keys.Node(node), MayWrite: true), new EtcdAccess.AddUser(user), new EtcdAccess.Grant(user, user),
        ];
    }

    /// <summary>What takes a node's access away.</summary>
    public static IReadOnlyList<EtcdAccess> Removal(int node) => [new EtcdAccess.RemoveUser(UserOf(node)), new EtcdAccess.RemoveRole(UserOf(node))];

    private static void Security(StringBuilder yaml, string section, EtcdTls? tls)
    {
        if (tls is not null)
        {
            yaml.Append(section).Append(":\n  client-cert-auth: true\n");
            yaml.Append("  trusted-ca-file: ").Append(Quote(tls.AuthorityFile)).Append('\n');
            yaml.Append("  cert-file: ").Append(Quote(tls.CertificateFile)).Append('\n');
            yaml.Append("  key-file: ").Append(Quote(tls.KeyFile)).Append('\n');
        }
    }

    internal static string Text(Uri uri) => uri.GetLeftPart(UriPartial.Authority);

    /// <summary>etcd listens on addresses, not on names.</summary>
    private static string Listen(Uri uri) => uri.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6
        ? Text(uri)
        : string.Create(CultureInfo.InvariantCulture, $"{uri.Scheme}://{(uri.IdnHost == "localhost" ? "127.0.0.1" : "0.0.0.0")}:{uri.Port}");

    private static string Quote(string text) => text.Any(char.IsControl)
        ? throw new ArgumentException("No control characters in a configuration.", nameof(text))
        : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}

/// <summary>One change of who may do what in etcd.</summary>
public abstract record EtcdAccess
{
    private EtcdAccess()
    {
    }

    /// <summary>The same as a command line of <c>etcdctl</c>, for an operator to read.</summary>
    public abstract string Command { get; }

    public sealed record AddUser(string Name) : EtcdAccess
    {
        /// <inheritdoc/>
        public override string Command => $"etcdctl user add {Name} --no-password";
    }

    public sealed record RemoveUser(string Name) : EtcdAccess
    {
        /// <inheritdoc/>
        public override string Command => $"etcdctl user delete {Name}";
    }

    public sealed record AddRole(string Name) : EtcdAccess
    {
        /// <inheritdoc/>
        public override string Command => $"etcdctl role add {Name}";
    }

    public sealed record RemoveRole(string Name) : EtcdAccess
    {
        /// <inheritdoc/>
        public override string Command => $"etcdctl role delete {Name}";
    }

    /// <param name="Role">Gains the permission.</param>
    /// <param name="Prefix">For all keys that begin so.</param>
    /// <param name="MayWrite">Reading and writing, or reading alone.</param>
    public sealed record Allow(string Role, string Prefix, bool MayWrite) : EtcdAccess
    {
        /// <inheritdoc/>
        public override string Command => $"etcdctl role grant-permission {Role} {(MayWrite ? "readwrite" : "read")} --prefix {Prefix}";
    }

    public sealed record Grant(string User, string Role) : EtcdAccess
    {
        /// <inheritdoc/>
        public override string Command => $"etcdctl user grant-role {User} {Role}";
    }

    /// <summary>From here on nobody gets in without a right. Needs the root user.</summary>
    public sealed record Enable : EtcdAccess
    {
        /// <inheritdoc/>
        public override string Command => "etcdctl auth enable";
    }
}
