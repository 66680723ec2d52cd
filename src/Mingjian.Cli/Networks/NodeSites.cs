using System.Diagnostics;
using System.Globalization;
using Mingjian.Bench;

namespace Mingjian.Cli.Networks;

/// <summary>Where the organisations of a network on one machine are, and what lies between them.</summary>
internal abstract class NodeSites : IAsyncDisposable
{
    /// <summary>One line for the reader of a report.</summary>
    public abstract string Description { get; }

    /// <summary>Whether <see cref="CutAsync"/> works here; if not, <see cref="DevNetwork"/> stops the processes' clocks instead.</summary>
    public virtual bool CanCut => false;

    /// <summary>Where a node's three services are reached, by everybody.</summary>
    public abstract NodeAddresses AddressesOf(int node);

    /// <summary>Lines for a node's environment, so that its server listens there.</summary>
    public abstract IReadOnlyList<(string Name, string Value)> EnvironmentOf(int node);

    /// <summary>What a command line begins with to run at a node's place.</summary>
    public virtual IReadOnlyList<string> Enter(int node) => [];

    /// <summary>Leaves some nodes in touch with each other and with their users, and with nobody else.</summary>
    public virtual Task CutAsync(IReadOnlyList<int> nodes, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Ends every cut.</summary>
    public virtual Task HealAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>All nodes on the loopback address.</summary>
/// <param name="ports">Three a node: server, etcd for nodes, etcd for members.</param>
internal sealed class LoopbackSites(IReadOnlyList<int> ports) : NodeSites
{
    public override string Description => "all organisations on the loopback; a cut stops the clocks of processes (SIGSTOP)";

    public override NodeAddresses AddressesOf(int node) =>
        new(At("http", Port(node, 0)), At("https", Port(node, 1)), At("https", Port(node, 2)));

    public override IReadOnlyList<(string Name, string Value)> EnvironmentOf(int node) =>
        [("Mingjian__Port", Port(node, 0).ToString(CultureInfo.InvariantCulture))];

    /// <summary>Ports that nobody uses now, for so many nodes.</summary>
    public static LoopbackSites Free(int nodes) => new(LoopbackPorts.Free(3 * nodes));

    private int Port(int node, int service) => ports[(3 * (node - 1)) + service];

    private static string At(string scheme, int port) => string.Create(CultureInfo.InvariantCulture, $"{scheme}://127.0.0.1:{port}/");
}

/// <summary>
/// Each organisation in a network namespace of its own, all plugged into a bridge in one more; a second cable leads from each to this process, as an
/// organisation's users reach their own server whatever happens between the organisations. A cut plugs organisations into another bridge: what is sent
/// to the others is lost without a word.
/// </summary>
/// <remarks>Needs iproute2, nsenter and the rights of root. Addresses are of 198.18.0.0/15, which is for such tests (RFC 2544).</remarks>
internal sealed class NamespaceSites : NodeSites
{
    private const int ServerPort = 5180;
    private const int Here = 254;
    private static int _made;

    private readonly string _name;
    private readonly int _count;
    private readonly int _net;

    private NamespaceSites(int count)
    {
        _count = count;

        // An interface's name has at most 15 characters.
        _name = string.Create(CultureInfo.InvariantCulture, $"mj{Environment.ProcessId}{(char)('a' + (Interlocked.Increment(ref _made) % 26))}");
        _net = System.Security.Cryptography.RandomNumberGenerator.GetInt32(512);
    }

    public override string Description => "each organisation in a network namespace of its own (iproute2); a cut moves its cable to another bridge";

    public override bool CanCut => true;

    private string Hub => _name + "-hub";

    /// <summary>Makes the namespaces, or says why that is not possible here.</summary>
    public static async Task<(NamespaceSites? Sites, string? Why)> TryCreateAsync(int nodes, CancellationToken cancellationToken)
    {
        var sites = new NamespaceSites(nodes);
        try
        {
            await sites.MakeAsync(cancellationToken);
            return (sites, null);
        }
        catch (Exception e) when (e is IOException or System.ComponentModel.Win32Exception)
        {
            await sites.DisposeAsync();
            return (null, e.Message);
        }
    }

    public override NodeAddresses AddressesOf(int node) => new(At("http", node, ServerPort), At("https", node, 2379), At("https", node, 2380));

    public override IReadOnlyList<(string Name, string Value)> EnvironmentOf(int node) =>
        [("Kestrel__Endpoints__Http__Url", At("http", node, ServerPort)), ("AllowedHosts", Address(node))];

    public override IReadOnlyList<string> Enter(int node) => ["nsenter", "--net=/run/netns/" + Place(node), "--"];

    public override Task CutAsync(IReadOnlyList<int> nodes, CancellationToken cancellationToken) =>
        RunAsync(["-n", Hub], nodes.Select(n => Text($"link set p{n} master apart")), cancellationToken);

    public override Task HealAsync(CancellationToken cancellationToken) =>
        RunAsync(["-n", Hub], Nodes().Select(n => Text($"link set p{n} master mesh")), cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        // With a namespace go its interfaces, and with each the other end of the cable.
        foreach (var place in (string[])[.. Nodes().Select(Place), Hub])
        {
            await RunAsync([], [Text($"netns del {place}")], CancellationToken.None, mayFail: true);
        }

        await base.DisposeAsync();
    }

    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        await RunAsync(
            [],
            [Text($"netns add {Hub}"), .. Nodes().SelectMany(n => new[]
            {
                Text($"netns add {Place(n)}"),
                Text($"link add {_name}{n} type veth peer name users netns {Place(n)}"),
                Text($"addr add {Address(Here)}/32 dev {_name}{n}"),
                Text($"link set {_name}{n} up"),
                Text($"route add {Address(n)}/32 dev {_name}{n} src {Address(Here)}"),
            })],
            cancellationToken);
        await RunAsync(
            ["-n", Hub],
            ["link add mesh type bridge", "link add apart type bridge", "link set mesh up", "link set apart up", .. Nodes().SelectMany(n => new[]
            {
                Text($"link add p{n} type veth peer name others netns {Place(n)}"), Text($"link set p{n} master mesh"), Text($"link set p{n} up"),
            })],
            cancellationToken);
        foreach (var node in Nodes())
        {
            await RunAsync(
                ["-n", Place(node)],
                [
                    "link set lo up", Text($"addr add {Address(node)}/25 dev others"), "link set others up", "link set users up",
                    Text($"route add {Address(Here)}/32 dev users src {Address(node)}"),
                ],
                cancellationToken);
        }
    }

    private IEnumerable<int> Nodes() => Enumerable.Range(1, _count);

    private string Place(int node) => Text($"{_name}-{node}");

    private string Address(int host) => Text($"198.{18 + (_net >> 8)}.{_net & 255}.{host}");

    private string At(string scheme, int node, int port) => Text($"{scheme}://{Address(node)}:{port}/");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static async Task RunAsync(
        IReadOnlyList<string> options, IEnumerable<string> commands, CancellationToken cancellationToken, bool mayFail = false)
    {
        var start = new ProcessStartInfo("ip", [.. options, "-batch", "-"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true };
        using var ip = Process.Start(start)!;
        var errors = ip.StandardError.ReadToEndAsync(cancellationToken);
        await ip.StandardInput.WriteLineAsync(string.Join('\n', commands).AsMemory(), cancellationToken);
        ip.StandardInput.Close();
        await ip.WaitForExitAsync(cancellationToken);
        if (ip.ExitCode != 0 && !mayFail)
        {
            throw new IOException($"ip: {(await errors).ReplaceLineEndings(" ").Trim()}");
        }
    }
}
