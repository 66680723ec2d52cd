using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Testing;

namespace Mingjian.Storage.Sql.Tests;

/// <summary>What holds of a store that cannot be rebuilt, with every database product; one subclass a product.</summary>
public abstract class SqlMigrationTests
{
    protected abstract SqlSettings Settings { get; }

    [Fact]
    public async Task A_new_store_is_made_in_the_newest_version()
    {
        Assert.Equal(SchemaOutcome.Created, await MigrateAsync<SecondRelease>());
        Assert.Equal(SchemaOutcome.UpToDate, await MigrateAsync<SecondRelease>());
        Assert.Equal(2, await UseAsync<SecondRelease, int>(c => c.VersionAsync()));
    }

    [Fact]
    public async Task A_store_of_the_first_release_keeps_what_it_holds()
    {
        await FillFirstAsync();
        Assert.Equal(SchemaOutcome.Migrated, await MigrateAsync<SecondRelease>());
        Assert.Equal((2, 2, 14), await UseAsync<SecondRelease, (int, int, int)>(async c => (await c.VersionAsync(), await c.CountAsync(), await c.StockAsync())));
        Assert.Equal(SchemaOutcome.UpToDate, await MigrateAsync<SecondRelease>());
    }

    [Fact]
    public async Task A_store_of_a_newer_program_is_refused_and_left_alone()
    {
        await MigrateAsync<SecondRelease>();
        await UseAsync<SecondRelease, int>(async c =>
        {
            await c.AddAsync("a");
            return 0;
        });
        var before = Bytes();
        var refusal = await Assert.ThrowsAsync<SchemaVersionException>(MigrateAsync<FirstRelease>);
        Assert.Equal("store/newer-version", refusal.Code);
        Assert.StartsWith("store/newer-version：", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("版本 2", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("只认识到版本 1", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("goods", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, Bytes());
        Assert.Equal((2, 1), await UseAsync<SecondRelease, (int, int)>(async c => (await c.VersionAsync(), await c.CountAsync())));
    }

    [Fact]
    public async Task A_migration_that_fails_in_the_middle_leaves_the_old_version_which_a_right_program_then_takes_on()
    {
        await FillFirstAsync();
        var refusal = await Assert.ThrowsAsync<SchemaVersionException>(MigrateAsync<BrokenRelease>);
        Assert.Equal("store/migration-failed", refusal.Code);
        Assert.Contains("0002_Stock", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("仍是版本 1", refusal.Message, StringComparison.Ordinal);

        // The first release goes on as if nothing had been tried.
        Assert.Equal(SchemaOutcome.UpToDate, await MigrateAsync<FirstRelease>());
        Assert.Equal((1, 2), await UseAsync<FirstRelease, (int, int)>(async c => (await c.VersionAsync(), await c.CountAsync())));
        Assert.Equal(SchemaOutcome.Migrated, await MigrateAsync<SecondRelease>());
        Assert.Equal(14, await UseAsync<SecondRelease, int>(c => c.StockAsync()));
    }

    [Fact]
    public async Task A_new_store_whose_making_fails_is_made_by_the_next_start()
    {
        await Assert.ThrowsAsync<SchemaVersionException>(MigrateAsync<BrokenRelease>);
        Assert.Equal(SchemaOutcome.Created, await MigrateAsync<SecondRelease>());
    }

    [Fact]
    public async Task Programs_that_start_at_once_migrate_once()
    {
        await FillFirstAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(MigrateAsync<SecondRelease>)));
        Assert.Single(outcomes, SchemaOutcome.Migrated);
        Assert.Equal(3, outcomes.Count(o => o == SchemaOutcome.UpToDate));
        Assert.Equal(14, await UseAsync<SecondRelease, int>(c => c.StockAsync()));
    }

    [Fact]
    public async Task A_migration_that_would_leave_its_transaction_is_not_run()
    {
        await FillFirstAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(MigrateAsync<OutsideRelease>);
        Assert.Equal(1, await UseAsync<FirstRelease, int>(c => c.VersionAsync()));
        Assert.Equal(SchemaOutcome.Migrated, await MigrateAsync<SecondRelease>());
    }

    [Fact]
    public async Task Migrations_are_numbered_without_a_gap()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(MigrateAsync<GapRelease>);
        Assert.Contains("0003_Stock", fault.Message, StringComparison.Ordinal);
        Assert.Equal(["0001_Initial", "0002_Stock"], await UseAsync<SecondRelease, IReadOnlyList<string>>(c => Task.FromResult(SqlMigrations.MigrationsOf(c))));
        await Assert.ThrowsAsync<InvalidOperationException>(MigrateAsync<ReleaseWithoutMigrations>);
    }

    [Fact]
    public async Task Its_version_is_read_without_opening_it_for_writing()
    {
        Assert.Equal((0, null), await ReadAsync());
        await FillFirstAsync();
        Assert.Equal((1, null), await ReadAsync());
        await MigrateAsync<SecondRelease>();
        Assert.Equal((2, null), await ReadAsync());
    }

    /// <summary>The store's files; nothing where the product has none of its own.</summary>
    protected abstract string Bytes();

    protected Task<SchemaOutcome> MigrateAsync<TContext>()
        where TContext : DbContext => UseAsync<TContext, SchemaOutcome>(c => c.MigrateStoreAsync());

    protected async Task FillFirstAsync()
    {
        await MigrateAsync<FirstRelease>();
        await UseAsync<FirstRelease, int>(async c =>
        {
            await c.AddAsync("a");
            await c.AddAsync("b");
            return 0;
        });
    }

    protected async Task<T> UseAsync<TContext, T>(Func<TContext, Task<T>> use)
        where TContext : DbContext
    {
        await using var services = new ServiceCollection().AddSingleton(Settings).AddMingjianDbContext<TContext>("goods").BuildServiceProvider();
        await using var context = services.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContext();
        return await use(context);
    }

    protected async Task<(int Version, string? Fault)> ReadAsync()
    {
        var mark = await StoreMarks.ReadAsync(Settings, "goods", CancellationToken.None);
        return (mark.Version, mark.Fault);
    }
}

/// <summary>A release that forgot them.</summary>
public sealed class ReleaseWithoutMigrations(DbContextOptions<ReleaseWithoutMigrations> options) : ReleaseContext(options);

public sealed class SqliteMigrationTests : SqlMigrationTests, IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-migrations-").FullName;

    protected override SqlSettings Settings => new(SqlProvider.Sqlite, _directory);

    private string Database => Path.Combine(_directory, "goods.db");

    [Fact]
    public async Task Looking_at_a_file_changes_nothing_in_its_directory_also_beside_a_log_that_a_kill_left()
    {
        await FillFirstAsync();
        await using (var writer = new SqliteConnection($"Data Source={Database};Pooling=False"))
        {
            await writer.OpenAsync();
            await using var command = writer.CreateCommand();

            // In the log, and not in the file.
            command.CommandText = "PRAGMA wal_autocheckpoint=0; UPDATE schema_stamp SET version = 9";
            await command.ExecuteNonQueryAsync();
            foreach (var file in Directory.GetFiles(_directory))
            {
                File.Copy(file, Path.Combine(Directory.CreateDirectory(Path.Combine(_directory, "killed")).FullName, Path.GetFileName(file)));
            }
        }

        var killed = Path.Combine(_directory, "killed");
        File.Delete(Path.Combine(killed, "goods.db-shm"));
        var before = Listing(killed);
        var mark = await StoreMarks.ReadAsync(new SqlSettings(SqlProvider.Sqlite, killed), "goods", CancellationToken.None);
        Assert.Equal((9, null), (mark.Version, mark.Fault));
        Assert.Equal(before, Listing(killed));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8192)]
    public async Task A_damaged_file_is_called_that(int at)
    {
        await FillFirstAsync();
        SqliteConnection.ClearAllPools();
        await using (var file = File.OpenWrite(Database))
        {
            file.Position = at;
            file.Write(Enumerable.Repeat((byte)0xA5, 4096).ToArray());
        }

        Assert.NotNull((await StoreMarks.ReadAsync(Settings, "goods", CancellationToken.None)).Fault);
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_directory, recursive: true);
    }

    protected override string Bytes()
    {
        SqliteConnection.ClearAllPools();
        return Listing(_directory);
    }

    private static string Listing(string directory) => string.Join(
        '\n',
        Directory.GetFiles(directory).Order(StringComparer.Ordinal).Select(f => $"{Path.GetFileName(f)} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f)))}"));
}

public sealed class PostgreSqlMigrationTests : SqlMigrationTests, IAsyncLifetime
{
    private SqlSettings _settings = null!;

    protected override SqlSettings Settings => _settings;

    public async ValueTask InitializeAsync() => _settings = new(SqlProvider.PostgreSql, "", await PostgresCluster.CreateDatabaseAsync());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_server_that_is_away_is_a_fault_and_not_a_new_store()
    {
        var mark = await StoreMarks.ReadAsync(new SqlSettings(SqlProvider.PostgreSql, "", "Host=127.0.0.1;Port=1;Username=x;Timeout=2"), "goods", CancellationToken.None);
        Assert.NotNull(mark.Fault);
    }

    protected override string Bytes() => "";
}
