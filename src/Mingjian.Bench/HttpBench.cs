using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace Mingjian.Bench;

/// <summary>Pre-signed payments over HTTP: the real server in its own process, this process the load client, both on the same cores.</summary>
/// <remarks>
/// Sixteen secretaries sign in with their keys and post to <c>/api/v1/transactions</c>; each answer says that its acts are final. The
/// server fills its read models meanwhile, as it always does. Only its rate limits are configured higher.
/// </remarks>
internal sealed class HttpBench(BenchOptions options, BenchReport report)
{
    // A branch's list ticked in one go.
    private const int ListLength = 50;

    // The framework's request pipeline needs thousands of requests before the just-in-time compiler has optimised it.
    private const int WarmUpSingles = 20_000;
    private const int WarmUpLists = 6_000;

    // Requests under way, over all sessions.
    private const int SinglesAtOnce = 256;
    private const int ListsAtOnce = 32;

    // Half a run of the ledger alone: the same payments have to do for two ways of sending them.
    private int PerRun => options.PaymentsPerRun / 2;

    /// <summary>Runs over a ledger that is closed; its directory is <c>network</c> in the data directory.</summary>
    public async Task RunAsync(BenchLedger ledger, string data, byte[][] envelopes, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(Path.Combine(data, "network", "network.txt"), $"{BenchRoster.Network}\n", cancellationToken);
        var watch = Stopwatch.StartNew();
        await using var server = await BenchServer.StartAsync(data, cancellationToken);
        await report.LineAsync($"  over HTTP: server ready in {watch.Elapsed.TotalSeconds:N1} s");
        await server.WaitUntilIdleAsync(cancellationToken);
        await report.LineAsync($"  over HTTP: read models caught up after {watch.Elapsed.TotalSeconds:N1} s");
        await using var peer = await BenchPeer.TryStartAsync(Path.Combine(data, "postgresql"), cancellationToken);
        if (peer is null)
        {
            await report.LineAsync($"  over HTTP: no PostgreSQL is installed here (Debian: postgresql), so THE PEER IS NOT MEASURED");
        }

        var sessions = await Task.WhenAll(ledger.Roster.Secretaries.Select(s => BenchSession.OpenAsync(server.Address, s, cancellationToken)));
        var atPeer = peer is null
            ? []
            : await Task.WhenAll(sessions.Select((_, i) => BenchSession.OpenAtPeerAsync(peer.Address, FormattableString.Invariant($"secretary-{i}"), cancellationToken)));
        try
        {
            var rest = envelopes.AsMemory();
            var warmUp = Bodies(Take(ref rest, WarmUpSingles), 1);
            await SubmitAsync(sessions, warmUp, SinglesAtOnce, cancellationToken);
            if (peer is not null)
            {
                await SubmitAsync(atPeer, warmUp, SinglesAtOnce, cancellationToken);
            }

            await SubmitAsync(sessions, Bodies(Take(ref rest, WarmUpLists), ListLength), ListsAtOnce, cancellationToken);
            await report.LineAsync($"  over HTTP: warm after {watch.Elapsed.TotalSeconds:N1} s");
            await report.LineAsync(
                $"  one a request: {SinglesAtOnce} requests under way over {sessions.Length} sessions, bodies of {warmUp.Average(b => b.Length):N0} bytes; peer: minimal ASP.NET endpoint, the same cookie and CSRF checks, one row a request into PostgreSQL {PostgresProgram.Version ?? "(not installed)"}, synchronous commit, in turns with ours");
            await RunAsync(server, sessions, peer, atPeer, rest[..(rest.Length / 2)], 1, SinglesAtOnce, cancellationToken);
            await RunAsync(server, sessions, null, [], rest[(rest.Length / 2)..], ListLength, ListsAtOnce, cancellationToken);
        }
        finally
        {
            foreach (var session in sessions.Concat(atPeer))
            {
                session.Dispose();
            }
        }
    }

    private async Task RunAsync(
        BenchServer server, BenchSession[] sessions, BenchPeer? peer, BenchSession[] atPeer, ReadOnlyMemory<byte[]> envelopes, int perRequest, int atOnce,
        CancellationToken cancellationToken)
    {
        var name = perRequest == 1 ? "over HTTP, one a request" : $"over HTTP, {perRequest} a request";
        var (shares, costs) = (new List<double>(), new List<double>());
        var (peerShares, peerCosts, ratios) = (new List<double>(), new List<double>(), new List<double>());
        for (var run = 0; run < options.Runs && envelopes.Length >= PerRun; run++)
        {
            var bodies = Bodies(Take(ref envelopes, PerRun), perRequest);
            await server.WaitUntilIdleAsync(cancellationToken);
            var theirs = server.ProcessorTime;
            var measured = await MeasureAsync(sessions, bodies, atOnce, cancellationToken);
            var cost = (server.ProcessorTime - theirs).TotalMicroseconds / PerRun;
            var v = measured.V;
            await server.WaitUntilIdleAsync(cancellationToken);
            var after = (server.ProcessorTime - theirs).TotalMicroseconds / PerRun;
            shares.Add(measured.Rate / v.PerSecond);
            costs.Add(after);
            await report.LineAsync(
                $"  {name}, run {run + 1}: {measured.Rate:N0} payments/s = {measured.Rate / v.PerSecond:N2} V (V = {v.PerSecond:N0}/s), processor time a payment: server {cost:N0} us (with its read models {after:N0} us), client {measured.Client:N0} us, {v.Microseconds:N0} us a verification; latency {measured.Latencies}; load {Load()}");
            if (peer is null)
            {
                continue;
            }

            var (program, database) = peer.ProcessorTime;
            var other = await MeasureAsync(atPeer, bodies, atOnce, cancellationToken);
            var spent = peer.ProcessorTime;
            var (programCost, databaseCost) = ((spent.Program - program).TotalMicroseconds / PerRun, (spent.Database - database).TotalMicroseconds / PerRun);
            peerShares.Add(other.Rate / other.V.PerSecond);
            peerCosts.Add(programCost + databaseCost);
            ratios.Add(shares[^1] / peerShares[^1]);
            await report.LineAsync(
                $"  peer, run {run + 1}: {other.Rate:N0} rows/s = {other.Rate / other.V.PerSecond:N2} V (V = {other.V.PerSecond:N0}/s), processor time a row: program {programCost:N0} us, PostgreSQL {databaseCost:N0} us, client {other.Client:N0} us, {other.V.Microseconds:N0} us a verification; latency {other.Latencies}; load {Load()}");
        }

        await report.MedianAsync(name, shares, perRequest == 1 ? "target >= 0.25" : "target >= 0.2");
        await report.LineAsync($"  {name}, median processor time of the server with its read models: {BenchReport.Median(costs):N0} us a payment");
        if (peer is not null)
        {
            await report.MedianAsync("peer", peerShares, "no target");
            await report.LineAsync(
                $"  peer, median processor time with PostgreSQL: {BenchReport.Median(peerCosts):N0} us a row; ours by the peer's, each as a share of its V: {BenchReport.Median(ratios):N2} (target >= 1); by processor time: {BenchReport.Median(peerCosts) / BenchReport.Median(costs):N2}");
        }
    }

    /// <summary>One run, with V taken right before and right after it.</summary>
    private async Task<(double Rate, double Client, Verifications V, string Latencies)> MeasureAsync(
        BenchSession[] sessions, byte[][] bodies, int atOnce, CancellationToken cancellationToken)
    {
        var before = Verifications.Measure();
        var processor = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        var latencies = await SubmitAsync(sessions, bodies, atOnce, cancellationToken);
        var rate = PerRun / watch.Elapsed.TotalSeconds;
        var client = (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / PerRun;
        var v = Verifications.Between(before, Verifications.Measure());
        Array.Sort(latencies);
        return (rate, client, v, string.Create(
            CultureInfo.InvariantCulture, $"p50 {latencies[latencies.Length / 2]:N0} ms, p99 {latencies[latencies.Length * 99 / 100]:N0} ms"));
    }

    /// <summary>How many processes wanted a core in the last minute, these ones included.</summary>
    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    /// <summary>Keeps so many requests under way; the answers' times in milliseconds.</summary>
    private static async Task<double[]> SubmitAsync(BenchSession[] sessions, byte[][] bodies, int atOnce, CancellationToken cancellationToken)
    {
        var queue = Channel.CreateUnbounded<int>();
        for (var i = 0; i < bodies.Length; i++)
        {
            queue.Writer.TryWrite(i);
        }

        queue.Writer.Complete();
        var latencies = new double[bodies.Length];
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(async worker =>
        {
            while (queue.Reader.TryRead(out var i))
            {
                var start = Stopwatch.GetTimestamp();
                await sessions[worker % sessions.Length].SubmitAsync(bodies[i], cancellationToken);
                latencies[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }));
        return latencies;
    }

    private static ReadOnlyMemory<byte[]> Take(ref Memory<byte[]> rest, int count)
    {
        ReadOnlyMemory<byte[]> taken = rest[..Math.Min(count, rest.Length)];
        rest = rest[taken.Length..];
        return taken;
    }

    private static ReadOnlyMemory<byte[]> Take(ref ReadOnlyMemory<byte[]> rest, int count)
    {
        var taken = rest[..Math.Min(count, rest.Length)];
        rest = rest[taken.Length..];
        return taken;
    }

    /// <summary>Request bodies: <c>{"envelopes":[…]}</c>.</summary>
    private static byte[][] Bodies(ReadOnlyMemory<byte[]> envelopes, int perRequest) =>
        [.. envelopes.ToArray().Chunk(perRequest).Select(chunk =>
        {
            var body = new List<byte>("{\"envelopes\":["u8.ToArray());
            foreach (var envelope in chunk)
            {
                body.AddRange(envelope);
                body.Add((byte)',');
            }

            body.RemoveAt(body.Count - 1);
            body.AddRange("]}"u8);
            return body.ToArray();
        })];
}
