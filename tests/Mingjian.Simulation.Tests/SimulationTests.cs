using System.Globalization;

namespace Mingjian.Simulation.Tests;

/// <summary>Whole networks in one thread, everything drawn from a seed. MINGJIAN_SEED replays one, MINGJIAN_SEEDS says how many.</summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int Seeds = 1000;
    private const int MostPlanted = 600;

    [Fact]
    public void No_seed_makes_honest_nodes_disagree_lose_stall_or_overlook_a_lie()
    {
        if (Number("MINGJIAN_SEED") is { } one)
        {
            new World(one).Run();
            return;
        }

        var (blocks, lies, restarts, changes, copies, narrow, activated, held, begun, ended) = (0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L);
        var failures = new System.Collections.Concurrent.ConcurrentBag<ViolationException>();
        var count = Number("MINGJIAN_SEEDS") ?? Seeds;
        Parallel.For(0, count, seed =>
        {
            try
            {
                var world = new World(seed).Run();
                Interlocked.Add(ref blocks, world.Height);
                Interlocked.Add(ref lies, world.Lies);
                Interlocked.Add(ref restarts, world.Events.Restarts);
                Interlocked.Add(ref changes, world.Events.Changes);
                Interlocked.Add(ref copies, world.Events.PutBack);
                Interlocked.Add(ref narrow, world.Events.ReadAgain);
                Interlocked.Add(ref activated, world.Events.Activated);
                Interlocked.Add(ref held, world.Events.Held);
                Interlocked.Add(ref begun, world.Events.Begun);
                Interlocked.Add(ref ended, world.Events.Ended);
            }
            catch (ViolationException e)
            {
                failures.Add(e);
            }
        });

        output.WriteLine($"{count} seeds, {blocks} final blocks, {lies} blocks about which a node lied, {restarts} restarts, {changes} changes of the nodes, {copies} copies put back, {narrow} times the order read again for want of room, {activated} went on by the second protocol, {held} nodes waited for their upgrade, {begun} acts whose command began and {ended} whose command had ended with it, {failures.Count} violations");
        Assert.True(failures.IsEmpty, string.Join('\n', failures.Take(5).Select(f => f.ToString())));

        // A world in which nothing happens would prove nothing.
        Assert.True(blocks > 5 * count && lies > count / 5 && restarts > count / 10 && changes > count / 10 && copies > count / 25 && narrow > count / 25 && activated > count / 5 && held > count / 25 && begun > count && ended > count);
    }

    [Theory]
    [InlineData(nameof(Planted.StoreDoesNotSync))]
    [InlineData(nameof(Planted.OrderSwapsItems))]
    [InlineData(nameof(Planted.SignaturesUnchecked))]
    [InlineData(nameof(Planted.FreezeForgotten), "although it was frozen")]
    [InlineData(nameof(Planted.OlderCopyUnnoticed), "votes twice")]
    public void A_planted_fault_is_found(string planted, string found = "")
    {
        var fault = Enum.Parse<Planted>(planted);
        for (var seed = 0; seed < MostPlanted; seed++)
        {
            try
            {
                new World(seed, fault).Run();
            }
            catch (ViolationException e)
            {
                output.WriteLine($"{fault}: {e.Message}");
                if (e.Message.Contains(found, StringComparison.Ordinal))
                {
                    return;
                }
            }
        }

        Assert.Fail($"{fault} was not found in {MostPlanted} seeds.");
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
