using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Mingjian.Contracts;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Messages;
using Mingjian.Log;
using Mingjian.Ordering.Etcd;
using Mingjian.Ordering.Etcd.Wire;
using Mingjian.Primitives;
using Mingjian.Storage.RocksDb;

namespace Mingjian.Bench;

/// <summary>A network on one machine: nodes that agree over real etcd members, beside etcd alone and a replicated database.</summary>
/// <remarks>
/// The nodes are ledgers with stores of their own in this process, the members processes of their own; all share the machine's cores
/// and disk. Each act's signature is checked once by every node.
/// </remarks>
internal sealed class NetworkBench : IAsyncDisposable
{
    private const int InFlight = 4_096;
    private const int Tick = 10;
    private const int CatchUps = 3;
    private static readonly TimeSpan HalfLoad = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly BenchOptions _options;
    private readonly string _directory;
    private readonly BenchReport _report;
    private readonly EtcdMembers _etcd;
    private readonly NodeKeys[] _keys;
    private readonly NodeSet _founders;
    private readonly Ledger?[] _ledgers;
    private readonly BenchRoster _roster = new();

    private NetworkBench(BenchOptions options, string directory, BenchReport report, EtcdMembers etcd)
    {
        _options = options;
        _directory = directory;
        _report = report;
        _etcd = etcd;
        _keys = [.. Enumerable.Range(1, options.Nodes).Select(n => NodeKeys.LoadOrCreate(Path.Combine(Folder(n), "keys"), BenchRoster.Network, n))];
        _founders = new NodeSet([.. _keys.Select(k => k.Public)]);
        _ledgers = [.. Enumerable.Range(1, options.Nodes).Select(Open)];
    }

    private IEnumerable<Ledger> Running => _ledgers.OfType<Ledger>();

    /// <summary>Runs and prints.</summary>
    public static async Task RunAsync(BenchOptions options, BenchReport report, TextWriter output, CancellationToken cancellationToken)
    {
        var directory = options.Directory is null
            ? Directory.CreateTempSubdirectory("mingjian-bench-").FullName
            : Directory.CreateDirectory(Path.Combine(options.Directory, $"nodes-{options.Nodes}-{Guid.NewGuid():N}")).FullName;
        try
        {
            var members = options.Members[0];
            await report.LineAsync($"{options.Nodes} nodes and {options.Nodes} etcd members on this machine, {members:N0} members");
            var bytes = 0;
            await using (var etcd = await EtcdMembers.StartAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(directory, "etcd")).FullName), options.Nodes, cancellationToken))
            {
                await using var bench = new NetworkBench(options, directory, report, etcd);
                bytes = await bench.MeasureAsync(members, output, cancellationToken);
            }

            // Debian's temporary directory may be entered by everybody; one that only root may enter cannot hold PostgreSQL's data.
            var postgres = Path.Combine(Path.GetTempPath(), $"mingjian-bench-pg-{Guid.NewGuid():N}");
            try
            {
                var found = await new PostgresBench(postgres).RunAsync(bytes, cancellationToken);
                await report.LineAsync(found is { } result
                    ? (FormattableString)$"  PostgreSQL {result.Version}, two synchronous standbys, one row of {bytes} bytes a transaction, 32 clients: {result.PerSecond:N0} rows/s"
                    : $"  PostgreSQL: not installed (apt-get install postgresql), not measured");
            }
            finally
            {
                if (Directory.Exists(postgres))
                {
                    Directory.Delete(postgres, recursive: true);
                }
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Running.Select(l => l.DisposeAsync().AsTask()));
        _roster.Dispose();
    }

    /// <returns>Bytes of one signed act.</returns>
    private async Task<int> MeasureAsync(int members, TextWriter output, CancellationToken cancellationToken)
    {
        var payers = Math.Min(_options.Payers, members);
        await _roster.PrepareAsync(_ledgers[0]!, members, payers, new SynchronousProgress(text => output.WriteLine($"  … {text}")));
        await AgreeAsync(cancellationToken);
        var envelopes = _roster.SignPayments(members, payers);
        var next = Math.Min(_options.PaymentsPerRun, envelopes.Length / 4);
        await SubmitAsync(envelopes.AsMemory(0, next), cancellationToken);

        var shares = new List<double>();
        var rates = new List<double>();
        for (var run = 0; run < _options.Runs && next + _options.PaymentsPerRun <= envelopes.Length / 4 * 3; run++, next += _options.PaymentsPerRun)
        {
            var (rate, share) = await RunAsync(run, envelopes.AsMemory(next, _options.PaymentsPerRun), cancellationToken);
            rates.Add(rate);
            shares.Add(share);
        }

        await _report.LineAsync($"  final at all nodes, median of {shares.Count}: {BenchReport.Median(shares):N2} of V/{_options.Nodes} (target >= 0.35)");
        next += await HalfLoadAsync(envelopes.AsMemory(next), BenchReport.Median(rates) / 2, cancellationToken);

        // Every month that was assessed is paid, as in a network's real log, before somebody takes it over.
        await SubmitAsync(envelopes.AsMemory(next), cancellationToken);
        await AgreeAsync(cancellationToken);
        await CatchUpAsync(cancellationToken);
        var size = (int)envelopes.Average(e => e.Length);
        await EtcdAloneAsync(size, cancellationToken);
        return size;
    }

    private async Task<(double Rate, double Share)> RunAsync(int run, ReadOnlyMemory<byte[]> envelopes, CancellationToken cancellationToken)
    {
        var before = Verifications.Measure();
        var blocks = _ledgers[0]!.Head.Height;
        var (own, etcd) = (Environment.CpuUsage.TotalTime, _etcd.ProcessorTime);
        var watch = Stopwatch.StartNew();
        var latencies = await SubmitAsync(envelopes, cancellationToken);
        await AgreeAsync(cancellationToken);
        watch.Stop();
        var cost = (Environment.CpuUsage.TotalTime - own).TotalMicroseconds / envelopes.Length;
        var etcdCost = (_etcd.ProcessorTime - etcd).TotalMicroseconds / envelopes.Length;
        var v = Verifications.Between(before, Verifications.Measure());
        var rate = envelopes.Length / watch.Elapsed.TotalSeconds;
        var share = rate / (v.PerSecond / _options.Nodes);
        Array.Sort(latencies);
        await _report.LineAsync(
            $"  payments, run {run + 1}: {rate:N0}/s = {share:N2} of V/{_options.Nodes} (V = {v.PerSecond:N0}/s), processor time of all nodes {cost:N0} us an act, of all etcd members {etcdCost:N0} us, {v.Microseconds:N0} us a verification, {_ledgers[0]!.Head.Height - blocks} blocks, latency p50 {latencies[latencies.Length / 2]:N0} ms, p99 {latencies[latencies.Length * 99 / 100]:N0} ms");
        return (rate, share);
    }

    /// <summary>Submits to all nodes in turn, so many at a time, and waits until each act is final at the node that took it.</summary>
    private async Task<double[]> SubmitAsync(ReadOnlyMemory<byte[]> envelopes, CancellationToken cancellationToken)
    {
        using var slots = new SemaphoreSlim(InFlight);
        var latencies = new double[envelopes.Length];
        var running = new Task[envelopes.Length];
        for (var i = 0; i < envelopes.Length; i++)
        {
            await slots.WaitAsync(cancellationToken);
            running[i] = TimeAsync(i, envelopes.Span[i]);
        }

        await Task.WhenAll(running);
        return latencies;

        async Task TimeAsync(int number, byte[] envelope)
        {
            latencies[number] = await SubmitAsync(number, envelope, cancellationToken);
            slots.Release();
        }
    }

    private async Task<double> SubmitAsync(int number, byte[] envelope, CancellationToken cancellationToken)
    {
        var accepted = Stopwatch.GetTimestamp();
        var result = await _ledgers[number % _ledgers.Length]!.SubmitAsync(envelope, cancellationToken);
        return result.Refusal is null
            ? Stopwatch.GetElapsedTime(accepted).TotalMilliseconds
            : throw new InvalidOperationException($"A payment was refused: {result.Refusal}");
    }

    /// <summary>Acts arrive evenly at half the rate that was just measured.</summary>
    /// <returns>How many.</returns>
    private async Task<int> HalfLoadAsync(ReadOnlyMemory<byte[]> envelopes, double rate, CancellationToken cancellationToken)
    {
        var count = Math.Min(envelopes.Length, (int)(rate * HalfLoad.TotalSeconds));
        var running = new Task<double>[count];
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < count;)
        {
            for (var due = Math.Min(count, (int)(rate * watch.Elapsed.TotalSeconds) + 1); i < due; i++)
            {
                running[i] = SubmitAsync(i, envelopes.Span[i], cancellationToken);
            }

            await Task.Delay(Tick, cancellationToken);
        }

        var latencies = await Task.WhenAll(running);
        Array.Sort(latencies);
        await _report.LineAsync(
            $"  at half load ({rate:N0}/s for {watch.Elapsed.TotalSeconds:N0} s): to final p50 {latencies[count / 2]:N0} ms (target < 300 ms), p99 {latencies[count * 99 / 100]:N0} ms");
        await AgreeAsync(cancellationToken);
        return count;
    }

    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        // A blank node's process holds no other node: one stays, opened anew, to be taken from.
        await Task.WhenAll(Running.Select(l => l.DisposeAsync().AsTask()));
        Array.Clear(_ledgers);
        _ledgers[0] = Open(1);
        var shares = new List<(double Whole, double SecondHalf)>();
        for (var run = 1; run <= CatchUps; run++)
        {
            shares.Add(await CatchUpAsync(run, cancellationToken));
        }

        await _report.LineAsync(
            $"  catch-up of a blank node, median of {shares.Count}: {BenchReport.Median([.. shares.Select(s => s.Whole)]):N2} V (target >= 0.5), the second half of the log, which holds payments alone, {BenchReport.Median([.. shares.Select(s => s.SecondHalf)]):N2} V");
    }

    /// <summary>The last node loses everything but its keys and takes the whole log from its peers.</summary>
    private async Task<(double Whole, double SecondHalf)> CatchUpAsync(int run, CancellationToken cancellationToken)
    {
        var last = _ledgers.Length;
        if (_ledgers[^1] is { } old)
        {
            await old.DisposeAsync();
            _ledgers[^1] = null;
        }

        Directory.Delete(Store(last), recursive: true);

        // Stores and etcd members still work off what came before, and V shall not look smaller for it.
        await Task.Delay(Rest, cancellationToken);
        var before = Verifications.Measure();
        var processor = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        var blank = _ledgers[^1] = Open(last);
        var size = _ledgers[0]!.Head.Size;
        while (blank.Head.Size < size / 2)
        {
            await Task.Delay(Tick, cancellationToken);
        }

        var (half, halfTime) = (blank.Head, watch.Elapsed);
        await AgreeAsync(cancellationToken);
        watch.Stop();
        var acts = blank.Head.Size - blank.Head.Height;
        var cost = (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / acts;
        var v = Verifications.Between(before, Verifications.Measure());
        var rate = acts / watch.Elapsed.TotalSeconds;
        var secondHalf = (acts - (half.Size - half.Height)) / (watch.Elapsed - halfTime).TotalSeconds / v.PerSecond;
        await _report.LineAsync(
            $"  catch-up of a blank node, run {run}: {acts:N0} acts in {watch.Elapsed.TotalSeconds:N1} s = {rate:N0}/s = {rate / v.PerSecond:N2} V, second half {secondHalf:N2} V; processor time {cost:N0} us an act, {v.Microseconds:N0} us a verification");
        return (rate / v.PerSecond, secondHalf);
    }

    /// <summary>The same bytes in values as large as a batch, one writer a member, each waiting for its put: no node, no signature, no tree.</summary>
    private async Task EtcdAloneAsync(int actBytes, CancellationToken cancellationToken)
    {
        var batch = new EtcdOrderingOptions { Network = BenchRoster.Network, Node = 1, Endpoints = _etcd.Endpoints }.BatchBytes;
        var acts = _options.PaymentsPerRun * actBytes / batch * (batch / actBytes);
        var puts = new ConcurrentQueue<int>(Enumerable.Range(0, acts / (batch / actBytes)));
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, _etcd.Endpoints.Count).Select(async writer =>
        {
            using var connection = new EtcdConnection(
                [_etcd.Endpoints[writer]], null, Limit, 16 << 20, new EtcdMetrics(), TimeProvider.System, NullLogger.Instance);
            while (puts.TryDequeue(out var put))
            {
                var request = new PutRequest
                {
                    Key = ByteString.CopyFromUtf8(string.Create(CultureInfo.InvariantCulture, $"bench/{put}")),
                    Value = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(batch)),
                };
                await connection.CallAsync((peer, options) => peer.Keys.PutAsync(request, options), cancellationToken);
            }
        }));
        await _report.LineAsync(
            $"  etcd alone, values of {batch >> 10} KB, a writer a member: the bytes of {acts / watch.Elapsed.TotalSeconds:N0} acts/s ({actBytes} bytes each)");
    }

    private async Task AgreeAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (Running.Select(l => (l.Head.Height, l.Head.Root)).Distinct().Count() > 1 || Running.Any(l => l.Head.Height < Running.Max(o => o.Head.Height)))
        {
            if (watch.Elapsed > Limit)
            {
                throw new TimeoutException($"The nodes do not agree: {string.Join(", ", Running.Select(l => $"{l.Head.Height} {l.LastPeerFault}"))}");
            }

            await Task.Delay(5, cancellationToken);
        }
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA2000", Justification = "The ledger owns store and ordering.")]
    private Ledger Open(int node)
    {
        var keys = _keys[node - 1];
        var order = new EtcdOrderingOptions
        {
            Network = BenchRoster.Network,
            Node = node,

            // Its own organisation's member first.
            Endpoints = [.. _etcd.Endpoints.Skip(node - 1), .. _etcd.Endpoints.Take(node - 1)],

            // Removed soon, so that a blank node has to mirror the log.
            KeptBlocks = 10,
            CompactionInterval = TimeSpan.FromSeconds(2),
        };
        return Ledger.Open(
            new LedgerOptions { Network = BenchRoster.Network, Founders = _founders, Peers = () => [.. Running.Select(l => new RunningLedgerSource(l))] },
            RocksDbBlockStore.Open(Store(node)),
            new EtcdOrdering(order, bytes => keys.SignBatch(bytes.Span), TimeProvider.System),
            keys,
            new ContractSet(AllContracts.Create()),
            new KeyDirectory(),
            new SignatureVerifier(new PlatformEcVerifier()),
            TimeProvider.System);
    }

    private string Folder(int node) => Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"node{node}"));

    private string Store(int node) => Path.Combine(Folder(node), "ledger");
}

/// <summary>Progress that is printed at once.</summary>
internal sealed class SynchronousProgress(Action<string> report) : IProgress<string>
{
    public void Report(string value) => report(value);
}
