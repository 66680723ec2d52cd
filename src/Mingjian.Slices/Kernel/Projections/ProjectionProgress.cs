using Mingjian.Views.ReadModels;

namespace Mingjian.Slices.Kernel.Projections;

/// <summary>Tells pages how far the lists have come.</summary>
internal sealed class ProjectionProgress(ReadModels models, TimeProvider time) : IReadModelProgress
{
    private readonly Lock _gate = new();
    private readonly List<Action<long>> _subscribers = [];
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ProjectionCursors _cursors = ProjectionCursors.None;

    public long Height => _cursors.Lowest;

    /// <summary>The last block that any list shows.</summary>
    public long Front => _cursors.Front;

    public bool AreLevel => _cursors.AreLevel;

    public IReadModelProgress For(string slice) => new OfSlice(this, models.NeedsOf(slice));

    /// <summary>The tables stand there now; lower than before when they are being made anew.</summary>
    public void Show(ProjectionCursors cursors)
    {
        TaskCompletionSource moved;
        Action<long>[] subscribers;
        lock (_gate)
        {
            if (cursors.Heights.Count == _cursors.Heights.Count && cursors.Heights.All(c => _cursors.Heights.TryGetValue(c.Key, out var height) && height == c.Value))
            {
                return;
            }

            _cursors = cursors;
            moved = _moved;
            _moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            subscribers = [.. _subscribers];
        }

        moved.SetResult();
        foreach (var subscriber in subscribers)
        {
            _ = Task.Run(() => subscriber(cursors.Front));
        }
    }

    public IDisposable Subscribe(Action<long> advanced)
    {
        lock (_gate)
        {
            _subscribers.Add(advanced);
        }

        return new Subscription(this, advanced);
    }

    public Task<bool> WaitForAsync(long height, TimeSpan atMost, CancellationToken cancellationToken = default) =>
        WaitForAsync(c => c.Lowest >= height, atMost, cancellationToken);

    private async Task<bool> WaitForAsync(Func<ProjectionCursors, bool> isThere, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), limit, atMost, Timeout.InfiniteTimeSpan);
        while (true)
        {
            Task moved;
            lock (_gate)
            {
                if (isThere(_cursors))
                {
                    return true;
                }

                moved = _moved.Task;
            }

            await moved.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (limit.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    private void Remove(Action<long> subscriber)
    {
        lock (_gate)
        {
            _subscribers.Remove(subscriber);
        }
    }

    private sealed class OfSlice(ProjectionProgress all, IReadOnlySet<string> needs) : IReadModelProgress
    {
        public long Height => all._cursors.Of(needs);

        public IReadModelProgress For(string slice) => all.For(slice);

        public IDisposable Subscribe(Action<long> advanced) => all.Subscribe(advanced);

        public Task<bool> WaitForAsync(long height, TimeSpan atMost, CancellationToken cancellationToken = default) =>
            all.WaitForAsync(c => c.Of(needs) >= height, atMost, cancellationToken);
    }

    private sealed class Subscription(ProjectionProgress progress, Action<long> subscriber) : IDisposable
    {
        public void Dispose() => progress.Remove(subscriber);
    }
}
