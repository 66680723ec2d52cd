using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Mingjian.Acts.Networks;
using Mingjian.Cli.Faults;
using Mingjian.Cli.Kit;
using Mingjian.Cli.Networks;
using Mingjian.Contracts;
using Mingjian.Cryptography;
using Mingjian.Log.Notes;
using Mingjian.Ordering.Etcd;
using Mingjian.Primitives;
using Mingjian.Testing;

namespace Mingjian.Cli.Tests;

/// <summary>
/// Real processes - servers and etcd members, mutual TLS, rights - in network namespaces where they can be made: the kinds of fault, then a new
/// organisation and new keys, while people sign acts at every organisation and a Go program compares two nodes' checkpoints.
/// </summary>
/// <remarks>All faults at all nodes, in any order and many times: <c>mingjian bench --faults</c>.</remarks>
public sealed partial class NetworkDevTests(ITestOutputHelper output) : IDisposable
{
    private readonly int[] _nodes = [1, 2, 3, 4];
    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-network-dev-").FullName;

    private SmallDisk? _disk;

    private string Charter => Path.Combine(_directory, "charter.txt");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5394", Justification = "An order that a seed repeats.")]
    public async Task No_act_that_was_called_final_is_lost_whatever_happens_to_one_organisation_or_between_them()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        random.Shuffle(_nodes);
        await using var lines = new Lines(output);
        var sites = await FaultBench.SitesAsync(_nodes.Length + 1, loopback: false, lines, Cancel);
        await lines.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"seed {seed}; {sites.Description}"));
        await using (var network = DevNetwork.Create(
            Path.Combine(_directory, "network"), _nodes.Length, sites, Repository.Output("Mingjian.Server"), [.. FaultBench.Settings, .. FaultBench.OlderPrograms]))
        {
            try
            {
                _disk = SmallDisk.TryMount(Path.GetDirectoryName(network.DataOf(4))!, 512);
                output.WriteLine(_disk is null ? "No disk is filled: mounting one needs root." : "Node 4 has a small disk.");
                await network.StartAsync([1, 2, 3], Cancel);
                await using var run = new FaultRun(network, lines, usersOfANode: 1, think: TimeSpan.FromMilliseconds(500));
                foreach (var node in (int[])[1, 2, 3])
                {
                    run.Begin(node);
                }

                // Until the nodes change: it knows the keys of the founders.
                using (var watch = await WatchAsync(network))
                {
                    await FaultsAsync(network, run);
                    await EndAsync(watch);
                }

                await ChangesAsync(network, sites, run);
                await run.ReportAsync();
                Assert.True(run.Load.Acknowledged.Count > 100, "The load was no load.");
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                foreach (var node in _nodes)
                {
                    output.WriteLine($"--- server {node}\n{network.Log($"server-{node}")}\n--- etcd {node}\n{network.Log($"etcd-{node}")}");
                }

                throw;
            }

            Assert.Equal(ExitCodes.Ok, await StatusAsync(network));
        }

        foreach (var node in _nodes)
        {
            var home = Path.Combine(_directory, "network", $"node-{node}");
            Assert.Equal(ExitCodes.Ok, await AuditCommand.Create()
                .Parse([Path.Combine(home, "data"), "--network", Path.Combine(home, NetworkFile.FileName), "--json"]).InvokeAsync(cancellationToken: Cancel));
        }
    }

    public void Dispose()
    {
        _disk?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task FaultsAsync(DevNetwork network, FaultRun run)
    {
        await WaitForRemovalAsync(network);
        await run.JoinAsync(4, Cancel);
        Assert.True(
            await FinishedBlocksAsync(network, 4) < (await network.ReadAsync(4, Cancel))!.Height, "The beginning of the order was gone, and node 4 has not mirrored it.");
        if (_disk is not null)
        {
            await run.FillDiskAsync(4, _disk.Fill, _disk.Empty, Cancel);
        }

        await run.KillServerAsync(_nodes[0], Cancel);
        await run.KillEtcdAsync(_nodes[1], Cancel);
        await run.KillBothAsync(_nodes[2], Cancel);
        await run.CutOneAsync(_nodes[3], Cancel);
        await run.CutTwoAsync(_nodes[0], _nodes[1], Cancel);
        await run.UpgradeAsync(CopyOf(Repository.Output("Mingjian.Server")), Cancel);
        var late = _nodes[1];
        await run.ChangeProtocolAsync(AllContracts.Protocol, late, () => SaysThatItNeedsAnUpgradeAsync(network, late), Cancel);
    }

    private static async Task SaysThatItNeedsAnUpgradeAsync(DevNetwork network, int node)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = network.Servers[node - 1] };
        Assert.Contains("\"upgrade-needed\"", await http.GetStringAsync(new Uri("health/ready", UriKind.Relative), Cancel), StringComparison.Ordinal);
        var metrics = await MetricsAsync(network, node);
        Assert.Matches($@"(?m)^mingjian_ledger_protocol\S* {AllContracts.Protocol}\s", metrics);
        Assert.Matches($@"(?m)^mingjian_ledger_protocol_carried\S* {AllContracts.Protocol - 1}\s", metrics);
        Assert.Contains("it reads only, until it is upgraded", network.Log($"server-{node}"), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Failed, await StatusAsync(network));
    }

    /// <summary>The same program at another place.</summary>
    private string CopyOf(string program)
    {
        var copy = Path.Combine(_directory, "program");
        using var cp = Process.Start("cp", ["-a", program, copy]);
        cp.WaitForExit();
        Assert.Equal(0, cp.ExitCode);
        return copy;
    }

    private async Task ChangesAsync(DevNetwork network, NodeSites sites, FaultRun run)
    {
        // A fifth organisation: it follows before it counts, and counts once four of five have to sign.
        var fifth = await JoinAsync(network, sites.AddressesOf(5), sites.EnvironmentOf(5));
        using var client = new NodeClient();
        await UntilAsync(async () => (await client.ReadAsync(fifth, Cancel)).Report is { Member: true });

        // Node 3 takes new keys: the process with the old ones falls silent, and comes back with the new ones.
        await ChangeAsync(network, "rotate", [1, 2, 3, 4], network.DirectoryOf(3).Path);
        await UntilAsync(async () => await network.ReadAsync(3, Cancel) is { Member: false });
        Assert.Equal(ExitCodes.Failed, await StatusAsync(network));
        await network.StopServerAsync(3, Cancel);
        await RunAsync("rotate", network.DirectoryOf(3).Path, "--server", $"{network.Servers[0]}", "--finish");
        network.StartServer(3);
        await network.WaitUntilUpAsync(3, Cancel);
        await run.Load.GoOnAsync(_nodes, 2, Cancel);
        var reports = await run.VerifyAsync(Cancel);
        Assert.All(reports, r => Assert.Equal(4, r.Quorum));
        await RunAsync("remove", "5", "--server", $"{network.Servers[3]}", "--out", Path.Combine(_directory, "remove.mjact.json"));
        await RunAsync("access", network.Operators);
        await Assert.ThrowsAsync<CommandException>(() => RebuildCommand.Create().Parse([network.DataOf(1)]).InvokeAsync(
            new System.CommandLine.InvocationConfiguration { EnableDefaultExceptionHandler = false }, Cancel));
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
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (!(await EtcdScan.KeysAsync(etcd, keys.All, keys.AllEnd, limit.Token)).Keys.Any(k => k.Key == keys.Removed(1)))
        {
            await Task.Delay(50, limit.Token);
        }
    }

    /// <summary>Blocks that a node has finished itself since its start; mirrored ones are not among them.</summary>
    private static async Task<long> FinishedBlocksAsync(DevNetwork network, int node)
    {
        return Blocks.Matches(await MetricsAsync(network, node)).Sum(m => long.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));
    }

    private static async Task<string> MetricsAsync(DevNetwork network, int node)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = network.Servers[node - 1] };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", (await File.ReadAllTextAsync(Path.Combine(network.DataOf(node), "metrics.token"), Cancel)).Trim());
        return await http.GetStringAsync(new Uri("metrics", UriKind.Relative), Cancel);
    }

    [GeneratedRegex(@"^mingjian_blocks\S* (\d+)", RegexOptions.Multiline, 1000)]
    private static partial Regex Blocks { get; }

    /// <summary>The Go program, which asks nodes 1 and 2 until its input ends.</summary>
    private static async Task<Process> WatchAsync(DevNetwork network)
    {
        var file = NetworkFile.Parse(await File.ReadAllBytesAsync(Path.Combine(network.DirectoryOf(1).Path, NetworkFile.FileName), Cancel));
        string Keys(Func<NetworkId, Node, NoteKey> of) => string.Join(',', file.ToNodeSet().Nodes.Select(n => of(file.Network, n)));
        return Process.Start(new ProcessStartInfo(
            await GoProgram.WatchAsync(),
            [Keys(NodeNoteKeys.Log), Keys(NodeNoteKeys.Vote), "3", .. network.Servers.Take(2).Select(s => new Uri(s, "ledger").ToString())])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    private async Task EndAsync(Process watch)
    {
        watch.StandardInput.Close();
        var errors = watch.StandardError.ReadToEndAsync(Cancel);
        var said = await watch.StandardOutput.ReadToEndAsync(Cancel);
        await watch.WaitForExitAsync(Cancel);
        output.WriteLine(said);
        Assert.True(watch.ExitCode == 0, await errors);
        Assert.All(Checkpoints.Matches(said), m => Assert.True(int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) > 10, said));
        Assert.True(int.Parse(Across.Match(said).Groups[1].Value, CultureInfo.InvariantCulture) > 10, said);
    }

    [GeneratedRegex(@"checkpoints (\d+)", RegexOptions.None, 1000)]
    private static partial Regex Checkpoints { get; }

    [GeneratedRegex(@"between nodes (\d+)", RegexOptions.None, 1000)]
    private static partial Regex Across { get; }

    private async Task<Uri> JoinAsync(DevNetwork network, NodeAddresses addresses, IReadOnlyList<(string Name, string Value)> environment)
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
            "init", node.Path, "--network", $"{id}", "--number", "5", "--name", "第五单位", "--key", key.FullName,
            "--server", addresses.Server, "--etcd-client", addresses.EtcdClient, "--etcd-peer", addresses.EtcdPeer);
        await RunAsync("admit", network.Operators, node.File.FullName, "--no-etcd");
        await RunAsync("configure", node.Path, Path.Combine(network.Operators, "node-5"));
        await File.AppendAllLinesAsync(node.Environment, environment.Select(l => $"{l.Name}={l.Value}"), Cancel);
        network.StartServer(5);
        await ChangeAsync(network, "join", [2, 3, 4, 5], node.File.FullName, "--charter", Charter);
        return new Uri(addresses.Server);
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

        // Whether it was final within the seconds that an answer waits here is not asked: its effect is waited for.
        Assert.NotEqual(ExitCodes.Unusable, await NetworkCommand.Create().Parse(["submit", act, "--server", $"{network.Servers[1]}"]).InvokeAsync(
            new System.CommandLine.InvocationConfiguration { EnableDefaultExceptionHandler = false }, Cancel));
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
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

    /// <summary>Lines of the run in the test's output.</summary>
    private sealed class Lines(ITestOutputHelper output) : StringWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override Task WriteLineAsync(string? value)
        {
            output.WriteLine(value ?? string.Empty);
            return Task.CompletedTask;
        }
    }
}
