using Microsoft.Data.Sqlite;
using Mingjian.Storage.Sql;

namespace Mingjian.Server.Operations;

/// <summary>Holds one connection to each SQLite file open while the server runs, so that what is stored can be read on a full disk, too.</summary>
/// <remarks>
/// The last connection to close takes the write-ahead log and its index with it, and the next one needs room to make them anew; pools close what has been
/// idle for some minutes.
/// </remarks>
internal sealed class OpenStores(SqlSettings sql) : IHostedLifecycleService, IDisposable
{
    private readonly List<SqliteConnection> _held = [];

    /// <summary>Once every store has its tables.</summary>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (sql.Provider != SqlProvider.Sqlite)
        {
            return;
        }

        foreach (var file in Directory.GetFiles(sql.DataDirectory, "*.db"))
        {
            var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
            _held.Add(connection);
            await connection.OpenAsync(cancellationToken);

            // Opens the index for good; the reading itself ends at once.
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM sqlite_master";
            await command.ExecuteScalarAsync(cancellationToken);
        }
    }

    public void Dispose() => _held.ForEach(c => c.Dispose());

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
