using Mingjian.Primitives;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;

namespace Mingjian.Cryptography;

/// <summary>ECDSA P-256 in managed code, for the browser, where the platform has none.</summary>
public sealed class BouncyCastleEcVerifier : IEcVerifier
{
    private readonly BoundedCache<PublicKeyValue, ECPublicKeyParameters> _keys = new(256);

    /// <inheritdoc/>
    public EcOutcome Verify(PublicKeyValue key, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        if (!_keys.TryGet(key, out var parameters))
        {
            if (!P256Point.TryDecode(key.Point, out var point))
            {
                return EcOutcome.MalformedKey;
            }

            parameters = new ECPublicKeyParameters(point, P256Point.Domain);
            _keys.Add(key, parameters);
        }

        if (hash.Length != Hash32.Size || signature.Length != EcdsaFormat.Length)
        {
            return EcOutcome.Invalid;
        }

        var r = new BigInteger(1, signature[..(EcdsaFormat.Length / 2)].ToArray());
        var s = new BigInteger(1, signature[(EcdsaFormat.Length / 2)..].ToArray());
        var signer = new ECDsaSigner();
        signer.Init(forSigning: false, parameters);
        return signer.VerifySignature(hash.ToArray(), r, s) ? EcOutcome.Valid : EcOutcome.Invalid;
    }
}
