using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Mingjian.Storage.Sql;

/// <summary>A database whose schema this program cannot use.</summary>
public sealed class SchemaVersionException(string message) : Exception(message);

/// <summary>What <see cref="SqlSchema.EnsureSchemaAsync"/> found and did.</summary>
public enum SchemaOutcome
{
    /// <summary>The tables stood there in the right version.</summary>
    UpToDate = 1,

    /// <summary>The tables were made; they are empty.</summary>
    Created = 2,

    /// <summary>Tables of another version were dropped and made anew; they are empty.</summary>
    Recreated = 3,
}

/// <summary>Creates a context's tables once and stamps them with a schema version.</summary>
public static class SqlSchema
{
    // One lock for all contexts: only held for the moments of a start.
    private const long AdvisoryLock = 0x4d696e676a69616e;

    private const string StampTable = "schema_stamp";

    /// <summary>Makes sure that the tables exist in the version that this program knows.</summary>
    /// <param name="context">A context made by <see cref="SqlServices"/>.</param>
    /// <param name="version">The version of the model in this program, from 1; raise it with every change of the model.</param>
    /// <param name="rebuildable">
    /// True: tables of another version are dropped and made anew. False: they are left alone and an exception is thrown.
    /// </param>
    /// <param name="cancellationToken">Stops; nothing is left half done.</param>
    /// <exception cref="SchemaVersionException">The stamped version is another one and the context is not rebuildable.</exception>
    public static async Task<SchemaOutcome> EnsureSchemaAsync(
        this DbContext context, int version, bool rebuildable = false, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        await PrepareAsync(context, cancellationToken);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        if (context.Database.IsNpgsql())
        {
            await ExecuteAsync(context, $"SELECT pg_advisory_xact_lock({AdvisoryLock})", cancellationToken);
            await ExecuteAsync(context, $"CREATE SCHEMA IF NOT EXISTS \"{SchemaOf(context)}\"", cancellationToken);
        }

        await ExecuteAsync(
            context, $"CREATE TABLE IF NOT EXISTS {StampTable} (id integer PRIMARY KEY, version integer NOT NULL)", cancellationToken);
        var stamped = await ReadStampAsync(context, cancellationToken);
        var outcome = stamped is null ? SchemaOutcome.Created : SchemaOutcome.Recreated;
        if (stamped == version)
        {
            await transaction.CommitAsync(cancellationToken);
            return SchemaOutcome.UpToDate;
        }

        if (stamped is not null)
        {
            if (!rebuildable)
            {
                throw new SchemaVersionException(Describe(context, stamped.Value, version));
            }

            await DropTablesAsync(context, cancellationToken);
        }

        await context.GetService<IRelationalDatabaseCreator>().CreateTablesAsync(cancellationToken);
        await ExecuteAsync(context, $"INSERT INTO {StampTable} (id, version) VALUES (1, {version})", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return outcome;
    }

    private static string Describe(DbContext context, int stamped, int version)
    {
        var connection = context.Database.GetDbConnection();
        var place = connection is SqliteConnection ? connection.DataSource : $"schema \"{SchemaOf(context)}\" of database \"{connection.Database}\"";
        return stamped > version
            ? $"{place} has schema version {stamped}, made by a newer program; this one knows version {version}. "
                + "Nothing was changed. Start the newer program again, or restore a backup made before the upgrade."
            : $"{place} has schema version {stamped}; this program needs version {version} and has no upgrade for it. "
                + "Nothing was changed. Start the older program again.";
    }

    private static async Task PrepareAsync(DbContext context, CancellationToken cancellationToken)
    {
        if (context.Database.GetDbConnection() is not SqliteConnection connection)
        {
            return;
        }

        var file = new FileInfo(connection.DataSource);
        if (!file.Exists)
        {
            file.Directory?.Create();
            // Created before SQLite does, so that it is never readable by others, not even for a moment.
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            await using var created = new FileStream(file.FullName, options);
        }

        await ExecuteAsync(context, "PRAGMA journal_mode=WAL", cancellationToken);
    }

    private static async Task<int?> ReadStampAsync(DbContext context, CancellationToken cancellationToken)
    {
        await using var command = Command(context, $"SELECT version FROM {StampTable} WHERE id = 1");
        var value = await command.ExecuteScalarAsync(cancellationToken);
        return value is null or DBNull ? null : Convert.ToInt32(value, CultureInfo.InvariantCulture);
    }

    private static async Task DropTablesAsync(DbContext context, CancellationToken cancellationToken)
    {
        if (context.Database.IsNpgsql())
        {
            var schema = SchemaOf(context);
            await ExecuteAsync(context, $"DROP SCHEMA \"{schema}\" CASCADE; CREATE SCHEMA \"{schema}\"", cancellationToken);
        }
        else
        {
            await ExecuteAsync(context, "PRAGMA defer_foreign_keys=ON", cancellationToken);
            foreach (var table in await ReadTablesAsync(context, cancellationToken))
            {
                await ExecuteAsync(context, $"DROP TABLE \"{table}\"", cancellationToken);
            }
        }

        await ExecuteAsync(
            context, $"CREATE TABLE {StampTable} (id integer PRIMARY KEY, version integer NOT NULL)", cancellationToken);
    }

    private static async Task<IReadOnlyList<string>> ReadTablesAsync(DbContext context, CancellationToken cancellationToken)
    {
        var tables = new List<string>();
        await using var command = Command(
            context, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            tables.Add(reader.GetString(0));
        }

        return tables;
    }

    private static string SchemaOf(DbContext context)
    {
        var path = new NpgsqlConnectionStringBuilder(context.Database.GetConnectionString()).SearchPath;
        return string.IsNullOrEmpty(path)
            ? throw new InvalidOperationException("The PostgreSQL connection string names no search path (schema).")
            : path;
    }

    private static async Task ExecuteAsync(DbContext context, string sql, CancellationToken cancellationToken)
    {
        await context.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = Command(context, sql);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        finally
        {
            await context.Database.CloseConnectionAsync();
        }
    }

    private static DbCommand Command(DbContext context, string sql)
    {
        var command = context.Database.GetDbConnection().CreateCommand();
        command.Transaction = context.Database.CurrentTransaction?.GetDbTransaction();
#pragma warning disable CA2100 // Only constants, checked context names and names from SQLite's own catalogue.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }
}
