using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Mingjian.Storage.Sql;

/// <summary>What stands of one store.</summary>
/// <param name="Version">Of its schema; 0 = nothing has been made yet, or it could not be read.</param>
/// <param name="Bytes">Its size; of SQLite with the log beside it.</param>
/// <param name="Fault">Why it could not be read, in the database's own words; null when it could.</param>
public sealed record StoreMark(int Version, long Bytes, string? Fault)
{
    /// <summary>Versions of parts that have one of their own (<see cref="SchemaPart"/>); empty where there are none.</summary>
    public IReadOnlyDictionary<string, int> Parts { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);
}

/// <summary>Reads stores' version marks for whoever only wants to look: nothing is created, changed or locked.</summary>
public static class StoreMarks
{
    private const string Look = $"SELECT version FROM {SchemaStamp.Table} WHERE id = 1";

    /// <summary>The version mark and size of a store. SQLite files are checked for damage as well (<c>quick_check</c>, which reads all of it).</summary>
    /// <param name="settings">Where the stores are.</param>
    /// <param name="name">The store's; lower-case letters only.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static Task<StoreMark> ReadAsync(SqlSettings settings, string name, CancellationToken cancellationToken) =>
        ReadAsync(settings, name, isChecked: true, cancellationToken);

    /// <summary>Refuses a store that a newer program has written; one that cannot be read is left to whoever opens it. For whoever is about to open it.</summary>
    /// <param name="known">The version of this program.</param>
    /// <exception cref="SchemaVersionException">It is newer.</exception>
    public static async Task RefuseNewerAsync(SqlSettings settings, string name, int known, CancellationToken cancellationToken)
    {
        var found = (await ReadAsync(settings, name, isChecked: false, cancellationToken)).Version;
        if (found > known)
        {
            throw SchemaVersionException.OfNewer(PlaceOf(settings, name), found, known);
        }
    }

    /// <summary>Where a store is, for people.</summary>
    public static string PlaceOf(SqlSettings settings, string name) => settings.Provider == SqlProvider.Sqlite
        ? FileOf(settings, name)
        : $"数据库 {new NpgsqlConnectionStringBuilder(settings.ConnectionString).Database} 的模式 {name}";

    private static string FileOf(SqlSettings settings, string name) => Path.Combine(settings.DataDirectory, name + ".db");

    private static async Task<StoreMark> ReadAsync(SqlSettings settings, string name, bool isChecked, CancellationToken cancellationToken)
    {
        SqlNames.Check(name);
        try
        {
            return settings.Provider == SqlProvider.Sqlite
                ? await ReadFileAsync(FileOf(settings, name), isChecked, cancellationToken)
                : await ReadSchemaAsync(settings.ConnectionString!, name, cancellationToken);
        }
        catch (Exception e) when (e is DbException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new StoreMark(0, 0, e.Message);
        }
    }

    // A file is read as one that nobody changes: SQLite then makes neither a log nor its index beside it. What a kill left in a log is only seen in a copy.
    private static async Task<StoreMark> ReadFileAsync(string path, bool isChecked, CancellationToken cancellationToken)
    {
        var log = new FileInfo(path + "-wal");
        if (new FileInfo(path) is not { Exists: true } file)
        {
            return new StoreMark(0, 0, null);
        }

        var bytes = file.Length + (log.Exists ? log.Length : 0);
        if (!isChecked)
        {
            return await ReadFileAsync(path, SqliteOpenMode.ReadWrite, bytes, isChecked, cancellationToken);
        }

        if (log is not { Exists: true, Length: > 0 })
        {
            return await ReadFileAsync($"file:{Uri.EscapeDataString(path)}?immutable=1", SqliteOpenMode.ReadOnly, bytes, isChecked, cancellationToken);
        }

        var copies = Directory.CreateTempSubdirectory("mingjian-look-");
        try
        {
            var copy = Path.Combine(copies.FullName, file.Name);
            file.CopyTo(copy);
            log.CopyTo(copy + "-wal");
            return await ReadFileAsync(copy, SqliteOpenMode.ReadWrite, bytes, isChecked, cancellationToken);
        }
        finally
        {
            copies.Delete(recursive: true);
        }
    }

    private static async Task<StoreMark> ReadFileAsync(string source, SqliteOpenMode mode, long bytes, bool isChecked, CancellationToken cancellationToken)
    {
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = source, Mode = mode, Pooling = false }.ToString());
        await connection.OpenAsync(cancellationToken);
        if (isChecked && await ScalarAsync(connection, "PRAGMA quick_check(1)", cancellationToken) is not "ok" and var damage)
        {
            return new StoreMark(0, bytes, Convert.ToString(damage, CultureInfo.InvariantCulture));
        }

        var isMade = await ScalarAsync(connection, $"SELECT count(*) FROM sqlite_master WHERE name = '{SchemaStamp.Table}'", cancellationToken) is not 0L;
        var hasParts = await ScalarAsync(connection, $"SELECT count(*) FROM sqlite_master WHERE name = '{SqlSchema.PartsTable}'", cancellationToken) is not 0L;
        return await ReadAsync(connection, isMade, hasParts, bytes, cancellationToken);
    }

    private static async Task<StoreMark> ReadSchemaAsync(string connectionString, string name, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = name, Pooling = false, Options = "-c default_transaction_read_only=on" };
        await using var connection = new NpgsqlConnection(settings.ToString());
        await connection.OpenAsync(cancellationToken);
        var bytes = Convert.ToInt64(
            await ScalarAsync(
                connection,
                $"SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '{name}' AND c.relkind = 'r'",
                cancellationToken),
            CultureInfo.InvariantCulture);
        var isMade = await ScalarAsync(
            connection, $"SELECT count(*) FROM pg_tables WHERE schemaname = '{name}' AND tablename = '{SchemaStamp.Table}'", cancellationToken) is not 0L;
        var hasParts = await ScalarAsync(
            connection, $"SELECT count(*) FROM pg_tables WHERE schemaname = '{name}' AND tablename = '{SqlSchema.PartsTable}'", cancellationToken) is not 0L;
        return await ReadAsync(connection, isMade, hasParts, bytes, cancellationToken);
    }

    private static async Task<StoreMark> ReadAsync(DbConnection connection, bool isMade, bool hasParts, long bytes, CancellationToken cancellationToken)
    {
        var parts = new Dictionary<string, int>(StringComparer.Ordinal);
        if (hasParts)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"SELECT name, version FROM {SqlSchema.PartsTable}";
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                parts[reader.GetString(0)] = reader.GetInt32(1);
            }
        }

        return new StoreMark(isMade ? ToVersion(await ScalarAsync(connection, Look, cancellationToken)) : 0, bytes, null) { Parts = parts };
    }

    private static int ToVersion(object? value) => value is null or DBNull ? 0 : Convert.ToInt32(value, CultureInfo.InvariantCulture);

    private static async Task<object?> ScalarAsync(DbConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants and checked store names.
        command.CommandText = sql;
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
