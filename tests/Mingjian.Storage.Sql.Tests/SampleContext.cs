using Microsoft.EntityFrameworkCore;
using Mingjian.Primitives;

namespace Mingjian.Storage.Sql.Tests;

public sealed class SampleRow
{
    public MemberId Id { get; set; }

    public OrganizationId? Branch { get; set; }

    public Amount Due { get; set; }

    public Month Month { get; set; }

    public LedgerTime At { get; set; }

    public Hash32 Hash { get; set; }

    public DateOnly Day { get; set; }
}

public sealed class SampleContext(DbContextOptions<SampleContext> options) : DbContext(options)
{
    public DbSet<SampleRow> Rows => Set<SampleRow>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.UseLedgerTypes();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<SampleRow>().HasKey(r => r.Id);
}
