using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using Mingjian.Acts.Networks;
using Mingjian.Engine.Keys;
using Mingjian.Ordering.Etcd;
using Mingjian.Primitives;
using Mingjian.Server.Configuration;
using Mingjian.Server.LedgerApi;
using Mingjian.Server.Operations;

namespace Mingjian.Server.Nodes;

/// <summary>Who this process is: alone with its ledger, or a node of a network.</summary>
/// <param name="Network">The ledger's name.</param>
/// <param name="Founders">The nodes that make block 1 final; this node alone unless <paramref name="Shared"/>.</param>
/// <param name="Keys">This node's own.</param>
/// <param name="KeysDirectory">Where they lie.</param>
/// <param name="Shared">Null when this node is alone.</param>
internal sealed record NodeIdentity(NetworkId Network, NodeSet Founders, NodeKeys Keys, string KeysDirectory, NodeOptions? Shared)
{
    /// <summary>A network's demo must carry this name, so that no real ledger is ever filled with invented people.</summary>
    private const string DemoNetwork = "demo.mingjian.invalid/";

    private const int MaxFile = 64 * 1024;

    /// <exception cref="OptionsValidationException">Files or settings that an operator has to mend.</exception>
    public static NodeIdentity Load(ServerOptions options, TimeProvider clock)
    {
        if (options.Node is { } node)
        {
            try
            {
                return LoadShared(options, node, clock);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or NetworkFileException or InvalidDataException)
            {
                throw Refuse($"Mingjian:Node: {e.Message}");
            }
        }

        if (File.Exists(Path.Combine(options.NetworkDirectory, NetworkFile.FileName)))
        {
            throw Refuse(
                $"{options.NetworkDirectory} holds the ledger of a network's node, or a web process's copy; start it with its section Mingjian:Node, or Mingjian:Web.");
        }

        var network = NetworkName.LoadOrCreate(options).Id;
        var directory = Path.Combine(options.NetworkDirectory, "keys");
        var keys = NodeKeys.LoadOrCreate(directory, network);
        return new NodeIdentity(network, keys.Alone.Nodes, keys, directory, null);
    }

    private static NodeIdentity LoadShared(ServerOptions options, NodeOptions node, TimeProvider clock)
    {
        var file = ReadFounding(node.Network, "Mingjian:Node:Network", options.Start, out var bytes);
        if (file.Seats is null)
        {
            throw Refuse($"Mingjian:Node:Network: {node.Network} names no organisations: it is of a node that is alone, not of a network (mingjian network found).");
        }

        var directory = Path.GetFullPath(node.Keys ?? Path.Combine(options.NetworkDirectory, "keys"));
        if (!NodeKeys.Exist(directory))
        {
            throw Refuse($"Mingjian:Node:Keys: {directory} does not hold log.key, vote.key and batch.key (mingjian network init makes them).");
        }

        var keys = NodeKeys.LoadOrCreate(directory, file.Network, node.Number);
        CheckAddresses(node);
        CheckEtcd(node, clock.GetUtcNow());
        Bind(options, file.Network, bytes);
        return new NodeIdentity(file.Network, file.ToNodeSet(), keys, directory, node);
    }

    /// <summary>The network file of the founding.</summary>
    internal static NetworkFile ReadFounding(string path, string setting, StartMode start, out byte[] bytes)
    {
        bytes = Read(path);
        var file = NetworkFile.Parse(bytes);
        if (file.Anchor != TrustAnchor.Genesis)
        {
            throw Refuse($"{setting}: {path} begins after block {file.Anchor.Height}; what is needed is the network file of the founding.");
        }

        return start != StartMode.Demo || file.Network.ToString().StartsWith(DemoNetwork, StringComparison.Ordinal)
            ? file
            : throw Refuse($"Mingjian:Start=Demo is only for networks whose name begins with {DemoNetwork}.");
    }

    /// <summary>Data that belong to another ledger are not touched. The copy of the network file says for good that they are a network node's.</summary>
    internal static void Bind(ServerOptions options, NetworkId network, byte[] file)
    {
        PrivateFiles.CreateDirectory(options.NetworkDirectory);
        var copy = Path.Combine(options.NetworkDirectory, NetworkFile.FileName);
        var name = Path.Combine(options.NetworkDirectory, "network.txt");
        if (File.Exists(copy) ? !Read(copy).AsSpan().SequenceEqual(file) : File.Exists(name))
        {
            throw Refuse($"{options.NetworkDirectory} belongs to another ledger, or to another founding of {network}.");
        }

        foreach (var (path, content) in new[] { (name, System.Text.Encoding.ASCII.GetBytes($"{network}\n")), (copy, file) })
        {
            if (!File.Exists(path))
            {
                File.WriteAllBytes(path + ".new", content);
                File.Move(path + ".new", path, overwrite: true);
            }
        }
    }

    private static void CheckAddresses(NodeOptions node)
    {
        if (node.Peers.Values.Any(p => p is not { IsAbsoluteUri: true, Scheme: "http" or "https", Query: "", UserInfo: "" }))
        {
            throw Refuse("Mingjian:Node:Peers: each is http:// or https:// and another node's server.");
        }

        if (node.Peers.Keys.Any(number => number < 1 || number == node.Number))
        {
            throw Refuse("Mingjian:Node:Peers:<number>: each stands under the number of that other node.");
        }

        if (node.Etcd.Endpoints.Any(e => e is not { IsAbsoluteUri: true }))
        {
            throw Refuse("Mingjian:Node:Etcd:Endpoints: each is https://host:port, or http on this machine's loopback.");
        }
    }

    private static void CheckEtcd(NodeOptions node, DateTimeOffset now)
    {
        string?[] files = [node.Etcd.Authority, node.Etcd.Certificate, node.Etcd.Key];
        if (Array.TrueForAll(files, f => f is null))
        {
            return;
        }

        if (Array.Exists(files, f => f is null || !File.Exists(f)))
        {
            throw Refuse("Mingjian:Node:Etcd: Authority, Certificate and Key belong together, and each must name a file.");
        }

        try
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(node.Etcd.Certificate!);
            var user = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
            if (user != EtcdCluster.UserOf(node.Number))
            {
                throw Refuse($"Mingjian:Node:Etcd:Certificate is of {user}, not of {EtcdCluster.UserOf(node.Number)}.");
            }

            if (certificate.NotAfter.ToUniversalTime() < now.UtcDateTime)
            {
                throw Refuse(
                    $"Mingjian:Node:Etcd:Certificate has expired ({certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}): mingjian network renew, then network configure --certificates.");
            }
        }
        catch (CryptographicException e)
        {
            throw Refuse($"Mingjian:Node:Etcd:Certificate: {e.Message}");
        }
    }

    private static byte[] Read(string path) => new FileInfo(path) is { Exists: true, Length: <= MaxFile }
        ? File.ReadAllBytes(path)
        : throw new FileNotFoundException($"{path} is missing, or larger than any network file.");

    private static OptionsValidationException Refuse(string message) => new(ServerOptions.Section, typeof(NodeOptions), [message]);
}
