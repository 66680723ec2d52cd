using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
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

/// <summary>Tables of a context that have a version of their own.</summary>
/// <param name="Name">For ever.</param>
/// <param name="Version">From 1; raise it with every change of these tables.</param>
/// <param name="Tables">Their names.</param>
public sealed record SchemaPart(string Name, int Version, IReadOnlyList<string> Tables);

/// <summary>The tables of a context that can be filled again from the ledger: made once, and made anew with another version, of the whole or of a part.</summary>
/// <remarks>What cannot be rebuilt is changed by <see cref="SqlMigrations"/>.</remarks>
public static class SqlSchema
{
    /// <summary>Beside <c>schema_stamp</c>: the version of each part, and which tables it has.</summary>
    internal const string PartsTable = "schema_parts";

    /// <summary>Makes sure that the tables exist in the version that this program knows; those of any other are dropped.</summary>
    /// <param name="context">A context made by <see cref="SqlServices"/>.</param>
    /// <param name="version">The version of the model in this program, from 1; raise it with every change of the model outside of the parts.</param>
    /// <param name="cancellationToken">Stops; nothing is left half done.</param>
    public static Task<SchemaOutcome> EnsureRebuildableAsync(this DbContext context, int version, CancellationToken cancellationToken = default) =>
        EnsureRebuildableAsync(context, version, [], static (_, _) => Task.CompletedTask, cancellationToken);

    /// <summary>The same; of a part in another version, and of one that is no more, only its own tables are dropped.</summary>
    /// <param name="context">A context made by <see cref="SqlServices"/>.</param>
    /// <param name="version">As above.</param>
    /// <param name="parts">Tables with a version of their own; all others share <paramref name="version"/>.</param>
    /// <param name="emptied">Hears which parts are empty now, in the same transaction; not called where all tables are.</param>
    /// <param name="cancellationToken">Stops; nothing is left half done.</param>
    public static async Task<SchemaOutcome> EnsureRebuildableAsync(
        this DbContext context, int version, IReadOnlyList<SchemaPart> parts, Func<IReadOnlyList<string>, CancellationToken, Task> emptied,
        CancellationToken cancellationToken = default)
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
            var changed = parts.Count > 0 && await ChangePartsAsync(context, parts, emptied, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return changed ? SchemaOutcome.Recreated : SchemaOutcome.UpToDate;
        }

        if (stamped != 0)
        {
            await DropTablesAsync(context, cancellationToken);
        }

        await context.GetService<IRelationalDatabaseCreator>().CreateTablesAsync(cancellationToken);
        await SchemaStamp.WriteAsync(context, version, cancellationToken);
        if (parts.Count > 0)
        {
            await WritePartsAsync(context, parts, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return stamped == 0 ? SchemaOutcome.Created : SchemaOutcome.Recreated;
    }

    private static async Task<bool> ChangePartsAsync(
        DbContext context, IReadOnlyList<SchemaPart> parts, Func<IReadOnlyList<string>, CancellationToken, Task> emptied, CancellationToken cancellationToken)
    {
        var found = await ReadPartsAsync(context, cancellationToken);
        var others = found.Where(f => !parts.Any(p => p.Name == f.Name && p.Version == f.Version)).ToList();
        var missing = parts.Where(p => !found.Any(f => p.Name == f.Name && p.Version == f.Version)).ToList();
        if (others.Count + missing.Count == 0)
        {
            return false;
        }

        // All that goes before all that comes: a table may have moved from one part to another.
        foreach (var table in others.SelectMany(o => o.Tables))
        {
            await SchemaStamp.ExecuteAsync(context, $"DROP TABLE IF EXISTS \"{table}\"", cancellationToken);
        }

        await CreateAsync(context, missing.SelectMany(p => p.Tables).ToHashSet(StringComparer.Ordinal), cancellationToken);
        await WritePartsAsync(context, parts, cancellationToken);
        await emptied([.. others.Concat(missing).Select(p => p.Name).Distinct(StringComparer.Ordinal)], cancellationToken);
        return true;
    }

    private static async Task CreateAsync(DbContext context, HashSet<string> tables, CancellationToken cancellationToken)
    {
        var model = context.GetService<IDesignTimeModel>().Model;
        var operations = context.GetService<IMigrationsModelDiffer>().GetDifferences(null, model.GetRelationalModel())
            .Where(o => o is CreateTableOperation t ? tables.Contains(t.Name) : o is CreateIndexOperation i && tables.Contains(i.Table)).ToList();
        foreach (var command in context.GetService<IMigrationsSqlGenerator>().Generate(operations, model))
        {
            await command.ExecuteNonQueryAsync(context.GetService<IRelationalConnection>(), cancellationToken: cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<SchemaPart>> ReadPartsAsync(DbContext context, CancellationToken cancellationToken)
    {
        var parts = new List<SchemaPart>();
        await using var command = SchemaStamp.Command(context, $"SELECT name, version, tables FROM {PartsTable} ORDER BY name");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            parts.Add(new SchemaPart(reader.GetString(0), reader.GetInt32(1), reader.GetString(2).Split(',')));
        }

        return parts;
    }

    private static async Task WritePartsAsync(DbContext context, IReadOnlyList<SchemaPart> parts, CancellationToken cancellationToken)
    {
        await SchemaStamp.ExecuteAsync(
            context, $"CREATE TABLE IF NOT EXISTS {PartsTable} (name text PRIMARY KEY, version integer NOT NULL, tables text NOT NULL)", cancellationToken);
        await SchemaStamp.ExecuteAsync(context, $"DELETE FROM {PartsTable}", cancellationToken);
        foreach (var part in parts)
        {
            // Names and versions are the program's own.
            await SchemaStamp.ExecuteAsync(
                context,
                string.Create(CultureInfo.InvariantCulture, $"INSERT INTO {PartsTable} (name, version, tables) VALUES ('{part.Name}', {part.Version}, '{string.Join(',', part.Tables)}')"),
                cancellationToken);
        }
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
