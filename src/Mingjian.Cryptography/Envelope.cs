using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Primitives;

namespace Mingjian.Cryptography;

/// <summary>A DSSE envelope: payload bytes, their type and one or more signatures over the PAE.</summary>
/// <remarks>Its own encoding is canonical JSON, so an envelope has exactly one byte form. Base64 is standard and padded.</remarks>
public sealed record Envelope(byte[] Payload, string PayloadType, IReadOnlyList<EnvelopeSignature> Signatures)
{
    /// <summary>Payload type of a transaction: canonical JSON of a <c>TransactionPayload</c>.</summary>
    public const string TransactionType = "application/vnd.mingjian.transaction.v1+json";

    /// <summary>Payload type of a batch root: the 32 bytes of an RFC 6962 root over the batch's PAEs.</summary>
    public const string BatchType = "application/vnd.mingjian.batch.v1";

    /// <summary>Largest accepted envelope in bytes: leaves room for events within a 65,535-byte log entry.</summary>
    public const int MaxSize = 40_000;

    /// <summary>Most signatures an envelope may carry.</summary>
    public const int MaxSignatures = 8;
}

/// <summary>One signature of an envelope.</summary>
/// <param name="Keyid">The signer's key.</param>
/// <param name="Scheme">A registered scheme's name; must equal the bound key's scheme.</param>
/// <param name="Sig">64 bytes r||s for es256; the authenticator's DER signature turned into r||s for webauthn-es256.</param>
/// <param name="Batch">Null when the signature covers this payload's PAE itself; else where this PAE stands in the signed batch.</param>
/// <param name="Webauthn">Only and always for webauthn-es256.</param>
public sealed record EnvelopeSignature(
    KeyId Keyid, string Scheme, byte[] Sig, BatchPosition? Batch = null, WebAuthnAssertion? Webauthn = null);

/// <summary>Where one PAE stands in a batch that was signed with one gesture: leaf index, size, RFC 6962 audit path.</summary>
public sealed record BatchPosition(int Index, int Size, IReadOnlyList<Hash32> Path);

/// <summary>What an authenticator returned beside its signature.</summary>
public sealed record WebAuthnAssertion(byte[] AuthenticatorData, byte[] ClientDataJson);

/// <summary>Serialisation of envelopes.</summary>
[JsonSerializable(typeof(Envelope))]
public sealed partial class EnvelopeJson : JsonSerializerContext
{
    /// <summary>Canonical type info of an envelope.</summary>
    public static JsonTypeInfo<Envelope> Canonical { get; } =
        (JsonTypeInfo<Envelope>)CanonicalJson.CreateOptions(new EnvelopeJson()).GetTypeInfo(typeof(Envelope));
}
