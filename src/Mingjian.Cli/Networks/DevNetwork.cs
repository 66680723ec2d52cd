using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Mingjian.Acts.Networks;
using Mingjian.Cli.Kit;
using Mingjian.Contracts;
using Mingjian.Contracts.Nodes;
using Mingjian.Cryptography;
using Mingjian.Ordering.Etcd;
using Mingjian.Primitives;

namespace Mingjian.Cli.Networks;

/// <summary>
/// A whole network on this machine, for trying out and for tests: an etcd member and a server for each node, with mutual TLS and rights as in
/// earnest, and invented people. All organisations' keys lie in one directory: never for real work.
/// </summary>
internal sealed class DevNetwork : IAsyncDisposable
{
    /// <summary>What the invented organisations sign.</summary>
    public const string Charter = "演示网络的共建共治协议";

    private const string ProtocolSetting = "Protocol";
    private const string NetworkName = "demo.mingjian.invalid";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly string _directory;
    private readonly List<NodeFile> _nodes;
    private readonly Dictionary<string, Process> _running = new(StringComparer.Ordinal);
    private readonly NodeClient _client = new();

    private readonly string _program;
    private readonly NodeSites _sites;
    private IReadOnlyList<int> _frozen = [];

    private DevNetwork(string directory, List<NodeFile> nodes, string program, NodeSites sites)
    {
        _directory = directory;
        _nodes = nodes;
        _program = program;
        _sites = sites;
    }

    /// <summary>The servers' addresses, by node from 1.</summary>
    public IReadOnlyList<Uri> Servers => [.. _nodes.Select(n => new Uri(n.Server))];

    /// <summary>The operators' directory.</summary>
    public string Operators => Path.Combine(_directory, "network");

    /// <summary>Makes keys, certificates and configurations, or takes up what the directory holds.</summary>
    /// <param name="directory">Of its own.</param>
    /// <param name="count">Nodes. Only read when the directory is new.</param>
    /// <param name="sites">Where they are; the network disposes of them.</param>
    /// <param name="program">Where the server's program is; null = beside this one.</param>
    /// <param name="settings">Further settings of every server; with a <c>Protocol</c> among them the network begins with that. Only read when the directory is new.</param>
    public static DevNetwork Create(
        string directory, int count, NodeSites sites, string? program = null, params IReadOnlyList<(string Name, string Value)> settings)
    {
        var full = Path.GetFullPath(directory);
        var bundle = Path.Combine(full, "network", EtcdCluster.UserOf(1));
        if (!Directory.Exists(bundle))
        {
            var network = NetworkId.Parse($"{NetworkName}/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
            PrivateFile.CreateDirectory(full, "organizations");
            var nodes = Enumerable.Range(1, count).Select(n => Prepare(full, network, n, sites.AddressesOf(n))).ToList();
            var protocol = settings.Where(s => s.Name == ProtocolSetting).Select(s => int.Parse(s.Value, CultureInfo.InvariantCulture)).FirstOrDefault(AllContracts.Protocol);
            NetworkBundle.Found(Path.Combine(full, "network"), Hash32.Of(System.Text.Encoding.UTF8.GetBytes(Charter)), nodes, protocol);
            foreach (var node in nodes)
            {
                var own = DirectoryOf(full, node.Number);
                own.Configure(Path.Combine(full, "network", EtcdCluster.UserOf(node.Number)), [("Start", "Demo"), .. settings]);
                File.AppendAllLines(own.Environment, sites.EnvironmentOf(node.Number).Select(l => $"{l.Name}={l.Value}"));
            }
        }

        return new DevNetwork(full, NetworkBundle.ReadNodes(bundle), program ?? AppContext.BaseDirectory, sites);
    }

    /// <summary>Starts etcd and servers; the first time also signs and submits the founding, and waits for the invented people.</summary>
    /// <param name="nodes">Whose servers; node 1 among them, and a quorum the first time.</param>
    public async Task StartAsync(IReadOnlyList<int> nodes, CancellationToken cancellationToken)
    {
        _nodes.ForEach(n => StartEtcd(n.Number));
        using (var etcd = NetworkBundle.Administer(Operators, _nodes))
        {
            await WaitAsync("etcd", async () => (await etcd.StatusAsync(cancellationToken)).Count(m => m.HasLeader) > _nodes.Count / 2, cancellationToken);
            await WaitAsync("etcd 的用户和权限", async () => await TryApplyAsync(etcd, cancellationToken), cancellationToken);
        }

        StartServer(1);
        await WaitUntilUpAsync(1, cancellationToken);
        foreach (var node in _nodes.Where(n => n.Number != 1))
        {
            ShareDemo(node.Number);
            if (nodes.Contains(node.Number))
            {
                StartServer(node.Number);
            }
        }

        foreach (var node in nodes)
        {
            await WaitUntilUpAsync(node, cancellationToken);
        }

        if ((await ReadAsync(1, cancellationToken))!.Height == 0)
        {
            await FoundAsync(cancellationToken);
        }
    }

    /// <summary>
    /// What the organisations would have to give each other by other ways, copied: the names in node 1's vault. Without it the other nodes show numbers.
    /// </summary>
    public async Task ShareNamesAsync(CancellationToken cancellationToken)
    {
        var from = DataOf(1);
        foreach (var node in _nodes.Where(n => n.Number != 1 && !File.Exists(Path.Combine(DataOf(n.Number), "names-shared"))))
        {
            await StopServerAsync(node.Number, cancellationToken);
            var to = DataOf(node.Number);
            foreach (var old in Directory.EnumerateFiles(to, "vault.*"))
            {
                File.Delete(old);
            }

            File.Copy(Path.Combine(from, "vault.key"), Path.Combine(to, "vault.key"));
            await CopyDatabaseAsync(Path.Combine(from, "vault.db"), Path.Combine(to, "vault.db"), cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(to, "names-shared"), string.Empty, cancellationToken);
            StartServer(node.Number);
            await WaitUntilUpAsync(node.Number, cancellationToken);
        }
    }

    public void StartEtcd(int node) => Start(
        $"etcd-{node}", [.. _sites.Enter(node), "etcd", "--config-file", DirectoryOf(_directory, node).EtcdConfiguration], []);

    /// <param name="node">Whose.</param>
    /// <param name="program">Where its program is; null = where all nodes' is.</param>
    public void StartServer(int node, string? program = null) => Start(
        $"server-{node}",
        [
            .. _sites.Enter(node), Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet",
            Path.Combine(program ?? _program, "Mingjian.Server.dll"), "--contentRoot", program ?? _program,
        ],
        [.. File.ReadAllLines(DirectoryOf(_directory, node).Environment).Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split('=', 2)).Select(p => (p[0], p[1])),
            // Several on one machine: small heaps.
            ("DOTNET_gcServer", "0"), ("DOTNET_TieredPGO", "0"), ("ASPNETCORE_ENVIRONMENT", "Production")]);

    /// <summary>From its next start a server no longer pretends to be of an older release.</summary>
    public void Upgrade(int node)
    {
        var file = DirectoryOf(node).Environment;
        File.WriteAllLines(file, [.. File.ReadAllLines(file).Where(l => !l.StartsWith($"Mingjian__{ProtocolSetting}=", StringComparison.Ordinal))]);
    }

    /// <summary>kill -9.</summary>
    public void Kill(string process)
    {
        if (_running.Remove(process, out var running))
        {
            running.Kill();
            running.WaitForExit();
            running.Dispose();
        }
    }

    /// <summary>Whether a process that was started has ended by itself.</summary>
    public bool HasEnded(string process) => _running.TryGetValue(process, out var running) && running.HasExited;

    /// <summary>Asks a server to end, and waits.</summary>
    public async Task StopServerAsync(int node, CancellationToken cancellationToken) => await TerminateAsync($"server-{node}", cancellationToken);

    /// <summary>Whether nodes that are cut from the others still answer their users.</summary>
    public bool CanAnswerWhileCut => _sites.CanCut;

    /// <summary>Leaves some nodes in touch with each other and their users, and with nobody else, until <see cref="HealAsync"/>.</summary>
    public async Task CutAsync(IReadOnlyList<int> nodes, CancellationToken cancellationToken)
    {
        if (_sites.CanCut)
        {
            await _sites.CutAsync(nodes, cancellationToken);
            return;
        }

        _frozen = nodes;
        await SignalAsync("-STOP", cancellationToken);
    }

    /// <summary>Ends the cut.</summary>
    public async Task HealAsync(CancellationToken cancellationToken)
    {
        await _sites.HealAsync(cancellationToken);
        await SignalAsync("-CONT", cancellationToken);
        _frozen = [];
    }

    /// <summary>Waits until a process has ended by itself, and forgets it.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitForEndAsync(string process, CancellationToken cancellationToken)
    {
        var running = _running[process];
        await running.WaitForExitAsync(cancellationToken).WaitAsync(Patience, cancellationToken);
        _running.Remove(process);
        using (running)
        {
            return running.ExitCode;
        }
    }

    private bool IsRunning(string process) => _running.TryGetValue(process, out var running) && !running.HasExited;

    /// <summary>Waits until a server answers.</summary>
    public Task WaitUntilUpAsync(int node, CancellationToken cancellationToken) =>
        WaitAsync($"节点 {node}", async () => await ReadAsync(node, cancellationToken) is not null, cancellationToken, $"server-{node}");

    /// <summary>Waits until a node has a block, or its server has ended by itself.</summary>
    /// <returns>False if it has ended.</returns>
    public async Task<bool> FollowsOrEndsAsync(int node, long height, CancellationToken cancellationToken)
    {
        var hasEnded = false;
        await WaitAsync(
            $"区块 {height}", async () => (hasEnded = HasEnded($"server-{node}")) || (await ReadAsync(node, cancellationToken))?.Height >= height, cancellationToken);
        return !hasEnded;
    }

    /// <summary>A node's report, or null while it does not answer.</summary>
    public async Task<NodeReport?> ReadAsync(int node, CancellationToken cancellationToken) =>
        (await _client.ReadAsync(Servers[node - 1], cancellationToken)).Report;

    /// <summary>Waits until all of some nodes have the same newest block, of at least a height.</summary>
    public async Task<IReadOnlyList<NodeReport>> AgreeAsync(long height, IReadOnlyList<int> nodes, CancellationToken cancellationToken)
    {
        List<NodeReport> reports = [];
        await WaitAsync($"区块 {height}", async () =>
        {
            var answers = await Task.WhenAll(nodes.Select(n => ReadAsync(n, cancellationToken)));
            reports = [.. answers.OfType<NodeReport>()];
            return reports.Count == nodes.Count && reports[0].Height >= height && reports.TrueForAll(r => r.Height == reports[0].Height);
        }, cancellationToken);
        return reports;
    }

    /// <summary>The newest lines that a process has written.</summary>
    public string Log(string process)
    {
        var file = LogOf(process);
        return File.Exists(file) ? string.Join('\n', File.ReadLines(file).TakeLast(20)) : string.Empty;
    }

    /// <summary>A node's data.</summary>
    public string DataOf(int node) => Path.Combine(DirectoryOf(_directory, node).Path, "data", "demo");

    /// <summary>The directory of one organisation's node.</summary>
    public NodeDirectory DirectoryOf(int node) => DirectoryOf(_directory, node);

    /// <summary>The invented organisation officer, who may establish branches of the committee.</summary>
    public Es256Signer Officer(out OrganizationId committee)
    {
        using var plan = JsonDocument.Parse(File.ReadAllText(Path.Combine(DataOf(1), "demo.json")));
        committee = LedgerId.Parse<OrganizationId>(plan.RootElement.GetProperty("committee").GetString()!);
        return Es256Signer.Import(plan.RootElement.GetProperty("founderKey").GetBytesFromBase64());
    }

    /// <summary>An organisation's network key.</summary>
    public FileInfo OrganizationKey(int node) => OrganizationKey(_directory, node);

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await HealAsync(limit.Token);
        // Servers first: they finish what they have begun while etcd still answers.
        foreach (var kind in (string[])["server-", "etcd-"])
        {
            await Task.WhenAll(_running.Keys.Where(k => k.StartsWith(kind, StringComparison.Ordinal)).ToList().Select(p => TerminateAsync(p, limit.Token)));
        }

        _client.Dispose();
        await _sites.DisposeAsync();
    }

    private async Task SignalAsync(string signal, CancellationToken cancellationToken)
    {
        foreach (var process in _frozen.SelectMany(n => new[] { $"server-{n}", $"etcd-{n}" }).Where(IsRunning))
        {
            using var kill = Process.Start("kill", [signal, _running[process].Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync(cancellationToken);
        }
    }

    private static NodeFile Prepare(string directory, NetworkId network, int number, NodeAddresses addresses)
    {
        using var signer = Es256Signer.Create();
        KeyFile.Write(OrganizationKey(directory, number), signer);
        return DirectoryOf(directory, number).Create(network, number, LedgerId.New<OrganizationId>(), signer.Key, $"演示单位{number}", addresses);
    }

    private async Task FoundAsync(CancellationToken cancellationToken)
    {
        var act = ActFile.Read(new FileInfo(Path.Combine(Operators, NetworkBundle.FoundingFileName)));
        foreach (var node in _nodes)
        {
            using var signer = KeyFile.Read(OrganizationKey(_directory, node.Number));
            act = act.SignWith(signer);
        }

        var outcome = await NetworkSetupCommands.SubmitAsync(act, Servers[0], OperatorTokenFile.Read(DataOf(1)), cancellationToken);
        await WaitAsync("共建共治协议", async () => await ReadAsync(1, cancellationToken) is { Height: > 0 }, cancellationToken, "server-1", outcome.Describe());
        await WaitAsync(
            "演示数据", async () => (await File.ReadAllTextAsync(LogOf("server-1"), cancellationToken)).Contains("Demo network built", StringComparison.Ordinal),
            cancellationToken, "server-1");
    }

    /// <summary>The plan with the demo's keys, so that one can sign in at every node.</summary>
    private void ShareDemo(int node)
    {
        var to = Directory.CreateDirectory(DataOf(node)).FullName;
        foreach (var file in Directory.EnumerateFiles(DataOf(1)).Where(f => Path.GetFileName(f) is "demo.json" or "DEMO-演示数据.txt"))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }
    }

    private async Task<bool> TryApplyAsync(EtcdAdministration etcd, CancellationToken cancellationToken)
    {
        try
        {
            await etcd.ApplyAsync(new EtcdCluster(_nodes[0].Network, [.. _nodes.Select(NetworkBundle.Member)]).Access(), cancellationToken);
            return true;
        }
        catch (Exception e) when (e is Grpc.Core.RpcException or TimeoutException)
        {
            return false;
        }
    }

    private void Start(string name, IReadOnlyList<string> command, IReadOnlyList<(string Name, string Value)> environment)
    {
        // The shell gives its place to the program: the output goes to a file without anybody who pumps it, and the process is the program.
        var start = new ProcessStartInfo("sh", ["-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", LogOf(name), .. command]) { UseShellExecute = false };

        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        _running[name] = Process.Start(start) ?? throw new CommandException($"{command[0]} 没有启动。");
    }

    private async Task TerminateAsync(string name, CancellationToken cancellationToken)
    {
        if (!_running.Remove(name, out var process))
        {
            return;
        }

        try
        {
            if (!process.HasExited)
            {
                using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
                await kill.WaitForExitAsync(cancellationToken);
                await process.WaitForExitAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }

        process.Dispose();
    }

    /// <summary>Asks again and again until something is so.</summary>
    /// <param name="what">For the message.</param>
    /// <param name="process">Whose end makes waiting useless.</param>
    private async Task WaitAsync(
        string what, Func<Task<bool>> isSo, CancellationToken cancellationToken, string? process = null, string? why = null)
    {
        var started = Stopwatch.StartNew();
        while (!await isSo())
        {
            if (process is not null && (!_running.TryGetValue(process, out var running) || running.HasExited))
            {
                throw new CommandException($"{process} 已经结束。日志 {LogOf(process)}：\n{Log(process)}");
            }

            if (started.Elapsed > Patience)
            {
                throw new CommandException($"{what} 没有及时就绪。{why} 日志在 {_directory}。{(process is null ? string.Empty : Log(process))}");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    private static async Task CopyDatabaseAsync(string from, string to, CancellationToken cancellationToken)
    {
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = from, Pooling = false }.ToString());
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "VACUUM INTO $file";
        command.Parameters.AddWithValue("$file", to);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NodeDirectory DirectoryOf(string directory, int number) =>
        new(Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"node-{number}")));

    private static FileInfo OrganizationKey(string directory, int number) =>
        new(Path.Combine(directory, "organizations", string.Create(CultureInfo.InvariantCulture, $"{number}.pem")));

    private string LogOf(string process) => Path.Combine(_directory, process + ".log");
}
