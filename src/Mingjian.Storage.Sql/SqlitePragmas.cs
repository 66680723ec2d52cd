using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Mingjian.Storage.Sql;

/// <summary>Sets the per-connection pragmas of SQLite; the file-wide ones are set by <see cref="SqlSchema"/>.</summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    private static readonly SqlitePragmas Full = new("FULL");

    // A page cache of 16 MB instead of 2, and the log of writes folded in every 40 MB instead of every 4: the read models write in small
    // transactions all over their tables, and a page that is written again meanwhile is folded in once.
    private static readonly SqlitePragmas Normal = new("NORMAL", "PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=10000;");
    private static readonly SqlitePragmas Off = new("OFF");

    private readonly string _sql;

    // busy_timeout: a writer waits for another one up to 10 s before it gives up.
    private SqlitePragmas(string synchronous, string more = "") =>
        _sql = $"PRAGMA busy_timeout=10000; PRAGMA synchronous={synchronous}; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; {more}";

    public static SqlitePragmas For(SqlDurability durability) => durability switch
    {
        SqlDurability.Rebuildable => Normal,
        SqlDurability.Scratch => Off,
        _ => Full,
    };

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = CreateCommand(connection);
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = CreateCommand(connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private DbCommand CreateCommand(DbConnection connection)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // The text is a constant of this class.
        command.CommandText = _sql;
#pragma warning restore CA2100
        return command;
    }
}
