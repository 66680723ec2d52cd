using Microsoft.EntityFrameworkCore;
using Mingjian.Primitives;
using Mingjian.Storage.Sql;
using Mingjian.Views.ReadModels;

namespace Mingjian.Slices.Dues;

/// <summary>A table of base components, kept under the hash that the ledger holds.</summary>
public sealed record ComponentTable
{
    public Hash32 Hash { get; init; }

    /// <summary>Canonical JSON; its SHA-256 is <see cref="Hash"/>.</summary>
    public string Json { get; init; } = "";
}

/// <summary>A reminder that a member sees after signing in.</summary>
public sealed record Reminder
{
    public Guid Id { get; init; }

    public MemberId Member { get; init; }

    public OrganizationId Branch { get; init; }

    public MemberId By { get; init; }

    public LedgerTime Time { get; init; }

    /// <summary>Months separated by commas.</summary>
    public string Months { get; init; } = "";
}

/// <summary>One run of the check of the read models.</summary>
public sealed record CheckRun
{
    public Guid Id { get; init; }

    public LedgerTime Started { get; init; }

    public LedgerTime Finished { get; init; }

    public long Height { get; init; }

    public long Rows { get; init; }

    public string Digest { get; init; } = "";

    public int FaultCount { get; init; }

    /// <summary>JSON of the first faults.</summary>
    public string Faults { get; init; } = "";

    public CheckTrigger Trigger { get; init; }

    public MemberId? By { get; init; }
}

/// <summary>What the dues slice keeps beside the ledger and cannot rebuild from it.</summary>
/// <remarks>A change of the model needs a migration in <c>Migrations/</c>.</remarks>
public sealed class DuesContext(DbContextOptions<DuesContext> options) : DbContext(options)
{
    /// <summary>Name of the SQLite file or PostgreSQL schema.</summary>
    public const string Name = "dues";

    public DbSet<ComponentTable> ComponentTables => Set<ComponentTable>();

    public DbSet<Reminder> Reminders => Set<Reminder>();

    public DbSet<CheckRun> CheckRuns => Set<CheckRun>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.UseLedgerTypes();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ComponentTable>().HasKey(r => r.Hash);
        modelBuilder.Entity<Reminder>(e =>
        {
            e.HasKey(r => r.Id);
            e.HasIndex(r => r.Member);
            e.HasIndex(r => r.Branch);
        });
        modelBuilder.Entity<CheckRun>(e =>
        {
            e.HasKey(r => r.Id);
            e.HasIndex(r => r.Started);
        });
    }
}
