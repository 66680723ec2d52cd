using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Mingjian.Primitives;

namespace Mingjian.Vault;

/// <summary>The opened keys of a running vault: wrapping of data keys, and the blind index.</summary>
/// <remarks>
/// The index key is random, has a record of its own and is wrapped by the present master key; a rotation wraps it anew and leaves it as it is,
/// because blind indexes stand on the ledger. A master key that was given up tells nothing of it, unless together with an old copy of the
/// database. Opening it proves that the master key is the right one.
/// </remarks>
internal sealed class VaultKeys
{
    private const string IndexKeyName = "blind-index";
    private const string WrapPurpose = "mingjian.vault/wrap/v1";
    private const string SharedPurpose = "mingjian.vault/shared-values/v1";

    private readonly MasterKeys _master;
    private readonly byte[] _indexKey;
    private readonly byte[] _sharedKey;
    private readonly Dictionary<int, byte[]> _wrappers = [];

    private VaultKeys(MasterKeys master, byte[] indexKey, int storedVersion)
    {
        _master = master;
        _indexKey = indexKey;
        // Outlives rotations as the index key does, and is as far from the database as the master key.
        _sharedKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, indexKey, MasterKeys.KeyLength, info: Encoding.ASCII.GetBytes(SharedPurpose));
        IsRotationDue = storedVersion != master.Current;
    }

    /// <summary>The ring has a newer master key than the one the vault is wrapped by, or a rotation was broken off.</summary>
    public bool IsRotationDue { get; }

    public int Current => _master.Current;

    /// <exception cref="VaultException">The master key is not this vault's.</exception>
    public static async Task<VaultKeys> OpenAsync(VaultContext context, MasterKeys master, CancellationToken cancellationToken)
    {
        var row = await context.Keys.AsNoTracking().SingleOrDefaultAsync(k => k.Name == IndexKeyName, cancellationToken);
        if (row is null)
        {
            if (await context.People.AnyAsync(cancellationToken))
            {
                throw new VaultException(VaultFault.WrongMasterKey, "The vault holds people but not its own index key. Restore a whole backup.");
            }

            var made = new VaultKeys(master, RandomNumberGenerator.GetBytes(MasterKeys.KeyLength), master.Current);
            var first = context.Keys.Add(made.WrapIndexKey());
            try
            {
                await context.SaveChangesAsync(cancellationToken);
                return made;
            }
            catch (DbUpdateException)
            {
                // Another process was first: its key counts. Anything else fails once more below.
                first.State = EntityState.Detached;
                row = await context.Keys.AsNoTracking().SingleAsync(k => k.Name == IndexKeyName, cancellationToken);
            }
        }

        var wrapper = master.Derive(row.KeyVersion, WrapPurpose);
        try
        {
            return new VaultKeys(master, Sealed.Open(wrapper, Context(IndexKeyName, row.KeyVersion), row.Value), row.KeyVersion);
        }
        catch (VaultException e) when (e.Fault == VaultFault.Tampered)
        {
            throw new VaultException(VaultFault.WrongMasterKey, "The master key is not the one this vault was made with.", e);
        }
    }

    public VaultKeyRow WrapIndexKey() => new()
    {
        Name = IndexKeyName,
        KeyVersion = Current,
        Value = Sealed.Seal(Wrapper(Current), Context(IndexKeyName, Current), _indexKey),
    };

    public byte[] Wrap(MemberId member, byte[] dataKey) => Sealed.Seal(Wrapper(Current), Context(member.ToString(), Current), dataKey);

    public byte[] Unwrap(PersonRow person) =>
        Sealed.Open(Wrapper(person.KeyVersion), Context(person.Member.ToString(), person.KeyVersion), person.Key!);

    /// <summary>Keyed hash of an ID number: equal for equal people, meaningless without the key.</summary>
    public Hash32 Index(ResidentId id)
    {
        Span<byte> output = stackalloc byte[Hash32.Size];
        HMACSHA256.HashData(_indexKey, Encoding.ASCII.GetBytes(id.Reveal()), output);
        return new Hash32(output);
    }

    public byte[] SealShared(string context, ReadOnlySpan<byte> value) => Sealed.Seal(_sharedKey, context, value);

    public byte[] OpenShared(string context, byte[] value) => Sealed.Open(_sharedKey, context, value);

    private byte[] Wrapper(int version)
    {
        lock (_wrappers)
        {
            if (!_wrappers.TryGetValue(version, out var key))
            {
                _wrappers[version] = key = _master.Derive(version, WrapPurpose);
            }

            return key;
        }
    }

    private static string Context(string subject, int version) => string.Create(CultureInfo.InvariantCulture, $"{subject}/key/{version}");
}
