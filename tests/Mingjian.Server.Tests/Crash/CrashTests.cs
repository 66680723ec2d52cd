using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Log.Entries;
using Mingjian.Slices.Check;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Testing;
using Mingjian.Views.ReadModels;

namespace Mingjian.Server.Tests.Crash;

/// <summary>The compiled server under load over HTTP, killed with SIGKILL at random moments.</summary>
/// <remarks>MINGJIAN_CRASH_ROUNDS sets the number of kills; a soak run is <c>MINGJIAN_CRASH_ROUNDS=2000 ./test Server.Tests</c>.</remarks>
public sealed class CrashTests(ITestOutputHelper output)
{
    private static readonly (string, string)[] Settings =
    [
        ("Mingjian:Limits:SignInsPerMinute", "10000"),
        ("Mingjian:Limits:RequestsPerMinute", "1000000"),
        ("Logging:LogLevel:Default", "Warning"),
    ];

    private static readonly int Rounds =
        int.TryParse(Environment.GetEnvironmentVariable("MINGJIAN_CRASH_ROUNDS"), CultureInfo.InvariantCulture, out var rounds) ? rounds : 50;

    [Fact]
    public async Task Whatever_was_acknowledged_before_a_kill_is_there_after_it_and_the_lists_agree()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}, {Rounds} rounds");

        // Two servers side by side use the time in which one of them starts.
        await Task.WhenAll(KillAndCheckAsync(new Random(seed), Rounds / 2), KillAndCheckAsync(new Random(seed + 1), Rounds - (Rounds / 2)));
    }

    private async Task KillAndCheckAsync(Random random, int rounds)
    {
        var cancelled = TestContext.Current.CancellationToken;
        var directory = Directory.CreateTempSubdirectory("mingjian-crash-").FullName;
        PaymentLoad? load = null;
        try
        {
            for (var round = 0; round < rounds; round++)
            {
                if (round > 0 && random.Next(4) == 0)
                {
                    // Killed while it starts, too: recovery itself must survive it.
                    await using var starting = ServerProcess.Launch(empty: false, directory, Settings);
                    await Task.Delay(random.Next(200, 2500), cancelled);
                    await starting.StopAsync();
                }

                await using var server = await ServerProcess.StartAsync(empty: false, directory, Settings, cancelled);
                load ??= await PaymentLoad.CreateAsync(server.Address, server.NetworkDirectory);
                await load.ReturnToAsync(server.Address);
                var writing = load.RunAsync();
                await Task.Delay(random.Next(1, 250), cancelled);
                await server.StopAsync();
                await writing;
            }

            Assert.NotNull(load);
            await CheckAsync(Path.Combine(directory, "demo"), load, rounds);
            await CheckServerAsync(directory, load);
        }
        finally
        {
            load?.Dispose();
            Directory.Delete(directory, recursive: true);
        }
    }

    private async Task CheckAsync(string network, PaymentLoad load, int rounds)
    {
        var report = await LedgerAudits.RunAsync(network);
        output.WriteLine(
            $"{load.Acknowledged.Count} acknowledged, {load.AskedAgain} answers lost, {load.FoundFinal} of them final; "
            + $"{report.Transactions} transactions in {report.Blocks} blocks");
        Assert.Null(report.Fault);
        Assert.True(load.Acknowledged.Count > 5 * rounds, "The load was no load.");
        Assert.True(load.AskedAgain > 0, "No kill met an act under way.");
    }

    private static async Task CheckServerAsync(string directory, PaymentLoad load)
    {
        await using var server = await RunningServer.OpenAsync(demo: true, directory, DateTimeOffset.UtcNow);
        foreach (var act in load.Acknowledged)
        {
            Assert.Equal(act.Index, server.Ledger.FindEntry(act.Id));
            var entry = Assert.IsType<TransactionEntry>(LogEntry.Decode(server.Ledger.ReadEntry(act.Index)!));
            Assert.Equal(act.Height, entry.Height);
        }

        Assert.Equal(load.Acknowledged.Count, load.Acknowledged.Select(a => a.Index).Distinct().Count());
        var head = server.Ledger.Head.Height;
        Assert.True(await server.Services.GetRequiredService<IReadModelProgress>().WaitForAsync(head, TimeSpan.FromMinutes(5)));
        var check = await server.Services.GetRequiredService<CheckRunner>().RunAsync(CheckTrigger.Person, null, CancellationToken.None);
        Assert.Empty(check.Faults);
        Assert.Equal(head, check.Height);
    }
}
