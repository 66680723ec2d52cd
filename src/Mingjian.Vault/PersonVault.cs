using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Mingjian.Primitives;
using Mingjian.Primitives.Text;
using Mingjian.Storage.Sql;

namespace Mingjian.Vault;

/// <summary>The vault of a running server. Safe for use by several threads.</summary>
/// <remarks>
/// Whoever calls has checked the caller's right; the vault itself knows no users. Each person has a random data key, wrapped by the master
/// key; erasing the person destroys it together with every salt, after which the ledger's commitments mean nothing any more.
/// </remarks>
public sealed class PersonVault
{
    private const int BatchRows = 2_000;

    // Sealed and sent together, then reported.
    private const int ChunkRows = 500;
    private const int SaltLength = 16;

    /// <summary>Most headings that are remembered of one organisation.</summary>
    private const int MaxRosterHeadings = 500;

    private readonly IDbContextFactory<VaultContext> _contexts;
    private readonly TimeProvider _time;
    private VaultKeys _keys;

    private PersonVault(IDbContextFactory<VaultContext> contexts, VaultKeys keys, TimeProvider time)
    {
        _contexts = contexts;
        _keys = keys;
        _time = time;
    }

    /// <summary>Makes the tables where there are none and opens the vault.</summary>
    /// <exception cref="VaultException">The master key is not this vault's.</exception>
    public static async Task<PersonVault> OpenAsync(
        IDbContextFactory<VaultContext> contexts, MasterKeys master, TimeProvider time, CancellationToken cancellationToken = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await context.MigrateStoreAsync(cancellationToken);
        return new PersonVault(contexts, await VaultKeys.OpenAsync(context, master, cancellationToken), time);
    }

    /// <summary>A newer master key waits: <see cref="RotateAsync"/> should run.</summary>
    public bool IsRotationDue => _keys.IsRotationDue;

    /// <summary>Seals a short-lived value that processes with this vault share; kept by whoever asks.</summary>
    /// <param name="context">ASCII; what the value is and its name. It opens under the same context only.</param>
    public byte[] SealShared(string context, ReadOnlySpan<byte> value) => _keys.SealShared(context, value);

    /// <summary>Opens what <see cref="SealShared"/> has sealed.</summary>
    /// <exception cref="VaultException"><see cref="VaultFault.Tampered"/>.</exception>
    public byte[] OpenShared(string context, byte[] value) => _keys.OpenShared(context, value);

    /// <summary>Blind index of an ID number: HMAC-SHA-256 under the vault's index key.</summary>
    public Hash32 Index(ResidentId id) => _keys.Index(id);

    /// <summary>Stores people encrypted and returns what the ledger may know of them. All or none.</summary>
    /// <param name="import">Who brings them; null for people without an import.</param>
    /// <param name="people">Their ID numbers must be valid.</param>
    /// <param name="progress">People stored so far.</param>
    /// <param name="cancellationToken">Nothing is stored when stopped.</param>
    public async Task<IReadOnlyList<StagedPerson>> StageAsync(
        ImportRow? import, IReadOnlyList<NewPerson> people, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        var staged = new List<StagedPerson>(people.Count);
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        if (import is not null)
        {
            import.Staged = LedgerTime.From(_time.GetUtcNow());
            context.Imports.Add(import);
            await context.SaveChangesAsync(cancellationToken);
        }

        foreach (var chunk in people.Chunk(ChunkRows))
        {
            var rows = new List<PersonRows>(chunk.Length);
            foreach (var person in chunk)
            {
                var (row, monthlyBase, known) = Seal(import?.Import, person);
                rows.Add(new PersonRows(row, monthlyBase));
                staged.Add(known);
            }

            await RowInserts.InsertAsync(context, rows, cancellationToken);
            progress?.Report(staged.Count);
        }

        await transaction.CommitAsync(cancellationToken);
        return staged;
    }

    /// <summary>Stores a person of whom only the name is known; returns the commitment.</summary>
    public async Task<Hash32> StageNameAsync(MemberId member, string name, CancellationToken cancellationToken = default)
    {
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        var row = NewRow(null, member, name, out var key, out var commitment);
        CryptographicOperations.ZeroMemory(key);
        await context.People.Where(p => p.Member == member).ExecuteDeleteAsync(cancellationToken);
        context.People.Add(row);
        await context.SaveChangesAsync(cancellationToken);
        return commitment;
    }

    /// <summary>Stores bases of people who are in the vault; a base of somebody unknown or erased is refused.</summary>
    /// <returns>Commitments in the order given.</returns>
    /// <exception cref="InvalidOperationException">A person is unknown or erased.</exception>
    public async Task<IReadOnlyList<Hash32>> StageBasesAsync(
        IReadOnlyList<(MemberId Member, Month From, Amount Amount)> bases, CancellationToken cancellationToken = default)
    {
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        var people = await FindRowsAsync(context, bases.Select(b => b.Member), cancellationToken);
        var commitments = new List<Hash32>(bases.Count);
        foreach (var (member, from, amount) in bases)
        {
            if (!people.TryGetValue(member, out var person) || person.Key is null)
            {
                throw new InvalidOperationException($"The vault does not hold {member}.");
            }

            var row = SealBase(_keys.Unwrap(person), member, from, amount);
            context.Bases.Add(row);
            commitments.Add(row.Commitment);
        }

        await context.SaveChangesAsync(cancellationToken);
        return commitments;
    }

    /// <summary>Names by member; unknown and erased people are missing.</summary>
    public async Task<IReadOnlyDictionary<MemberId, string>> FindNamesAsync(
        IReadOnlyCollection<MemberId> members, CancellationToken cancellationToken = default)
    {
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        var names = new Dictionary<MemberId, string>();
        foreach (var row in (await FindRowsAsync(context, members, cancellationToken)).Values)
        {
            if (OpenName(row) is { } opening)
            {
                names[row.Member] = opening.Value;
            }
        }

        return names;
    }

    /// <summary>The name with its salt, for a receipt; null when unknown or erased.</summary>
    public async Task<Opening?> FindNameOpeningAsync(MemberId member, CancellationToken cancellationToken = default)
    {
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        var rows = await FindRowsAsync(context, [member], cancellationToken);
        return rows.TryGetValue(member, out var row) ? OpenName(row) : null;
    }

    /// <summary>The personal record; null when unknown, erased, or when only the name is kept.</summary>
    public async Task<PersonRecord?> FindRecordAsync(MemberId member, CancellationToken cancellationToken = default)
    {
        var opening = await FindRecordOpeningAsync(member, cancellationToken);
        return opening is null ? null : CanonicalJson.Decode(Encoding.UTF8.GetBytes(opening.Value), PersonRecordJson.Canonical);
    }

    /// <summary>Records by member; those that <see cref="FindRecordAsync"/> does not find are missing.</summary>
    public async Task<IReadOnlyDictionary<MemberId, PersonRecord>> FindRecordsAsync(
        IReadOnlyCollection<MemberId> members, CancellationToken cancellationToken = default)
    {
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        var records = new Dictionary<MemberId, PersonRecord>();
        foreach (var (member, row) in await FindRowsAsync(context, members, cancellationToken))
        {
            if (row is { Key: not null, Record: { } record })
            {
                var opening = Split(Sealed.Open(_keys.Unwrap(row), Commitment.Context(member, "record"), record));
                records[member] = CanonicalJson.Decode(Encoding.UTF8.GetBytes(opening.Value), PersonRecordJson.Canonical);
            }
        }

        return records;
    }

    /// <summary>The record as the ledger's commitment opens to it: canonical JSON and salt.</summary>
    public async Task<Opening?> FindRecordOpeningAsync(MemberId member, CancellationToken cancellationToken = default)
    {
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        var rows = await FindRowsAsync(context, [member], cancellationToken);
        return rows.TryGetValue(member, out var row) && row is { Key: not null, Record: { } record }
            ? Split(Sealed.Open(_keys.Unwrap(row), Commitment.Context(member, "record"), record))
            : null;
    }

    /// <summary>Bases by the commitments that stand on the ledger; unknown ones and those of erased people are missing.</summary>
    public async Task<IReadOnlyDictionary<Hash32, Amount>> FindBasesAsync(
        IReadOnlyCollection<(MemberId Member, Hash32 Commitment)> commitments, CancellationToken cancellationToken = default)
    {
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        var people = await FindRowsAsync(context, commitments.Select(c => c.Member), cancellationToken);
        var wanted = commitments.ToHashSet();
        var found = new Dictionary<Hash32, Amount>();
        foreach (var ids in commitments.Select(c => c.Member).Distinct().Chunk(500))
        {
            foreach (var row in await context.Bases.AsNoTracking().Where(b => ids.Contains(b.Member)).ToListAsync(cancellationToken))
            {
                if (wanted.Contains((row.Member, row.Commitment)) && people.TryGetValue(row.Member, out var person) && person.Key is not null)
                {
                    var opening = Split(Sealed.Open(_keys.Unwrap(person), Commitment.Context(row.Member, row.From), row.Value));
                    found[row.Commitment] = Amount.TryParse(opening.Value, out var amount) ? amount : throw new FormatException("A stored base is no amount.");
                }
            }
        }

        return found;
    }

    /// <summary>Destroys the person's key, salts and ciphertexts. What the ledger holds can never again be opened.</summary>
    /// <returns>False when unknown or erased before.</returns>
    public async Task<bool> EraseAsync(MemberId member, CancellationToken cancellationToken = default)
    {
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        await context.Database.OpenConnectionAsync(cancellationToken);
        if (context.Database.IsSqlite())
        {
            // Freed pages are overwritten, so that the wrapped key does not linger in the file.
            await context.Database.ExecuteSqlRawAsync("PRAGMA secure_delete=ON", cancellationToken);
        }

        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        await context.Bases.Where(b => b.Member == member).ExecuteDeleteAsync(cancellationToken);
        var erased = await context.People.Where(p => p.Member == member && p.Key != null).ExecuteUpdateAsync(
            p => p.SetProperty(r => r.Key, (byte[]?)null).SetProperty(r => r.Name, (byte[]?)null).SetProperty(r => r.Record, (byte[]?)null),
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (context.Database.IsSqlite())
        {
            await context.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)", cancellationToken);
        }

        return erased > 0;
    }

    /// <summary>Wraps every data key with the ring's current master key; people's data itself is not touched.</summary>
    /// <param name="master">Must still hold the versions in use.</param>
    /// <param name="cancellationToken">May be stopped and run again.</param>
    /// <returns>How many people were rewrapped.</returns>
    public async Task<int> RotateAsync(MasterKeys master, CancellationToken cancellationToken = default)
    {
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        var keys = await VaultKeys.OpenAsync(context, master, cancellationToken);
        var rotated = 0;
        while (true)
        {
            var rows = await context.People.Where(p => p.KeyVersion != keys.Current && p.Key != null).Take(BatchRows).ToListAsync(cancellationToken);
            if (rows.Count == 0)
            {
                break;
            }

            foreach (var row in rows)
            {
                row.Key = keys.Wrap(row.Member, keys.Unwrap(row));
                row.KeyVersion = keys.Current;
            }

            rotated += await context.SaveChangesAsync(cancellationToken);
            context.ChangeTracker.Clear();
        }

        context.Keys.Update(keys.WrapIndexKey());
        await context.SaveChangesAsync(cancellationToken);
        _keys = await VaultKeys.OpenAsync(context, master, cancellationToken);
        return rotated;
    }

    /// <summary>Imports that were staged here, newest first.</summary>
    public async Task<IReadOnlyList<ImportRow>> FindImportsAsync(int take, CancellationToken cancellationToken = default)
    {
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        return await context.Imports.AsNoTracking().OrderByDescending(i => i.Staged).Take(take).ToListAsync(cancellationToken);
    }

    /// <summary>Members that an import staged.</summary>
    public async Task<IReadOnlyList<MemberId>> FindMembersAsync(ImportId import, CancellationToken cancellationToken = default)
    {
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        return await context.People.AsNoTracking().Where(p => p.Import == import).Select(p => p.Member).ToListAsync(cancellationToken);
    }

    /// <summary>Removes all that an import staged; for imports that never reached the ledger.</summary>
    public async Task RemoveAsync(ImportId import, CancellationToken cancellationToken = default)
    {
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        var members = context.People.Where(p => p.Import == import).Select(p => p.Member);
        await context.Bases.Where(b => members.Contains(b.Member)).ExecuteDeleteAsync(cancellationToken);
        await context.People.Where(p => p.Import == import).ExecuteDeleteAsync(cancellationToken);
        await context.Imports.Where(i => i.Import == import).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Stores an organisation's name under a fresh salt; returns the commitment. Replaces an earlier name.</summary>
    public async Task<Hash32> StageOrganizationAsync(OrganizationId organization, string name, CancellationToken cancellationToken = default)
    {
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        var row = new OrganizationRow { Organization = organization, Name = Nfc.Of(name), Salt = Salt.New() };
        await context.Organizations.Where(o => o.Organization == organization).ExecuteDeleteAsync(cancellationToken);
        context.Organizations.Add(row);
        await context.SaveChangesAsync(cancellationToken);
        return Commitment.Compute(Commitment.Context(organization, "name"), row.Salt, row.Name);
    }

    /// <summary>Names of all organisations.</summary>
    public async Task<IReadOnlyDictionary<OrganizationId, string>> FindOrganizationsAsync(CancellationToken cancellationToken = default)
    {
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        return await context.Organizations.AsNoTracking().ToDictionaryAsync(o => o.Organization, o => o.Name, cancellationToken);
    }

    /// <summary>What the organisation's rosters call their columns: numbers of fields by heading, 0 for columns that are left out.</summary>
    public async Task<IReadOnlyDictionary<string, int>> FindRosterHeadingsAsync(OrganizationId organization, CancellationToken cancellationToken = default)
    {
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        return await context.RosterHeadings.AsNoTracking().Where(h => h.Organization == organization)
            .ToDictionaryAsync(h => h.Heading, h => h.Field, StringComparer.Ordinal, cancellationToken);
    }

    /// <summary>Remembers headings over what was remembered of them before.</summary>
    public async Task RememberRosterHeadingsAsync(
        OrganizationId organization, IReadOnlyDictionary<string, int> fields, CancellationToken cancellationToken = default)
    {
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        var rows = await context.RosterHeadings.Where(h => h.Organization == organization).ToDictionaryAsync(h => h.Heading, StringComparer.Ordinal, cancellationToken);
        foreach (var (heading, field) in fields)
        {
            if (rows.TryGetValue(heading, out var row))
            {
                row.Field = field;
            }
            else if (heading.Length is > 0 and <= RosterHeadingRow.MaxHeading && rows.Count < MaxRosterHeadings)
            {
                rows[heading] = new RosterHeadingRow { Organization = organization, Heading = heading, Field = field };
                context.RosterHeadings.Add(rows[heading]);
            }
        }

        await context.SaveChangesAsync(cancellationToken);
    }

    private static async Task<Dictionary<MemberId, PersonRow>> FindRowsAsync(
        VaultContext context, IEnumerable<MemberId> members, CancellationToken cancellationToken)
    {
        var rows = new Dictionary<MemberId, PersonRow>();
        foreach (var ids in members.Distinct().Chunk(500))
        {
            foreach (var row in await context.People.AsNoTracking().Where(p => ids.Contains(p.Member)).ToListAsync(cancellationToken))
            {
                rows[row.Member] = row;
            }
        }

        return rows;
    }

    private (PersonRow Row, BaseRow? Base, StagedPerson Staged) Seal(ImportId? import, NewPerson person)
    {
        var record = person.Record.InNfc();
        var id = ResidentId.TryParse(record.IdNumber, out var value) ? value : throw new ArgumentException("Not a valid ID number.", nameof(person));
        var row = NewRow(import, person.Member, record.Name, out var key, out var name);
        var salt = Salt.New();
        var json = Encoding.UTF8.GetString(CanonicalJson.Encode(record, PersonRecordJson.Canonical));
        var field = Commitment.Context(person.Member, "record");
        row.Record = Sealed.Seal(key, field, Join(salt, json));
        var monthlyBase = person.Base is { } dues ? SealBase(key, person.Member, dues.From, dues.Amount) : null;
        CryptographicOperations.ZeroMemory(key);
        return (row, monthlyBase, new StagedPerson(person.Member, _keys.Index(id), name, Commitment.Compute(field, salt, json), monthlyBase?.Commitment));
    }

    private PersonRow NewRow(ImportId? import, MemberId member, string name, out byte[] key, out Hash32 commitment)
    {
        key = RandomNumberGenerator.GetBytes(MasterKeys.KeyLength);
        var salt = Salt.New();
        var field = Commitment.Context(member, "name");
        var normal = Nfc.Of(name);
        commitment = Commitment.Compute(field, salt, normal);
        return new PersonRow
        {
            Member = member,
            Import = import,
            KeyVersion = _keys.Current,
            Key = _keys.Wrap(member, key),
            Name = Sealed.Seal(key, field, Join(salt, normal)),
            Stored = LedgerTime.From(_time.GetUtcNow()),
        };
    }

    private static BaseRow SealBase(byte[] key, MemberId member, Month from, Amount amount)
    {
        var salt = Salt.New();
        var field = Commitment.Context(member, from);
        var text = amount.ToString();
        return new BaseRow { Member = member, From = from, Commitment = Commitment.Compute(field, salt, text), Value = Sealed.Seal(key, field, Join(salt, text)) };
    }

    private Opening? OpenName(PersonRow row) => row is { Key: not null, Name: { } name }
        ? Split(Sealed.Open(_keys.Unwrap(row), Commitment.Context(row.Member, "name"), name))
        : null;

    private static byte[] Join(Salt salt, string value)
    {
        var output = new byte[SaltLength + Encoding.UTF8.GetByteCount(value)];
        BinaryPrimitives.WriteUInt128BigEndian(output, salt.Value);
        Encoding.UTF8.GetBytes(value, output.AsSpan(SaltLength));
        return output;
    }

    private static Opening Split(byte[] value) =>
        new(new Salt(BinaryPrimitives.ReadUInt128BigEndian(value)), Encoding.UTF8.GetString(value, SaltLength, value.Length - SaltLength));
}
