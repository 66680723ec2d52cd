using Mingjian.Testing;

namespace Mingjian.Server.Tests.Crash;

/// <summary>An operator's stop: SIGTERM to the compiled server under load.</summary>
public sealed class GracefulStopTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_stop_under_load_answers_what_was_taken_closes_the_store_and_ends_with_0()
    {
        var cancelled = TestContext.Current.CancellationToken;
        var directory = Directory.CreateTempSubdirectory("mingjian-stop-").FullName;
        try
        {
            await using var server = await ServerProcess.StartAsync(
                empty: false, directory, [("Mingjian:Limits:RequestsPerMinute", "1000000"), ("Logging:LogLevel:Default", "Warning")], cancelled);
            using var load = await PaymentLoad.CreateAsync(server.Address, server.NetworkDirectory);
            await load.ReturnToAsync(server.Address);
            var stream = load.FollowAsync(cancelled);
            var writing = load.RunAsync();
            await WaitForLoadAsync(load, cancelled);
            Assert.Equal(0, await server.TerminateAsync(cancelled));
            await writing;
            Assert.True(await stream > 0, "The live updates did not end as a stream ends.");
            output.WriteLine($"{load.Acknowledged.Count} acknowledged, {load.Unanswered.Count()} turned away");
            Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);

            // The list of digests that only a clean close writes.
            Assert.Equal("closed", (await File.ReadAllLinesAsync(Path.Combine(directory, "demo", "ledger", "files"), cancelled))[1]);
            await using var again = await RunningServer.OpenAsync(demo: true, directory, DateTimeOffset.UtcNow);
            Assert.All(load.Acknowledged, a => Assert.Equal(a.Index, again.Ledger.FindEntry(a.Id)));
            Assert.All(load.Unanswered, id => Assert.Null(again.Ledger.FindEntry(id)));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task WaitForLoadAsync(PaymentLoad load, CancellationToken cancellationToken)
    {
        while (load.Acknowledged.Count < 100)
        {
            await Task.Delay(10, cancellationToken);
        }
    }
}
