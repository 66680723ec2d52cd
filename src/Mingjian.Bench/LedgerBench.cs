using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Mingjian.Contracts;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Execution;
using Mingjian.Primitives;
using Mingjian.Storage.RocksDb;

namespace Mingjian.Bench;

/// <summary>Measures a ledger in this process: pre-signed payments from acceptance to final, audit, and start.</summary>
/// <remarks>
/// Everything is compared with V, this machine's own rate of P-256 verifications on all cores with cached keys, measured again right
/// before each run, so that other load on the machine cancels out as far as it can.
/// </remarks>
public static class LedgerBench
{
    // More than a block holds, less than the queues: the ledger is never idle and never refuses.
    private const int InFlight = 8_192;

    // The just-in-time compiler needs tens of thousands of calls before it has optimised everything.
    private const int WarmUp = 20_000;

    // The last payments are kept for the profile; all batches but the last warm the just-in-time compiler up.
    private const int ProfileBatch = 2_048;
    private const int ProfileBatches = 4;

    /// <summary>Runs and prints.</summary>
    public static async Task RunAsync(BenchOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync(Machine());
        double? reference = null;
        foreach (var members in options.Members)
        {
            var share = await RunSizeAsync(options, members, output, cancellationToken);
            if (reference is { } first)
            {
                await Line(output, $"  cost against {options.Members[0]:N0} members: {1 - (share / first):P0} (target <= 30 %)");
            }

            reference ??= share;
        }
    }

    /// <summary>P-256 verifications a second on all cores, keys cached: V; and the processor time of one.</summary>
    public static (double PerSecond, double Microseconds) MeasureVerifications(TimeSpan duration)
    {
        var signers = Enumerable.Range(0, BenchLedger.Branches).Select(_ => Es256Signer.Create()).ToArray();
        var message = RandomNumberGenerator.GetBytes(600);
        var hash = SHA256.HashData(message);
        var signed = signers.Select(s => (s.Key, s.Sign(message).Sig)).ToArray();
        var verifier = new PlatformEcVerifier();
        var counts = new long[Environment.ProcessorCount];
        var processor = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        Parallel.For(0, counts.Length, new ParallelOptions { MaxDegreeOfParallelism = counts.Length }, core =>
        {
            for (var i = core; watch.Elapsed < duration; i++)
            {
                var (key, signature) = signed[i % signed.Length];
                if (verifier.Verify(key, hash, signature) != EcOutcome.Valid)
                {
                    throw new InvalidOperationException("A good signature did not verify.");
                }

                counts[core]++;
            }
        });
        var rate = counts.Sum() / watch.Elapsed.TotalSeconds;
        var each = (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / counts.Sum();
        foreach (var signer in signers)
        {
            signer.Dispose();
        }

        return (rate, each);
    }

    private static async Task<double> RunSizeAsync(BenchOptions options, int members, TextWriter output, CancellationToken cancellationToken)
    {
        var directory = options.Directory is null
            ? Directory.CreateTempSubdirectory("mingjian-bench-").FullName
            : Directory.CreateDirectory(Path.Combine(options.Directory, $"members-{members}-{Guid.NewGuid():N}")).FullName;
        try
        {
            await Line(output, $"{members:N0} members");
            await using var ledger = new BenchLedger(directory);
            var payers = Math.Min(options.Payers, members);
            var watch = Stopwatch.StartNew();
            await ledger.PrepareAsync(members, payers, new SynchronousProgress(text => output.WriteLine($"  … {text}")));
            await Line(output, $"  prepared by {ledger.Ledger.Head.Size:N0} entries in {watch.Elapsed.TotalSeconds:N0} s");
            var opening = await ledger.ReopenAsync();
            await Line(output, $"  reopened in {opening.TotalSeconds:N1} s, state root checked");

            var envelopes = ledger.SignPayments(members, payers);
            var warmUp = Math.Min(WarmUp, envelopes.Length / 4);
            await SubmitAllAsync(ledger.Ledger, envelopes.AsMemory(0, warmUp), cancellationToken);
            envelopes = envelopes[warmUp..];
            var shares = await RunPaymentsAsync(options, ledger.Ledger, envelopes, output, cancellationToken);
            await RunAuditAsync(options, ledger, output, cancellationToken);
            if (options.Profile)
            {
                await ledger.CloseAsync();
                new StageProfile(ledger).Run([.. envelopes[^Math.Min(envelopes.Length, ProfileBatch * ProfileBatches)..].Chunk(ProfileBatch)], output);
            }

            return Median(shares);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<List<double>> RunPaymentsAsync(
        BenchOptions options, Ledger ledger, byte[][] envelopes, TextWriter output, CancellationToken cancellationToken)
    {
        var shares = new List<double>();
        var rates = new List<double>();
        var next = 0;
        for (var run = 0; run < options.Runs && next + options.PaymentsPerRun + (options.Profile ? ProfileBatch * ProfileBatches : 0) <= envelopes.Length; run++)
        {
            var (v, each) = MeasureVerifications(TimeSpan.FromSeconds(1));
            var processor = Environment.CpuUsage.TotalTime;
            var blocks = ledger.Head.Height;
            var (seconds, latencies) = await SubmitAllAsync(ledger, envelopes.AsMemory(next, options.PaymentsPerRun), cancellationToken);
            next += options.PaymentsPerRun;
            var rate = options.PaymentsPerRun / seconds;
            var cost = (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / options.PaymentsPerRun;
            Array.Sort(latencies);
            await Line(
                output,
                $"  run {run + 1}: {rate:N0} payments/s = {rate / v:N2} V (V = {v:N0}/s), processor time {cost:N0} us a payment, {each:N0} us a verification, {ledger.Head.Height - blocks} blocks, latency p50 {latencies[latencies.Length / 2]:N0} ms, p99 {latencies[latencies.Length * 99 / 100]:N0} ms");
            shares.Add(rate / v);
            rates.Add(rate);
        }

        if (shares.Count == 0)
        {
            await Line(output, $"  too few members for a run of {options.PaymentsPerRun:N0} payments");
            return [double.NaN];
        }

        await Line(output, $"  median: {Median(rates):N0} payments/s = {Median(shares):N2} V (target >= 0.5)");
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

    private static async Task RunAuditAsync(BenchOptions options, BenchLedger ledger, TextWriter output, CancellationToken cancellationToken)
    {
        var shares = new List<double>();
        for (var run = 0; run < Math.Min(3, options.Runs); run++)
        {
            var (v, each) = MeasureVerifications(TimeSpan.FromSeconds(1));
            var processor = Environment.CpuUsage.TotalTime;
            var watch = Stopwatch.StartNew();
            await using var source = new RocksDbLedgerSource(ledger.StoreDirectory);
            var audit = new LedgerAudit(
                ledger.Keys.Alone, new ContractSet(AllContracts.Create()), new KeyDirectory(), new SignatureVerifier(new PlatformEcVerifier()));
            var report = await audit.RunAsync(source, null, cancellationToken);
            if (report.Fault is not null)
            {
                throw new InvalidOperationException($"The audit found a fault: {report.Fault}");
            }

            var rate = report.Signatures / watch.Elapsed.TotalSeconds;
            var cost = (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / report.Signatures;
            shares.Add(rate / v);
            await Line(output, $"  audit: {report.Transactions:N0} acts in {watch.Elapsed.TotalSeconds:N1} s = {rate:N0}/s = {rate / v:N2} V, processor time {cost:N0} us an act, {each:N0} us a verification");
        }

        await Line(output, $"  audit median: {Median(shares):N2} V (target >= 0.5)");
    }

    private static double Median(List<double> values)
    {
        if (values.Count == 0)
        {
            return double.NaN;
        }

        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
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

    private static Task Line(TextWriter output, FormattableString text) => output.WriteLineAsync(text.ToString(CultureInfo.InvariantCulture));

    private sealed class SynchronousProgress(Action<string> report) : IProgress<string>
    {
        public void Report(string value) => report(value);
    }
}
