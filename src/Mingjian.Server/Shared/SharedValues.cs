using Microsoft.EntityFrameworkCore;
using Mingjian.Primitives;
using Mingjian.Vault;

namespace Mingjian.Server.Shared;

/// <summary>Values that all web processes of an organisation see, sealed, each for a time.</summary>
internal sealed class SharedValues(IDbContextFactory<SharedDatabase> database, VaultAccess vault, TimeProvider clock)
{
    private LedgerTime Now => LedgerTime.From(clock.GetUtcNow());

    /// <summary>Puts a value, in place of one of the same name.</summary>
    /// <param name="most">Of this kind; the oldest give way.</param>
    public async Task PutAsync(
        string kind, string name, string owner, byte[] value, TimeSpan lifetime, int most, CancellationToken cancellationToken)
    {
        var opened = await vault.GetAsync(cancellationToken);
        var now = Now;
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Values.Where(v => v.Expires <= now || (v.Kind == kind && v.Name == name)).ExecuteDeleteAsync(cancellationToken);
        if (await db.Values.CountAsync(v => v.Kind == kind, cancellationToken) is var held && held >= most)
        {
            var oldest = await db.Values.Where(v => v.Kind == kind).OrderBy(v => v.Expires).Take(held - most + 1).Select(v => v.Name)
                .ToListAsync(cancellationToken);
            await db.Values.Where(v => v.Kind == kind && oldest.Contains(v.Name)).ExecuteDeleteAsync(cancellationToken);
        }

        db.Add(new SharedValue
        {
            Kind = kind,
            Name = name,
            Owner = owner,
            Value = opened.SealShared(Context(kind, name), value),
            Expires = now.AddMilliseconds((long)lifetime.TotalMilliseconds),
        });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The value, or null; with <paramref name="take"/> it is gone, and only one of several who take it gets it.</summary>
    public async Task<(byte[] Value, string Owner)?> FindAsync(string kind, string name, bool take, CancellationToken cancellationToken)
    {
        var now = Now;
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        if (await db.Values.AsNoTracking().SingleOrDefaultAsync(v => v.Kind == kind && v.Name == name && v.Expires > now, cancellationToken) is not { } row
            || (take && await db.Values.Where(v => v.Kind == kind && v.Name == name && v.Expires == row.Expires).ExecuteDeleteAsync(cancellationToken) != 1))
        {
            return null;
        }

        return ((await vault.GetAsync(cancellationToken)).OpenShared(Context(kind, name), row.Value), row.Owner);
    }

    /// <summary>All of a kind.</summary>
    public async Task<IReadOnlyList<(string Name, byte[] Value)>> ReadAllAsync(string kind, CancellationToken cancellationToken)
    {
        var opened = await vault.GetAsync(cancellationToken);
        var now = Now;
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var rows = await db.Values.AsNoTracking().Where(v => v.Kind == kind && v.Expires > now).ToListAsync(cancellationToken);
        return [.. rows.OrderBy(r => r.Expires).Select(r => (r.Name, opened.OpenShared(Context(kind, r.Name), r.Value)))];
    }

    public async Task RemoveAsync(string kind, string name, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        await db.Values.Where(v => v.Kind == kind && v.Name == name).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Removes all that somebody has put of a kind.</summary>
    public async Task RemoveOwnedAsync(string kind, string owner, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        await db.Values.Where(v => v.Kind == kind && v.Owner == owner).ExecuteDeleteAsync(cancellationToken);
    }

    internal static string Context(string kind, string name) => $"{kind}/{name}";
}
