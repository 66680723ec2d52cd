using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Mingjian.Vault;

/// <summary>Inserts rows by prepared commands: some ten times faster than tracked entities, which a roster of 20,000 people needs.</summary>
/// <remarks>Runs in the context's transaction. Column names are EF's own for the row types.</remarks>
internal sealed class RowInserts : IAsyncDisposable
{
    private readonly DbCommand _people;
    private readonly DbCommand _bases;

    public RowInserts(VaultContext context)
    {
        _people = Command(context, "people", "Member", "Import", "KeyVersion", "Key", "Name", "Record", "Stored");
        _bases = Command(context, "bases", "Member", "Commitment", "From", "Value");
    }

    public Task InsertAsync(PersonRow row, CancellationToken cancellationToken) => RunAsync(
        _people, cancellationToken, row.Member.ToString(), row.Import?.ToString(), row.KeyVersion, row.Key, row.Name, row.Record, row.Stored.Milliseconds);

    public Task InsertAsync(BaseRow row, CancellationToken cancellationToken) => RunAsync(
        _bases, cancellationToken, row.Member.ToString(), row.Commitment.ToString(), row.From.ToString(), row.Value);

    public async ValueTask DisposeAsync()
    {
        await _people.DisposeAsync();
        await _bases.DisposeAsync();
    }

    private static Task<int> RunAsync(DbCommand command, CancellationToken cancellationToken, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static DbCommand Command(VaultContext context, string table, params ReadOnlySpan<string> columns)
    {
        var command = context.Database.GetDbConnection().CreateCommand();
        command.Transaction = context.Database.CurrentTransaction?.GetDbTransaction();
        var names = new List<string>();
        var values = new List<string>();
        foreach (var column in columns)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = "@" + column;
            command.Parameters.Add(parameter);
            names.Add($"\"{column}\"");
            values.Add(parameter.ParameterName);
        }

#pragma warning disable CA2100 // Names of this class only.
        command.CommandText = $"INSERT INTO {table} ({string.Join(", ", names)}) VALUES ({string.Join(", ", values)})";
#pragma warning restore CA2100
        return command;
    }
}
