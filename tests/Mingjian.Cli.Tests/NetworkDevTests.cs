using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Mingjian.Cli.Networks;
using Mingjian.Client.Signing;
using Mingjian.Contracts.Organizations;
using Mingjian.Cryptography;
using Mingjian.Ordering.Etcd;
using Mingjian.Primitives;
using Mingjian.Testing;

namespace Mingjian.Cli.Tests;

/// <summary>Real processes: servers and etcd members, mutual TLS, rights; what `mingjian network dev` runs, with some of them killed.</summary>
public sealed partial class NetworkDevTests(ITestOutputHelper output) : IDisposable
{
    private static readonly int[] All = [1, 2, 3, 4];

    private readonly int[] _ports = FreePorts(15);
    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-network-dev-").FullName;

    private string Charter => Path.Combine(_directory, "charter.txt");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_network_of_processes_goes_on_when_a_node_and_an_etcd_member_die_and_takes_in_a_blank_node()
    {
        // Little is kept in the order, so that a node which was never there has to mirror.
        await using var network = DevNetwork.Create(
            Path.Combine(_directory, "network"), _ports[..12], Repository.Output("Mingjian.Server"),
            ("Node:Etcd:KeptBlocks", "0"), ("Node:Etcd:MaxLag", "3"), ("Limits:SignInsPerMinute", "10000"), ("Limits:FinalWait", "00:01:00"));
        try
        {
            await network.StartAsync([1, 2, 3], Cancel);
            using var officer = Officer(network, out var committee);
            await DoAsync(network, 1, officer, committee);
            await WaitForRemovalAsync(network);

            network.StartServer(4);
            await network.WaitUntilUpAsync(4, Cancel);
            var before = Same(await network.AgreeAsync(1, All, Cancel));
            Assert.True(await FinishedBlocksAsync(network, 4) < before, "node 4 has not mirrored anything");

            // A quorum of four is three: without node 4's vote nothing would go on.
            network.Kill("server-2");
            network.Kill("etcd-2");
            await DoAsync(network, 1, officer, committee);
            await DoAsync(network, 3, officer, committee);
            var meanwhile = Same(await network.AgreeAsync(before + 2, [1, 3, 4], Cancel));
            Assert.Equal(ExitCodes.Failed, await StatusAsync(network));

            network.StartEtcd(2);
            network.StartServer(2);
            await network.WaitUntilUpAsync(2, Cancel);
            Same(await network.AgreeAsync(meanwhile, All, Cancel));
            await DoAsync(network, 2, officer, committee);
            Same(await network.AgreeAsync(meanwhile + 1, All, Cancel));
            await UntilAsync(async () => await StatusAsync(network) == ExitCodes.Ok);

            // A fifth organisation: it follows before it counts, and counts once four of five have to sign.
            await JoinAsync(network, _ports[12..]);
            using var client = new NodeClient();
            await UntilAsync(async () =>
            {
                await DoAsync(network, 1, officer, committee);
                return (await client.ReadAsync(new Uri($"http://127.0.0.1:{_ports[12]}"), Cancel)).Report is { Member: true };
            });

            // Node 3 takes new keys: the process with the old ones falls silent, and comes back with the new ones.
            await ChangeAsync(network, "rotate", [1, 2, 3, 4], network.DirectoryOf(3).Path);
            await UntilAsync(async () =>
            {
                await DoAsync(network, 1, officer, committee);
                return await network.ReadAsync(3, Cancel) is { Member: false };
            });
            Assert.Equal(ExitCodes.Failed, await StatusAsync(network));
            await network.StopServerAsync(3, Cancel);
            await RunAsync("rotate", network.DirectoryOf(3).Path, "--server", $"{network.Servers[0]}", "--finish");
            network.StartServer(3);
            await network.WaitUntilUpAsync(3, Cancel);
            await DoAsync(network, 3, officer, committee);
            Same(await network.AgreeAsync(meanwhile + 4, All, Cancel));
            await RunAsync("remove", "5", "--server", $"{network.Servers[3]}", "--out", Path.Combine(_directory, "remove.mjact.json"));
            await RunAsync("access", network.Operators);
            await Assert.ThrowsAsync<CommandException>(() => RebuildCommand.Create().Parse([network.DataOf(1)]).InvokeAsync(
                new System.CommandLine.InvocationConfiguration { EnableDefaultExceptionHandler = false }, Cancel));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            foreach (var node in All)
            {
                output.WriteLine($"--- server {node}\n{network.Log($"server-{node}")}\n--- etcd {node}\n{network.Log($"etcd-{node}")}");
            }

            throw;
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>All have the same roots; their height.</summary>
    private static long Same(IReadOnlyList<Mingjian.Client.Networks.NodeReport> reports)
    {
        Assert.Single(reports.DistinctBy(r => (r.Height, r.Root, r.StateRoot)));
        Assert.All(reports, r => Assert.True(r is { Member: true, Halted: false, Evidence: [] }));
        return reports[0].Height;
    }

    /// <summary>An act submitted over HTTP, waited for until it is final.</summary>
    private static async Task DoAsync(DevNetwork network, int node, Es256Signer officer, OrganizationId committee)
    {
        using var client = await ServerClient.ConnectAsync(network.Servers[node - 1], Cancel);
        await client.SignInAsync(officer, Cancel);
        var act = new EstablishOrganization(LedgerId.New<OrganizationId>(), committee, OrganizationKind.PartyBranch, Hash32.Of("branch"u8));
        var acts = PreparedActs.Create([act], client.Network, ServerClient.Now, DisplayNames.None);
        var outcome = await client.SubmitAsync("/api/v1/transactions", acts.Request.SignWith(officer), Cancel);
        Assert.True(outcome is { Ok: true, Final: 1 }, outcome.Describe());
    }

    private static Es256Signer Officer(DevNetwork network, out OrganizationId committee)
    {
        using var plan = JsonDocument.Parse(File.ReadAllText(Path.Combine(network.DataOf(1), "demo.json")));
        Assert.True(OrganizationId.TryParse(plan.RootElement.GetProperty("committee").GetString(), out committee));
        return Es256Signer.Import(plan.RootElement.GetProperty("officerKey").GetBytesFromBase64());
    }

    /// <summary>Waits until the beginning of the order is gone.</summary>
    private static async Task WaitForRemovalAsync(DevNetwork network)
    {
        var node = NodeFile.Read(network.DirectoryOf(1).File);
        var tls = network.DirectoryOf(1).Tls;
        using var metrics = new EtcdMetrics();
        using var etcd = new EtcdConnection(
            [new Uri(node.EtcdClient)],
            new EtcdTls(Path.Combine(tls, "client-authority.crt"), Path.Combine(tls, "client.crt"), Path.Combine(tls, "client.key")),
            TimeSpan.FromSeconds(10), 1 << 20, metrics, TimeProvider.System, NullLogger.Instance);
        var keys = new EtcdKeys(node.Network);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!(await EtcdScan.KeysAsync(etcd, keys.All, keys.AllEnd, limit.Token)).Keys.Any(k => k.Key == keys.Removed(1)))
        {
            await Task.Delay(50, limit.Token);
        }
    }

    /// <summary>Blocks that a node has finished itself since its start; mirrored ones are not among them.</summary>
    private static async Task<long> FinishedBlocksAsync(DevNetwork network, int node)
    {
        using var http = new HttpClient { BaseAddress = network.Servers[node - 1] };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", (await File.ReadAllTextAsync(Path.Combine(network.DataOf(node), "metrics.token"), Cancel)).Trim());
        var text = await http.GetStringAsync(new Uri("metrics", UriKind.Relative), Cancel);
        return Blocks.Matches(text).Sum(m => long.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^mingjian_blocks\S* (\d+)", RegexOptions.Multiline, 1000)]
    private static partial Regex Blocks { get; }

    private async Task JoinAsync(DevNetwork network, int[] ports)
    {
        var key = network.OrganizationKey(5);
        using (var signer = Es256Signer.Create())
        {
            KeyFile.Write(key, signer);
        }

        var node = network.DirectoryOf(5);
        await File.WriteAllTextAsync(Charter, DevNetwork.Charter, Cancel);
        var id = NodeFile.Read(network.DirectoryOf(1).File).Network;
        await RunAsync(
            "init", node.Path, "--network", $"{id}", "--number", "5", "--name", "第五单位", "--key", key.FullName, "--server", $"http://127.0.0.1:{ports[0]}",
            "--etcd-client", $"https://127.0.0.1:{ports[1]}", "--etcd-peer", $"https://127.0.0.1:{ports[2]}");
        await RunAsync("admit", network.Operators, node.File.FullName);
        await RunAsync("configure", node.Path, Path.Combine(network.Operators, "node-5"));
        await File.AppendAllTextAsync(node.Environment, $"Mingjian__Port={ports[0]}\n", Cancel);
        network.StartServer(5);
        await ChangeAsync(network, "join", [2, 3, 4, 5], node.File.FullName, "--charter", Charter);
    }

    /// <summary>Writes an act, collects signatures and submits it.</summary>
    private async Task ChangeAsync(DevNetwork network, string command, int[] signers, params string[] more)
    {
        var act = Path.Combine(_directory, command + ".mjact.json");
        await RunAsync([command, .. more, "--server", $"{network.Servers[0]}", "--out", act]);
        foreach (var signer in signers)
        {
            await RunAsync("sign", act, "--key", network.OrganizationKey(signer).FullName, "--yes");
        }

        await RunAsync("submit", act, "--server", $"{network.Servers[1]}");
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await isSo())
        {
            await Task.Delay(100, limit.Token);
        }
    }

    private static async Task RunAsync(params string[] arguments) => Assert.Equal(ExitCodes.Ok, await NetworkCommand.Create().Parse(arguments).InvokeAsync(
        new System.CommandLine.InvocationConfiguration { EnableDefaultExceptionHandler = false }, Cancel));

    /// <summary>The command, in this process.</summary>
    private static Task<int> StatusAsync(DevNetwork network) =>
        NetworkCommand.Create().Parse(["status", .. network.Servers.Select(s => s.ToString())]).InvokeAsync(cancellationToken: Cancel);

    private static int[] FreePorts(int count)
    {
        // All held at once, so that no two are the same.
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(l => l.Start());
        var ports = listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port).ToArray();
        listeners.ForEach(l => l.Dispose());
        return ports;
    }
}
