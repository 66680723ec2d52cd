using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Mingjian.Acts.Networks;
using Mingjian.Acts.Signing;
using Mingjian.Cli.Kit;
using Mingjian.Cli.Networks;
using Mingjian.Contracts.Organizations;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Ordering;
using Mingjian.Ordering.Etcd;
using Mingjian.Primitives;
using Mingjian.Testing;

namespace Mingjian.Cli.Tests;

/// <summary>What operators do to a running network of real servers and etcd members over mutual TLS, by the commands of docs/operating/network.md.</summary>
public sealed class NetworkOperationsTests(ITestOutputHelper output) : IDisposable
{
    private static readonly int[] All = [1, 2, 3, 4];

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2213", Justification = "The network disposes of it.")]
    private readonly LoopbackSites _sites = LoopbackSites.Free(5);
    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-network-operations-").FullName;

    /// <summary>The act stands in the log already.</summary>
    private static string Duplicate => AdmissionRejection.Duplicate.ToRefusal().Code;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_network_restarts_a_height_outlives_the_loss_of_all_its_etcd_renews_certificates_and_takes_a_member_in_and_out()
    {
        await using var network = DevNetwork.Create(
            Path.Combine(_directory, "network"), 4, _sites, Repository.Output("Mingjian.Server"),
            ("Limits:SignInsPerMinute", "10000"), ("Limits:FinalWait", "00:00:01"), ("Node:StopWait", "00:00:01"));
        try
        {
            await network.StartAsync(All, Cancel);
            using var officer = network.Officer(out var committee);
            await WaitForFinalAsync(network, 1, officer, committee, Acts(network, officer, committee));
            await RefuseStrangersAsync(network);
            await RestartHeightAsync(network, officer, committee);
            await LoseEtcdAsync(network, officer, committee);
            await BackUpAsync(network);
            await RenewAsync(network, officer, committee);
            await JoinAndLeaveAsync(network, officer, committee);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            foreach (var node in All)
            {
                output.WriteLine($"--- server {node}\n{network.Log($"server-{node}")}\n--- etcd {node}\n{network.Log($"etcd-{node}")}");
            }

            output.WriteLine($"--- server 5\n{network.Log("server-5")}\n--- etcd 5\n{network.Log("etcd-5")}");
            throw;
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>Once the network is founded, what no present organisation has signed is not even read; with the operator's token the ledger itself refuses it.</summary>
    private async Task RefuseStrangersAsync(DevNetwork network)
    {
        var before = (await network.AgreeAsync(1, All, Cancel))[0];
        Assert.Equal("Done", before.Founding);
        using var client = new NodeClient();
        using var thief = Es256Signer.Create();
        var present = await client.ReadAgreementAsync(network.Servers[0], Cancel);
        var stolen = ActFile.Change(
            present, before.Network, null, seats => [.. seats.Select(s => s.Node.Number == 4 ? s with { OrganizationKey = thief.Key } : s)]).SignWith(thief);
        var refused = await Assert.ThrowsAsync<CommandException>(() => NetworkSetupCommands.SubmitAsync(stolen, network.Servers[1], null, Cancel));
        Assert.Contains("没有现有单位的签名", refused.Message, StringComparison.Ordinal);

        var file = At("stolen.mjact.json");
        await File.WriteAllBytesAsync(file, stolen.Encode(), Cancel);
        Assert.Equal(
            ExitCodes.Failed,
            await NetworkCommand.Create().Parse(["submit", file, "--server", $"{network.Servers[0]}", "--data", network.DataOf(1)]).InvokeAsync(cancellationToken: Cancel));
        Assert.Equal(present.Agreement.Seats, (await client.ReadAgreementAsync(network.Servers[0], Cancel)).Agreement.Seats);
    }

    /// <summary>Node 4's keys propose a block an hour ahead: nobody votes for it, and the organisations restart the height without it.</summary>
    private async Task RestartHeightAsync(DevNetwork network, Es256Signer officer, OrganizationId committee)
    {
        var before = (await network.AgreeAsync(1, All, Cancel))[0];
        var height = before.Height + 1;
        var keys = NodeKeys.LoadOrCreate(network.DirectoryOf(4).Keys, before.Network, 4);
        var late = Acts(network, officer, committee);
        var batch = SignedBatch.Encode(
            new BatchHeader(1, before.Network, 4, ServerClient.Now.AddMilliseconds(3_600_000)), [late[0].Encode()], b => keys.SignBatch(b.Span));
        using (var etcd = Connect(network, 4, NodeFile.Read(network.DirectoryOf(1).File).EtcdClient))
        {
            var put = new Ordering.Etcd.Wire.PutRequest { Key = new EtcdKeys(before.Network).Batch(4, "late"), Value = Google.Protobuf.ByteString.CopyFrom(batch) };
            await etcd.CallAsync((p, o) => p.Keys.PutAsync(put, o), Cancel);
        }

        await UntilAsync(async () => (await Task.WhenAll(All.Select(n => network.ReadAsync(n, Cancel)))).All(r => r is { Hold: "Time" }));
        Assert.NotEqual(ExitCodes.Ok, await NetworkCommand.Create().Parse(["status", .. network.Servers.Select(s => s.ToString())]).InvokeAsync(cancellationToken: Cancel));
        var look = await HeightAsync(network, 3);
        Assert.Contains($"第 {height} 块，第 1 轮", look, StringComparison.Ordinal);
        Assert.Contains("本节点没有投票：区块时间", look, StringComparison.Ordinal);
        var position = look.Split("位置 ")[1].Split('，')[0];
        string[] statements = [];
        foreach (var node in (int[])[1, 2, 3])
        {
            var frozen = await HeightAsync(network, node, "--freeze", $"{height}");
            statements = [.. statements, "--statement", frozen[frozen.LastIndexOf($"{node}=", StringComparison.Ordinal)..].Trim()];
        }

        Assert.Equal(["1=none", "2=none", "3=none"], statements.Where(s => s != "--statement"));
        Assert.Contains("已经冻结", await HeightAsync(network, 3), StringComparison.Ordinal);
        Assert.Equal("Frozen", (await network.ReadAsync(3, Cancel))!.Hold);
        using (var http = new HttpClient())
        {
            Assert.Contains("\"frozen\"", await http.GetStringAsync(new Uri(network.Servers[2], "health/ready"), Cancel), StringComparison.Ordinal);
        }

        var act = At("restart.mjact.json");
        await RunAsync(["restart", "--network", $"{before.Network}", "--height", $"{height}", "--epoch", "2", "--skip", position, "--out", act, .. statements]);
        foreach (var signer in (int[])[1, 2, 3])
        {
            await RunAsync("sign", act, "--key", network.OrganizationKey(signer).FullName, "--yes");
        }

        // Final at once, or a little later than the command waits.
        await NetworkCommand.Create().Parse(["submit", act, "--server", $"{network.Servers[1]}"]).InvokeAsync(cancellationToken: Cancel);
        await UntilAsync(async () => (await Task.WhenAll(All.Select(n => network.ReadAsync(n, Cancel)))).All(r => r is { Epoch: 2 }));
        Assert.Equal(height, Same(await network.AgreeAsync(height, All, Cancel)));
        await WaitForFinalAsync(network, 2, officer, committee, late);
        Same(await network.AgreeAsync(height + 1, All, Cancel));
    }

    /// <summary>A backup over the node's directory, put back in its place; there it follows, and never overwrites.</summary>
    private async Task BackUpAsync(DevNetwork network)
    {
        var node = network.DirectoryOf(4).Path;
        await RunAsync("backup", node, "--server", $"{network.Servers[3]}");
        var backup = Directory.GetDirectories(Path.Combine(node, "data", "backups"))[0];
        var manifest = await File.ReadAllTextAsync(Path.Combine(backup, "backup.json"), Cancel);
        Assert.Contains("keys/vote.key", manifest, StringComparison.Ordinal);
        await network.StopServerAsync(4, Cancel);
        Assert.Equal(ExitCodes.Failed, await NetworkCommand.Create().Parse(["restore", backup, node]).InvokeAsync(cancellationToken: Cancel));
        Directory.Move(network.DataOf(4), At("old-4"));
        Directory.Move(network.DirectoryOf(4).Keys, At("old-keys-4"));
        await RunAsync("restore", backup, node);
        Assert.Equal(
            await File.ReadAllBytesAsync(Path.Combine(At("old-keys-4"), "vote.key"), Cancel),
            await File.ReadAllBytesAsync(Path.Combine(network.DirectoryOf(4).Keys, "vote.key"), Cancel));
        File.Copy(Path.Combine(At("old-4"), "vault.key"), Path.Combine(network.DataOf(4), "vault.key"));

        // Nothing to mend on a node that has not halted.
        Assert.Equal(ExitCodes.Failed, await NetworkCommand.Create().Parse(["mend", node]).InvokeAsync(cancellationToken: Cancel));
        network.StartServer(4);
        await network.WaitUntilUpAsync(4, Cancel);
        Same(await network.AgreeAsync(1, All, Cancel));
    }

    /// <summary>Two nodes have voted for a block that can never become final in the old order; then all of etcd is gone.</summary>
    private async Task LoseEtcdAsync(DevNetwork network, Es256Signer officer, OrganizationId committee)
    {
        await network.StopServerAsync(3, Cancel);
        await network.StopServerAsync(4, Cancel);
        var before = (await network.AgreeAsync(1, [1, 2], Cancel))[0];
        var waiting = Acts(network, officer, committee);
        Assert.False(IsFinal(await SubmitAsync(network, 1, officer, waiting)));
        await UntilAsync(async () => (await network.ReadAsync(1, Cancel))!.Nodes.Count(n => n.LastVote > before.Height) == 2);

        // One node dies, the other is stopped in order: what both have voted for is on their disks.
        network.Kill("server-1");
        await network.StopServerAsync(2, Cancel);
        foreach (var node in All)
        {
            network.Kill($"etcd-{node}");
            Directory.Delete(Path.Combine(network.DirectoryOf(node).Path, "etcd"), recursive: true);
            PrivateFile.CreateDirectory(network.DirectoryOf(node).Path, "etcd");
        }

        var standings = new List<string>();
        foreach (var node in All)
        {
            network.StartEtcd(node);
            standings.Add(At($"{node}.mjstand.json"));
            await RunAsync("standing", network.DirectoryOf(node).Path, "--out", standings[^1]);
        }

        // Too few, and a file that was changed on its way.
        string[] reorder = ["reorder", network.Operators, "--node", network.DirectoryOf(1).Path];
        Assert.Contains("至少需要 3 个", (await Assert.ThrowsAsync<CommandException>(() => RunAsync([.. reorder, .. standings[..2]]))).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(At("changed"), (await File.ReadAllTextAsync(standings[3], Cancel)) + " ", Cancel);
        await Assert.ThrowsAsync<CommandException>(() => RunAsync([.. reorder, .. standings[..3], At("changed")]));
        await InsistAsync([.. reorder, .. standings]);

        foreach (var node in All)
        {
            network.StartServer(node);
        }

        foreach (var node in All)
        {
            await network.WaitUntilUpAsync(node, Cancel);
        }

        // What nodes had voted for becomes final by itself, and once: handing it in again changes nothing.
        var after = Same(await network.AgreeAsync(before.Height + 1, All, Cancel));
        Assert.Contains(Duplicate, (await SubmitAsync(network, 2, officer, waiting)).Describe(), StringComparison.Ordinal);
        Assert.Equal(after, Same(await network.AgreeAsync(after, All, Cancel)));
        await WaitForFinalAsync(network, 3, officer, committee, Acts(network, officer, committee));
        Same(await network.AgreeAsync(after + 1, All, Cancel));

        // An order that lives is not replaced.
        await Assert.ThrowsAsync<CommandException>(() => RunAsync([.. reorder, .. standings]));
        await network.StopServerAsync(4, Cancel);
        await RunAsync("standing", network.DirectoryOf(4).Path, "--out", At("new"));
        Assert.Contains("没有丢失", (await Assert.ThrowsAsync<CommandException>(() => RunAsync(
            "reorder", network.Operators, "--node", network.DirectoryOf(4).Path, At("new"), standings[0], standings[1]))).Message, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Ok, await AuditCommand.Create().Parse(
            [network.DataOf(4), "--network", Path.Combine(network.Operators, NetworkFile.FileName), "--json"]).InvokeAsync(cancellationToken: Cancel));
        network.StartServer(4);
        await network.WaitUntilUpAsync(4, Cancel);
    }

    /// <summary>New certificates count at the next connection, and nothing is started anew.</summary>
    private static async Task RenewAsync(DevNetwork network, Es256Signer officer, OrganizationId committee)
    {
        var before = await ShownAsync(network, 2);
        await RunAsync("renew", network.Operators);
        foreach (var node in All)
        {
            await RunAsync("configure", network.DirectoryOf(node).Path, Path.Combine(network.Operators, $"node-{node}"), "--certificates");
        }

        Assert.NotEqual(before, await ShownAsync(network, 2));

        // New connections of all kinds: a member's to the others, a node's to another member.
        network.Kill("etcd-1");
        network.StartEtcd(1);
        network.Kill("etcd-2");
        await WaitForFinalAsync(network, 2, officer, committee, Acts(network, officer, committee));
        network.StartEtcd(2);
        Same(await network.AgreeAsync(1, All, Cancel));
        await RunAsync("access", network.Operators);
    }

    private async Task JoinAndLeaveAsync(DevNetwork network, Es256Signer officer, OrganizationId committee)
    {
        var key = network.OrganizationKey(5);
        using (var signer = Es256Signer.Create())
        {
            KeyFile.Write(key, signer);
        }

        var node = network.DirectoryOf(5);
        var addresses = _sites.AddressesOf(5);
        await File.WriteAllTextAsync(At("charter.txt"), DevNetwork.Charter, Cancel);
        var id = NodeFile.Read(network.DirectoryOf(1).File).Network;
        await RunAsync(
            "init", node.Path, "--network", $"{id}", "--number", "5", "--name", "第五单位", "--key", key.FullName, "--server", addresses.Server,
            "--etcd-client", addresses.EtcdClient, "--etcd-peer", addresses.EtcdPeer);
        await InsistAsync("admit", network.Operators, node.File.FullName);

        // Taken back before it came, and admitted once more.
        string[] dismiss = ["dismiss", network.Operators, "5", "--server", $"{network.Servers[0]}"];
        Assert.Contains("--never-joined", (await Assert.ThrowsAsync<CommandException>(() => RunAsync(dismiss))).Message, StringComparison.Ordinal);
        await InsistAsync([.. dismiss, "--never-joined"]);
        Assert.Equal(4, NetworkBundle.ReadCluster(network.Operators).Members.Count);
        await InsistAsync("admit", network.Operators, node.File.FullName);
        await RunAsync("configure", node.Path, Path.Combine(network.Operators, "node-5"));
        await File.AppendAllLinesAsync(node.Environment, _sites.EnvironmentOf(5).Select(l => $"{l.Name}={l.Value}"), Cancel);
        network.StartEtcd(5);
        await UntilAsync(async () =>
        {
            await InsistAsync("admit", network.Operators, node.File.FullName);
            return NetworkBundle.ReadCluster(network.Operators).Members.Exists(m => m.Number == 5);
        });
        await UntilAsync(async () => (await MembersAsync(network)).All(m => m is { HasLeader: true, Error: null }));

        network.StartServer(5);
        await ChangeAsync(network, "join", [2, 3, 4, 5], node.File.FullName, "--charter", At("charter.txt"));

        // Whether or not node 1 has the join already.
        await Assert.ThrowsAsync<CommandException>(() => RunAsync(dismiss));
        using var client = new NodeClient();
        await UntilAsync(async () =>
        {
            await WaitForFinalAsync(network, 1, officer, committee, Acts(network, officer, committee));
            return (await client.ReadAsync(new Uri(addresses.Server), Cancel)).Report is { Member: true };
        });

        // Node 5 does with its own etcd member what the others do with theirs.
        Assert.Null((await TryReachAsync(network, 5)).Error);
        await ChangeAsync(network, "remove", [1, 2, 3, 4], "5");
        await UntilAsync(async () =>
        {
            await WaitForFinalAsync(network, 1, officer, committee, Acts(network, officer, committee));
            return (await client.ReadAsync(new Uri(addresses.Server), Cancel)).Report is { Member: false };
        });
        await UntilAsync(async () => !(await client.ReadAgreementAsync(network.Servers[0], Cancel)).Agreement.Seats.Any(s => s.Node.Number == 5));
        await network.StopServerAsync(5, Cancel);
        await InsistAsync(dismiss);
        Assert.Equal(4, NetworkBundle.ReadCluster(network.Operators).Members.Count);
        Assert.NotNull((await TryReachAsync(network, 5)).Error);
        await UntilAsync(() => Task.FromResult(network.HasEnded("etcd-5")));
        await RunAsync("access", network.Operators);
        Assert.NotNull((await TryReachAsync(network, 5)).Error);
        await WaitForFinalAsync(network, 1, officer, committee, Acts(network, officer, committee));
        Same(await network.AgreeAsync(1, All, Cancel));
        Assert.Equal(ExitCodes.Ok, await NetworkCommand.Create().Parse(["status", .. network.Servers.Select(s => s.ToString())]).InvokeAsync(cancellationToken: Cancel));
    }

    /// <summary>Writes below a node's own number at the first member, with the node's certificate.</summary>
    private static async Task<(bool Done, Exception? Error)> TryReachAsync(DevNetwork network, int node)
    {
        using var etcd = Connect(network, node, NodeFile.Read(network.DirectoryOf(1).File).EtcdClient);
        var key = new EtcdKeys(NodeFile.Read(network.DirectoryOf(1).File).Network).Progress(node);
        try
        {
            await etcd.CallAsync((p, o) => p.Keys.RangeAsync(new Ordering.Etcd.Wire.RangeRequest { Key = key }, o), Cancel);
            return (true, null);
        }
        catch (Grpc.Core.RpcException e)
        {
            return (false, e);
        }
    }

    private static EtcdConnection Connect(DevNetwork network, int node, string address)
    {
        var tls = network.DirectoryOf(node).Tls;
        return new EtcdConnection(
            [new Uri(address)],
            new EtcdTls(Path.Combine(tls, "client-authority.crt"), Path.Combine(tls, "client.crt"), Path.Combine(tls, "client.key")),
            TimeSpan.FromSeconds(10), 1 << 20, new EtcdMetrics(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
    }

    private static async Task<IReadOnlyList<EtcdMemberStatus>> MembersAsync(DevNetwork network)
    {
        using var etcd = NetworkBundle.Administer(network.Operators, NetworkBundle.ReadCluster(network.Operators).Members);
        return await etcd.StatusAsync(Cancel);
    }

    /// <summary>Serial number of the certificate that a member shows to nodes.</summary>
    private static async Task<string> ShownAsync(DevNetwork network, int node)
    {
        var (address, tls) = (new Uri(NodeFile.Read(network.DirectoryOf(node).File).EtcdClient), network.DirectoryOf(node).Tls);
        using var own = X509Certificate2.CreateFromPemFile(Path.Combine(tls, "client.crt"), Path.Combine(tls, "client.key"));
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(address.Host, address.Port, Cancel);
        string? serial = null;
        await using var stream = new SslStream(tcp.GetStream(), false, (_, shown, _, _) => (serial = shown?.GetSerialNumberString()) is not null);
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = address.Host, ClientCertificates = [own], ApplicationProtocols = [SslApplicationProtocol.Http2] }, Cancel);
        return serial!;
    }

    /// <summary>All have the same roots; their height.</summary>
    private static long Same(IReadOnlyList<NodeReport> reports)
    {
        Assert.Single(reports.DistinctBy(r => (r.Height, r.Root, r.StateRoot)));
        Assert.All(reports, r => Assert.True(r is { Member: true, Halted: false, Evidence: [] }));
        return reports[0].Height;
    }

    private static IReadOnlyList<Envelope> Acts(DevNetwork network, Es256Signer officer, OrganizationId committee)
    {
        var act = new EstablishOrganization(LedgerId.New<OrganizationId>(), committee, OrganizationKind.PartyBranch, Hash32.Of("branch"u8));
        return [.. PreparedActs.Create([act], NodeFile.Read(network.DirectoryOf(1).File).Network, officer.Key.Id, ServerClient.Now, DisplayNames.None).Request.SignWith(officer)];
    }

    private static async Task<SubmissionOutcome> SubmitAsync(DevNetwork network, int node, Es256Signer officer, IReadOnlyList<Envelope> acts)
    {
        using var client = await ServerClient.ConnectAsync(network.Servers[node - 1], Cancel);
        await client.SignInAsync(officer, Cancel);
        return await client.SubmitAsync("/api/v1/transactions", acts, Cancel);
    }

    /// <summary>Handed in until it is final: handing an act in twice is harmless.</summary>
    private static Task WaitForFinalAsync(DevNetwork network, int node, Es256Signer officer, OrganizationId committee, IReadOnlyList<Envelope> acts) =>
        UntilAsync(async () => IsFinal(await SubmitAsync(network, node, officer, acts)));

    private static bool IsFinal(SubmissionOutcome outcome) =>
        outcome.Ok || outcome.Refusals.All(r => r.Contains(Duplicate, StringComparison.Ordinal));

    /// <summary>Writes an act, collects signatures and submits it.</summary>
    private async Task ChangeAsync(DevNetwork network, string command, int[] signers, params string[] more)
    {
        var act = At(command + ".mjact.json");
        await RunAsync([command, .. more, "--server", $"{network.Servers[0]}", "--out", act]);
        foreach (var signer in signers)
        {
            await RunAsync("sign", act, "--key", network.OrganizationKey(signer).FullName, "--yes");
        }

        await UntilAsync(async () => IsFinal(await NetworkSetupCommands.SubmitAsync(ActFile.Read(new FileInfo(act)), network.Servers[1], null, Cancel)));
    }

    private static async Task<string> HeightAsync(DevNetwork network, int node, params string[] more)
    {
        var said = await Cli.RunAsync(["network", "height", network.DataOf(node), "--server", $"{network.Servers[node - 1]}", .. more]);
        Assert.True(said.Code == ExitCodes.Ok, said.ToString());
        return said.Output;
    }

    private string At(string name) => Path.Combine(_directory, name);

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await isSo())
        {
            await Task.Delay(100, limit.Token);
        }
    }

    /// <summary>Again and again while etcd refuses, which it does while members have only just found each other.</summary>
    private static Task InsistAsync(params string[] arguments) => UntilAsync(async () =>
    {
        try
        {
            await RunAsync(arguments);
            return true;
        }
        catch (CommandException e) when (e.Message.Contains("etcd 没有接受", StringComparison.Ordinal))
        {
            return false;
        }
    });

    private static async Task RunAsync(params string[] arguments) => Assert.Equal(ExitCodes.Ok, await NetworkCommand.Create().Parse(arguments).InvokeAsync(
        new System.CommandLine.InvocationConfiguration { EnableDefaultExceptionHandler = false }, Cancel));
}
