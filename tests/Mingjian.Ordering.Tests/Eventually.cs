using System.Diagnostics;

namespace Mingjian.Ordering.Tests;

/// <summary>Waits for what a real etcd does in its own time; a limit, never a pause that a test counts on.</summary>
internal static class Eventually
{
    public static async Task BecomesTrueAsync(Func<Task<bool>> condition, string what)
    {
        var started = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(started.Elapsed < TimeSpan.FromSeconds(20), $"not within 20 s: {what}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public static Task BecomesTrueAsync(Func<bool> condition, string what) => BecomesTrueAsync(() => Task.FromResult(condition()), what);
}

/// <summary>Follows an order in the background and keeps what came.</summary>
internal sealed class Following : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly List<Engine.Ordering.OrderedItem> _items = [];
    private readonly Task _run;

    public Following(Engine.Ordering.IOrdering ordering, long position = 0) => _run = Task.Run(async () =>
    {
        await foreach (var item in ordering.FollowAsync(position, _stop.Token))
        {
            lock (_items)
            {
                _items.Add(item);
            }
        }
    });

    public IReadOnlyList<Engine.Ordering.OrderedItem> Items
    {
        get
        {
            lock (_items)
            {
                return [.. _items];
            }
        }
    }

    public async Task<IReadOnlyList<Engine.Ordering.OrderedItem>> WaitForAsync(Func<IReadOnlyList<Engine.Ordering.OrderedItem>, bool> enough, string what)
    {
        await Eventually.BecomesTrueAsync(() => _run.IsFaulted || enough(Items), what);
        if (_run.IsFaulted)
        {
            await _run;
        }

        return Items;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }
}
