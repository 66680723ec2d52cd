using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Storage.Sql;

namespace Mingjian.Slices.Kernel.Projections;

/// <summary>Carries final blocks into the read models: whole blocks in one SQL transaction together with the cursors, so exactly once.</summary>
/// <remarks>
/// Slices that are level come on together, in one transaction a block. One that is behind - its version has changed, or it was made anew - comes on by
/// itself until it is level.
/// </remarks>
internal sealed class Projector(ILedger ledger, LedgerEvents events)
{
    // Of all who write the read models of one PostgreSQL, one at a time: rows are counted up as well as overwritten.
    private const long WriterLock = 0x4d4a_6c69_7374_7321;

    // No transaction takes up a further block beyond so many entries: lists of people who wait are to show that something happens.
    private const int MostEntries = 2_048;

    /// <summary>How far each slice has come.</summary>
    public static async Task<ProjectionCursors> ReadCursorsAsync(ReadModelContext context, CancellationToken cancellationToken)
    {
        var found = await context.Cursors.AsNoTracking().ToDictionaryAsync(c => c.Slice, c => c.Height, StringComparer.Ordinal, cancellationToken);
        return new ProjectionCursors(context.Models.All.ToDictionary(p => p.Name, p => found.GetValueOrDefault(p.Name), StringComparer.Ordinal));
    }

    /// <summary>The last block that a slice's lists show; 0 = none.</summary>
    public static async Task<long> ReadCursorAsync(ReadModelContext context, string slice, CancellationToken cancellationToken) =>
        (await ReadCursorsAsync(context, cancellationToken)).Of(context.Models.NeedsOf(slice));

    /// <summary>Makes the tables; those of a slice of which another version of this program made them, anew.</summary>
    public static Task EnsureSchemaAsync(ReadModelContext context, CancellationToken cancellationToken) => context.EnsureRebuildableAsync(
        ReadModelContext.SchemaVersion,
        [.. context.Models.All.Select(p => new SchemaPart(p.Name, p.Version, [.. ReadModelTables.Of(context, p.Name).Select(t => t.Name)]))],
        async (emptied, cancelled) =>
        {
            foreach (var slice in emptied)
            {
                await context.Cursors.Where(c => c.Slice == slice).ExecuteDeleteAsync(cancelled);
            }
        },
        cancellationToken);

    /// <summary>Empties every table of a slice, or of all; the next block to apply there is the first.</summary>
    public static async Task ClearAsync(ReadModelContext context, string? slice, CancellationToken cancellationToken)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        await using var rows = new RowWriter(context);
        await LockAsync(context, cancellationToken);
        foreach (var projection in context.Models.All.Where(p => slice is null || p.Name == slice))
        {
            foreach (var table in ReadModelTables.Of(context, projection.Name))
            {
                rows.Clear(table.Name);
            }

            rows.Upsert(new ProjectionCursor { Slice = projection.Name, Height = 0 });
        }

        await rows.FlushAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Applies one block. A block that is already in the tables changes nothing.</summary>
    /// <exception cref="InvalidOperationException">Blocks in between are missing.</exception>
    public async Task ApplyAsync(ReadModelContext context, LedgerBlock block, CancellationToken cancellationToken)
    {
        await using var rows = new RowWriter(context);
        await ApplyAsync(rows, block, block.Height, cancellationToken);
    }

    /// <summary>Applies a block, and with it those that follow it already, to the slices that have come furthest, in one transaction.</summary>
    /// <param name="rows">Of a <see cref="ReadModelContext"/> whose connection is open. May be used again, unless this throws.</param>
    /// <param name="block">One that is already in the tables changes nothing.</param>
    /// <param name="upTo">A final block's height; no block beyond it is applied.</param>
    /// <param name="cancellationToken">Leaves the tables as they were.</param>
    /// <exception cref="InvalidOperationException">Blocks in between are missing.</exception>
    public Task<ProjectionCursors> ApplyAsync(RowWriter rows, LedgerBlock block, long upTo, CancellationToken cancellationToken) => StepAsync(
        rows,
        cursors => block.Height <= cursors.Front ? null
            : block.Height == cursors.Front + 1 ? (cursors.Front, upTo)
            : throw new InvalidOperationException($"The read models stand at block {cursors.Front}; block {block.Height} cannot follow."),
        cancellationToken);

    /// <summary>Takes the slices that are furthest behind a step on, at most to where the next are. Where all are level, nothing happens.</summary>
    /// <param name="rows">As above.</param>
    /// <param name="cancellationToken">Leaves the tables as they were.</param>
    public Task<ProjectionCursors> ApplyBehindAsync(RowWriter rows, CancellationToken cancellationToken) => StepAsync(
        rows,
        cursors => cursors.AreLevel ? null : (cursors.Lowest, cursors.Heights.Values.Where(h => h > cursors.Lowest).Min()),
        cancellationToken);

    /// <summary>Applies all blocks to a height, to all slices.</summary>
    public async Task CatchUpAsync(ReadModelContext context, long height, CancellationToken cancellationToken)
    {
        await context.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var rows = new RowWriter(context);
            var cursors = await ReadCursorsAsync(context, cancellationToken);
            while (!cursors.AreLevel)
            {
                cursors = await ApplyBehindAsync(rows, cancellationToken);
            }

            while (cursors.Front < height)
            {
                cursors = await ApplyAsync(rows, Block(cursors.Front + 1), height, cancellationToken);
            }
        }
        finally
        {
            await context.Database.CloseConnectionAsync();
        }
    }

    /// <param name="choose">From which height, which the slices have that come on, to which at most.</param>
    private async Task<ProjectionCursors> StepAsync(
        RowWriter rows, Func<ProjectionCursors, (long From, long UpTo)?> choose, CancellationToken cancellationToken)
    {
        await using var transaction = await rows.Context.Database.BeginTransactionAsync(cancellationToken);
        await LockAsync(rows.Context, cancellationToken);
        var cursors = await ReadCursorsAsync(rows.Context, cancellationToken);
        if (choose(cursors) is not var (from, upTo))
        {
            return cursors;
        }

        var slices = rows.Context.Models.All.Where(p => cursors.Heights[p.Name] == from).ToArray();
        var block = Block(from + 1);
        for (var entries = 0; ; block = Block(block.Height + 1))
        {
            entries += block.Entries;
            await ApplyAsync(rows, slices, block, cancellationToken);
            if (block.Height >= upTo || entries >= MostEntries)
            {
                break;
            }
        }

        foreach (var slice in slices)
        {
            rows.Upsert(new ProjectionCursor { Slice = slice.Name, Height = block.Height });
        }

        await rows.FlushAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return cursors.With(slices, block.Height);
    }

    private async Task ApplyAsync(RowWriter rows, Projection[] slices, LedgerBlock block, CancellationToken cancellationToken)
    {
        foreach (var item in events.Read(block))
        {
            var made = new ProjectionRows(rows, new EventPosition(block.Height, item.Index, block.Time, item.Transaction.GetValueOrDefault()));
            foreach (var slice in slices)
            {
                slice.Apply(made, item);
            }

            foreach (var happened in item.Events)
            {
                foreach (var slice in slices)
                {
                    slice.Apply(made, happened);
                }

                if (rows.IsFull)
                {
                    await rows.FlushAsync(cancellationToken);
                }
            }
        }
    }

    private LedgerBlock Block(long height) =>
        ledger.ReadBlock(height) ?? throw new InvalidOperationException($"The ledger has no block {height}.");

    private static Task LockAsync(ReadModelContext context, CancellationToken cancellationToken) => context.Database.IsNpgsql()
        ? context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({WriterLock})", cancellationToken)
        : Task.CompletedTask;
}
