using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Mingjian.Storage.Sql;

/// <summary>What was found and done at a start.</summary>
public enum SchemaOutcome
{
    /// <summary>The tables stood there in the right version.</summary>
    UpToDate = 1,

    /// <summary>The tables were made; they are empty.</summary>
    Created = 2,

    /// <summary>Tables of another version were dropped and made anew; they are empty.</summary>
    Recreated = 3,

    /// <summary>Tables of an older version were changed; what they held they hold.</summary>
    Migrated = 4,
}

/// <summary>The tables of a context that can be filled again from the ledger: made once, and made anew with another version.</summary>
/// <remarks>What cannot be rebuilt is changed by <see cref="SqlMigrations"/>.</remarks>
public static class SqlSchema
{
    /// <summary>Makes sure that the tables exist in the version that this program knows; those of any other are dropped.</summary>
    /// <param name="context">A context made by <see cref="SqlServices"/>.</param>
    /// <param name="version">The version of the model in this program, from 1; raise it with every change of the model.</param>
    /// <param name="cancellationToken">Stops; nothing is left half done.</param>
    public static async Task<SchemaOutcome> EnsureRebuildableAsync(this DbContext context, int version, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        SchemaStamp.CreateFile(context);
        await SchemaStamp.UseWriteAheadLogAsync(context, cancellationToken);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        await SchemaStamp.LockAsync(context, cancellationToken);
        await SchemaStamp.CreateSchemaAsync(context, cancellationToken);
        var stamped = await SchemaStamp.ReadAsync(context, cancellationToken);
        if (stamped == version)
        {
            await transaction.CommitAsync(cancellationToken);
            return SchemaOutcome.UpToDate;
        }

        if (stamped != 0)
        {
            await DropTablesAsync(context, cancellationToken);
        }

        await context.GetService<IRelationalDatabaseCreator>().CreateTablesAsync(cancellationToken);
        await SchemaStamp.WriteAsync(context, version, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return stamped == 0 ? SchemaOutcome.Created : SchemaOutcome.Recreated;
    }

    private static async Task DropTablesAsync(DbContext context, CancellationToken cancellationToken)
    {
        if (context.Database.IsNpgsql())
        {
            var schema = SchemaStamp.SchemaOf(context);
            await SchemaStamp.ExecuteAsync(context, $"DROP SCHEMA \"{schema}\" CASCADE; CREATE SCHEMA \"{schema}\"", cancellationToken);
            return;
        }

        await SchemaStamp.ExecuteAsync(context, "PRAGMA defer_foreign_keys=ON", cancellationToken);
        foreach (var table in await ReadTablesAsync(context, cancellationToken))
        {
            await SchemaStamp.ExecuteAsync(context, $"DROP TABLE \"{table}\"", cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<string>> ReadTablesAsync(DbContext context, CancellationToken cancellationToken)
    {
        var tables = new List<string>();
        await using var command = SchemaStamp.Command(
            context, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            tables.Add(reader.GetString(0));
        }

        return tables;
    }
}
