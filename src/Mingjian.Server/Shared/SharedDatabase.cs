using Microsoft.EntityFrameworkCore;
using Mingjian.Primitives;
using Mingjian.Storage.Sql;

namespace Mingjian.Server.Shared;

/// <summary>Something short-lived that one web process puts down and another takes up.</summary>
public sealed class SharedValue
{
    public required string Kind { get; init; }

    public required string Name { get; init; }

    /// <summary>Whose it is; empty for nobody's.</summary>
    public required string Owner { get; init; }

    /// <summary>Sealed under a key that only the vault's master key opens.</summary>
    public required byte[] Value { get; init; }

    /// <summary>Gone from then on.</summary>
    public required LedgerTime Expires { get; init; }
}

/// <summary>PostgreSQL schema <c>shared</c>: what web processes of one organisation would otherwise keep in memory, each for itself.</summary>
/// <remarks>A change of the model needs a migration in <c>Migrations/</c>.</remarks>
public sealed class SharedDatabase(DbContextOptions<SharedDatabase> options) : DbContext(options)
{
    public const string Name = "shared";

    public DbSet<SharedValue> Values => Set<SharedValue>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => configurationBuilder.UseLedgerTypes();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<SharedValue>(value =>
    {
        value.ToTable("values").HasKey(v => new { v.Kind, v.Name });
        value.HasIndex(v => v.Expires);
    });
}
