using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Cryptography;

/// <summary>ECDSA P-256 of the operating system, for server and command line.</summary>
/// <remarks>
/// Importing a public key costs about three times what a verification costs, so imported keys are kept. An imported key is used by
/// one thread at a time (<see cref="ECDsa"/> promises no more); a key in use by several threads is imported several times.
/// </remarks>
[UnsupportedOSPlatform("browser")]
public sealed class PlatformEcVerifier : IEcVerifier
{
    /// <summary>Imported keys kept at once, by default; about 2 KB of native memory each.</summary>
    public const int DefaultCapacity = 16_384;

    private readonly BoundedCache<PublicKeyValue, ConcurrentStack<ECDsa>> _keys;

    /// <param name="capacity">Keys in each of two generations; at least 1.</param>
    public PlatformEcVerifier(int capacity = DefaultCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _keys = new BoundedCache<PublicKeyValue, ConcurrentStack<ECDsa>>(capacity);
    }

    /// <inheritdoc/>
    [SuppressMessage("Reliability", "CA2000", Justification = "Imported keys stay in the cache; a dropped one is freed by its handle's finaliser.")]
    public EcOutcome Verify(PublicKeyValue key, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        var known = _keys.TryGet(key, out var idle);
        if (!known || !idle.TryPop(out var imported))
        {
            imported = Import(key);
            if (imported is null)
            {
                return EcOutcome.MalformedKey;
            }
        }

        var valid = Check(imported, hash, signature);
        if (!known)
        {
            idle = new ConcurrentStack<ECDsa>();
            _keys.Add(key, idle);
        }

        idle.Push(imported);
        return valid ? EcOutcome.Valid : EcOutcome.Invalid;
    }

    private static bool Check(ECDsa key, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        if (hash.Length != Hash32.Size || signature.Length != EcdsaFormat.Length)
        {
            return false;
        }

        try
        {
            return key.VerifyHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static ECDsa? Import(PublicKeyValue key)
    {
        if (!P256Point.TryDecompress(key.Point, out var x, out var y))
        {
            return null;
        }

        var parameters = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } };
        return ECDsa.Create(parameters);
    }
}
