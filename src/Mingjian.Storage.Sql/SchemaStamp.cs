using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Mingjian.Storage.Sql;

/// <summary>The version mark of a context's tables: one row in the table <c>schema_stamp</c> beside them. Every release since the first reads it.</summary>
internal static class SchemaStamp
{
    public const string Table = "schema_stamp";

    // One lock for all contexts: only held for the moments of a start.
    private const long AdvisoryLock = 0x4d696e676a69616e;

    /// <summary>Where the tables are, for people.</summary>
    public static string PlaceOf(DbContext context)
    {
        var connection = context.Database.GetDbConnection();
        return connection is SqliteConnection ? connection.DataSource : $"数据库 {connection.Database} 的模式 {SchemaOf(context)}";
    }

    /// <summary>Whoever holds it is alone with the schema, in all processes, until the transaction ends; with SQLite the transaction itself is that.</summary>
    public static Task LockAsync(DbContext context, CancellationToken cancellationToken) => context.Database.IsNpgsql()
        ? ExecuteAsync(context, $"SELECT pg_advisory_xact_lock({AdvisoryLock})", cancellationToken)
        : Task.CompletedTask;

    /// <summary>The version; 0 where nothing has been made yet. Writes nothing.</summary>
    public static async Task<int> ReadAsync(DbContext context, CancellationToken cancellationToken)
    {
        var isThere = context.Database.IsNpgsql()
            ? $"SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = '{SchemaOf(context)}' AND tablename = '{Table}'"
            : $"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '{Table}'";
        return await NumberAsync(context, isThere, cancellationToken) == 0
            ? 0
            : await NumberAsync(context, $"SELECT version FROM {Table} WHERE id = 1", cancellationToken);
    }

    /// <summary>Sets the version, within the transaction that has made the tables so.</summary>
    public static async Task WriteAsync(DbContext context, int version, CancellationToken cancellationToken)
    {
        await ExecuteAsync(context, $"CREATE TABLE IF NOT EXISTS {Table} (id integer PRIMARY KEY, version integer NOT NULL)", cancellationToken);
        await ExecuteAsync(context, $"DELETE FROM {Table}", cancellationToken);
        await ExecuteAsync(context, $"INSERT INTO {Table} (id, version) VALUES (1, {version})", cancellationToken);
    }

    /// <summary>PostgreSQL: the schema exists. Within the transaction.</summary>
    public static Task CreateSchemaAsync(DbContext context, CancellationToken cancellationToken) => context.Database.IsNpgsql()
        ? ExecuteAsync(context, $"CREATE SCHEMA IF NOT EXISTS \"{SchemaOf(context)}\"", cancellationToken)
        : Task.CompletedTask;

    /// <summary>SQLite: the file exists. It is created before SQLite does, so that it is never readable by others, not even for a moment.</summary>
    public static void CreateFile(DbContext context)
    {
        if (context.Database.GetDbConnection() is not SqliteConnection connection || new FileInfo(connection.DataSource) is not { Exists: false } file)
        {
            return;
        }

        file.Directory?.Create();
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var created = new FileStream(file.FullName, options);
    }

    /// <summary>SQLite: readers go on beside a writer. A property of the file, kept in it; outside of transactions only.</summary>
    public static Task UseWriteAheadLogAsync(DbContext context, CancellationToken cancellationToken) => context.Database.IsSqlite()
        ? ExecuteAsync(context, "PRAGMA journal_mode=WAL", cancellationToken)
        : Task.CompletedTask;

    public static string SchemaOf(DbContext context)
    {
        var path = new NpgsqlConnectionStringBuilder(context.Database.GetConnectionString()).SearchPath;
        return string.IsNullOrEmpty(path)
            ? throw new InvalidOperationException("The PostgreSQL connection string names no search path (schema).")
            : path;
    }

    public static async Task ExecuteAsync(DbContext context, string sql, CancellationToken cancellationToken)
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

    public static DbCommand Command(DbContext context, string sql)
    {
        var command = context.Database.GetDbConnection().CreateCommand();
        command.Transaction = context.Database.CurrentTransaction?.GetDbTransaction();
#pragma warning disable CA2100 // Only constants, checked context names and names from SQLite's own catalogue.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    private static async Task<int> NumberAsync(DbContext context, string sql, CancellationToken cancellationToken)
    {
        await context.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = Command(context, sql);
            var value = await command.ExecuteScalarAsync(cancellationToken);
            return value is null or DBNull ? 0 : Convert.ToInt32(value, CultureInfo.InvariantCulture);
        }
        finally
        {
            await context.Database.CloseConnectionAsync();
        }
    }
}
