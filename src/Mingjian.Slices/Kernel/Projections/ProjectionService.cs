using Microsoft.EntityFrameworkCore;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Views.ReadModels;

namespace Mingjian.Slices.Kernel.Projections;

/// <summary>Follows the ledger and keeps the read models up with it; goes on after a fault of the database.</summary>
internal sealed partial class ProjectionService(
    ILedger ledger, Projector projector, IDbContextFactory<ReadModelContext> contexts, ProjectionProgress progress, TimeProvider time,
    ILogger<ProjectionService> logger, ProjectionTurn? turn = null) : BackgroundService
{
    /// <summary>How soon a process whose turn it is not sees what another has projected, and that the turn is free.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _writing = new(1, 1);

    /// <summary>This process keeps the lists up, and does what else is done once for all: always, unless others share them.</summary>
    public bool IsProjecting => turn?.IsHeld ?? true;

    /// <summary>Drops all rows and replays the ledger up to its head; lists are incomplete meanwhile.</summary>
    public async Task RebuildAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await using var context = await contexts.CreateDbContextAsync(cancellationToken);
            progress.Restart();
            await Projector.ClearAsync(context, cancellationToken);
            await projector.CatchUpAsync(context, ledger.Head.Height, cancellationToken);
            progress.Advance(await Projector.ReadCursorAsync(context, cancellationToken));
        }
        finally
        {
            _writing.Release();
        }
    }

    public override void Dispose()
    {
        _writing.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = TimeSpan.FromSeconds(1);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await (turn is null ? FollowAsync(stoppingToken) : TakeTurnsAsync(turn, stoppingToken));
                return;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever the database throws, the projection tries again; the ledger itself is not touched.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogFault(e, progress.Height, pause);
                await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    /// <summary>Projects while it is this process's turn; until then shows how far others have come.</summary>
    private async Task TakeTurnsAsync(ProjectionTurn turns, CancellationToken cancellationToken)
    {
        try
        {
            while (!await turns.TryTakeAsync(cancellationToken))
            {
                await using (var context = await contexts.CreateDbContextAsync(cancellationToken))
                {
                    progress.Show(await Projector.ReadCursorAsync(context, cancellationToken));
                }

                await Task.Delay(Look, time, cancellationToken);
            }

            LogTurn();
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var running = FollowAsync(ending.Token);
            var watching = turns.WatchAsync(ending.Token);
            var first = await Task.WhenAny(running, watching);
            await ending.CancelAsync();
            await Task.WhenAll(running, watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await first;
        }
        finally
        {
            await turns.ReleaseAsync();
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await Projector.EnsureSchemaAsync(context, cancellationToken);
        var cursor = await Projector.ReadCursorAsync(context, cancellationToken);
        if (cursor > ledger.Head.Height && (turn is null || cursor > await turn.ReadNodeHeightAsync(cancellationToken)))
        {
            // The tables are of another ledger, or of one that was restored from an older backup: they follow the ledger, never the reverse.
            LogAhead(cursor, ledger.Head.Height);
            await Projector.ClearAsync(context, cancellationToken);
            cursor = 0;
        }

        progress.Advance(cursor);

        // One connection with its prepared statements for as long as nothing fails.
        await context.Database.OpenConnectionAsync(cancellationToken);
        await using var rows = new RowWriter(context);
        await foreach (var block in ledger.FollowAsync(cursor + 1, cancellationToken))
        {
            if (block.Height <= cursor)
            {
                continue;
            }

            await _writing.WaitAsync(cancellationToken);
            try
            {
                cursor = await projector.ApplyAsync(rows, block, ledger.Head.Height, cancellationToken);
            }
            finally
            {
                _writing.Release();
            }

            progress.Advance(cursor);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "This process keeps the read models up.")]
    private partial void LogTurn();

    [LoggerMessage(Level = LogLevel.Error, Message = "Read models stopped at block {Height}; trying again in {Pause}.")]
    private partial void LogFault(Exception exception, long height, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Read models stand at block {Cursor}, the ledger at {Head}: replaying from the first block.")]
    private partial void LogAhead(long cursor, long head);
}

/// <summary>Tells pages how far the lists have come.</summary>
internal sealed class ProjectionProgress(TimeProvider time) : IReadModelProgress
{
    private readonly Lock _gate = new();
    private readonly List<Action<long>> _subscribers = [];
    private TaskCompletionSource _advanced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _height;

    public long Height => Interlocked.Read(ref _height);

    /// <summary>The tables are being made anew.</summary>
    public void Restart() => Interlocked.Exchange(ref _height, 0);

    /// <summary>Another process's progress, which may have begun anew.</summary>
    public void Show(long height)
    {
        if (height < Height)
        {
            Restart();
        }

        if (height != Height)
        {
            Advance(height);
        }
    }

    public void Advance(long height)
    {
        TaskCompletionSource advanced;
        Action<long>[] subscribers;
        lock (_gate)
        {
            if (height < _height)
            {
                return;
            }

            Interlocked.Exchange(ref _height, height);
            advanced = _advanced;
            _advanced = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            subscribers = [.. _subscribers];
        }

        advanced.SetResult();
        foreach (var subscriber in subscribers)
        {
            _ = Task.Run(() => subscriber(height));
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

    public async Task<bool> WaitForAsync(long height, TimeSpan atMost, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), limit, atMost, Timeout.InfiniteTimeSpan);
        while (true)
        {
            Task advanced;
            lock (_gate)
            {
                if (_height >= height)
                {
                    return true;
                }

                advanced = _advanced.Task;
            }

            await advanced.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    private sealed class Subscription(ProjectionProgress progress, Action<long> subscriber) : IDisposable
    {
        public void Dispose() => progress.Remove(subscriber);
    }
}
