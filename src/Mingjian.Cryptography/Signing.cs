using System.Runtime.Versioning;
using System.Security.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Cryptography;

/// <summary>One key's signature over a <see cref="SigningRequest.Message"/>.</summary>
/// <param name="Sig">64 bytes r||s.</param>
/// <param name="Webauthn">Only and always for webauthn-es256.</param>
public sealed record KeySignature(KeyId Keyid, string Scheme, byte[] Sig, WebAuthnAssertion? Webauthn = null);

/// <summary>What one gesture signs: a single act, or a list of acts through a batch root.</summary>
public sealed class SigningRequest
{
    private readonly IReadOnlyList<byte[]> _payloads;
    private readonly Hash32[] _leaves;

    private SigningRequest(IReadOnlyList<byte[]> payloads)
    {
        _payloads = payloads;
        _leaves = payloads.Count == 1 ? [] : [.. payloads.Select(p => Merkle.HashLeaf(Pae.OfTransaction(p)))];
        Message = payloads.Count == 1 ? Pae.OfTransaction(payloads[0]) : Pae.OfBatch(Merkle.Root(_leaves));
    }

    /// <summary>The bytes to sign with es256.</summary>
    public byte[] Message { get; }

    /// <summary>The challenge for an authenticator: SHA-256 of <see cref="Message"/>.</summary>
    public Hash32 Challenge => Hash32.Of(Message);

    /// <param name="payloads">Canonical <see cref="TransactionPayload"/> bytes; 1 to <see cref="BatchPosition.MaxSize"/>.</param>
    public static SigningRequest For(params IReadOnlyList<byte[]> payloads)
    {
        if (payloads.Count is 0 or > BatchPosition.MaxSize)
        {
            throw new ArgumentException("One gesture signs 1 to 65,536 acts.", nameof(payloads));
        }

        return new SigningRequest(payloads);
    }

    /// <summary>One envelope a payload, in order, each carrying all the signatures.</summary>
    public IReadOnlyList<Envelope> Complete(params IReadOnlyList<KeySignature> signatures)
    {
        var envelopes = new Envelope[_payloads.Count];
        var paths = Merkle.InclusionPaths(_leaves);
        for (var i = 0; i < envelopes.Length; i++)
        {
            var position = _leaves.Length == 0 ? null : new BatchPosition(i, _leaves.Length, paths[i]);
            envelopes[i] = new Envelope(
                _payloads[i],
                Envelope.TransactionType,
                [.. signatures.Select(s => new EnvelopeSignature(s.Keyid, s.Scheme, s.Sig, position, s.Webauthn))]);
        }

        return envelopes;
    }

    /// <summary>Signs with keys at hand (server, command line, tests, demo).</summary>
    public IReadOnlyList<Envelope> SignWith(params IReadOnlyList<ISigner> signers) =>
        Complete([.. signers.Select(s => s.Sign(Message))]);
}

/// <summary>A private key that signs messages.</summary>
public interface ISigner
{
    PublicKeyValue Key { get; }

    /// <summary>Signs a message (not its hash).</summary>
    KeySignature Sign(ReadOnlySpan<byte> message);
}

/// <summary>An es256 key in this process's memory.</summary>
/// <remarks>Safe for concurrent use.</remarks>
[UnsupportedOSPlatform("browser")]
public sealed class Es256Signer : ISigner, IDisposable
{
    private readonly ECDsa _key;
    private readonly Lock _gate = new();

    /// <param name="key">A P-256 private key; owned from here on.</param>
    /// <exception cref="ArgumentException">Not a P-256 key.</exception>
    public Es256Signer(ECDsa key)
    {
        var q = key.ExportParameters(includePrivateParameters: false).Q;
        if (key.KeySize != 256 || !P256Point.TryCompress(q.X, q.Y, out var point))
        {
            throw new ArgumentException("Not a P-256 key.", nameof(key));
        }

        _key = key;
        Key = PublicKeyValue.From(SchemeNames.Es256, point);
    }

    /// <inheritdoc/>
    public PublicKeyValue Key { get; }

    /// <summary>A fresh random key.</summary>
    public static Es256Signer Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>From PKCS#8, as <see cref="ExportPkcs8"/> and WebCrypto write it.</summary>
    /// <exception cref="CryptographicException">Not a private key.</exception>
    public static Es256Signer Import(ReadOnlySpan<byte> pkcs8)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return new Es256Signer(key);
    }

    /// <summary>The private key. Keep it secret.</summary>
    public byte[] ExportPkcs8() => _key.ExportPkcs8PrivateKey();

    /// <inheritdoc/>
    public KeySignature Sign(ReadOnlySpan<byte> message)
    {
        var signature = new byte[EcdsaFormat.Length];
        lock (_gate)
        {
            _key.SignData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        return new KeySignature(Key.Id, SchemeNames.Es256, signature);
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
