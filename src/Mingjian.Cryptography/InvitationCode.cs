using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Mingjian.Primitives;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;

namespace Mingjian.Cryptography;

/// <summary>The one-time code of an invitation, and the es256 key that is derived from it; managed code, so that a browser makes the same key.</summary>
/// <remarks>
/// Whoever has the code has the private key. It stands in a link's fragment and travels from person to person; servers and the ledger see the
/// public key only. Scalar = 1 + (HKDF-SHA256(code, no salt, info <c>mingjian.invitation/v1</c>, 48 bytes) mod (n - 1)), FIPS 186-5 A.2.1.
/// </remarks>
public sealed class InvitationCode : ISigner
{
    /// <summary>Random bytes of a code: nobody finds it from the public key.</summary>
    public const int Length = 16;

    /// <summary>Characters of its text form, base64url without padding.</summary>
    public const int TextLength = 22;

    // 16 bytes more than the order has: the remainder's bias is below 2^-128.
    private const int Derived = 48;

    private readonly byte[] _code;
    private readonly ECPrivateKeyParameters _private;

    private InvitationCode(byte[] code)
    {
        _code = code;
        var wide = new BigInteger(1, HKDF.DeriveKey(HashAlgorithmName.SHA256, code, Derived, salt: null, "mingjian.invitation/v1"u8.ToArray()));
        var scalar = wide.Mod(P256Point.Domain.N.Subtract(BigInteger.One)).Add(BigInteger.One);
        _private = new ECPrivateKeyParameters(scalar, P256Point.Domain);
        Key = PublicKeyValue.From(SchemeNames.Es256, P256Point.Domain.G.Multiply(scalar).Normalize().GetEncoded(compressed: true));
    }

    /// <inheritdoc/>
    public PublicKeyValue Key { get; }

    /// <summary>A fresh random code.</summary>
    public static InvitationCode New() => new(RandomNumberGenerator.GetBytes(Length));

    /// <summary>From its text form; false for anything but 22 base64url characters.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out InvitationCode? code)
    {
        code = null;
        var bytes = new byte[Length];
        if (text is not { Length: TextLength } || Base64Url.DecodeFromChars(text, bytes, out _, out var written) != OperationStatus.Done
            || written != Length || Base64Url.EncodeToString(bytes) != text)
        {
            return false;
        }

        code = new InvitationCode(bytes);
        return true;
    }

    /// <inheritdoc/>
    /// <remarks>Deterministic (RFC 6979).</remarks>
    public KeySignature Sign(ReadOnlySpan<byte> message)
    {
        var signer = new ECDsaSigner(new HMacDsaKCalculator(new Sha256Digest()));
        signer.Init(forSigning: true, _private);
        var parts = signer.GenerateSignature(Hash32.Of(message).ToArray());
        var signature = new byte[EcdsaFormat.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            var bytes = parts[i].ToByteArrayUnsigned();
            bytes.CopyTo(signature, ((i + 1) * EcdsaFormat.Length / 2) - bytes.Length);
        }

        return new KeySignature(Key.Id, SchemeNames.Es256, signature);
    }

    /// <summary>The code itself. Keep it secret.</summary>
    public override string ToString() => Base64Url.EncodeToString(_code);
}
