namespace Mingjian.Primitives.Tests;

public sealed class BackoffTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Waits_double_up_to_the_longest_and_are_short_again_after_a_success()
    {
        var clock = new Waits();
        var backoff = new Backoff(Second, 5 * Second, clock);
        for (var i = 0; i < 5; i++)
        {
            await backoff.WaitAsync(TestContext.Current.CancellationToken);
        }

        backoff.Reset();
        await backoff.WaitAsync(TestContext.Current.CancellationToken);
        backoff.Lengthen();
        await backoff.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal([1, 2, 4, 5, 5, 1, 4], clock.Seconds);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(0.5, 3)]
    [InlineData(0.75, 3.5)]
    public async Task What_is_drawn_shortens_a_wait_to_no_less_than_half(double drawn, double seconds)
    {
        var clock = new Waits();
        await new Backoff(4 * Second, 8 * Second, clock, () => drawn).WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal([seconds], clock.Seconds);
    }

    [Fact]
    public async Task A_first_wait_beyond_the_longest_is_the_longest_and_waiting_can_be_broken_off()
    {
        var backoff = new Backoff(9 * Second, 5 * Second, TimeProvider.System);
        Assert.Equal(5 * Second, backoff.Next);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => backoff.WaitAsync(new CancellationToken(canceled: true)));
    }

    /// <summary>A clock whose timers are due at once, and which keeps what they were set to.</summary>
    private sealed class Waits : TimeProvider
    {
        public List<double> Seconds { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Seconds.Add(dueTime.TotalSeconds);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
