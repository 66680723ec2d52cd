using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Mingjian.Contracts;
using Mingjian.Contracts.Organizations;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Slices.Dues;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Views.ReadModels;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Check;

/// <inheritdoc/>
internal sealed class ReadModelCheck(LedgerAccess access, ILedger ledger, CheckRunner runner, IDbContextFactory<DuesContext> contexts)
    : IReadModelCheck
{
    private const int MostResults = 200;

    public async Task<IReadOnlyList<CheckReport>> ReadResultsAsync(int most = 20, CancellationToken cancellationToken = default)
    {
        await RequireAsync(cancellationToken);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await context.CheckRuns.AsNoTracking().OrderByDescending(r => r.Started).Take(Math.Clamp(most, 1, MostResults))
            .ToListAsync(cancellationToken);
        return [.. rows.Select(CheckRunner.View)];
    }

    public async Task<CheckReport> RunAsync(CancellationToken cancellationToken = default) =>
        await runner.RunAsync(CheckTrigger.Person, (await RequireAsync(cancellationToken)).Member, cancellationToken);

    public async Task<CheckReport> RebuildAsync(string? slice = null, CancellationToken cancellationToken = default) =>
        await runner.RebuildAsync(slice, (await RequireAsync(cancellationToken)).Member, cancellationToken);

    // The tables hold everybody's records, so the right is needed over the top organisation.
    private async Task<CurrentUser> RequireAsync(CancellationToken cancellationToken)
    {
        var top = ledger.ReadState().Get(OrganizationsState.TopKey) ?? throw new AccessDeniedException("账本尚未启用。");
        return await access.RequireAsync(Right.ViewAudit, top.Committee, cancellationToken);
    }
}

/// <summary>Runs checks one at a time and keeps their results.</summary>
internal sealed partial class CheckRunner(
    ReadModelComparison comparison, ProjectionService projection, IDbContextFactory<DuesContext> contexts, TimeProvider time,
    ILogger<CheckRunner> logger) : IDisposable
{
    private readonly SemaphoreSlim _running = new(1, 1);

    /// <summary>The newest result; null before the first.</summary>
    public CheckReport? Last { get; private set; }

    /// <summary>Takes up the newest result, of an earlier start or of another process.</summary>
    public async Task LoadLastAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        Last = await context.CheckRuns.AsNoTracking().OrderByDescending(r => r.Started).FirstOrDefaultAsync(cancellationToken) is { } run ? View(run) : Last;
    }

    public async Task<CheckReport> RunAsync(CheckTrigger trigger, MemberId? by, CancellationToken cancellationToken)
    {
        await _running.WaitAsync(cancellationToken);
        try
        {
            return await CompareAsync(trigger, by, cancellationToken);
        }
        finally
        {
            _running.Release();
        }
    }

    /// <summary>Makes a slice's tables anew, or all, and compares.</summary>
    public async Task<CheckReport> RebuildAsync(string? slice, MemberId? by, CancellationToken cancellationToken)
    {
        await _running.WaitAsync(cancellationToken);
        try
        {
            await projection.RebuildAsync(slice, cancellationToken);
            return await CompareAsync(CheckTrigger.Rebuild, by, cancellationToken);
        }
        finally
        {
            _running.Release();
        }
    }

    public static CheckReport View(CheckRun run) => new(
        run.Started, run.Finished, run.Height, run.Rows, run.Digest, run.FaultCount,
        JsonSerializer.Deserialize<List<RowFault>>(run.Faults, JsonSerializerOptions.Web) ?? [], run.Trigger, run.By);

    public void Dispose() => _running.Dispose();

    private async Task<CheckReport> CompareAsync(CheckTrigger trigger, MemberId? by, CancellationToken cancellationToken)
    {
        var started = LedgerTime.From(time.GetUtcNow());
        var outcome = await comparison.RunAsync(cancellationToken);
        var run = new CheckRun
        {
            Id = Guid.CreateVersion7(),
            Started = started,
            Finished = LedgerTime.From(time.GetUtcNow()),
            Height = outcome.Height,
            Rows = outcome.Rows,
            Digest = outcome.Digest,
            FaultCount = outcome.FaultCount,
            Faults = JsonSerializer.Serialize(outcome.Faults, JsonSerializerOptions.Web),
            Trigger = trigger,
            By = by,
        };
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        context.Add(run);
        await context.SaveChangesAsync(cancellationToken);
        if (outcome.FaultCount > 0)
        {
            LogFaults(outcome.FaultCount, outcome.Height, outcome.Faults[0].Table, outcome.Faults[0].Key);
        }

        return Last = View(run);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} rows of the read models differ from the ledger at block {Height}; the first is {Table} {Key}.")]
    private partial void LogFaults(int count, long height, string table, string key);
}

/// <summary>Runs the check every night at 02:30 Beijing time.</summary>
internal sealed partial class NightlyCheck(CheckRunner runner, ProjectionService projection, TimeProvider time, ILogger<NightlyCheck> logger) : BackgroundService
{
    private static readonly TimeSpan At = new(2, 30, 0);
    private static readonly TimeSpan Beijing = TimeSpan.FromHours(8);

    /// <summary>How long to wait from an instant until the next run; never zero.</summary>
    internal static TimeSpan Pause(DateTimeOffset now)
    {
        var local = now.ToOffset(Beijing);
        var today = new DateTimeOffset(local.Date, Beijing) + At;
        return (local < today ? today : today.AddDays(1)) - local;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Pause(time.GetUtcNow()), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            if (!projection.IsProjecting)
            {
                continue;
            }

            try
            {
                await runner.RunAsync(CheckTrigger.Nightly, null, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // One failed night must not end all further nights.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogFailed(e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The nightly check of the read models did not finish.")]
    private partial void LogFailed(Exception exception);
}
