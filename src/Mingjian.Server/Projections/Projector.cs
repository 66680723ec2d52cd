using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Mingjian.Contracts.Dues;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Storage.Sql;

namespace Mingjian.Server.Projections;

/// <summary>Carries final blocks into the read models: each block in one SQL transaction together with the cursor, so exactly once.</summary>
public sealed class Projector(ILedger ledger, LedgerEvents events)
{
    /// <summary>The last block that is in the tables; 0 = none.</summary>
    public static async Task<long> ReadCursorAsync(ReadModelContext context, CancellationToken cancellationToken) =>
        await context.Cursors.AsNoTracking().Select(c => c.Height).SingleOrDefaultAsync(cancellationToken);

    // Of all who write the read models of one PostgreSQL, one at a time: rows are counted up as well as overwritten.
    private const long WriterLock = 0x4d4a_6c69_7374_7321;

    /// <summary>Makes the tables, or makes them anew when another version of this program made them.</summary>
    public static Task EnsureSchemaAsync(ReadModelContext context, CancellationToken cancellationToken) =>
        context.EnsureRebuildableAsync(ReadModelContext.SchemaVersion, cancellationToken);

    /// <summary>Empties every table; the next block to apply is the first.</summary>
    public static async Task ClearAsync(ReadModelContext context, CancellationToken cancellationToken)
    {
        await using var transaction = await BeginAsync(context, cancellationToken);
        await using var rows = new RowWriter(context);
        foreach (var table in ReadModelTables.All(context))
        {
            await rows.ClearAsync(table.Name, cancellationToken);
        }

        await rows.FlushAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Applies one block. A block that is already in the tables changes nothing.</summary>
    /// <exception cref="InvalidOperationException">Blocks in between are missing.</exception>
    public async Task ApplyAsync(ReadModelContext context, LedgerBlock block, CancellationToken cancellationToken)
    {
        await using var transaction = await BeginAsync(context, cancellationToken);
        var cursor = await ReadCursorAsync(context, cancellationToken);
        if (block.Height <= cursor)
        {
            return;
        }

        if (block.Height != cursor + 1)
        {
            throw new InvalidOperationException($"The read models stand at block {cursor}; block {block.Height} cannot follow.");
        }

        await using var rows = new RowWriter(context);
        foreach (var item in events.Read(block))
        {
            var at = new EventPosition(block.Height, item.Index, block.Time, item.Transaction.GetValueOrDefault());
            await rows.UpsertAsync(Index(item, at), cancellationToken);
            foreach (var happened in item.Events)
            {
                await EventProjection.ApplyAsync(rows, happened, at, cancellationToken);
            }
        }

        await rows.UpsertAsync(new ProjectionCursor { Id = ProjectionCursor.TheOne, Height = block.Height }, cancellationToken);
        await rows.FlushAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Applies all blocks from the cursor to a height.</summary>
    public async Task CatchUpAsync(ReadModelContext context, long height, CancellationToken cancellationToken)
    {
        for (var next = await ReadCursorAsync(context, cancellationToken) + 1; next <= height; next++)
        {
            var block = ledger.ReadBlock(next) ?? throw new InvalidOperationException($"The ledger has no block {next}.");
            await ApplyAsync(context, block, cancellationToken);
        }
    }

    private static async Task<IDbContextTransaction> BeginAsync(ReadModelContext context, CancellationToken cancellationToken)
    {
        var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        if (context.Database.IsNpgsql())
        {
            await context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({WriterLock})", cancellationToken);
        }

        return transaction;
    }

    private static ProjectedEntry Index(LedgerItem item, EventPosition at) => new()
    {
        Index = item.Index,
        Height = at.Height,
        Time = at.Time,
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
        _ => null,
    };
}
