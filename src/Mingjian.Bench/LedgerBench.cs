using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Mingjian.Contracts;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Messages;
using Mingjian.Storage.RocksDb;

namespace Mingjian.Bench;

/// <summary>Measures pre-signed payments from acceptance to final, in this process and over HTTP, audit, receipts, and start.</summary>
/// <remarks>
/// Everything is compared with V (<see cref="Verifications"/>), measured right before and after each run, so that other load on the
/// machine cancels out as far as it can.
/// </remarks>
public static class LedgerBench
{
    // About two blocks: the ledger is never idle and never refuses.
    private const int InFlight = 4_096;

    // The just-in-time compiler needs tens of thousands of calls before it has optimised everything.
    private const int WarmUpMembers = 4_000;
    private const int WarmUp = 8_000;

    // The last payments are kept for the profile; all batches but the last warm the just-in-time compiler up.
    private const int ProfileBatch = 2_048;
    private const int ProfileBatches = 4;

    /// <summary>Runs and prints.</summary>
    public static async Task RunAsync(BenchOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        var report = new BenchReport(output);
        await report.LineAsync($"{Machine()}");
        if (options.Nodes > 0)
        {
            await NetworkBench.RunAsync(options, report, output, cancellationToken);
            return;
        }

        if (options.InProcess)
        {
            await report.LineAsync($"warming up on a ledger that does not count");
            await InDirectoryAsync(
                options, WarmUpMembers, (ledger, payers, _) => WarmUpAsync(ledger, payers, cancellationToken), new BenchReport(TextWriter.Null), TextWriter.Null);
        }

        double? reference = null;
        foreach (var members in options.InProcess ? options.Members : [])
        {
            var share = await InDirectoryAsync(options, members, (ledger, payers, _) => RunSizeAsync(options, ledger, members, payers, output, report, cancellationToken), report, output);
            if (reference is { } first)
            {
                await report.LineAsync($"  cost against {options.Members[0]:N0} members: {1 - (share / first):P0} (target <= 30 %)");
            }

            reference ??= share;
        }

        if (options.Http)
        {
            var members = options.Members[0];
            await InDirectoryAsync(
                options, members,
                async (ledger, payers, data) =>
                {
                    var envelopes = ledger.Roster.SignPayments(members, payers);
                    await ledger.CloseAsync();
                    await new HttpBench(options, report).RunAsync(ledger, data, envelopes, cancellationToken);
                    return 0;
                },
                report, output);
        }
    }

    /// <summary>Makes a ledger in a directory of its own, and removes it afterwards.</summary>
    private static async Task<double> InDirectoryAsync(
        BenchOptions options, int members, Func<BenchLedger, int, string, Task<double>> measure, BenchReport report, TextWriter output)
    {
        var directory = options.Directory is null
            ? Directory.CreateTempSubdirectory("mingjian-bench-").FullName
            : Directory.CreateDirectory(Path.Combine(options.Directory, $"members-{members}-{Guid.NewGuid():N}")).FullName;
        try
        {
            await report.LineAsync($"{members:N0} members");
            await using var ledger = new BenchLedger(Path.Combine(directory, "network"));
            var payers = Math.Min(options.Payers, members);
            var watch = Stopwatch.StartNew();
            await ledger.Roster.PrepareAsync(ledger.Ledger, members, payers, new SynchronousProgress(text => output.WriteLine($"  … {text}")));
            await report.LineAsync($"  prepared by {ledger.Ledger.Head.Size:N0} entries in {watch.Elapsed.TotalSeconds:N0} s");
            return await measure(ledger, payers, directory);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<double> WarmUpAsync(BenchLedger ledger, int payers, CancellationToken cancellationToken)
    {
        await SubmitAllAsync(ledger.Ledger, ledger.Roster.SignPayments(WarmUpMembers, payers), cancellationToken);
        return (await AuditAsync(ledger, null, cancellationToken)).Transactions;
    }

    private static async Task<double> RunSizeAsync(
        BenchOptions options, BenchLedger ledger, int members, int payers, TextWriter output, BenchReport report, CancellationToken cancellationToken)
    {
        var opening = await ledger.ReopenAsync();
        await report.LineAsync($"  reopened in {opening.TotalSeconds:N1} s, state root checked");

        var envelopes = ledger.Roster.SignPayments(members, payers);
        var warmUp = Math.Min(WarmUp, envelopes.Length / 4);
        await SubmitAllAsync(ledger.Ledger, envelopes.AsMemory(0, warmUp), cancellationToken);
        envelopes = envelopes[warmUp..];
        var shares = await RunPaymentsAsync(options, ledger.Ledger, envelopes, report, cancellationToken);
        await new ReceiptBench(report).RunAsync(ledger);
        await RunAuditAsync(options, ledger, report, cancellationToken);
        if (options.Profile)
        {
            await ledger.CloseAsync();
            new StageProfile(ledger).Run([.. envelopes[^Math.Min(envelopes.Length, ProfileBatch * ProfileBatches)..].Chunk(ProfileBatch)], output);
        }

        return BenchReport.Median(shares);
    }

    private static async Task<List<double>> RunPaymentsAsync(
        BenchOptions options, Ledger ledger, byte[][] envelopes, BenchReport report, CancellationToken cancellationToken)
    {
        var shares = new List<double>();
        var next = 0;
        for (var run = 0; run < options.Runs && next + options.PaymentsPerRun + (options.Profile ? ProfileBatch * ProfileBatches : 0) <= envelopes.Length; run++)
        {
            var before = Verifications.Measure();
            var processor = Environment.CpuUsage.TotalTime;
            var blocks = ledger.Head.Height;
            var (seconds, latencies) = await SubmitAllAsync(ledger, envelopes.AsMemory(next, options.PaymentsPerRun), cancellationToken);
            next += options.PaymentsPerRun;
            var rate = options.PaymentsPerRun / seconds;
            var cost = (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / options.PaymentsPerRun;
            var v = Verifications.Between(before, Verifications.Measure());
            Array.Sort(latencies);
            await report.LineAsync(
                $"  payments, run {run + 1}: {rate:N0} payments/s = {rate / v.PerSecond:N2} V (V = {v.PerSecond:N0}/s), processor time {cost:N0} us a payment, {v.Microseconds:N0} us a verification, {ledger.Head.Height - blocks} blocks, latency p50 {latencies[latencies.Length / 2]:N0} ms, p99 {latencies[latencies.Length * 99 / 100]:N0} ms");
            shares.Add(rate / v.PerSecond);
        }

        await report.MedianAsync("payments", shares, "target >= 0.5");
        return shares;
    }

    private static async Task<(double Seconds, double[] Latencies)> SubmitAllAsync(
        Ledger ledger, ReadOnlyMemory<byte[]> envelopes, CancellationToken cancellationToken)
    {
        using var slots = new SemaphoreSlim(InFlight);
        var latencies = new double[envelopes.Length];
        var running = new Task[envelopes.Length];
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < envelopes.Length; i++)
        {
            await slots.WaitAsync(cancellationToken);
            running[i] = SubmitAsync(i, envelopes.Span[i]);
        }

        await Task.WhenAll(running);
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, latencies);

        async Task SubmitAsync(int number, byte[] envelope)
        {
            var accepted = Stopwatch.GetTimestamp();
            var result = await ledger.SubmitAsync(envelope, cancellationToken);
            latencies[number] = Stopwatch.GetElapsedTime(accepted).TotalMilliseconds;
            slots.Release();
            if (result.Refusal is not null)
            {
                throw new InvalidOperationException($"A payment was refused: {result.Refusal}");
            }
        }
    }

    private static async Task RunAuditAsync(BenchOptions options, BenchLedger ledger, BenchReport report, CancellationToken cancellationToken)
    {
        var shares = new List<double>();
        for (var run = 0; run < Math.Min(3, options.Runs); run++)
        {
            var before = Verifications.Measure();
            var processor = Environment.CpuUsage.TotalTime;
            var watch = Stopwatch.StartNew();
            var stages = new AuditStages(watch);
            var found = await AuditAsync(ledger, stages, cancellationToken);
            watch.Stop();
            var rate = found.Signatures / watch.Elapsed.TotalSeconds;
            var cost = (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / found.Signatures;
            var v = Verifications.Between(before, Verifications.Measure());
            shares.Add(rate / v.PerSecond);
            await report.LineAsync(
                $"  audit, run {run + 1}: {found.Transactions:N0} acts in {watch.Elapsed.TotalSeconds:N1} s = {rate:N0}/s = {rate / v.PerSecond:N2} V (V = {v.PerSecond:N0}/s), processor time {cost:N0} us an act, {v.Microseconds:N0} us a verification ({stages})");
        }

        await report.MedianAsync("audit", shares, "target >= 0.5");
    }

    private static async Task<AuditReport> AuditAsync(BenchLedger ledger, IProgress<AuditProgress>? progress, CancellationToken cancellationToken)
    {
        await using var source = new RocksDbLedgerSource(ledger.StoreDirectory);
        var audit = new LedgerAudit(
            ledger.Keys.Alone, new ContractSet(AllContracts.Create()), new KeyDirectory(), new SignatureVerifier(new PlatformEcVerifier()));
        var found = await audit.RunAsync(source, progress, cancellationToken);
        return found.Fault is null ? found : throw new InvalidOperationException($"The audit found a fault: {found.Fault}");
    }

    private static string Machine()
    {
        var model = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[^1].Trim()
            : null;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{model ?? "unknown processor"}, {Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
    }

    /// <summary>When each stage of an audit was first heard of.</summary>
    private sealed class AuditStages(Stopwatch watch) : IProgress<AuditProgress>
    {
        private readonly ConcurrentDictionary<AuditStage, double> _seen = new();

        public void Report(AuditProgress value) => _seen.TryAdd(value.Stage, watch.Elapsed.TotalSeconds);

        public override string ToString() => string.Join(
            ", ", _seen.OrderBy(s => s.Value).Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key} from {s.Value:N1} s")));
    }
}
