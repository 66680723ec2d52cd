using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Slices.Check;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Storage.Sql;
using Mingjian.Testing;
using Mingjian.Views.ReadModels;

namespace Mingjian.Server.Tests;

/// <summary>A data directory that another version of the program has written.</summary>
public sealed class SchemaUpgradeTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-schema-").FullName;

    private string Network => Path.Combine(_directory, "demo");

    public async ValueTask InitializeAsync()
    {
        await using var server = await RunningServer.OpenAsync(demo: true, _directory);
        using var member = server.Open();
        await member.SignInAsDemoAsync("member");
        await server.Services.GetRequiredService<CheckRunner>().RunAsync(CheckTrigger.Person, null, CancellationToken.None);
    }

    public ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("identity", "Sessions")]
    [InlineData("vault", "people")]
    [InlineData("dues", "CheckRuns")]
    public async Task Data_that_exist_nowhere_else_are_left_alone_and_the_start_is_refused(string name, string table)
    {
        var before = Run(name, $"SELECT count(*) FROM {table}");
        Assert.NotEqual(0L, before);
        var version = Run(name, "SELECT version FROM schema_stamp");
        Run(name, "UPDATE schema_stamp SET version = 99");
        var refusal = await Assert.ThrowsAsync<SchemaVersionException>(() => RunningServer.OpenAsync(demo: true, _directory));
        Assert.Equal("store/newer-version", refusal.Code);
        Assert.Contains($"{name}.db 的结构是版本 99", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("数据没有改动", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, Run(name, $"SELECT count(*) FROM {table}"));
        Assert.Equal(99L, Run(name, "SELECT version FROM schema_stamp"));

        // The right program finds everything.
        Run(name, $"UPDATE schema_stamp SET version = {version}");
        await using var server = await RunningServer.OpenAsync(demo: true, _directory);
        Assert.Equal(before, Run(name, $"SELECT count(*) FROM {table}"));
    }

    [Fact]
    public async Task One_store_of_a_newer_program_keeps_all_others_as_they_are()
    {
        // As the first release left it: this program would migrate it.
        Run("identity", "CREATE INDEX \"IX_Sessions_Key\" ON \"Sessions\" (\"Key\"); UPDATE schema_stamp SET version = 1");
        Run("pending", "UPDATE schema_stamp SET version = 99");
        await Assert.ThrowsAsync<SchemaVersionException>(() => RunningServer.OpenAsync(demo: true, _directory));
        Assert.Equal(1L, Run("identity", "SELECT version FROM schema_stamp"));
        Run("pending", "UPDATE schema_stamp SET version = 1");
        await using var server = await RunningServer.OpenAsync(demo: true, _directory);
        Assert.Equal(2L, Run("identity", "SELECT version FROM schema_stamp"));
        Assert.Equal(0L, Run("identity", "SELECT count(*) FROM sqlite_master WHERE name = 'IX_Sessions_Key'"));
    }

    [Fact]
    public async Task The_program_says_so_in_a_line_of_its_own_and_ends_with_2()
    {
        Run("vault", "UPDATE schema_stamp SET version = 99");
        await using var server = ServerProcess.Launch(empty: false, _directory, []);
        Assert.Equal(2, await server.WaitForExitAsync(TestContext.Current.CancellationToken));
        var line = Assert.Single(server.Output.Split('\n'), l => l.StartsWith("mingjian: ", StringComparison.Ordinal));
        Assert.Contains("store/newer-version", line, StringComparison.Ordinal);
        Assert.Contains("vault.db 的结构是版本 99", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_models_of_another_version_are_replayed_from_the_ledger_by_themselves()
    {
        Run("readmodels", "DROP TABLE Payments");
        Run("readmodels", "UPDATE schema_stamp SET version = 99");
        await using var server = await RunningServer.OpenAsync(demo: true, _directory);
        var head = server.Ledger.Head.Height;
        Assert.True(await server.Services.GetRequiredService<IReadModelProgress>().WaitForAsync(head, TimeSpan.FromMinutes(2)));
        var check = await server.Services.GetRequiredService<CheckRunner>().RunAsync(CheckTrigger.Person, null, CancellationToken.None);
        Assert.Empty(check.Faults);
        Assert.Equal((head, true), (check.Height, check.Rows > 0));
        Assert.Equal((long)ReadModelContext.SchemaVersion, Run("readmodels", "SELECT version FROM schema_stamp"));
    }

    private object? Run(string name, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(Network, name + ".db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
