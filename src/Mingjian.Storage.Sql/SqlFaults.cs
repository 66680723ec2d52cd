using Microsoft.Data.Sqlite;
using Npgsql;

namespace Mingjian.Storage.Sql;

/// <summary>What a database's error means.</summary>
public static class SqlFaults
{
    // https://www.sqlite.org/rescode.html
    private const int SqliteFull = 13;

    /// <summary>The file beside the write-ahead log could not grow.</summary>
    private const int SqliteCannotGrow = 4874;

    /// <summary>Whether an error, or one that caused it, says that the database's disk is used up. Nothing of the change was stored.</summary>
    public static bool IsDiskFull(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is SqliteException { SqliteErrorCode: SqliteFull } or SqliteException { SqliteExtendedErrorCode: SqliteCannotGrow }
                or PostgresException { SqlState: PostgresErrorCodes.DiskFull })
            {
                return true;
            }
        }

        return false;
    }
}
