using System.IO.Compression;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Acts.Networks;
using Mingjian.Server.Access;
using Mingjian.Server.Identity;
using Mingjian.Server.Operations;
using Mingjian.Server.Shared;
using Mingjian.Server.Tests.Crash;
using Mingjian.Slices.Dues;
using Mingjian.Slices.Kernel.Countersigning;
using Mingjian.Storage.Sql;
using Mingjian.Testing;
using Mingjian.Vault;
using Npgsql;

namespace Mingjian.Server.Tests.Artefacts;

/// <summary>This program opens what every earlier release has left (tests/artefacts): nothing is lost, and the tables are then as a new installation's.</summary>
public sealed class KeptStoreTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-kept-").FullName;

    private string Network => Path.Combine(_directory, "network");

    /// <summary>The directories below tests/artefacts, one a release.</summary>
    public static TheoryData<string> Releases { get; } =
        [.. Directory.GetDirectories(Repository.File("tests", "artefacts")).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task SQLite_stores_of_a_release_are_taken_over_without_loss(string release)
    {
        Copy(Kept(release, "sqlite"), Network);
        await using (var server = await RunningServer.OpenAsync(demo: false, _directory))
        {
            await KeptRows.CheckAsync(server.Services);
            await CheckTablesAsync(server.Services);
            var grant = Assert.Single(AccessGrantFile.Read(Network));
            Assert.Equal(("监督组", AccessPurpose.Audit), (grant.Name, grant.Purpose));

            // The keys of sessions are read, not made anew.
            Assert.Single(Directory.GetFiles(Path.Combine(Network, "web-keys")));
        }

        await using var again = await RunningServer.OpenAsync(demo: false, _directory);
        await KeptRows.CheckAsync(again.Services);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task PostgreSQL_schemas_of_a_release_are_taken_over_without_loss(string release)
    {
        var database = await PostgresCluster.CreateDatabaseAsync();
        await RunAsync(database, await File.ReadAllTextAsync(Path.Combine(Kept(release, "postgresql"), "stores.sql")));
        Directory.CreateDirectory(Network);
        File.Copy(Path.Combine(Kept(release, "postgresql"), "vault.key"), Path.Combine(Network, "vault.key"));
        await using var server = await RunningServer.OpenAsync(
            demo: false, _directory, null, ("Sql:Provider", "postgresql"), ("Sql:ConnectionString", database));
        await KeptRows.CheckAsync(server.Services);
        await CheckTablesAsync(server.Services);

        await using var shared = Shared(database);
        await shared.MigrateStoreAsync();
        var value = await shared.Values.AsNoTracking().SingleAsync(v => v.Kind == "kept");
        var vault = await server.Services.GetRequiredService<VaultAccess>().GetAsync();
        Assert.Equal(KeptRows.SharedValue, vault.OpenShared("kept/value", value.Value));
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task A_backup_of_a_release_is_restored_audited_and_goes_on(string release)
    {
        var backup = Path.Combine(_directory, "backup");
        await ZipFile.ExtractToDirectoryAsync(Path.Combine(Kept(release, "ledger"), "backup.zip"), backup);
        var data = Path.Combine(_directory, "data");
        var (restored, manifest) = await BackupFiles.RestoreAsync(backup, data, CancellationToken.None);
        File.Copy(Path.Combine(Kept(release, "ledger"), "vault.key"), Path.Combine(restored, "vault.key"));

        var file = NetworkFile.Parse(await File.ReadAllBytesAsync(Path.Combine(Kept(release, "ledger"), NetworkFile.FileName)));
        Assert.Equal(manifest.Network, file.Network.ToString());
        var audit = await LedgerAudits.RunAsync(restored);
        Assert.Null(audit.Fault);
        Assert.Equal((manifest.Height, manifest.Size, manifest.Root), (audit.Blocks, audit.Entries, audit.Root.ToString()));

        await using var server = await RunningServer.OpenAsync(demo: false, data);
        // A node whose program carries a newer protocol than the ledger says so in a block with nothing else.
        Assert.Contains((server.Ledger.Head.Height, server.Ledger.Head.Size), new[] { (manifest.Height, manifest.Size), (manifest.Height + 1, manifest.Size + 1) });
        await KeptRows.CheckAsync(server.Services, hasPending: false);
        await CheckTablesAsync(server.Services);
    }

    [Fact]
    public async Task Migrations_make_the_tables_that_the_models_say_on_SQLite()
    {
        await CheckModelsAsync(new SqlSettings(SqlProvider.Sqlite, Path.Combine(_directory, "model")), new SqlSettings(SqlProvider.Sqlite, Path.Combine(_directory, "steps")));
    }

    [Fact]
    public async Task Migrations_make_the_tables_that_the_models_say_on_PostgreSQL()
    {
        await CheckModelsAsync(
            new SqlSettings(SqlProvider.PostgreSql, "", await PostgresCluster.CreateDatabaseAsync()),
            new SqlSettings(SqlProvider.PostgreSql, "", await PostgresCluster.CreateDatabaseAsync()));
    }

    [Fact]
    public async Task Every_release_is_kept_whole()
    {
        await RecordArtefacts.RunIfAskedAsync();
        Assert.NotEmpty(Releases);
        foreach (var release in Releases.Select(r => r.Data))
        {
            foreach (var part in new[] { "sqlite", "postgresql", "ledger" })
            {
                Assert.NotEmpty(Directory.GetFiles(Kept(release, part)));
            }
        }
    }

    private static string Kept(string release, string part) => Repository.File("tests", "artefacts", release, part);

    private static SharedDatabase Shared(string database) => new((DbContextOptions<SharedDatabase>)new DbContextOptionsBuilder<SharedDatabase>()
        .UseMingjian(new SqlSettings(SqlProvider.PostgreSql, "", database), SharedDatabase.Name).Options);

    private static async Task RunAsync(string database, string sql)
    {
        // Not from the pool: the dump empties the session's search path.
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A file of the repository.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A new installation's tables, by the same program.</summary>
    private async Task CheckTablesAsync(IServiceProvider services)
    {
        var settings = services.GetRequiredService<SqlSettings>();
        var fresh = settings.Provider == SqlProvider.Sqlite
            ? settings with { DataDirectory = Path.Combine(_directory, "fresh-" + Guid.NewGuid().ToString("N")) }
            : settings with { ConnectionString = await PostgresCluster.CreateDatabaseAsync() };
        await using var made = Services(fresh);
        await SameAsync<VaultContext>(services, made);
        await SameAsync<IdentityDatabase>(services, made);
        await SameAsync<DuesContext>(services, made);
        await SameAsync<PendingDatabase>(services, made);
    }

    private static async Task CheckModelsAsync(SqlSettings model, SqlSettings steps)
    {
        await using var modelled = Services(model);
        await using var migrated = Services(steps);
        await SameAsync<VaultContext>(modelled, migrated, makeFromModel: true);
        await SameAsync<IdentityDatabase>(modelled, migrated, makeFromModel: true);
        await SameAsync<DuesContext>(modelled, migrated, makeFromModel: true);
        await SameAsync<PendingDatabase>(modelled, migrated, makeFromModel: true);
        await SameAsync<SharedDatabase>(modelled, migrated, makeFromModel: true);
    }

    private static async Task SameAsync<TContext>(IServiceProvider expected, IServiceProvider migrated, bool makeFromModel = false)
        where TContext : DbContext
    {
        await using var one = await expected.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContextAsync();
        if (makeFromModel)
        {
            await one.EnsureRebuildableAsync(1);
        }

        await using var other = await migrated.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContextAsync();
        Assert.Equal(SchemaOutcome.Created, await other.MigrateStoreAsync());
        var picture = await SchemaPicture.ReadAsync(one);
        Assert.NotEmpty(picture);
        Assert.Equal(picture, await SchemaPicture.ReadAsync(other));
    }

    private static ServiceProvider Services(SqlSettings settings)
    {
        var services = new ServiceCollection().AddSingleton(settings)
            .AddMingjianDbContext<VaultContext>(VaultContext.Name)
            .AddMingjianDbContext<IdentityDatabase>(IdentityDatabase.Name)
            .AddMingjianDbContext<DuesContext>(DuesContext.Name)
            .AddMingjianDbContext<PendingDatabase>(PendingDatabase.Name)
            .AddMingjianDbContext<SharedDatabase>(SharedDatabase.Name);

        // As the server has it: the version decides which tables the model has.
        services.Configure<IdentityOptions>(o => o.Stores.SchemaVersion = IdentitySchemaVersions.Version3);
        return services.BuildServiceProvider();
    }

    private static void Copy(string source, string target)
    {
        foreach (var file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
