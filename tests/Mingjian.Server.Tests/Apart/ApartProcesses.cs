using System.Globalization;
using Mingjian.Cryptography;
using Mingjian.Primitives;
using Mingjian.Server.Demo;
using Mingjian.Testing;

namespace Mingjian.Server.Tests.Apart;

/// <summary>A node without pages and web processes of its organisation on one PostgreSQL: real processes, killed and started as a test likes.</summary>
public sealed class ApartProcesses : IAsyncDisposable
{
    private static readonly (string, string)[] Common =
    [
        ("Mingjian:Limits:SignInsPerMinute", "10000"),
        ("Mingjian:Limits:RequestsPerMinute", "1000000"),
        ("Mingjian:Limits:FinalWait", "00:00:30"),
        ("Logging:LogLevel:Default", "Warning"),
        ("Logging:LogLevel:Mingjian.Slices.Kernel.Projections", "Information"),
    ];

    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-apart-").FullName;
    private readonly string _port = LoopbackPort.Free(1)[0].ToString(CultureInfo.InvariantCulture);
    private readonly List<ServerProcess> _processes = [];
    private (string Key, string Value)[] _sql = [];
    private (string Key, string Value)[] _node = [];

    public ServerProcess Node { get; private set; } = null!;

    /// <summary>The demo's keys and people.</summary>
    internal DemoPlan Plan => DemoPlan.LoadOrCreate(Path.Combine(_directory, "web-a", "demo"));

    public NetworkId Network { get; private set; }

    public (string Key, string Value)[] Sql => _sql;

    public string TokenFile => Path.Combine(Node.NetworkDirectory, "web.token");

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A node with an empty demo ledger.</summary>
    /// <param name="node">Further settings of the node.</param>
    public static async Task<ApartProcesses> StartAsync(params (string Key, string Value)[] node)
    {
        var apart = new ApartProcesses { _sql = await PostgreSql.SettingsAsync(), _node = node };
        await apart.StartNodeAsync();
        using var http = new HttpClient { BaseAddress = apart.Node.Address };
        await File.WriteAllBytesAsync(apart.NetworkFile, await http.GetByteArrayAsync("ledger/network?anchor=genesis", Cancelled), Cancelled);
        apart.Network = NetworkId.Parse((await File.ReadAllTextAsync(Path.Combine(apart.Node.NetworkDirectory, "network.txt"), Cancelled)).Trim());
        return apart;
    }

    /// <summary>At the same port each time.</summary>
    public async Task StartNodeAsync()
    {
        Node = await ServerProcess.StartAsync(
            empty: false, Path.Combine(_directory, "node"), [.. Common, ("Mingjian:Role", "Node"), ("urls", $"http://127.0.0.1:{_port}"), .. _node], Cancelled);
        _processes.Add(Node);
    }

    /// <summary>A web process with a data directory of its own; the first one fills the demo.</summary>
    public async Task<ServerProcess> StartWebAsync(string name, params (string, string)[] more)
    {
        var data = Prepare(name);
        var web = await ServerProcess.StartAsync(empty: false, data, [.. Common, .. WebSettings, .. more], Cancelled);
        _processes.Add(web);
        return web;
    }

    /// <summary>A web process within the test's own.</summary>
    public Task<RunningServer> OpenWebAsync(string name) => RunningServer.OpenAsync(demo: true, Prepare(name), DateTimeOffset.UtcNow, [.. WebSettings]);

    /// <summary>A browser of a person who signs in with one of the demo's own keys, at whatever process.</summary>
    public Browser Open(ServerProcess web) => new(web.Address, Network, static () => LedgerTime.From(TimeProvider.System.GetUtcNow()));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Until a condition holds; the limit is only there to end a test that fails.</summary>
    public static async Task EventuallyAsync(Func<Task<bool>> holds, string what)
    {
        for (var i = 0; i < 1200; i++)
        {
            try
            {
                if (await holds())
                {
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // Not there yet.
            }

            await Task.Delay(100, Cancelled);
        }

        Assert.Fail($"Waited in vain: {what}");
    }

    private string NetworkFile => Path.Combine(_directory, "network.mjnet.json");

    private (string, string)[] WebSettings =>
    [
        ("Mingjian:Role", "Web"),
        ("Mingjian:Web:Node", Node.Address.ToString()),
        ("Mingjian:Web:Network", NetworkFile),
        ("Mingjian:Web:TokenFile", TokenFile),
        .. _sql,
    ];

    private string Prepare(string name)
    {
        var data = Path.Combine(_directory, name);
        var first = Path.Combine(_directory, "web-a", "demo");
        if (Directory.Exists(first))
        {
            // The organisation's own: the vault's key is one for all its web processes; the demo's plan lets people sign in here, too.
            Directory.CreateDirectory(Path.Combine(data, "demo"));
            foreach (var file in new[] { "vault.key", "demo.json" }.Where(f => !File.Exists(Path.Combine(data, "demo", f))))
            {
                File.Copy(Path.Combine(first, file), Path.Combine(data, "demo", file));
            }
        }

        return data;
    }
}
