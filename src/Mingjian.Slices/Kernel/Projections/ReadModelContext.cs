using Microsoft.EntityFrameworkCore;
using Mingjian.Storage.Sql;

namespace Mingjian.Slices.Kernel.Projections;

/// <summary>What the ledger says, as tables for lists and sums. Written by <see cref="Projector"/> only; can be rebuilt at any time.</summary>
public sealed class ReadModelContext(DbContextOptions<ReadModelContext> options) : DbContext(options)
{
    /// <summary>Name of the SQLite file or PostgreSQL schema.</summary>
    public const string Name = "readmodels";

    /// <summary>Raised with every change of a row type; older tables are then dropped and replayed.</summary>
    public const int SchemaVersion = 4;

    public DbSet<ProjectionCursor> Cursors => Set<ProjectionCursor>();

    public DbSet<ProjectedMember> Members => Set<ProjectedMember>();

    public DbSet<ProjectedOrganization> Organizations => Set<ProjectedOrganization>();

    public DbSet<ProjectedPost> Posts => Set<ProjectedPost>();

    public DbSet<ProjectedKey> Keys => Set<ProjectedKey>();

    public DbSet<ProjectedInvitation> Invitations => Set<ProjectedInvitation>();

    public DbSet<ProjectedPolicy> Policies => Set<ProjectedPolicy>();

    public DbSet<ProjectedStandard> Standards => Set<ProjectedStandard>();

    public DbSet<ProjectedReduction> Reductions => Set<ProjectedReduction>();

    public DbSet<ProjectedMonth> Months => Set<ProjectedMonth>();

    public DbSet<ProjectedPayment> Payments => Set<ProjectedPayment>();

    public DbSet<ProjectedPaymentItem> PaymentItems => Set<ProjectedPaymentItem>();

    public DbSet<ProjectedEntry> Entries => Set<ProjectedEntry>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.UseLedgerTypes();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ProjectionCursor>(e =>
        {
            e.ToTable("Cursor").HasKey(r => r.Id);
            e.Property(r => r.Id).ValueGeneratedNever();
        });
        modelBuilder.Entity<ProjectedMember>(e =>
        {
            e.ToTable("Members").HasKey(r => r.Member);
            e.HasIndex(r => r.Branch);
            e.HasIndex(r => r.Import);
        });
        modelBuilder.Entity<ProjectedOrganization>(e =>
        {
            e.ToTable("Organizations").HasKey(r => r.Organization);
            e.HasIndex(r => r.Higher);
        });
        modelBuilder.Entity<ProjectedPost>(e =>
        {
            e.ToTable("Posts").HasKey(r => new { r.Member, r.Organization, r.Post, r.From });
            e.HasIndex(r => r.Organization);
        });
        modelBuilder.Entity<ProjectedKey>(e =>
        {
            e.ToTable("Keys").HasKey(r => r.Key);
            e.HasIndex(r => r.Member);
        });
        modelBuilder.Entity<ProjectedInvitation>(e =>
        {
            e.ToTable("Invitations").HasKey(r => r.Invitation);
            e.HasIndex(r => r.Member);
            e.HasIndex(r => r.Ended);
        });
        modelBuilder.Entity<ProjectedPolicy>().ToTable("Policies").HasKey(r => r.Organization);
        modelBuilder.Entity<ProjectedStandard>().ToTable("Standards").HasKey(r => new { r.Member, r.From });
        modelBuilder.Entity<ProjectedReduction>(e =>
        {
            e.ToTable("Reductions").HasKey(r => new { r.Member, r.From });
            e.HasIndex(r => r.Outcome);
        });
        modelBuilder.Entity<ProjectedMonth>(e =>
        {
            e.ToTable("Months").HasKey(r => new { r.Member, r.Month });
            e.HasIndex(r => new { r.Branch, r.Month });
        });
        modelBuilder.Entity<ProjectedPayment>(e =>
        {
            e.ToTable("Payments").HasKey(r => r.Payment);
            e.HasIndex(r => r.Member);
            e.HasIndex(r => new { r.Branch, r.Date });
        });
        modelBuilder.Entity<ProjectedPaymentItem>(e =>
        {
            // Found by member, like everything that a person asks for; by payment only together with whose it is. So no further index.
            e.ToTable("PaymentItems").HasKey(r => new { r.Member, r.Month, r.Payment });
        });
        modelBuilder.Entity<ProjectedEntry>(e =>
        {
            e.ToTable("Entries").HasKey(r => r.Index);
            // By transaction the ledger itself finds an entry, by payment the table of payments: an index over random ids costs a page a row.
            e.Property(r => r.Index).ValueGeneratedNever();
        });
    }
}
