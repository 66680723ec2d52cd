using Mingjian.Primitives;

namespace Mingjian.Cryptography;

/// <summary>How an ECDSA verification ended.</summary>
public enum EcOutcome
{
    Valid = 1,

    /// <summary>The signature does not belong to key and hash, or r or s is out of range.</summary>
    Invalid = 2,

    /// <summary>The key's bytes are no point of the curve.</summary>
    MalformedKey = 3,
}

/// <summary>ECDSA P-256 verification: the platform's (server, CLI) or BouncyCastle's (browser).</summary>
/// <remarks>Implementations are safe for concurrent use, never throw for any key, hash or signature, and agree with each other.</remarks>
public interface IEcVerifier
{
    /// <param name="key">Any scheme over P-256; the scheme's name is not looked at.</param>
    /// <param name="hash">32 bytes.</param>
    /// <param name="signature">64 bytes r||s.</param>
    EcOutcome Verify(PublicKeyValue key, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature);
}
