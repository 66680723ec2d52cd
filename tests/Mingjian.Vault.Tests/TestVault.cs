using Microsoft.EntityFrameworkCore;
using Mingjian.Primitives;
using Mingjian.Storage.Sql;
using Mingjian.Testing;

namespace Mingjian.Vault.Tests;

/// <summary>A vault on a database of its own.</summary>
internal sealed class TestVault : IDbContextFactory<VaultContext>, IDisposable
{
    private readonly SqlSettings _settings;
    private readonly string? _folder;

    private TestVault(SqlSettings settings, string? folder)
    {
        _settings = settings;
        _folder = folder;
    }

    public MasterKeys Master { get; private set; } = MasterKeys.Create();

    public PersonVault Vault { get; private set; } = null!;

    public string DatabaseFile => Path.Combine(_folder!, "vault.db");

    public static async Task<TestVault> CreateAsync(SqlProvider provider)
    {
        TestVault made;
        if (provider == SqlProvider.Sqlite)
        {
            var folder = Directory.CreateTempSubdirectory("mingjian-vault-").FullName;
            made = new TestVault(new SqlSettings(provider, folder), folder);
        }
        else
        {
            made = new TestVault(new SqlSettings(provider, ".", await PostgresCluster.CreateDatabaseAsync()), null);
        }

        await made.OpenAsync(made.Master);
        return made;
    }

    public async Task<PersonVault> OpenAsync(MasterKeys master)
    {
        Master = master;
        return Vault = await PersonVault.OpenAsync(this, master, TimeProvider.System);
    }

    public VaultContext CreateDbContext() =>
        new((DbContextOptions<VaultContext>)new DbContextOptionsBuilder<VaultContext>().UseMingjian(_settings, "vault").Options);

    public static NewPerson Person(int number, Amount? dues = null) => new(
        MemberId.From((UInt128)number),
        new PersonRecord($"测试{(char)('一' + number)}", IdNumber(number), 1, new DateOnly(1980, 1, 1), "01", "20", "会计", $"139{number:00000000}", "某市某路"),
        dues is { } amount ? (new Month(2026, 11), amount) : null);

    public static string IdNumber(int number)
    {
        var digits = $"990101198001{(number % 28) + 1:00}{number / 28 % 1000:000}";
        return digits + ResidentId.CheckCharacter(digits);
    }

    public void Dispose()
    {
        if (_folder is not null)
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
