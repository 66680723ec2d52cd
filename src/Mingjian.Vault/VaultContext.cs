using Microsoft.EntityFrameworkCore;
using Mingjian.Primitives;
using Mingjian.Storage.Sql;

namespace Mingjian.Vault;

/// <summary>The vault's tables. Only ciphertexts, keys wrapped by the master key, blind indexes and ledger ids stand in them.</summary>
/// <remarks>A change of the model needs a migration in <c>Migrations/</c>.</remarks>
public sealed class VaultContext(DbContextOptions<VaultContext> options) : DbContext(options)
{
    /// <summary>Name of the SQLite file or PostgreSQL schema.</summary>
    public const string Name = "vault";

    public DbSet<PersonRow> People => Set<PersonRow>();

    public DbSet<BaseRow> Bases => Set<BaseRow>();

    public DbSet<OrganizationRow> Organizations => Set<OrganizationRow>();

    public DbSet<ImportRow> Imports => Set<ImportRow>();

    public DbSet<VaultKeyRow> Keys => Set<VaultKeyRow>();

    public DbSet<RosterHeadingRow> RosterHeadings => Set<RosterHeadingRow>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => configurationBuilder.UseLedgerTypes();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<PersonRow>(e =>
        {
            e.ToTable("people").HasKey(p => p.Member);
            e.HasIndex(p => p.Import);
        });
        modelBuilder.Entity<BaseRow>(e => e.ToTable("bases").HasKey(b => new { b.Member, b.Commitment }));
        modelBuilder.Entity<OrganizationRow>(e => e.ToTable("organizations").HasKey(o => o.Organization));
        modelBuilder.Entity<ImportRow>(e => e.ToTable("imports").HasKey(i => i.Import));
        modelBuilder.Entity<VaultKeyRow>(e => e.ToTable("vault_keys").HasKey(k => k.Name));
        modelBuilder.Entity<RosterHeadingRow>(e =>
        {
            e.ToTable("roster_headings").HasKey(h => new { h.Organization, h.Heading });
            e.Property(h => h.Heading).HasMaxLength(RosterHeadingRow.MaxHeading);
        });
    }
}

/// <summary>One person.</summary>
public sealed class PersonRow
{
    public MemberId Member { get; set; }

    /// <summary>The import that brought the person; null for people without one.</summary>
    public ImportId? Import { get; set; }

    /// <summary>Version of the master key that wraps the data key.</summary>
    public int KeyVersion { get; set; }

    /// <summary>The wrapped data key; null once the person is erased.</summary>
    public byte[]? Key { get; set; }

    /// <summary>Sealed salt and name; null once erased.</summary>
    public byte[]? Name { get; set; }

    /// <summary>Sealed salt and record; null once erased, and for people of whom only the name is kept.</summary>
    public byte[]? Record { get; set; }

    public LedgerTime Stored { get; set; }
}

/// <summary>A base of the dues. Found by its commitment, which is what the ledger knows of it.</summary>
public sealed class BaseRow
{
    public MemberId Member { get; set; }

    public Hash32 Commitment { get; set; }

    public Month From { get; set; }

    /// <summary>Sealed salt and amount, under the person's data key.</summary>
    public byte[] Value { get; set; } = [];
}

/// <summary>Name of an organisation and the salt of its commitment. No personal data.</summary>
public sealed class OrganizationRow
{
    public OrganizationId Organization { get; set; }

    public string Name { get; set; } = string.Empty;

    public Salt Salt { get; set; }
}

/// <summary>A roster import as its officer made it; whether it is in force stands on the ledger.</summary>
public sealed class ImportRow
{
    public ImportId Import { get; set; }

    public MemberId By { get; set; }

    /// <summary>SHA-256 of the uploaded file, which itself is not kept.</summary>
    public Hash32 File { get; set; }

    public int People { get; set; }

    /// <summary>Faulty rows that were left out.</summary>
    public int LeftOut { get; set; }

    /// <summary>People who were on the ledger already.</summary>
    public int Known { get; set; }

    public LedgerTime Staged { get; set; }
}

/// <summary>What one organisation means by a heading of its rosters. No personal data.</summary>
public sealed class RosterHeadingRow
{
    /// <summary>Longer headings are not remembered.</summary>
    public const int MaxHeading = 60;

    public OrganizationId Organization { get; set; }

    /// <summary>In the form in which headings are compared.</summary>
    public string Heading { get; set; } = string.Empty;

    /// <summary>The field's number; 0 = the column is left out.</summary>
    public int Field { get; set; }
}

/// <summary>A key of the vault's own, wrapped by the master key.</summary>
public sealed class VaultKeyRow
{
    public string Name { get; set; } = string.Empty;

    public int KeyVersion { get; set; }

    public byte[] Value { get; set; } = [];
}
