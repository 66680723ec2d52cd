using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Mingjian.Slices.Kernel.Projections;

/// <summary>Gathers what is to be written of the rows of a read model, and writes it in sets, without reading: a statement for all rows of a table.</summary>
/// <remarks>
/// The result is as if each had been written when it was said. Sets of different tables may change places, because a set looks at nothing
/// but its own table; a statement in plain SQL changes places with nothing. Only for use inside the context's current transaction. May be kept for many
/// transactions of one open connection, and keeps its prepared statements meanwhile.
/// </remarks>
/// <param name="context">Whose connection is used.</param>
/// <param name="most">So many rows are gathered before they are written; 1 = each is written by itself.</param>
internal sealed class RowWriter(ReadModelContext context, int most = RowWriter.Most) : IAsyncDisposable
{
    /// <summary>Bounds memory: some 4 MB of the largest rows.</summary>
    public const int Most = 8_192;

    private static readonly ConcurrentDictionary<(Type Row, string Provider, string Columns), RowStatement> Statements = new();

    private readonly List<IStep> _steps = [];
    private readonly string _provider = context.Database.ProviderName ?? "";
    private SqliteStatements? _sqlite;
    private int _rows;

    private interface IStep;

    public ReadModelContext Context => context;

    /// <summary>Whether so much has been gathered that it should be written.</summary>
    public bool IsFull => _rows >= most;

    // Both belong to the context.
    private DbConnection Connection => context.Database.GetDbConnection();

    private DbTransaction? Transaction => context.Database.CurrentTransaction?.GetDbTransaction();

    /// <summary>Inserts the row, or overwrites the one with the same key.</summary>
    public void Upsert<TRow>(TRow row)
        where TRow : class
    {
        var statement = Statements.GetOrAdd(
            (typeof(TRow), _provider, ""), static (_, c) => RowStatement.Upsert(c.Model.FindEntityType(typeof(TRow))!, c), context);
        Add(statement, statement.Values(row));
    }

    /// <summary>Sets columns of the row with a key, if there is one.</summary>
    /// <param name="key">Values of the key's properties, in the key's order.</param>
    /// <param name="set">Properties and their values; always the same properties in the same order from one place of the program.</param>
    public void Update<TRow>(IReadOnlyList<object> key, params IReadOnlyList<(string Property, object? Value)> set)
        where TRow : class
    {
        var names = string.Join(',', set.Select(s => s.Property));
        var statement = Statements.GetOrAdd(
            (typeof(TRow), _provider, names),
            static (_, a) => RowStatement.Update(a.context.Model.FindEntityType(typeof(TRow))!, a.context, [.. a.set.Select(s => s.Property)]),
            (context, set));
        Add(statement, [.. key.Select(RowStatement.ToSql), .. set.Select(s => RowStatement.ToSql(s.Value))]);
    }

    /// <summary>Runs a statement; the holes become parameters. Column and table names are quoted in the text.</summary>
    public void Execute(FormattableString sql)
    {
        var arguments = sql.GetArguments();
        var names = arguments.Select((_, i) => (object)Parameter(i)).ToArray();
        _steps.Add(new Plain(string.Format(CultureInfo.InvariantCulture, sql.Format, names), [.. arguments.Select(RowStatement.ToSql)]));
        _rows++;
    }

    /// <summary>Deletes every row of a table of the model.</summary>
    public void Clear(string table)
    {
        _steps.Add(new Plain($"DELETE FROM {context.GetService<ISqlGenerationHelper>().DelimitIdentifier(table)}", []));
        _rows++;
    }

    /// <summary>Writes what was gathered.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_steps.Count > 0)
        {
            await (Connection is NpgsqlConnection npgsql ? SendAsync(npgsql, cancellationToken) : RunAsync((SqliteConnection)Connection, cancellationToken));
            _steps.Clear();
            _rows = 0;
        }
    }

    public ValueTask DisposeAsync()
    {
        _sqlite?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Parameter(int number) => "@p" + number.ToString(CultureInfo.InvariantCulture);

    private void Add(RowStatement statement, object?[] values)
    {
        _rows++;
        for (var i = _steps.Count - 1; i >= 0 && _steps[i] is Set set; i--)
        {
            if (ReferenceEquals(set.Statement, statement))
            {
                set.Rows.Add(values);
                return;
            }

            if (set.Statement.Table == statement.Table)
            {
                break;
            }
        }

        _steps.Add(new Set(statement, [values]));
    }

    /// <summary>PostgreSQL: everything in one round trip.</summary>
    private async Task SendAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, (NpgsqlTransaction?)Transaction);
        foreach (var step in _steps)
        {
            batch.BatchCommands.Add(step is Set set ? Command(set) : Command((Plain)step));
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlBatchCommand Command(Plain plain)
    {
        var command = new NpgsqlBatchCommand(plain.Sql);
        for (var i = 0; i < plain.Values.Count; i++)
        {
            command.Parameters.Add(new NpgsqlParameter(Parameter(i), plain.Values[i] ?? DBNull.Value));
        }

        return command;
    }

    private static NpgsqlBatchCommand Command(Set set)
    {
        // One statement cannot meet a row twice: of rows with the same key the last stands, as if they had been written one after the other.
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var rows = Enumerable.Reverse(set.Rows).Where(r => seen.Add(set.Statement.KeyOf(r))).Reverse().ToList();
        var command = new NpgsqlBatchCommand(set.Statement.ManyRows);
        for (var i = 0; i < set.Statement.Types.Count; i++)
        {
            command.Parameters.Add(new NpgsqlParameter(Parameter(i), Column(rows, i, set.Statement.Types[i])));
        }

        return command;
    }

    private static object Column(List<object?[]> rows, int column, Type type) =>
        type == typeof(string) ? rows.ConvertAll(r => (string?)r[column]).ToArray()
        : type == typeof(long) ? rows.ConvertAll(r => (long?)r[column]).ToArray()
        : type == typeof(int) ? rows.ConvertAll(r => (int?)r[column]).ToArray()
        : type == typeof(bool) ? rows.ConvertAll(r => (bool?)r[column]).ToArray()
        : rows.ConvertAll(r => (DateOnly?)r[column]).ToArray();

    private async Task RunAsync(SqliteConnection connection, CancellationToken cancellationToken)
    {
        _sqlite ??= new SqliteStatements(connection);
        foreach (var step in _steps)
        {
            if (step is Set set)
            {
                _sqlite.Run(set.Statement.OneRow, set.Rows);
                continue;
            }

            var plain = (Plain)step;
            await using var command = connection.CreateCommand();
            command.Transaction = (SqliteTransaction?)Transaction;
#pragma warning disable CA2100 // Texts are constants of the projection; values are parameters.
            command.CommandText = plain.Sql;
#pragma warning restore CA2100
            for (var i = 0; i < plain.Values.Count; i++)
            {
                command.Parameters.AddWithValue(Parameter(i), plain.Values[i] ?? DBNull.Value);
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private sealed record Set(RowStatement Statement, List<object?[]> Rows) : IStep;

    private sealed record Plain(string Sql, IReadOnlyList<object?> Values) : IStep;
}
