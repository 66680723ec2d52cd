using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Mingjian.Primitives;
using Mingjian.Storage.Sql;

namespace Mingjian.Server.Identity;

/// <summary>A member as ASP.NET Core Identity knows him or her: nothing but the member id, to hang passkeys on.</summary>
/// <remarks><see cref="IdentityUser{TKey}.Id"/> and the user name are the <see cref="MemberId"/>'s text. No personal data.</remarks>
public sealed class Account : IdentityUser
{
    public static Account Of(MemberId member) => new() { Id = member.ToString(), UserName = member.ToString() };
}

/// <summary>One sign-in.</summary>
public sealed class SessionRow
{
    /// <summary>SHA-256 of the id in the cookie, so that a copy of the database opens no session.</summary>
    public required Hash32 Id { get; init; }

    public required MemberId Member { get; init; }

    /// <summary>The key that opened it; revoking the key ends it.</summary>
    public required KeyId Key { get; init; }

    /// <summary>Milliseconds since 1970 UTC.</summary>
    public required LedgerTime Opened { get; init; }

    /// <summary>Of the latest request, to the minute.</summary>
    public required LedgerTime LastSeen { get; set; }

    /// <summary>Null while open.</summary>
    public LedgerTime? Ended { get; set; }
}

/// <summary><c>identity.db</c>: accounts, passkeys (public keys) and sessions. What a key may do stands on the ledger, never here.</summary>
/// <remarks>A change of the model needs a migration in <c>Migrations/</c>.</remarks>
public sealed class IdentityDatabase(DbContextOptions<IdentityDatabase> options) : IdentityUserContext<Account>(options)
{
    public const string Name = "identity";

    public DbSet<SessionRow> Sessions => Set<SessionRow>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.UseLedgerTypes();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<SessionRow>().HasKey(s => s.Id);
    }
}
