using System.Diagnostics;
using System.Globalization;

namespace Mingjian.Bench;

/// <summary>An etcd cluster of the bench's own: one process a member, plain http on loopback, synced writes as in service.</summary>
internal sealed class EtcdMembers : IAsyncDisposable
{
    private readonly List<Process> _processes = [];

    private EtcdMembers(IReadOnlyList<Uri> endpoints) => Endpoints = endpoints;

    /// <summary>Client addresses, by member.</summary>
    public IReadOnlyList<Uri> Endpoints { get; }

    /// <summary>Processor time of all members so far.</summary>
    public TimeSpan ProcessorTime => _processes.Aggregate(TimeSpan.Zero, (sum, p) =>
    {
        p.Refresh();
        return sum + p.TotalProcessorTime;
    });

    /// <summary>Starts the members and waits until all of them answer.</summary>
    /// <param name="directory">For data and logs; removed by the caller.</param>
    /// <exception cref="InvalidOperationException">There is no etcd, or a member ended.</exception>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA2000", Justification = "Disposed of where it fails, else handed on.")]
    public static async Task<EtcdMembers> StartAsync(string directory, int members, CancellationToken cancellationToken)
    {
        var ports = LoopbackPorts.Free(2 * members);
        var clients = Enumerable.Range(0, members).Select(i => LoopbackPorts.Http(ports[2 * i])).ToArray();
        var peers = Enumerable.Range(0, members).Select(i => LoopbackPorts.Http(ports[(2 * i) + 1])).ToArray();
        var cluster = string.Join(',', peers.Select((p, i) => string.Create(CultureInfo.InvariantCulture, $"m{i}={p}")));
        var etcd = new EtcdMembers([.. clients.Select(c => new Uri(c))]);
        try
        {
            for (var i = 0; i < members; i++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"m{i}");

                // All members share this machine's cores with the nodes: one each, or Go's schedulers spend a fifth of their time waking threads that find none free.
                etcd._processes.Add(Programs.Start(
                    Path.Combine(directory, name + ".log"), "env", "GOMAXPROCS=1", "etcd",
                    "--name", name, "--data-dir", Path.Combine(directory, name), "--listen-client-urls", clients[i],
                    "--advertise-client-urls", clients[i], "--listen-peer-urls", peers[i], "--initial-advertise-peer-urls", peers[i],
                    "--initial-cluster", cluster, "--initial-cluster-token", directory, "--log-level", "warn"));
            }

            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
            foreach (var client in clients)
            {
                await WaitAsync(http, new Uri(client + "/health"), etcd._processes, cancellationToken);
            }

            return etcd;
        }
        catch
        {
            await etcd.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private static async Task WaitAsync(HttpClient http, Uri health, List<Process> processes, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (processes.Exists(p => p.HasExited))
            {
                throw new InvalidOperationException("An etcd member ended. Is Debian's etcd-server installed?");
            }

            try
            {
                if ((await http.GetStringAsync(health, cancellationToken)).Contains("true", StringComparison.Ordinal))
                {
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // Not listening yet, or no leader yet.
            }

            await Task.Delay(100, cancellationToken);
        }
    }
}
