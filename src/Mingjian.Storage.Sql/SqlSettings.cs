using Microsoft.Extensions.Configuration;

namespace Mingjian.Storage.Sql;

/// <summary>The database product behind every EF context of one process.</summary>
public enum SqlProvider
{
    /// <summary>One file a context in the data directory; the embedded default.</summary>
    Sqlite = 1,

    /// <summary>One schema a context in one database.</summary>
    PostgreSql = 2,
}

/// <summary>What a context's commits must survive.</summary>
public enum SqlDurability
{
    /// <summary>Every commit survives loss of power (SQLite: synchronous FULL). For data that exists nowhere else.</summary>
    Full = 1,

    /// <summary>The last commits may be lost with power, never half-written (SQLite: synchronous NORMAL). For data that can be rebuilt.</summary>
    Rebuildable = 2,

    /// <summary>Nothing: for temporary files that are deleted after use (SQLite: synchronous OFF, no connection pool).</summary>
    Scratch = 3,
}

/// <summary>Where the SQL data of this process lives.</summary>
/// <remarks>
/// Read from the configuration section <c>Sql</c>: <c>Sql:Provider</c> is <c>sqlite</c> (default, also when null or empty) or
/// <c>postgresql</c>; <c>Sql:ConnectionString</c> is needed by, and only used for, PostgreSQL.
/// </remarks>
/// <param name="Provider">The product.</param>
/// <param name="DataDirectory">Where SQLite files stand; unused by PostgreSQL.</param>
/// <param name="ConnectionString">PostgreSQL only; null for SQLite.</param>
public sealed record SqlSettings(SqlProvider Provider, string DataDirectory, string? ConnectionString = null)
{
    /// <summary>
    /// How many connections to PostgreSQL a process opens at most for each schema, unless the connection string says so itself: with six schemas and
    /// the lock of the projection 43 in all, so that two processes stay below PostgreSQL's own default of 100.
    /// </summary>
    public const int ConnectionsPerSchema = 7;

    /// <summary>Reads the section <c>Sql</c>.</summary>
    /// <exception cref="InvalidOperationException">Unknown provider, or PostgreSQL without a connection string.</exception>
    public static SqlSettings Read(IConfiguration configuration, string dataDirectory)
    {
        var provider = configuration["Sql:Provider"];
        var connectionString = configuration["Sql:ConnectionString"];
        if (string.IsNullOrEmpty(provider) || provider.Equals("sqlite", StringComparison.OrdinalIgnoreCase))
        {
            return new SqlSettings(SqlProvider.Sqlite, dataDirectory);
        }

        if (!provider.Equals("postgresql", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException($"Sql:Provider is '{provider}'; it must be 'sqlite' or 'postgresql'.");
        }

        return string.IsNullOrWhiteSpace(connectionString)
            ? throw new InvalidOperationException("Sql:Provider is 'postgresql' but Sql:ConnectionString is empty.")
            : new SqlSettings(SqlProvider.PostgreSql, dataDirectory, connectionString);
    }
}
