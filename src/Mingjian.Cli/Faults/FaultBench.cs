using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Mingjian.Cli.Networks;
using Mingjian.Contracts;

namespace Mingjian.Cli.Faults;

/// <summary><c>mingjian bench --faults</c>: a network of processes of its own, every kind of fault at every node, in an order that a seed decides.</summary>
[SuppressMessage("Security", "CA5394", Justification = "An order that a seed repeats.")]
internal static class FaultBench
{
    private const int Nodes = 4;

    /// <param name="rounds">How often every fault.</param>
    /// <param name="seed">Decides the order.</param>
    /// <param name="parent">Where the network's directory is made and removed; null = the system's temporary directory.</param>
    /// <param name="loopback">No network namespaces, even where they can be made.</param>
    /// <exception cref="PromiseBrokenException">What failed.</exception>
    public static async Task RunAsync(int rounds, int seed, string? parent, bool loopback, TextWriter output, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        var directory = Directory.CreateDirectory(Path.Combine(parent ?? Path.GetTempPath(), Path.GetRandomFileName())).FullName;
        var sites = await SitesAsync(Nodes, loopback, output, cancellationToken);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"seed {seed}; {sites.Description}"));
        try
        {
            await RunAsync(rounds, random, directory, sites, output, cancellationToken);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task RunAsync(int rounds, Random random, string directory, NodeSites sites, TextWriter output, CancellationToken cancellationToken)
    {
        await using var network = DevNetwork.Create(Path.Combine(directory, "network"), Nodes, sites, null, [.. Settings, .. OlderPrograms]);
        await network.StartAsync([1, 2, 3], cancellationToken);
        await using var run = new FaultRun(network, output);
        foreach (var node in (int[])[1, 2, 3])
        {
            run.Begin(node);
        }

        await run.JoinAsync(4, cancellationToken);
        for (var round = 0; round < rounds; round++)
        {
            var faults = AllFaults(run, cancellationToken).ToArray();
            random.Shuffle(faults);
            foreach (var fault in faults)
            {
                await fault();
            }
        }

        await run.ChangeProtocolAsync(AllContracts.Protocol, random.Next(2, Nodes + 1), null, cancellationToken);
        await run.ReportAsync();
    }

    /// <summary>What the networks of these runs are set to: short waits for an answer, and an order that is soon removed, so that who was away long has to mirror.</summary>
    public static IReadOnlyList<(string Name, string Value)> Settings =>
    [
        ("Node:Etcd:KeptBlocks", "10"), ("Node:Etcd:MaxLag", "20"), ("Limits:FinalWait", "00:00:02"), ("Limits:SignInsPerMinute", "10000"),
        ("Limits:RequestsPerMinute", "1000000"),
    ];

    /// <summary>All servers pretend to carry one protocol less than they do.</summary>
    public static IReadOnlyList<(string Name, string Value)> OlderPrograms => [("Protocol", (AllContracts.Protocol - 1).ToString(CultureInfo.InvariantCulture))];

    /// <summary>Network namespaces, or one line that says why not.</summary>
    public static async Task<NodeSites> SitesAsync(int nodes, bool loopback, TextWriter output, CancellationToken cancellationToken)
    {
        var (sites, why) = loopback ? (null, "not asked for") : await NamespaceSites.TryCreateAsync(nodes, cancellationToken);
        if (sites is null)
        {
            await output.WriteLineAsync($"no network namespaces: {why}");
        }

        return (NodeSites?)sites ?? LoopbackSites.Free(nodes);
    }

    private static IEnumerable<Func<Task>> AllFaults(FaultRun run, CancellationToken cancellationToken)
    {
        foreach (var node in Enumerable.Range(1, Nodes))
        {
            yield return () => run.KillServerAsync(node, cancellationToken);
            yield return () => run.KillEtcdAsync(node, cancellationToken);
            yield return () => run.KillBothAsync(node, cancellationToken);
            yield return () => run.CutOneAsync(node, cancellationToken);
            if (node != 1)
            {
                yield return () => run.CutTwoAsync(1, node, cancellationToken);
            }
        }
    }
}
