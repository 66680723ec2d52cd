using Microsoft.EntityFrameworkCore;
using Mingjian.Engine;
using Mingjian.Primitives;

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

    /// <summary>Drops the rows of a slice, or all, and replays the ledger up to its head; its lists are incomplete meanwhile.</summary>
    /// <exception cref="ArgumentException">No slice has this name.</exception>
    public async Task RebuildAsync(string? slice, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        if (slice is not null)
        {
            context.Models.NeedsOf(slice);
        }

        await _writing.WaitAsync(cancellationToken);
        try
        {
            await Projector.ClearAsync(context, slice, cancellationToken);
            progress.Show(await Projector.ReadCursorsAsync(context, cancellationToken));
            if (slice is null)
            {
                await projector.CatchUpAsync(context, ledger.Head.Height, cancellationToken);
                progress.Show(await Projector.ReadCursorsAsync(context, cancellationToken));
                return;
            }
        }
        finally
        {
            _writing.Release();
        }

        await context.Database.OpenConnectionAsync(cancellationToken);
        await using var rows = new RowWriter(context);
        await CatchUpAsync(rows, cancellationToken);
    }

    public override void Dispose()
    {
        _writing.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), LongestPause, time);
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
                LogFault(e, progress.Height, backoff.Next);
                await backoff.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
                    progress.Show(await Projector.ReadCursorsAsync(context, cancellationToken));
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
        var cursors = await Projector.ReadCursorsAsync(context, cancellationToken);
        if (cursors.Front > ledger.Head.Height && (turn is null || cursors.Front > await turn.ReadNodeHeightAsync(cancellationToken)))
        {
            // The tables are of another ledger, or of one that was restored from an older backup: they follow the ledger, never the reverse.
            LogAhead(cursors.Front, ledger.Head.Height);
            await Projector.ClearAsync(context, null, cancellationToken);
            cursors = await Projector.ReadCursorsAsync(context, cancellationToken);
        }

        progress.Show(cursors);

        // One connection with its prepared statements for as long as nothing fails.
        await context.Database.OpenConnectionAsync(cancellationToken);
        await using var rows = new RowWriter(context);
        await CatchUpAsync(rows, cancellationToken);
        await foreach (var block in ledger.FollowAsync(progress.Front + 1, cancellationToken))
        {
            if (block.Height > progress.Front)
            {
                await WriteAsync(() => projector.ApplyAsync(rows, block, ledger.Head.Height, cancellationToken), cancellationToken);
            }
        }
    }

    /// <summary>Takes slices that are behind on until all are level; new blocks reach the others in between.</summary>
    private async Task CatchUpAsync(RowWriter rows, CancellationToken cancellationToken)
    {
        while (!progress.AreLevel)
        {
            if (ledger.Head.Height > progress.Front && ledger.ReadBlock(progress.Front + 1) is { } block)
            {
                await WriteAsync(() => projector.ApplyAsync(rows, block, ledger.Head.Height, cancellationToken), cancellationToken);
            }

            await WriteAsync(() => projector.ApplyBehindAsync(rows, cancellationToken), cancellationToken);
        }
    }

    private async Task WriteAsync(Func<Task<ProjectionCursors>> step, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            progress.Show(await step());
        }
        finally
        {
            _writing.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "This process keeps the read models up.")]
    private partial void LogTurn();

    [LoggerMessage(Level = LogLevel.Error, Message = "Read models stopped at block {Height}; trying again in {Pause}.")]
    private partial void LogFault(Exception exception, long height, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Read models stand at block {Cursor}, the ledger at {Head}: replaying from the first block.")]
    private partial void LogAhead(long cursor, long head);
}
