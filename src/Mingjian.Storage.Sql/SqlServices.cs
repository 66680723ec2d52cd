using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mingjian.Storage.Sql;

/// <summary>Registers EF contexts on the configured database.</summary>
public static class SqlServices
{
    private const string MaxPoolSizeKey = "Maximum Pool Size";

    /// <summary>Adds a pooled <see cref="IDbContextFactory{TContext}"/>, and the context itself as a scoped service.</summary>
    /// <typeparam name="TContext">Needs a public constructor that takes <see cref="DbContextOptions{TContext}"/> only.</typeparam>
    /// <param name="services">Must also hold <see cref="SqlSettings"/> as a singleton.</param>
    /// <param name="name">SQLite: the file <c>name.db</c>. PostgreSQL: the schema. Lower-case letters only.</param>
    /// <param name="durability">What a commit must survive.</param>
    public static IServiceCollection AddMingjianDbContext<TContext>(
        this IServiceCollection services, string name, SqlDurability durability = SqlDurability.Full)
        where TContext : DbContext
    {
        SqlNames.Check(name);
        services.AddPooledDbContextFactory<TContext>((provider, options) =>
            options.UseMingjian(provider.GetRequiredService<SqlSettings>(), name, durability));
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContext());
        return services;
    }

    /// <summary>Points options at the configured database; for tools and tests that have no service collection.</summary>
    public static DbContextOptionsBuilder UseMingjian(
        this DbContextOptionsBuilder options, SqlSettings settings, string name, SqlDurability durability = SqlDurability.Full)
    {
        SqlNames.Check(name);
        return settings.Provider switch
        {
            SqlProvider.Sqlite => options
                .UseSqlite(SqliteConnectionString(settings, name, durability))
                .AddInterceptors(SqlitePragmas.For(durability)),
            SqlProvider.PostgreSql => options.UseNpgsql(PostgreSqlConnectionString(settings, name)),
            _ => throw new InvalidOperationException($"Unknown SQL provider {settings.Provider}."),
        };
    }

    private static string SqliteConnectionString(SqlSettings settings, string name, SqlDurability durability) => new SqliteConnectionStringBuilder
    {
        DataSource = Path.Combine(settings.DataDirectory, name + ".db"),
        Mode = SqliteOpenMode.ReadWriteCreate,
        Cache = SqliteCacheMode.Private,
        ForeignKeys = true,
        Pooling = durability != SqlDurability.Scratch,
    }.ToString();

    // The schema is chosen by the search path, so that one EF model serves both products.
    private static string PostgreSqlConnectionString(SqlSettings settings, string name)
    {
        var builder = new NpgsqlConnectionStringBuilder(settings.ConnectionString) { SearchPath = name };
        if (!builder.ShouldSerialize(MaxPoolSizeKey))
        {
            builder.MaxPoolSize = SqlSettings.ConnectionsPerSchema;
        }

        return builder.ToString();
    }
}
