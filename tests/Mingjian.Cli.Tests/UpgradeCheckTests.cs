using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Mingjian.Cli.Kit;
using Mingjian.Server.Operations;
using Mingjian.Testing;
using Npgsql;

namespace Mingjian.Cli.Tests;

/// <summary><c>mingjian upgrade --check</c> on what earlier releases left (tests/artefacts), as it stands and as things go wrong.</summary>
public sealed class UpgradeCheckTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-upgrade-").FullName;

    private string Network => Path.Combine(_directory, "network");

    private string Backups => Path.Combine(_directory, "backups");

    /// <summary>The kept ledger with the kept stores beside it.</summary>
    public async ValueTask InitializeAsync()
    {
        var backup = Path.Combine(_directory, "kept");
        await ZipFile.ExtractToDirectoryAsync(Repository.File("tests", "artefacts", "v1", "ledger", "backup.zip"), backup);
        await BackupFiles.RestoreAsync(backup, _directory, TestContext.Current.CancellationToken);
        foreach (var file in Directory.GetFiles(Repository.File("tests", "artefacts", "v1", "sqlite")))
        {
            File.Copy(file, Path.Combine(Network, Path.GetFileName(file)), overwrite: true);
        }

        Directory.Move(backup, Path.Combine(Directory.CreateDirectory(Backups).FullName, "20261101T000000Z"));
    }

    public ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Data_of_an_earlier_release_are_told_what_becomes_of_them_and_nothing_is_written()
    {
        var before = Listing();
        Freshen(DateTimeOffset.UtcNow);
        var listed = Listing();
        Assert.NotEqual(before, listed);
        var result = await CheckAsync(_directory);
        Assert.True(result.Code == ExitCodes.Ok, result.ToString());
        Assert.Contains("登录（identity）：版本 1；本程序：版本 2\n    升级：0002_SessionsWithoutKeyIndex", result.Output, StringComparison.Ordinal);
        Assert.Contains("保险库（vault）：版本 1；本程序：版本 2\n    升级：0002_RosterHeadings", result.Output, StringComparison.Ordinal);
        Assert.Contains("查询库（readmodels）：没有", result.Output, StringComparison.Ordinal);
        Assert.Contains("账本存储：mingjian-files@v1", result.Output, StringComparison.Ordinal);
        Assert.Contains(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"规则版本：第 1 版；本程序：支持到第 {Contracts.AllContracts.Protocol} 版\n    启动后改用第 {Contracts.AllContracts.Protocol} 版"),
            result.Output, StringComparison.Ordinal);
        Assert.Contains("审计授权（access.json）：认识", result.Output, StringComparison.Ordinal);
        Assert.Contains("保险库主密钥（vault.key）：认识", result.Output, StringComparison.Ordinal);
        Assert.Contains("结论：可以升级", result.Output, StringComparison.Ordinal);
        Assert.Equal(listed, Listing());
    }

    [Fact]
    public async Task An_old_backup_and_none_are_cautions()
    {
        Freshen(DateTimeOffset.UtcNow - TimeSpan.FromDays(3));
        var old = await CheckAsync(_directory);
        Assert.True(old.Code == UpgradeCommand.Cautioned, old.ToString());
        Assert.Contains("已经过去 3 天", old.Output, StringComparison.Ordinal);

        // Of another program: no way back for this one.
        await File.WriteAllTextAsync(Path.Combine(Backups, "20261101T000000Z", "backup.json"), "{\"format\":\"mingjian-backup@v9\"}", TestContext.Current.CancellationToken);
        var none = await CheckAsync(_directory);
        Assert.True(none.Code == UpgradeCommand.Cautioned, none.ToString());
        Assert.Contains("里没有备份", none.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stores_of_a_newer_program_are_named_and_the_answer_is_no()
    {
        Run("vault", "UPDATE schema_stamp SET version = 99");
        Run("dues", "UPDATE schema_stamp SET version = 98");
        Run("readmodels", "CREATE TABLE schema_stamp (id integer PRIMARY KEY, version integer NOT NULL); INSERT INTO schema_stamp VALUES (1, 97)");
        var result = await CheckAsync(_directory);
        Assert.True(result.Code == ExitCodes.Failed, result.ToString());
        Assert.Contains("[不行] 保险库（vault）：版本 99；本程序：版本 2", result.Output, StringComparison.Ordinal);
        Assert.Contains("[不行] 党费附表（dues）：版本 98", result.Output, StringComparison.Ordinal);
        Assert.Contains("store/newer-version", result.Output, StringComparison.Ordinal);

        // These are made anew, whoever has written them.
        Assert.Contains("[好] 查询库（readmodels）：版本 97", result.Output, StringComparison.Ordinal);
        Assert.Contains("从账本重建。约需 1 分钟以内", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_of_a_newer_program_is_refused_and_called_neither_damaged_nor_empty()
    {
        var files = Path.Combine(Network, "ledger", "files");
        var text = (await File.ReadAllTextAsync(files, TestContext.Current.CancellationToken)).Replace("mingjian-files@v1", "mingjian-files@v2", StringComparison.Ordinal);
        var content = text[..^45];
        await File.WriteAllTextAsync(
            files, content + Convert.ToBase64String(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(content))) + "\n", TestContext.Current.CancellationToken);
        var result = await CheckAsync(_directory);
        Assert.True(result.Code == ExitCodes.Failed, result.ToString());
        Assert.Contains("store/newer-version：账本存储的格式是 mingjian-files@v2", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("store/damaged", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("identity.db", "登录（identity）：读不出")]
    [InlineData("ledger/db/CURRENT", "账本存储：读不出")]
    [InlineData("access.json", "审计授权（access.json）：不认识")]
    [InlineData("vault.key", "保险库主密钥（vault.key）：不认识")]
    public async Task A_damaged_file_is_named_and_the_answer_is_no(string file, string expected)
    {
        var path = Path.Combine(Network, file);
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        bytes.AsSpan(0, Math.Min(bytes.Length, 4096)).Fill((byte)'?');
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        var result = await CheckAsync(_directory);
        Assert.True(result.Code == ExitCodes.Failed, result.ToString());
        Assert.Contains("[不行] " + expected, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_server_and_a_directory_that_is_none_cannot_be_checked()
    {
        var missing = await CheckAsync(Path.Combine(_directory, "nowhere"));
        Assert.True(missing.Code == ExitCodes.Unusable, missing.ToString());
        Assert.Contains("不是明鉴的数据目录", missing.Errors, StringComparison.Ordinal);

        await using (new FileStream(Path.Combine(Network, "ledger", "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            var running = await CheckAsync(_directory);
            Assert.True(running.Code == ExitCodes.Unusable, running.ToString());
            Assert.Contains("服务器在运行", running.Errors, StringComparison.Ordinal);
        }

        var unsaid = await Cli.RunAsync("upgrade", _directory);
        Assert.Equal(ExitCodes.Unusable, unsaid.Code);
    }

    [Fact]
    public async Task A_backup_can_be_checked_while_its_server_runs()
    {
        var result = await CheckAsync(Path.Combine(Backups, "20261101T000000Z"));
        Assert.True(result.Code == ExitCodes.Ok, result.ToString());
        Assert.Contains("检查的就是一份备份", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stores_in_PostgreSQL_are_found_by_the_server_s_settings()
    {
        Freshen(DateTimeOffset.UtcNow);
        var database = await PostgresCluster.CreateDatabaseAsync();
        await using (var connection = new NpgsqlConnection(database + ";Pooling=false"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A file of the repository.
            command.CommandText = await File.ReadAllTextAsync(Repository.File("tests", "artefacts", "v1", "postgresql", "stores.sql"), TestContext.Current.CancellationToken)
                + "UPDATE pending.schema_stamp SET version = 99;";
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var settings = Path.Combine(_directory, "web.env");
        await File.WriteAllTextAsync(settings, $"# web\nSql__Provider=postgresql\nSql__ConnectionString={database}\n", TestContext.Current.CancellationToken);
        var result = await Cli.RunAsync("upgrade", "--check", _directory, "--settings", settings);
        Assert.True(result.Code == ExitCodes.Failed, result.ToString());
        Assert.Contains("登录（identity）：版本 1；本程序：版本 2\n    升级：0002_", result.Output, StringComparison.Ordinal);
        Assert.Contains("网页服务器共用（shared）：版本 1", result.Output, StringComparison.Ordinal);
        Assert.Contains("[不行] 待会签（pending）：版本 99", result.Output, StringComparison.Ordinal);
        Assert.Contains("pg_dump", result.Output, StringComparison.Ordinal);

        await File.WriteAllTextAsync(settings, "Sql__Provider=postgresql\nSql__ConnectionString=Host=127.0.0.1;Port=1;Username=x;Timeout=2\n", TestContext.Current.CancellationToken);
        var away = await Cli.RunAsync("upgrade", "--check", _directory, "--settings", settings);
        Assert.True(away.Code == ExitCodes.Failed, away.ToString());
        Assert.Contains("[不行] 保险库（vault）：读不出", away.Output, StringComparison.Ordinal);
    }

    private static Task<CliResult> CheckAsync(string directory) => Cli.RunAsync("upgrade", "--check", directory);

    /// <summary>The kept backup was taken then.</summary>
    private void Freshen(DateTimeOffset taken)
    {
        var path = Path.Combine(Backups, "20261101T000000Z", "backup.json");
        var manifest = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(path))!;
        manifest["taken"] = taken;
        File.WriteAllText(path, manifest.ToJsonString());
    }

    private void Run(string name, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(Network, name + ".db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private string Listing() => string.Join(
        '\n',
        Directory.GetFileSystemEntries(_directory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(f => $"{f} {(File.Exists(f) ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f))) + File.GetLastWriteTimeUtc(f).Ticks : "")}"));
}
