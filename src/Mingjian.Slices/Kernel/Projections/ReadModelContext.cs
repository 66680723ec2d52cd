using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Mingjian.Storage.Sql;

namespace Mingjian.Slices.Kernel.Projections;

/// <summary>What the ledger says, as tables for lists and sums: each slice's own, in one database. Written by <see cref="Projector"/> only; can be rebuilt at any time.</summary>
public sealed class ReadModelContext : DbContext
{
    /// <summary>Name of the SQLite file or PostgreSQL schema.</summary>
    public const string Name = "readmodels";

    /// <summary>Of what is kept beside the slices' tables. Raised with a change of that, which makes all tables anew; each slice has a version of its own.</summary>
    public const int SchemaVersion = 5;

    private const string Slice = "Mingjian:Slice";

    internal ReadModelContext(DbContextOptions options, ReadModels models)
        : base(options) => Models = models;

    internal ReadModels Models { get; }

    internal DbSet<ProjectionCursor> Cursors => Set<ProjectionCursor>();

    /// <summary>The slice whose table it is; null for the cursors.</summary>
    internal static string? SliceOf(IReadOnlyEntityType table) => (string?)table.FindAnnotation(Slice)?.Value;

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.ReplaceService<IModelCacheKeyFactory, ModelKey>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.UseLedgerTypes();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ProjectionCursor>().ToTable("Cursors").HasKey(r => r.Slice);
        foreach (var projection in Models.All)
        {
            var before = modelBuilder.Model.GetEntityTypes().ToHashSet();
            projection.Map(modelBuilder);
            foreach (var table in modelBuilder.Model.GetEntityTypes().Where(t => !before.Contains(t)))
            {
                table.SetAnnotation(Slice, projection.Name);
            }
        }
    }

    /// <summary>Contexts over the same projections share a model.</summary>
    private sealed class ModelKey : IModelCacheKeyFactory
    {
        public object Create(DbContext context, bool designTime) =>
            (typeof(ReadModelContext), string.Join(',', ((ReadModelContext)context).Models.All.Select(p => p.GetType().FullName)), designTime);
    }
}

/// <summary>Opens the read models of the configured database.</summary>
internal sealed class ReadModelFactory(IServiceProvider services, SqlSettings settings, ReadModels models) : IDbContextFactory<ReadModelContext>
{
    private readonly DbContextOptions _options = new DbContextOptionsBuilder<ReadModelContext>().UseApplicationServiceProvider(services)
        .UseMingjian(settings, ReadModelContext.Name, SqlDurability.Rebuildable).Options;

    public ReadModelContext CreateDbContext() => new(_options, models);
}
