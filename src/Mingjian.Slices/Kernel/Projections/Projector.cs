using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Mingjian.Contracts.Dues;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Primitives;
using Mingjian.Storage.Sql;

namespace Mingjian.Slices.Kernel.Projections;

/// <summary>Carries final blocks into the read models: whole blocks in one SQL transaction together with the cursor, so exactly once.</summary>
public sealed class Projector(ILedger ledger, LedgerEvents events)
{
    /// <summary>The last block that is in the tables; 0 = none.</summary>
    public static async Task<long> ReadCursorAsync(ReadModelContext context, CancellationToken cancellationToken) =>
        await context.Cursors.AsNoTracking().Select(c => c.Height).SingleOrDefaultAsync(cancellationToken);

    // Of all who write the read models of one PostgreSQL, one at a time: rows are counted up as well as overwritten.
    private const long WriterLock = 0x4d4a_6c69_7374_7321;

    // No transaction takes up a further block beyond so many entries: lists of people who wait are to show that something happens.
    private const int MostEntries = 2_048;

    /// <summary>Makes the tables, or makes them anew when another version of this program made them.</summary>
    public static Task EnsureSchemaAsync(ReadModelContext context, CancellationToken cancellationToken) =>
        context.EnsureRebuildableAsync(ReadModelContext.SchemaVersion, cancellationToken);

    /// <summary>Empties every table; the next block to apply is the first.</summary>
    public static async Task ClearAsync(ReadModelContext context, CancellationToken cancellationToken)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        await using var rows = new RowWriter(context);
        await LockAsync(context, cancellationToken);
        foreach (var table in ReadModelTables.All(context))
        {
            rows.Clear(table.Name);
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

    /// <summary>Applies a block, and with it those that follow it already, in one transaction: whoever is behind catches up in large steps.</summary>
    /// <param name="rows">Of a <see cref="ReadModelContext"/> whose connection is open. May be used again, unless this throws.</param>
    /// <param name="block">One that is already in the tables changes nothing.</param>
    /// <param name="upTo">A final block's height; no block beyond it is applied.</param>
    /// <param name="cancellationToken">Leaves the tables as they were.</param>
    /// <returns>The last block that is in the tables now.</returns>
    /// <exception cref="InvalidOperationException">Blocks in between are missing.</exception>
    internal async Task<long> ApplyAsync(RowWriter rows, LedgerBlock block, long upTo, CancellationToken cancellationToken)
    {
        var database = rows.Context.Database;
        await using var transaction = await database.BeginTransactionAsync(cancellationToken);
        await LockAsync(rows.Context, cancellationToken);
        var cursor = await ReadCursorAsync(rows.Context, cancellationToken);
        if (block.Height <= cursor)
        {
            return cursor;
        }

        if (block.Height != cursor + 1)
        {
            throw new InvalidOperationException($"The read models stand at block {cursor}; block {block.Height} cannot follow.");
        }

        for (var entries = 0; ; block = Block(block.Height + 1))
        {
            entries += block.Entries;
            await ApplyAsync(rows, block, cancellationToken);
            if (block.Height >= upTo || entries >= MostEntries)
            {
                break;
            }
        }

        rows.Upsert(new ProjectionCursor { Id = ProjectionCursor.TheOne, Height = block.Height });
        await rows.FlushAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return block.Height;
    }

    private async Task ApplyAsync(RowWriter rows, LedgerBlock block, CancellationToken cancellationToken)
    {
        foreach (var item in events.Read(block))
        {
            var projection = new EventProjection(rows, new EventPosition(block.Height, item.Index, block.Time, item.Transaction.GetValueOrDefault()));
            projection.Put(Index(item, block.Time));
            foreach (var happened in item.Events)
            {
                projection.Apply(happened);
                if (rows.IsFull)
                {
                    await rows.FlushAsync(cancellationToken);
                }
            }
        }
    }

    /// <summary>Applies all blocks from the cursor to a height.</summary>
    public async Task CatchUpAsync(ReadModelContext context, long height, CancellationToken cancellationToken)
    {
        await context.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var rows = new RowWriter(context);
            for (var at = await ReadCursorAsync(context, cancellationToken); at < height;)
            {
                at = await ApplyAsync(rows, Block(at + 1), height, cancellationToken);
            }
        }
        finally
        {
            await context.Database.CloseConnectionAsync();
        }
    }

    private LedgerBlock Block(long height) =>
        ledger.ReadBlock(height) ?? throw new InvalidOperationException($"The ledger has no block {height}.");

    private static Task LockAsync(ReadModelContext context, CancellationToken cancellationToken) => context.Database.IsNpgsql()
        ? context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({WriterLock})", cancellationToken)
        : Task.CompletedTask;

    private static ProjectedEntry Index(LedgerItem item, LedgerTime time) => new()
    {
        Time = time,
        Command = item.Command,
        Transaction = item.Transaction,
        Signer = item.Entry?.Actors is [var first, ..] ? first.Member : null,
        Refusal = item.Refused?.Code.ToString(),
        Payment = item.Events.Select(PaymentOf).FirstOrDefault(p => p is not null),
        Size = item.Size,
    };

    private static PaymentId? PaymentOf(Contracts.Sdk.IEvent happened) => happened switch
    {
        PaymentRecorded e => e.Payment,
        VoluntaryPaymentRecorded e => e.Payment,
        PaymentReversed e => e.Payment,
        PaymentConfirmed e => e.Payment,
        PaymentDisputed e => e.Payment,
        DisputeWithdrawn e => e.Payment,
        DisputeAnswered e => e.Payment,
        AnswerReplied e => e.Payment,
        _ => null,
    };
}
