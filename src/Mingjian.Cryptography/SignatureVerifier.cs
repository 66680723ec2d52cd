using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Mingjian.Primitives;

namespace Mingjian.Cryptography;

/// <summary>Checks signatures of envelopes.</summary>
public interface ISignatureVerifier
{
    /// <summary>Checks one signature with the key that the caller looked up for its key id.</summary>
    /// <param name="pae">PAE of the envelope's payload.</param>
    /// <returns><see cref="SignatureFault.None"/> when it holds. Never throws.</returns>
    SignatureFault Verify(ReadOnlySpan<byte> pae, EnvelopeSignature signature, PublicKeyValue key);
}

/// <summary>Schemes, batches and the curve put together.</summary>
/// <remarks>
/// Remembers batch signatures that verified, so the acts of one gesture cost one curve operation together. Safe for concurrent use.
/// </remarks>
public sealed class SignatureVerifier(IEcVerifier curve) : ISignatureVerifier
{
    private const int RememberedBatches = 1024;
    private readonly BoundedCache<Hash32, bool> _batches = new(RememberedBatches);

    /// <inheritdoc/>
    public SignatureFault Verify(ReadOnlySpan<byte> pae, EnvelopeSignature signature, PublicKeyValue key)
    {
        if (!SignatureScheme.All.TryGetValue(signature.Scheme, out var scheme))
        {
            return SignatureFault.UnknownScheme;
        }

        if (!string.Equals(key.Scheme, signature.Scheme, StringComparison.Ordinal))
        {
            return SignatureFault.SchemeMismatch;
        }

        if (key.Id != signature.Keyid)
        {
            return SignatureFault.KeyMismatch;
        }

        if (!signature.HasValidShape())
        {
            return SignatureFault.Shape;
        }

        if (signature.Batch is not { } batch)
        {
            return VerifyMessage(scheme, pae, signature, key);
        }

        if (!Merkle.TryFoldInclusion(Merkle.HashLeaf(pae), batch.Index, batch.Size, batch.Path, out var root))
        {
            return SignatureFault.BatchPosition;
        }

        return VerifyBatch(scheme, Pae.OfBatch(root), signature, key);
    }

    private SignatureFault VerifyBatch(SignatureScheme scheme, byte[] message, EnvelopeSignature signature, PublicKeyValue key)
    {
        var remembered = Digest(message, signature, key);
        if (_batches.TryGet(remembered, out _))
        {
            return SignatureFault.None;
        }

        var fault = VerifyMessage(scheme, message, signature, key);
        if (fault == SignatureFault.None)
        {
            _batches.Add(remembered, true);
        }

        return fault;
    }

    private SignatureFault VerifyMessage(
        SignatureScheme scheme, ReadOnlySpan<byte> message, EnvelopeSignature signature, PublicKeyValue key)
    {
        Span<byte> hash = stackalloc byte[Hash32.Size];
        var fault = scheme.Prepare(message, signature, hash);
        if (fault != SignatureFault.None)
        {
            return fault;
        }

        return curve.Verify(key, hash, signature.Sig) switch
        {
            EcOutcome.Valid => SignatureFault.None,
            EcOutcome.MalformedKey => SignatureFault.MalformedKey,
            _ => SignatureFault.Invalid,
        };
    }

    /// <summary>Everything that the verification of a batch's message depends on, each part with its length.</summary>
    private static Hash32 Digest(byte[] message, EnvelopeSignature signature, PublicKeyValue key)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Encoding.ASCII.GetBytes(key.ToString()));
        Append(hash, message);
        Append(hash, signature.Sig);
        Append(hash, signature.Webauthn?.AuthenticatorData ?? []);
        Append(hash, signature.Webauthn?.ClientDataJson ?? []);
        Span<byte> digest = stackalloc byte[Hash32.Size];
        hash.GetHashAndReset(digest);
        return new Hash32(digest);
    }

    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(part);
    }
}
