using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Primitives;
using Mingjian.Testing;
using Npgsql;

namespace Mingjian.Storage.Sql.Tests;

/// <summary>What every database product must do; one subclass a product.</summary>
public abstract class SqlSchemaTests
{
    private static readonly SampleRow Row = new()
    {
        Id = new MemberId(7),
        Branch = new OrganizationId(9),
        Due = new Amount(4800),
        Month = new Month(2026, 11),
        At = new LedgerTime(1_795_430_400_000),
        Hash = Hash32.Of([1, 2, 3]),
        Day = new DateOnly(2026, 11, 22),
    };

    protected abstract SqlSettings Settings { get; }

    [Fact]
    public async Task Tables_are_made_once_and_kept()
    {
        await using var services = Services();
        Assert.Equal(SchemaOutcome.Created, await EnsureAsync(services, 1));
        await AddRowAsync(services);
        Assert.Equal(SchemaOutcome.UpToDate, await EnsureAsync(services, 1));
        Assert.Equal(1, await CountAsync(services));
    }

    [Fact]
    public async Task Ledger_values_come_back_as_they_went_in()
    {
        await using var services = Services();
        await EnsureAsync(services, 1);
        await AddRowAsync(services);
        await using var context = Context(services);
        var month = Row.Month;
        var read = await context.Rows.AsNoTracking().SingleAsync(r => r.Month >= month && r.Id == Row.Id);
        Assert.Equivalent(Row, read, strict: true);
    }

    [Fact]
    public async Task A_rebuildable_database_of_another_version_is_made_anew()
    {
        await using var services = Services();
        await EnsureAsync(services, 2);
        await AddRowAsync(services);
        Assert.Equal(SchemaOutcome.Recreated, await EnsureAsync(services, 1));
        Assert.Equal(0, await CountAsync(services));
        Assert.Equal(SchemaOutcome.UpToDate, await EnsureAsync(services, 1));
    }

    [Fact]
    public async Task Contexts_of_different_names_do_not_see_each_other()
    {
        await using var one = Services("one");
        await using var two = Services("two");
        await EnsureAsync(one, 1);
        await EnsureAsync(two, 5);
        await AddRowAsync(one);
        Assert.Equal(0, await CountAsync(two));
    }

    [Fact]
    public async Task Starting_twice_at_once_makes_the_tables_once()
    {
        await using var services = Services();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => EnsureAsync(services, 1))));
        Assert.Single(outcomes, SchemaOutcome.Created);
    }

    protected ServiceProvider Services(string name = "sample") =>
        new ServiceCollection().AddSingleton(Settings).AddMingjianDbContext<SampleContext>(name).BuildServiceProvider();

    protected static SampleContext Context(ServiceProvider services) =>
        services.GetRequiredService<IDbContextFactory<SampleContext>>().CreateDbContext();

    protected static async Task<SchemaOutcome> EnsureAsync(ServiceProvider services, int version)
    {
        await using var context = Context(services);
        return await context.EnsureRebuildableAsync(version);
    }

    private static async Task AddRowAsync(ServiceProvider services)
    {
        await using var context = Context(services);
        context.Add(Row);
        await context.SaveChangesAsync();
    }

    private static async Task<int> CountAsync(ServiceProvider services)
    {
        await using var context = Context(services);
        return await context.Rows.CountAsync();
    }
}

public sealed class SqliteSchemaTests : SqlSchemaTests, IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-sql-").FullName;

    protected override SqlSettings Settings => new(SqlProvider.Sqlite, _directory);

    [Theory]
    [InlineData(SqlDurability.Full, 2L)]
    [InlineData(SqlDurability.Rebuildable, 1L)]
    public async Task Connections_carry_the_agreed_pragmas(SqlDurability durability, long synchronous)
    {
        await using var services = new ServiceCollection().AddSingleton(Settings)
            .AddMingjianDbContext<SampleContext>("sample", durability).BuildServiceProvider();
        await EnsureAsync(services, 1);
        await using var context = Context(services);
        await context.Database.OpenConnectionAsync();
        Assert.Equal("wal", await PragmaAsync(context, "journal_mode"));
        Assert.Equal(synchronous, await PragmaAsync(context, "synchronous"));
        Assert.Equal(10_000L, await PragmaAsync(context, "busy_timeout"));
        Assert.Equal(1L, await PragmaAsync(context, "foreign_keys"));
    }

    [Fact]
    public async Task A_new_database_file_is_readable_by_its_owner_only()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix file modes.");
        await using var services = Services();
        await EnsureAsync(services, 1);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_directory, "sample.db")));
        }
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_directory, recursive: true);
    }

    private static async Task<object?> PragmaAsync(SampleContext context, string name)
    {
        await using var command = context.Database.GetDbConnection().CreateCommand();
        command.CommandText = "PRAGMA " + name;
        return await command.ExecuteScalarAsync();
    }
}

public sealed class PostgreSqlSchemaTests : SqlSchemaTests, IAsyncLifetime
{
    private SqlSettings _settings = null!;

    protected override SqlSettings Settings => _settings;

    public async ValueTask InitializeAsync() => _settings = new(SqlProvider.PostgreSql, "", await PostgresCluster.CreateDatabaseAsync());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_context_keeps_to_its_own_schema()
    {
        await using var services = Services("sample");
        await EnsureAsync(services, 1);
        await using var connection = new NpgsqlConnection(Settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'sample' AND table_name IN ('Rows', 'schema_stamp')", connection);
        Assert.Equal(2L, await command.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData("", SqlSettings.ConnectionsPerSchema)]
    [InlineData(";Maximum Pool Size=30", 30)]
    public async Task A_process_opens_few_connections_unless_it_is_told_otherwise(string more, int most)
    {
        _settings = Settings with { ConnectionString = Settings.ConnectionString + more };
        await using var services = Services();
        await using var context = Context(services);
        Assert.Equal(most, new NpgsqlConnectionStringBuilder(context.Database.GetConnectionString()).MaxPoolSize);
    }

    [Fact]
    public async Task Making_a_rebuildable_schema_anew_leaves_the_others_alone()
    {
        await using var one = Services("one");
        await using var two = Services("two");
        await EnsureAsync(one, 1);
        await EnsureAsync(two, 1);
        Assert.Equal(SchemaOutcome.Recreated, await EnsureAsync(one, 2));
        Assert.Equal(SchemaOutcome.UpToDate, await EnsureAsync(two, 1));
    }
}

public sealed class SqlSettingsTests
{
    [Theory]
    [InlineData(null, null, SqlProvider.Sqlite)]
    [InlineData("", "Host=x", SqlProvider.Sqlite)]
    [InlineData("SQLite", null, SqlProvider.Sqlite)]
    [InlineData("postgresql", "Host=x", SqlProvider.PostgreSql)]
    public void The_provider_comes_from_configuration(string? provider, string? connectionString, SqlProvider expected) =>
        Assert.Equal(expected, Read(provider, connectionString).Provider);

    [Theory]
    [InlineData("mysql", "Host=x")]
    [InlineData("postgresql", null)]
    [InlineData("postgresql", " ")]
    public void A_setting_that_cannot_work_stops_the_start(string provider, string? connectionString) =>
        Assert.Throws<InvalidOperationException>(() => Read(provider, connectionString));

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("../x")]
    [InlineData("a\"; DROP")]
    public void A_context_name_is_letters_only(string name) =>
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddMingjianDbContext<SampleContext>(name));

    private static SqlSettings Read(string? provider, string? connectionString) => SqlSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Sql:Provider"] = provider,
            ["Sql:ConnectionString"] = connectionString,
        }).Build(),
        "/data");
}
