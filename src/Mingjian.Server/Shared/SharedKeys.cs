using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;
using Mingjian.Primitives;
using Mingjian.Vault;

namespace Mingjian.Server.Shared;

/// <summary>The keys of cookies and antiforgery tokens, the same for all web processes; sealed like every shared value.</summary>
internal sealed class SharedKeys(IDbContextFactory<SharedDatabase> database, TimeProvider clock) : IXmlRepository
{
    public const string Kind = "cookie-key";

    /// <summary>A key is used for 90 days; what it sealed is older by 12 hours at most.</summary>
    public static readonly TimeSpan Use = TimeSpan.FromDays(90);

    private static readonly TimeSpan Kept = TimeSpan.FromDays(120);

    private volatile PersonVault? _vault;

    public void Open(PersonVault vault) => _vault = vault;

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        var vault = Vault;
        var now = LedgerTime.From(clock.GetUtcNow());
        using var db = database.CreateDbContext();
        return
        [
            .. db.Values.AsNoTracking().Where(v => v.Kind == Kind && v.Expires > now).ToList()
                .Select(v => XElement.Parse(Encoding.UTF8.GetString(vault.OpenShared(SharedValues.Context(Kind, v.Name), v.Value)))),
        ];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var db = database.CreateDbContext();
        db.Add(new SharedValue
        {
            Kind = Kind,
            Name = friendlyName,
            Owner = string.Empty,
            Value = Vault.SealShared(SharedValues.Context(Kind, friendlyName), Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting))),
            Expires = LedgerTime.From(clock.GetUtcNow() + Kept),
        });
        db.SaveChanges();
    }

    // The framework asks once before the vault is open, and again when it is.
    private PersonVault Vault => _vault ?? throw new InvalidOperationException("The vault is not open yet.");
}

/// <summary>Makes the tables, opens the vault and sees to it that there is a cookie key before the first request: two processes that start together make one.</summary>
internal sealed class SharedStart(
    IDbContextFactory<SharedDatabase> database, VaultAccess vault, SharedKeys repository, IKeyManager keys, TimeProvider clock) : IHostedService
{
    private const long FirstKeyLock = 0x4d4a_636f_6f6b_6965;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        await Storage.Sql.SqlMigrations.MigrateStoreAsync(db, cancellationToken);
        repository.Open(await vault.GetAsync(cancellationToken));
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({FirstKeyLock})", cancellationToken);
        var now = clock.GetUtcNow();
        var today = LedgerTime.From(now);
        if (!await db.Values.AnyAsync(v => v.Kind == SharedKeys.Kind && v.Expires > today, cancellationToken))
        {
            keys.CreateNewKey(now, now + SharedKeys.Use);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
