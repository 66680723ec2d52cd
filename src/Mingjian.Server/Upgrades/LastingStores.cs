using Microsoft.EntityFrameworkCore;
using Mingjian.Server.Identity;
using Mingjian.Server.Shared;
using Mingjian.Slices;
using Mingjian.Slices.Dues;
using Mingjian.Slices.Kernel.Countersigning;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Storage.Sql;
using Mingjian.Vault;

namespace Mingjian.Server.Upgrades;

/// <summary>One SQL store and the version of it that this program writes.</summary>
/// <param name="Name">File or schema.</param>
/// <param name="Title">For people.</param>
/// <param name="Version">From 1.</param>
/// <param name="Migrations">The n-th leads to version n; null for what is filled from the ledger again.</param>
public sealed record LastingStore(string Name, string Title, int Version, IReadOnlyList<string>? Migrations)
{
    /// <summary>Versions of parts that are filled from the ledger each by itself.</summary>
    public IReadOnlyDictionary<string, int> Parts { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);
}

/// <summary>Every SQL store there is (docs/reference/versions.md).</summary>
public static class LastingStores
{
    /// <summary>Of all roles; <c>shared</c> exists on PostgreSQL alone.</summary>
    public static IReadOnlyList<LastingStore> All { get; } =
    [
        Migrated(VaultContext.Name, "保险库", o => new VaultContext((DbContextOptions<VaultContext>)o), new DbContextOptionsBuilder<VaultContext>()),
        Migrated(IdentityDatabase.Name, "登录", o => new IdentityDatabase((DbContextOptions<IdentityDatabase>)o), new DbContextOptionsBuilder<IdentityDatabase>()),
        Migrated(DuesContext.Name, "党费附表", o => new DuesContext((DbContextOptions<DuesContext>)o), new DbContextOptionsBuilder<DuesContext>()),
        Migrated(PendingDatabase.Name, "待会签", o => new PendingDatabase((DbContextOptions<PendingDatabase>)o), new DbContextOptionsBuilder<PendingDatabase>()),
        Migrated(SharedDatabase.Name, "网页服务器共用", o => new SharedDatabase((DbContextOptions<SharedDatabase>)o), new DbContextOptionsBuilder<SharedDatabase>()),
        new(ReadModelContext.Name, "查询库", ReadModelContext.SchemaVersion, null)
        {
            Parts = AllSlices.ReadModels.All.ToDictionary(p => p.Name, p => p.Version, StringComparer.Ordinal),
        },
    ];

    // Asked of EF Core itself; the file is not opened.
    private static LastingStore Migrated(string name, string title, Func<DbContextOptions, DbContext> create, DbContextOptionsBuilder options)
    {
        using var context = create(options.UseMingjian(new SqlSettings(SqlProvider.Sqlite, "."), name).Options);
        var migrations = SqlMigrations.MigrationsOf(context);
        return new LastingStore(name, title, migrations.Count, migrations);
    }
}

/// <summary>Before any store is changed: none may be of a newer program, else a start that is refused would already have migrated some of the others.</summary>
internal sealed class StoreGate(SqlSettings settings) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var store in LastingStores.All.Where(s => s.Migrations is not null))
        {
            await StoreMarks.RefuseNewerAsync(settings, store.Name, store.Version, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
