using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mingjian.Acts.Networks;
using Mingjian.Cli.Kit;
using Mingjian.Cli.Networks;
using Mingjian.Contracts.Nodes;
using Mingjian.Cryptography;
using Mingjian.Engine.Keys;
using Mingjian.Primitives;

namespace Mingjian.Cli.Tests;

/// <summary>What the organisations' operators do before anything runs: every command of docs/operating/network.md up to the first start.</summary>
public sealed class NetworkCommandTests : IDisposable
{
    private const string Network = "ledger.example/3f2a9c01";

    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-network-commands-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Organisations_found_a_network_and_each_gets_what_its_node_needs()
    {
        await FoundAsync();
        var founding = await SignAsync([1, 2]);

        // What was signed is the list of what the organisations gave, and both signatures hold.
        var network = NetworkFile.Parse(await File.ReadAllBytesAsync(At("network", "network.mjnet.json"), Cancel));
        Assert.Equal((Network, TrustAnchor.Genesis, 2), (network.Network.ToString(), network.Anchor, network.Quorum));
        Assert.Equal([1, 2], network.Seats!.Select(s => s.Node.Number));
        Assert.Null(network.Nodes);
        Assert.Equal(NodeKeys.LoadOrCreate(At("node-2", "keys"), network.Network, 2).Public, network.Seats![1].Node);
        Assert.Equal(2, founding.Envelope.Signatures.Count);
        var payload = Pae.OfTransaction(founding.Envelope.Payload);
        for (var number = 1; number <= 2; number++)
        {
            using var signer = KeyFile.Read(new FileInfo(At($"{number}.pem")));
            var signature = founding.Envelope.Signatures.Single(s => s.Keyid == signer.Key.Id);
            Assert.Equal(signer.Key, network.Seats[number - 1].OrganizationKey);
            using var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(signer.ExportPkcs8(), out _);
            Assert.True(key.VerifyData(payload, signature.Sig, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        }

        Assert.Equal(ExitCodes.Ok, await RunAsync("configure", At("node-1"), At("network", "node-1")));
        var settings = (await File.ReadAllLinesAsync(At("node-1", "node.env"), Cancel)).Where(l => l[0] != '#').Select(l => l.Split('=', 2)).ToDictionary(l => l[0], l => l[1]);
        Assert.Equal("1", settings["Mingjian__Node__Number"]);
        Assert.Equal("https://etcd1.example:2379", settings["Mingjian__Node__Etcd__Endpoints__0"]);
        Assert.Equal("https://etcd2.example:2379", settings["Mingjian__Node__Etcd__Endpoints__1"]);
        Assert.Equal("https://node2.example:443", settings["Mingjian__Node__Peers__2"]);
        Assert.Contains("initial-cluster: 'node-1=https://etcd1.example:2380,node-2=https://etcd2.example:2380'", await File.ReadAllTextAsync(At("node-1", "etcd.yml"), Cancel), StringComparison.Ordinal);
        AssertPrivate(At("node-1", "keys", "vote.key"), At("node-1", "tls", "client.key"), At("network", "authority", "client.key"), At("1.pem"));

        // Another node's bundle, and a file that was changed on the way, are refused.
        await Assert.ThrowsAsync<CommandException>(() => RunAsync("configure", At("node-1"), At("network", "node-2")));
        await File.WriteAllTextAsync(At("bad.mjact.json"), (await File.ReadAllTextAsync(At("network", "founding.mjact.json"), Cancel)) + " ", Cancel);
        await Assert.ThrowsAsync<CommandException>(() => RunAsync("sign", At("bad.mjact.json"), "--key", At("1.pem"), "--yes"));
    }

    [Theory]
    [InlineData("Done", null, 0)]
    [InlineData("AgreementMissing", "还没有签署创始协议", 0)]
    [InlineData("NotSetUp", "还没有启用", 0)]
    [InlineData("Foreign", null, 1)]
    public void Status_says_how_far_the_founding_is_and_that_it_is_not_the_operator_s(string founding, string? open, int faults)
    {
        var report = new NodeReport(
            NetworkId.Parse(Network), 1, true, 5, 9, default, default, default, 0, 1, 1, true, false, "None", [], null, [], null, null, founding);
        Assert.Equal(open, NetworkDiagnosis.OpenOf(report));
        var said = NetworkDiagnosis.Of([(new Uri("https://node1.example/"), report, null)], DateTimeOffset.UnixEpoch).Faults;
        Assert.Equal(faults, said.Count(f => f.Contains("不是它配置的那一份", StringComparison.Ordinal)));
        Assert.Equal(faults, said.Count);
    }

    [Fact]
    public async Task Every_certificate_between_members_that_a_dismissed_node_was_given_is_on_the_list_of_all_others()
    {
        await FoundAsync();
        byte[] Serial(string folder)
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(At("network", folder, "peer.crt"));
            return certificate.SerialNumberBytes.ToArray();
        }

        var first = Serial("node-2");
        Assert.Equal(ExitCodes.Ok, await RunAsync("renew", At("network")));
        var second = Serial("node-2");
        NetworkBundle.Dismiss(At("network"), NetworkBundle.ReadAll(At("network"))[1]);

        Assert.Equal(ExitCodes.Ok, await RunAsync("configure", At("node-1"), At("network", "node-1"), "--certificates"));
        var list = CertificateRevocationListBuilder.Load(await File.ReadAllBytesAsync(At("node-1", "tls", "peer.crl"), Cancel), out var number);
        Assert.Equal(2, number);
        Assert.NotEqual(first, second);
        Assert.True(list.RemoveEntry(first));
        Assert.True(list.RemoveEntry(second));
        Assert.False(list.RemoveEntry(Serial("node-1")));
    }

    [Fact]
    public async Task A_certificate_opens_what_it_is_for_and_nothing_else()
    {
        await FoundAsync();
        using var client = Load("client");
        using var server = Load("server");
        using var peer = Load("peer");
        Assert.Equal("node-1", client.GetNameInfo(X509NameType.SimpleName, false));
        Assert.True(Holds(client, "client", "1.3.6.1.5.5.7.3.2"));
        Assert.True(Holds(server, "client", "1.3.6.1.5.5.7.3.1"));
        Assert.True(Holds(peer, "peer", "1.3.6.1.5.5.7.3.1") && Holds(peer, "peer", "1.3.6.1.5.5.7.3.2"));
        // Neither a node's certificate as a member's, nor a member's as a node's.
        Assert.False(Holds(client, "peer", "1.3.6.1.5.5.7.3.2"));
        Assert.False(Holds(client, "client", "1.3.6.1.5.5.7.3.1"));
        Assert.False(Holds(server, "client", "1.3.6.1.5.5.7.3.2"));
        Assert.True(server.MatchesHostname("etcd1.example") && !server.MatchesHostname("etcd2.example"));
    }

    [Fact]
    public async Task A_restart_says_what_the_nodes_stated_and_collects_signatures()
    {
        await FoundAsync();
        var root = Hash32.Of([7]);
        string[] restart = ["restart", "--network", Network, "--height", "9", "--epoch", "2", "--out", At("restart.mjact.json")];
        Assert.Equal(ExitCodes.Ok, await RunAsync([.. restart, "--statement", "2=none", "--statement", $"1={root}", "--skip", "41", "--skip", "40"]));
        Assert.Equal(ExitCodes.Ok, await RunAsync("sign", At("restart.mjact.json"), "--key", At("1.pem"), "--yes"));
        Assert.Equal(ExitCodes.Ok, await RunAsync("sign", At("restart.mjact.json"), "--key", At("2.pem"), "--yes"));

        var act = ActFile.Read(new FileInfo(At("restart.mjact.json")));
        Assert.Equal(2, act.Envelope.Signatures.Count);
        var facts = act.Summary()!.Summary.Acts[0].Facts.Select(f => f.Value).ToList();
        Assert.Equal(["9", "2", "40、41", $"投票给 {root}", "没有投票"], facts);

        foreach (var wrong in new[] { "1", "1=", "x=none", $"1={root}x", "=none" })
        {
            await Assert.ThrowsAsync<CommandException>(() => RunAsync([.. restart, "--statement", wrong]));
        }
    }

    [Fact]
    public async Task A_newer_protocol_is_drafted_for_signatures()
    {
        await FoundAsync();
        Assert.Equal(ExitCodes.Ok, await RunAsync("protocol", "2", "--network", Network, "--from", "120000", "--out", At("protocol.mjact.json")));
        Assert.Equal(ExitCodes.Ok, await RunAsync("sign", At("protocol.mjact.json"), "--key", At("1.pem"), "--yes"));
        var act = ActFile.Read(new FileInfo(At("protocol.mjact.json")));
        Assert.Equal(["第 2 版", "从第 120000 个区块起"], act.Summary()!.Summary.Acts[0].Facts.Select(f => f.Value));
        await Assert.ThrowsAsync<CommandException>(() => RunAsync("protocol", "2", "--network", "?", "--from", "120000", "--out", At("other.mjact.json")));
    }

    [Fact]
    public async Task Keys_are_never_overwritten_and_nothing_is_signed_unasked()
    {
        await FoundAsync();
        var key = await File.ReadAllTextAsync(At("node-1", "keys", "log.key"), Cancel);
        await Assert.ThrowsAsync<CommandException>(() => InitAsync(1));
        await Assert.ThrowsAsync<CommandException>(() => RunAsync("found", At("network"), At("node-1", "node.mjnode.json"), "--charter", At("charter.txt")));
        Assert.Equal(key, await File.ReadAllTextAsync(At("node-1", "keys", "log.key"), Cancel));

        var unasked = await Cli.RunAsync("network", "sign", At("network", "founding.mjact.json"), "--key", At("1.pem"));
        Assert.True(unasked.Code == ExitCodes.Failed, unasked.ToString());
        Assert.Contains("签署共建共治协议（创始）", unasked.Output, StringComparison.Ordinal);
        Assert.Empty(ActFile.Read(new FileInfo(At("network", "founding.mjact.json"))).Envelope.Signatures);
        Assert.Equal(ExitCodes.Unusable, await RunAsync("status", "http://127.0.0.1:1"));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private async Task FoundAsync()
    {
        await File.WriteAllTextAsync(At("charter.txt"), "共建共治协议", Cancel);
        await InitAsync(1);
        await InitAsync(2);
        Assert.Equal(ExitCodes.Ok, await RunAsync(
            "found", At("network"), At("node-2", "node.mjnode.json"), At("node-1", "node.mjnode.json"), "--charter", At("charter.txt")));
    }

    private async Task InitAsync(int number)
    {
        if (!File.Exists(At($"{number}.pem")))
        {
            using var signer = Es256Signer.Create();
            KeyFile.Write(new FileInfo(At($"{number}.pem")), signer);
        }

        Assert.Equal(ExitCodes.Ok, await RunAsync(
            "init", At($"node-{number}"), "--network", Network, "--number", $"{number}", "--name", $"第{number}单位", "--key", At($"{number}.pem"),
            "--server", $"https://node{number}.example:443", "--etcd-client", $"https://etcd{number}.example:2379",
            "--etcd-peer", $"https://etcd{number}.example:2380"));
    }

    private async Task<ActFile> SignAsync(int[] numbers)
    {
        var file = At("network", "founding.mjact.json");
        foreach (var number in (int[])[.. numbers, .. numbers])
        {
            Assert.Equal(ExitCodes.Ok, await RunAsync("sign", file, "--key", At($"{number}.pem"), "--yes"));
        }

        return ActFile.Read(new FileInfo(file));
    }

    private X509Certificate2 Load(string use) => X509CertificateLoader.LoadCertificateFromFile(At("network", "node-1", use + ".crt"));

    private bool Holds(X509Certificate2 certificate, string authority, string use)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(use));
        chain.ChainPolicy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(At("network", "authority", authority + ".crt")));
        return chain.Build(certificate);
    }

    private static void AssertPrivate(params string[] files)
    {
        if (!OperatingSystem.IsWindows())
        {
            foreach (var file in files)
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }
        }
    }

    private string At(params string[] parts) => Path.Combine([_directory, .. parts]);

    /// <summary>The command, in this process.</summary>
    private static Task<int> RunAsync(params string[] arguments) => NetworkCommand.Create().Parse(arguments).InvokeAsync(
        new System.CommandLine.InvocationConfiguration { EnableDefaultExceptionHandler = false }, Cancel);
}
