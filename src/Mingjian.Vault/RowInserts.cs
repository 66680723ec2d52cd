using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Mingjian.Vault;

/// <summary>A person's row with the base that comes with it.</summary>
internal readonly record struct PersonRows(PersonRow Person, BaseRow? Base);

/// <summary>Inserts people in bulk: prepared commands on SQLite, binary COPY on PostgreSQL, where a round trip a row is what costs.</summary>
/// <remarks>Runs in the context's transaction. Column names are EF's own for the row types.</remarks>
internal static class RowInserts
{
    private const string People = "people";
    private const string Bases = "bases";

    private static readonly Column[] PersonColumns =
    [
        new("Member", NpgsqlDbType.Text), new("Import", NpgsqlDbType.Text), new("KeyVersion", NpgsqlDbType.Integer), new("Key", NpgsqlDbType.Bytea),
        new("Name", NpgsqlDbType.Bytea), new("Record", NpgsqlDbType.Bytea), new("Stored", NpgsqlDbType.Bigint),
    ];

    private static readonly Column[] BaseColumns =
    [
        new("Member", NpgsqlDbType.Text), new("Commitment", NpgsqlDbType.Text), new("From", NpgsqlDbType.Text), new("Value", NpgsqlDbType.Bytea),
    ];

    /// <summary>Inserts all rows.</summary>
    public static async Task InsertAsync(VaultContext context, IReadOnlyCollection<PersonRows> rows, CancellationToken cancellationToken)
    {
        await InsertAsync(context, People, PersonColumns, rows.Select(r => Values(r.Person)), cancellationToken);
        await InsertAsync(context, Bases, BaseColumns, rows.Where(r => r.Base is not null).Select(r => Values(r.Base!)), cancellationToken);
    }

    private static object?[] Values(PersonRow row) =>
        [row.Member.ToString(), row.Import?.ToString(), row.KeyVersion, row.Key, row.Name, row.Record, row.Stored.Milliseconds];

    private static object?[] Values(BaseRow row) => [row.Member.ToString(), row.Commitment.ToString(), row.From.ToString(), row.Value];

    private static Task InsertAsync(
        VaultContext context, string table, Column[] columns, IEnumerable<object?[]> rows, CancellationToken cancellationToken) =>
        context.Database.GetDbConnection() is NpgsqlConnection connection
            ? CopyAsync(connection, table, columns, rows, cancellationToken)
            : RunAsync(context, table, columns, rows, cancellationToken);

    private static async Task CopyAsync(
        NpgsqlConnection connection, string table, Column[] columns, IEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync($"COPY {table} ({Names(columns)}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        foreach (var values in rows)
        {
            await copy.StartRowAsync(cancellationToken);
            for (var i = 0; i < columns.Length; i++)
            {
                if (values[i] is { } value)
                {
                    await copy.WriteAsync(value, columns[i].Type, cancellationToken);
                }
                else
                {
                    await copy.WriteNullAsync(cancellationToken);
                }
            }
        }

        // Without it the server takes nothing.
        await copy.CompleteAsync(cancellationToken);
    }

    private static async Task RunAsync(
        VaultContext context, string table, Column[] columns, IEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        await using var command = Command(context, table, columns);
        foreach (var values in rows)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                command.Parameters[i].Value = values[i] ?? DBNull.Value;
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static DbCommand Command(VaultContext context, string table, Column[] columns)
    {
        var command = context.Database.GetDbConnection().CreateCommand();
        command.Transaction = context.Database.CurrentTransaction?.GetDbTransaction();
        foreach (var column in columns)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = "@" + column.Name;
            command.Parameters.Add(parameter);
        }

#pragma warning disable CA2100 // Names of this class only.
        command.CommandText = $"INSERT INTO {table} ({Names(columns)}) VALUES ({string.Join(", ", columns.Select(c => "@" + c.Name))})";
#pragma warning restore CA2100
        return command;
    }

    private static string Names(Column[] columns) => string.Join(", ", columns.Select(c => $"\"{c.Name}\""));

    private readonly record struct Column(string Name, NpgsqlDbType Type);
}
