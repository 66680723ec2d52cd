using System.Diagnostics;
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
        var sessions = await Task.WhenAll(ledger.Roster.Secretaries.Select(s => BenchSession.OpenAsync(server.Address, s, cancellationToken)));
        try
        {
            var rest = envelopes.AsMemory();
            await SubmitAsync(sessions, Bodies(Take(ref rest, WarmUpSingles), 1), SinglesAtOnce, cancellationToken);
            await SubmitAsync(sessions, Bodies(Take(ref rest, WarmUpLists), ListLength), ListsAtOnce, cancellationToken);
            await report.LineAsync($"  over HTTP: warm after {watch.Elapsed.TotalSeconds:N1} s");
            await RunAsync(server, sessions, rest[..(rest.Length / 2)], 1, SinglesAtOnce, cancellationToken);
            await RunAsync(server, sessions, rest[(rest.Length / 2)..], ListLength, ListsAtOnce, cancellationToken);
        }
        finally
        {
            foreach (var session in sessions)
            {
                session.Dispose();
            }
        }
    }

    private async Task RunAsync(
        BenchServer server, BenchSession[] sessions, ReadOnlyMemory<byte[]> envelopes, int perRequest, int atOnce, CancellationToken cancellationToken)
    {
        var name = perRequest == 1 ? "over HTTP, one a request" : $"over HTTP, {perRequest} a request";
        var shares = new List<double>();
        for (var run = 0; run < options.Runs && envelopes.Length >= PerRun; run++)
        {
            var bodies = Bodies(Take(ref envelopes, PerRun), perRequest);
            await server.WaitUntilIdleAsync(cancellationToken);
            var before = Verifications.Measure();
            var ours = Environment.CpuUsage.TotalTime;
            var theirs = server.ProcessorTime;
            var watch = Stopwatch.StartNew();
            var latencies = await SubmitAsync(sessions, bodies, atOnce, cancellationToken);
            var rate = PerRun / watch.Elapsed.TotalSeconds;
            var client = (Environment.CpuUsage.TotalTime - ours).TotalMicroseconds / PerRun;
            var cost = (server.ProcessorTime - theirs).TotalMicroseconds / PerRun;
            var v = Verifications.Between(before, Verifications.Measure());
            await server.WaitUntilIdleAsync(cancellationToken);
            var after = (server.ProcessorTime - theirs).TotalMicroseconds / PerRun;
            Array.Sort(latencies);
            shares.Add(rate / v.PerSecond);
            await report.LineAsync(
                $"  {name}, run {run + 1}: {rate:N0} payments/s = {rate / v.PerSecond:N2} V (V = {v.PerSecond:N0}/s), processor time a payment: server {cost:N0} us (with its read models {after:N0} us), client {client:N0} us, {v.Microseconds:N0} us a verification; latency p50 {latencies[latencies.Length / 2]:N0} ms, p99 {latencies[latencies.Length * 99 / 100]:N0} ms");
        }

        await report.MedianAsync(name, shares, "target >= 0.2");
    }

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
