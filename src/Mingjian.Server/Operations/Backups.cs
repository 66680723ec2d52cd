using System.Globalization;
using Microsoft.Data.Sqlite;
using Mingjian.Acts.Networks;
using Mingjian.Primitives;
using Mingjian.Server.Configuration;
using Mingjian.Server.Identity;
using Mingjian.Server.Nodes;
using Mingjian.Slices.Dues;
using Mingjian.Storage.RocksDb;
using Mingjian.Storage.Sql;
using Mingjian.Vault;

namespace Mingjian.Server.Operations;

/// <summary>Takes backups of the running node, one at a time.</summary>
/// <remarks>
/// The ledger first, then the SQL stores: what an act on the ledger commits to is in the vault before the act is signed, so a vault that is
/// copied later lacks nothing. Read models are left out, because they are made from the ledger; the vault's master key and the web sessions'
/// keys, because they must not lie beside what they open. PostgreSQL has its own tools.
/// </remarks>
internal sealed class Backups(ServerOptions options, SqlSettings sql, NodeIdentity identity, RocksDbBlockStore store, TimeProvider clock) : IDisposable
{
    private static readonly string[] Databases = [VaultContext.Name, DuesContext.Name, IdentityDatabase.Name];
    private static readonly string[] Files = ["network.txt", NetworkFile.FileName, "demo.json", "DEMO-演示数据.txt"];

    private readonly SemaphoreSlim _running = new(1, 1);

    /// <summary>Takes a backup; null when another one is under way. Leaves nothing half done.</summary>
    public async Task<BackupAnswer?> TakeAsync(CancellationToken cancellationToken)
    {
        if (!await _running.WaitAsync(0, cancellationToken))
        {
            return null;
        }

        try
        {
            return await Task.Run(() => TakeAloneAsync(cancellationToken), cancellationToken);
        }
        finally
        {
            _running.Release();
        }
    }

    public void Dispose() => _running.Dispose();

    private async Task<BackupAnswer> TakeAloneAsync(CancellationToken cancellationToken)
    {
        var taken = clock.GetUtcNow();
        var name = taken.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var target = Path.Combine(options.BackupPath, name);
        var draft = target + ".partial";
        PrivateFiles.CreateDirectory(options.BackupPath);
        if (Directory.Exists(target))
        {
            throw new IOException($"{target} is there already.");
        }

        BackupFiles.DeleteIfThere(draft);
        try
        {
            PrivateFiles.CreateDirectory(draft);
            var head = store.CopyTo(Path.Combine(draft, "ledger"));
            foreach (var file in Files.Where(f => File.Exists(Path.Combine(options.NetworkDirectory, f))))
            {
                BackupFiles.Copy(Path.Combine(options.NetworkDirectory, file), Path.Combine(draft, file));
            }

            BackupFiles.CopyDirectory(identity.KeysDirectory, Path.Combine(draft, "keys"));
            var hasSql = options.Role == ServerRole.All;
            if (hasSql && sql.Provider == SqlProvider.Sqlite)
            {
                foreach (var database in Databases)
                {
                    await CopyDatabaseAsync(database, draft, cancellationToken);
                }
            }

            // Databases and tables are written by libraries, with the rights that every file gets.
            PrivateFiles.NarrowAll(draft);
            string[] leftOut = ["vault.key", "web-keys", "read models", .. identity.Shared is null ? Array.Empty<string>() : ["node.env", "etcd.yml", "tls"],
                .. hasSql && sql.Provider == SqlProvider.Sqlite ? Array.Empty<string>() : ["PostgreSQL"]];
            var manifest = new BackupManifest(
                BackupManifest.CurrentFormat, identity.Network.ToString(), taken, head?.Height ?? 0, head?.Size ?? 0, head?.Root.ToString(),
                await BackupFiles.ListAsync(draft, cancellationToken), leftOut);
            BackupFiles.WriteManifest(draft, manifest);
            Directory.Move(draft, target);
            return new BackupAnswer(target, manifest);
        }
        catch
        {
            BackupFiles.DeleteIfThere(draft);
            throw;
        }
    }

    /// <summary>A consistent copy beside a running writer; free pages, with what erasure left in them, stay behind.</summary>
    private async Task CopyDatabaseAsync(string database, string draft, CancellationToken cancellationToken)
    {
        var source = new SqliteConnectionStringBuilder { DataSource = Path.Combine(sql.DataDirectory, database + ".db"), Pooling = false };
        await using var connection = new SqliteConnection(source.ToString());
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "VACUUM INTO $file";
        command.Parameters.AddWithValue("$file", Path.Combine(draft, database + ".db"));
        await command.ExecuteNonQueryAsync(cancellationToken);
        BackupFiles.Flush(Path.Combine(draft, database + ".db"));
    }
}
