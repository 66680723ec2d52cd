using Microsoft.EntityFrameworkCore;
using Mingjian.Primitives;
using Mingjian.Storage.Sql;

namespace Mingjian.Slices.Kernel.Countersigning;

/// <summary>An act with the first of two signatures. Nothing stands on the ledger yet; losing this only means signing again.</summary>
public sealed record HeldAct
{
    /// <summary>Transaction id: SHA-256 of the payload's PAE.</summary>
    public Hash32 Id { get; init; }

    public OrganizationId Branch { get; init; }

    /// <summary>Who signed first.</summary>
    public MemberId Signer { get; init; }

    public LedgerTime Made { get; init; }

    /// <summary>End of the act's validity.</summary>
    public LedgerTime Expires { get; init; }

    /// <summary>Canonical JSON of the DSSE envelope.</summary>
    public byte[] Envelope { get; init; } = [];
}

/// <summary><c>pending.db</c>.</summary>
/// <remarks>A change of the model needs a migration in <c>Migrations/</c>.</remarks>
public sealed class PendingDatabase(DbContextOptions<PendingDatabase> options) : DbContext(options)
{
    public const string Name = "pending";

    public DbSet<HeldAct> Acts => Set<HeldAct>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.UseLedgerTypes();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<HeldAct>(act =>
    {
        act.HasKey(a => a.Id);
        act.HasIndex(a => a.Expires);
    });
}
