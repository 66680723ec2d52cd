using System.Collections.Frozen;
using Mingjian.Primitives;

namespace Mingjian.Cryptography;

/// <summary>A named way of signing. A scheme is never guessed from a key's or signature's length.</summary>
/// <param name="name">As in keys and envelopes.</param>
public abstract class SignatureScheme(string name)
{
    public string Name { get; } = name;

    /// <summary>Every scheme that this version knows, by name.</summary>
    public static FrozenDictionary<string, SignatureScheme> All { get; } =
        new SignatureScheme[] { new Es256Scheme(), new WebAuthnEs256Scheme() }.ToFrozenDictionary(s => s.Name, StringComparer.Ordinal);

    /// <summary>Checks everything but the elliptic curve signature and gives the hash that it covers.</summary>
    /// <param name="message">What was signed: the PAE, or the batch's PAE.</param>
    /// <param name="signature">Well shaped.</param>
    /// <param name="hash">32 bytes, written on success.</param>
    internal abstract SignatureFault Prepare(ReadOnlySpan<byte> message, EnvelopeSignature signature, Span<byte> hash);
}

/// <summary><c>es256</c>: ECDSA P-256 with SHA-256 over the message.</summary>
internal sealed class Es256Scheme() : SignatureScheme(SchemeNames.Es256)
{
    internal override SignatureFault Prepare(ReadOnlySpan<byte> message, EnvelopeSignature signature, Span<byte> hash)
    {
        if (signature.Webauthn is not null)
        {
            return SignatureFault.AssertionUnexpected;
        }

        Sha256.Hash(message, hash);
        return SignatureFault.None;
    }
}

/// <summary><c>webauthn-es256</c>: an authenticator's assertion whose challenge is SHA-256 of the message.</summary>
internal sealed class WebAuthnEs256Scheme() : SignatureScheme(SchemeNames.WebAuthnEs256)
{
    internal override SignatureFault Prepare(ReadOnlySpan<byte> message, EnvelopeSignature signature, Span<byte> hash)
    {
        if (signature.Webauthn is not { } assertion)
        {
            return SignatureFault.AssertionMissing;
        }

        var fault = WebAuthn.Check(assertion, Hash32.Of(message));
        if (fault == SignatureFault.None)
        {
            Sha256.Hash(WebAuthn.SignedBytes(assertion), hash);
        }

        return fault;
    }
}

/// <summary>Names of the schemes.</summary>
public static class SchemeNames
{
    public const string Es256 = "es256";

    public const string WebAuthnEs256 = "webauthn-es256";
}
