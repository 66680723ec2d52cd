using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Mingjian.Primitives;
using Npgsql;

namespace Mingjian.Server.Projections;

/// <summary>Writes rows of a read model in order, without reading: upserts made from the EF model, and updates in plain SQL.</summary>
/// <remarks>
/// Both products know <c>INSERT … ON CONFLICT … DO UPDATE</c>. SQLite gets one prepared command a statement; PostgreSQL gets batches of
/// up to <see cref="BatchSize"/> statements a round trip. Only for use inside the context's current transaction.
/// </remarks>
internal sealed class RowWriter(DbContext context) : IAsyncDisposable
{
    private const int BatchSize = 400;

    private static readonly ConcurrentDictionary<(Type Row, string Provider), Upserter> Upserters = new();

    private readonly Dictionary<string, DbCommand> _prepared = new(StringComparer.Ordinal);
    private readonly string _provider = context.Database.ProviderName ?? "";
    private NpgsqlBatch? _batch;

    // Both belong to the context.
    private DbConnection Connection => context.Database.GetDbConnection();

    private DbTransaction? Transaction => context.Database.CurrentTransaction?.GetDbTransaction();

    /// <summary>Inserts the row, or overwrites the one with the same key.</summary>
    public Task UpsertAsync<TRow>(TRow row, CancellationToken cancellationToken)
        where TRow : class
    {
        var upserter = Upserters.GetOrAdd(
            (typeof(TRow), _provider), static (_, c) => new Upserter(c.Model.FindEntityType(typeof(TRow))!, c), context);
        return AddAsync(upserter.Sql, upserter.Values(row), cancellationToken);
    }

    /// <summary>Runs a statement; the holes become parameters. Column and table names are quoted in the text.</summary>
    public Task ExecuteAsync(FormattableString sql, CancellationToken cancellationToken)
    {
        var arguments = sql.GetArguments();
        var names = new object[arguments.Length];
        var values = new object?[arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            names[i] = "@p" + i.ToString(CultureInfo.InvariantCulture);
            values[i] = ToSql(arguments[i]);
        }

        return AddAsync(string.Format(CultureInfo.InvariantCulture, sql.Format, names), values, cancellationToken);
    }

    /// <summary>Deletes every row of a table of the model.</summary>
    public Task ClearAsync(string table, CancellationToken cancellationToken) =>
        AddAsync($"DELETE FROM {context.GetService<ISqlGenerationHelper>().DelimitIdentifier(table)}", [], cancellationToken);

    /// <summary>Sends what is still waiting.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_batch is { BatchCommands.Count: > 0 } batch)
        {
            _batch = null;
            await using (batch)
            {
                await batch.ExecuteNonQueryAsync(cancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_batch is not null)
        {
            await _batch.DisposeAsync();
        }

        foreach (var command in _prepared.Values)
        {
            await command.DisposeAsync();
        }
    }

    private static object? ToSql(object? value) => value switch
    {
        null or string or int or long or bool or DateOnly => value,
        Enum number => Convert.ToInt32(number, CultureInfo.InvariantCulture),
        Amount amount => amount.Fen,
        LedgerTime time => time.Milliseconds,
        _ => value.ToString(),
    };

    private Task AddAsync(string sql, IReadOnlyList<object?> values, CancellationToken cancellationToken) =>
        Connection is NpgsqlConnection npgsql ? AddToBatchAsync(npgsql, sql, values, cancellationToken) : RunAsync(sql, values, cancellationToken);

    private async Task AddToBatchAsync(
        NpgsqlConnection connection, string sql, IReadOnlyList<object?> values, CancellationToken cancellationToken)
    {
        _batch ??= new NpgsqlBatch(connection, (NpgsqlTransaction?)Transaction);
        var command = new NpgsqlBatchCommand(sql);
        for (var i = 0; i < values.Count; i++)
        {
            command.Parameters.Add(new NpgsqlParameter("p" + i.ToString(CultureInfo.InvariantCulture), values[i] ?? DBNull.Value));
        }

        _batch.BatchCommands.Add(command);
        if (_batch.BatchCommands.Count >= BatchSize)
        {
            await FlushAsync(cancellationToken);
        }
    }

    private async Task RunAsync(string sql, IReadOnlyList<object?> values, CancellationToken cancellationToken)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = Connection.CreateCommand();
            command.Transaction = Transaction;
#pragma warning disable CA2100 // Texts come from the EF model and from constants of the projection; values are parameters.
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var i = 0; i < values.Count; i++)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = "@p" + i.ToString(CultureInfo.InvariantCulture);
                command.Parameters.Add(parameter);
            }

            _prepared.Add(sql, command);
        }

        for (var i = 0; i < values.Count; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed class Upserter
    {
        private readonly IReadOnlyList<IProperty> _properties;

        public Upserter(IEntityType type, DbContext context)
        {
            var quote = context.GetService<ISqlGenerationHelper>();
            var table = type.GetTableName()!;
            var store = StoreObjectIdentifier.Table(table, type.GetSchema());
            _properties = [.. type.GetProperties()];
            var columns = _properties.Select(p => quote.DelimitIdentifier(p.GetColumnName(store)!)).ToArray();
            var keys = type.FindPrimaryKey()!.Properties.Select(p => quote.DelimitIdentifier(p.GetColumnName(store)!)).ToArray();
            var updates = columns.Except(keys, StringComparer.Ordinal).Select(c => $"{c} = excluded.{c}");
            Sql = $"INSERT INTO {quote.DelimitIdentifier(table)} ({string.Join(", ", columns)}) "
                + $"VALUES ({string.Join(", ", columns.Select((_, i) => "@p" + i.ToString(CultureInfo.InvariantCulture)))}) "
                + $"ON CONFLICT ({string.Join(", ", keys)}) DO UPDATE SET {string.Join(", ", updates)}";
        }

        public string Sql { get; }

        public object?[] Values(object row)
        {
            var values = new object?[_properties.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = ToSql(_properties[i].GetGetter().GetClrValue(row));
            }

            return values;
        }
    }
}
