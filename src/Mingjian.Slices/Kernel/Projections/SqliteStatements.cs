using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Mingjian.Slices.Kernel.Projections;

/// <summary>Carries one prepared statement out for many rows, through SQLite's own interface, in the connection's current transaction.</summary>
/// <remarks>
/// SQLite has no round trips that a statement for many rows would save: what costs beside the rows themselves is ADO.NET's way to each (names of
/// parameters looked up one after the other, a reader a row). Here parameters go by position, and statements are prepared once a connection.
/// </remarks>
/// <param name="connection">Open, and not closed before this is disposed of.</param>
internal sealed class SqliteStatements(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, sqlite3_stmt> _prepared = new(StringComparer.Ordinal);

    /// <summary>Runs the statement for each row, in order.</summary>
    /// <param name="sql">Parameters <c>?1</c>, <c>?2</c>, …</param>
    /// <param name="rows">Values by position: null, string, int, long, bool or <see cref="DateOnly"/>.</param>
    /// <exception cref="SqliteException">As of any other command of the connection.</exception>
    public void Run(string sql, IReadOnlyList<object?[]> rows)
    {
        var database = connection.Handle ?? throw new InvalidOperationException("The connection is closed.");
        if (!_prepared.TryGetValue(sql, out var statement))
        {
            Check(raw.sqlite3_prepare_v2(database, sql, out statement), database);
            _prepared.Add(sql, statement);
        }

        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                Check(Bind(statement, i + 1, row[i]), database);
            }

            var result = raw.sqlite3_step(statement);
            // Gives the step's own fault once more; a statement that is not reset would keep the transaction from ending.
            var ended = raw.sqlite3_reset(statement);
            Check(result == raw.SQLITE_DONE ? ended : result, database);
        }
    }

    public void Dispose()
    {
        foreach (var statement in _prepared.Values)
        {
            statement.Dispose();
        }
    }

    private static void Check(int result, sqlite3 database) => SqliteException.ThrowExceptionForRC(result, database);

    private static int Bind(sqlite3_stmt statement, int position, object? value) => value switch
    {
        null => raw.sqlite3_bind_null(statement, position),
        string text => raw.sqlite3_bind_text(statement, position, text),
        long number => raw.sqlite3_bind_int64(statement, position, number),
        int number => raw.sqlite3_bind_int64(statement, position, number),
        bool flag => raw.sqlite3_bind_int64(statement, position, flag ? 1 : 0),
        DateOnly day => raw.sqlite3_bind_text(statement, position, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        _ => throw new NotSupportedException($"A read model cannot hold {value.GetType()}."),
    };
}
