using System.Security.Cryptography;
using BC = Org.BouncyCastle.Math.EC.Rfc8032.Ed25519;

namespace Mingjian.Cryptography;

/// <summary>Ed25519 (RFC 8032, pure): signatures of logs and nodes. Managed code, also in the browser.</summary>
public static class Ed25519
{
    /// <summary>Bytes of a public key.</summary>
    public const int PublicKeyLength = 32;

    /// <summary>Bytes of a private key (the seed).</summary>
    public const int SeedLength = 32;

    /// <summary>Bytes of a signature.</summary>
    public const int SignatureLength = 64;

    /// <summary>True when the signature holds; false for any other bytes of any length.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        publicKey.Length == PublicKeyLength && signature.Length == SignatureLength
        && BC.Verify(signature.ToArray(), 0, publicKey.ToArray(), 0, message.ToArray(), 0, message.Length);
}

/// <summary>An Ed25519 private key.</summary>
public sealed class Ed25519Signer
{
    private readonly byte[] _seed;
    private readonly byte[] _publicKey;

    /// <param name="seed">32 bytes; copied.</param>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public Ed25519Signer(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != Ed25519.SeedLength)
        {
            throw new ArgumentException("A seed is 32 bytes.", nameof(seed));
        }

        _seed = seed.ToArray();
        _publicKey = new byte[Ed25519.PublicKeyLength];
        BC.GeneratePublicKey(_seed, 0, _publicKey, 0);
    }

    /// <summary>32 bytes.</summary>
    public ReadOnlyMemory<byte> PublicKey => _publicKey;

    /// <summary>A fresh random key.</summary>
    public static Ed25519Signer Create() => new(RandomNumberGenerator.GetBytes(Ed25519.SeedLength));

    /// <summary>The private key. Keep it secret.</summary>
    public byte[] ExportSeed() => (byte[])_seed.Clone();

    /// <summary>64 bytes.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var signature = new byte[Ed25519.SignatureLength];
        BC.Sign(_seed, 0, message.ToArray(), 0, message.Length, signature, 0);
        return signature;
    }
}
