using System.Diagnostics;
using System.Globalization;
using Mingjian.Engine.Keys;
using Mingjian.Log.Entries;
using Mingjian.Testing.Ledger;

namespace Mingjian.Storage.Tests;

public sealed class CrashTests(ITestOutputHelper output)
{
    private static readonly int Rounds =
        int.TryParse(Environment.GetEnvironmentVariable("MINGJIAN_CRASH_ROUNDS"), CultureInfo.InvariantCulture, out var rounds) ? rounds : 50;

    [Fact]
    public async Task Whatever_was_acknowledged_before_a_kill_is_there_after_it()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}, {Rounds} rounds");

        // Two ledgers side by side use the time in which one of them starts.
        await Task.WhenAll(KillAndCheck(new Random(seed), Rounds / 2), KillAndCheck(new Random(seed + 1), Rounds - (Rounds / 2)));
    }

    private async Task KillAndCheck(Random random, int rounds)
    {
        var directory = Directory.CreateTempSubdirectory("mingjian-crash-").FullName;
        var acknowledged = new HashSet<int>();
        try
        {
            for (var round = 0; round < rounds; round++)
            {
                await RunAndKill(directory, round * 1_000_000, random.Next(1, 250), acknowledged);
            }

            await CheckLedger(directory, acknowledged, rounds);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task RunAndKill(string directory, int first, int milliseconds, HashSet<int> acknowledged)
    {
        var host = Path.Combine(AppContext.BaseDirectory, "Mingjian.CrashHost.dll");
        var start = new ProcessStartInfo("dotnet", [host, directory, first.ToString(CultureInfo.InvariantCulture)])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var ready = await process.StandardOutput.ReadLineAsync();
        if (!string.Equals(ready, "ready", StringComparison.Ordinal))
        {
            process.Kill();
            Assert.Fail($"The ledger did not start again: {ready} {await errors}");
        }

        var reading = Task.Run(async () =>
        {
            var lines = new List<string>();
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                lines.Add(line);
            }

            return lines;
        });
        await Task.Delay(milliseconds);
        process.Kill();
        var heard = await reading;
        await process.WaitForExitAsync();

        // The last line may be cut off in the middle of its number.
        acknowledged.UnionWith(heard.SkipLast(1).Select(l => int.Parse(l, CultureInfo.InvariantCulture)));
    }

    private async Task CheckLedger(string directory, HashSet<int> acknowledged, int rounds)
    {
        var trust = NodeKeys.LoadOrCreate(Path.Combine(directory, "keys"), LedgerFixture.Network).Alone;
        var report = await Auditing.AuditStore(trust, Path.Combine(directory, "ledger"));
        output.WriteLine($"{acknowledged.Count} acknowledged, {report.Transactions} in {report.Blocks} blocks");
        Assert.Null(report.Fault);
        Assert.True(acknowledged.Count > rounds, "The load was no load.");

        var ledger = LedgerFixture.Open(directory);
        var payments = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0L; i < ledger.Ledger.Head.Size; i++)
        {
            if (LogEntry.Decode(ledger.Ledger.ReadEntry(i)!) is TransactionEntry { Events: [{ Name: "toy.Deposited" } paid] })
            {
                Assert.True(payments.Add(paid.Body.GetProperty("payment").GetString()!), "A payment stands in the log twice.");
            }
        }

        Assert.All(acknowledged, n => Assert.Contains(Person.Payment(n).ToString(), payments));
        await ledger.CloseAsync();
    }
}
