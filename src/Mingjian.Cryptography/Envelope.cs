using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Primitives;

namespace Mingjian.Cryptography;

/// <summary>Why bytes are not an acceptable envelope. Numbers are stable; declared in order of precedence.</summary>
public enum EnvelopeFault
{
    None = 0,

    /// <summary>More than <see cref="Envelope.MaxSize"/> bytes, or none.</summary>
    Size = 1,

    /// <summary>Not the canonical JSON of an envelope.</summary>
    Malformed = 2,

    /// <summary>Not <see cref="Envelope.TransactionType"/>.</summary>
    PayloadType = 3,

    /// <summary>No signature, or more than <see cref="Envelope.MaxSignatures"/>.</summary>
    SignatureCount = 4,

    /// <summary>One key signs twice.</summary>
    DuplicateKey = 5,

    /// <summary>A signature is not 64 bytes, or a batch position exceeds its bounds.</summary>
    SignatureShape = 6,

    /// <summary>A passkey's assertion has not the one form that is accepted (<see cref="WebAuthn"/>).</summary>
    AssertionShape = 7,

    /// <summary>The authenticator did not verify who the person is.</summary>
    UserNotVerified = 8,
}

/// <summary>A DSSE envelope: payload bytes, their type and one or more signatures over the PAE.</summary>
/// <remarks>Its own encoding is canonical JSON, so an envelope has exactly one byte form. Base64 is standard and padded.</remarks>
public sealed record Envelope(byte[] Payload, string PayloadType, IReadOnlyList<EnvelopeSignature> Signatures)
{
    /// <summary>Payload type of a transaction: canonical JSON of a <see cref="TransactionPayload"/>.</summary>
    public const string TransactionType = "application/vnd.mingjian.transaction.v1+json";

    /// <summary>Payload type of a batch root: the 32 bytes of an RFC 6962 root over the batch's PAEs.</summary>
    public const string BatchType = "application/vnd.mingjian.batch.v1";

    /// <summary>Largest accepted envelope in bytes: leaves room for events within a 65,535-byte log entry.</summary>
    public const int MaxSize = 40_000;

    /// <summary>Most signatures an envelope may carry: the founding organisations of the largest network sign one agreement.</summary>
    public const int MaxSignatures = 31;

    private static ReadOnlySpan<byte> PlainPayloadType => ",\"payloadType\":\"application/vnd.mingjian.transaction.v1+json\",\"signatures\":["u8;

    private static ReadOnlySpan<byte> PlainScheme => ",\"scheme\":\"es256\",\"sig\":"u8;

    /// <summary>The one byte form.</summary>
    public byte[] Encode() => CanonicalJson.Encode(this, EnvelopeJson.Canonical);

    /// <summary>The bytes that a signature without batch position covers.</summary>
    public byte[] ToPae() => Pae.Encode(PayloadType, Payload);

    /// <summary>Reads an envelope and checks its form; signatures and payload are not looked into.</summary>
    /// <param name="bytes">Never trusted.</param>
    /// <param name="envelope">Null unless the result is <see cref="EnvelopeFault.None"/>.</param>
    public static EnvelopeFault TryDecode(ReadOnlySpan<byte> bytes, out Envelope? envelope)
    {
        envelope = null;
        if (bytes.Length is 0 or > MaxSize)
        {
            return EnvelopeFault.Size;
        }

        var decoded = ReadPlain(bytes);
        if (decoded is null)
        {
            try
            {
                decoded = CanonicalJson.Decode(bytes, EnvelopeJson.Canonical);
            }
            catch (CanonicalJsonException)
            {
                return EnvelopeFault.Malformed;
            }
        }

        var fault = decoded.CheckForm();
        envelope = fault == EnvelopeFault.None ? decoded : null;
        return fault;
    }

    /// <summary>The usual envelope, signed by keys of one scheme without batches, in one pass; null leaves the decision to the general decoder.</summary>
    private static Envelope? ReadPlain(ReadOnlySpan<byte> bytes)
    {
        var json = new CanonicalReader(bytes);
        json.Expect("{\"payload\":"u8);
        var payload = json.ReadBase64();
        json.Expect(PlainPayloadType);
        var signatures = new List<EnvelopeSignature>(1);
        do
        {
            json.Expect("{\"keyid\":"u8);
            var key = json.ReadText<KeyId>();
            json.Expect(PlainScheme);
            signatures.Add(new EnvelopeSignature(key, SchemeNames.Es256, json.ReadBase64()));
            json.Expect("}"u8);
        }
        while (json.Take(","u8));
        json.Expect("]}"u8);
        return json.IsComplete ? new Envelope(payload, TransactionType, signatures) : null;
    }

    private EnvelopeFault CheckForm()
    {
        if (!string.Equals(PayloadType, TransactionType, StringComparison.Ordinal))
        {
            return EnvelopeFault.PayloadType;
        }

        if (Signatures.Count is 0 or > MaxSignatures)
        {
            return EnvelopeFault.SignatureCount;
        }

        for (var i = 0; i < Signatures.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (Signatures[i].Keyid == Signatures[j].Keyid)
                {
                    return EnvelopeFault.DuplicateKey;
                }
            }
        }

        foreach (var signature in Signatures)
        {
            if (!signature.HasValidShape())
            {
                return EnvelopeFault.SignatureShape;
            }
        }

        foreach (var signature in Signatures)
        {
            if (CheckAssertion(signature) is var fault && fault != EnvelopeFault.None)
            {
                return fault;
            }
        }

        return EnvelopeFault.None;
    }

    /// <summary>Nothing of an assertion is free, so that no envelope can carry a text in it; whom it is for is the verifier's question.</summary>
    private static EnvelopeFault CheckAssertion(EnvelopeSignature signature) =>
        signature.Webauthn is null ? EnvelopeFault.None : WebAuthn.CheckForm(signature.Webauthn) switch
        {
            SignatureFault.None => EnvelopeFault.None,
            SignatureFault.UserNotVerified => EnvelopeFault.UserNotVerified,
            _ => EnvelopeFault.AssertionShape,
        };
}

/// <summary>One signature of an envelope.</summary>
/// <param name="Keyid">The signer's key.</param>
/// <param name="Scheme">A registered scheme's name; must equal the bound key's scheme.</param>
/// <param name="Sig">64 bytes r||s for es256; the authenticator's DER signature turned into r||s for webauthn-es256.</param>
/// <param name="Batch">Null when the signature covers this payload's PAE itself; else where this PAE stands in the signed batch.</param>
/// <param name="Webauthn">Only and always for webauthn-es256.</param>
public sealed record EnvelopeSignature(
    KeyId Keyid, string Scheme, byte[] Sig, BatchPosition? Batch = null, WebAuthnAssertion? Webauthn = null)
{
    internal bool HasValidShape() =>
        Sig.Length == EcdsaFormat.Length
        && (Batch is null || (Batch.Size is >= 1 and <= BatchPosition.MaxSize && Batch.Index >= 0 && Batch.Index < Batch.Size
            && Batch.Path.Count <= BatchPosition.MaxPathLength));
}

/// <summary>Where one PAE stands in a batch that was signed with one gesture: leaf index, size, RFC 6962 audit path.</summary>
public sealed record BatchPosition(int Index, int Size, IReadOnlyList<Hash32> Path)
{
    /// <summary>Most acts that one gesture may sign.</summary>
    public const int MaxSize = 65_536;

    /// <summary>Longest audit path in a batch of <see cref="MaxSize"/>.</summary>
    public const int MaxPathLength = 16;
}

/// <summary>What an authenticator returned beside its signature. Its one form: <see cref="WebAuthn"/>.</summary>
public sealed record WebAuthnAssertion(byte[] AuthenticatorData, byte[] ClientDataJson)
{
    /// <summary>RP id hash, flags, counter; nothing else.</summary>
    public const int DataLength = 37;

    /// <summary>Above the longest form: 36 bytes, a challenge of 43, an origin of 267, all optional members.</summary>
    public const int MaxClientDataLength = 512;
}

/// <summary>Serialisation of envelopes.</summary>
[JsonSerializable(typeof(Envelope))]
public sealed partial class EnvelopeJson : JsonSerializerContext
{
    /// <summary>Canonical type info of an envelope.</summary>
    public static JsonTypeInfo<Envelope> Canonical { get; } =
        (JsonTypeInfo<Envelope>)CanonicalJson.CreateOptions(new EnvelopeJson()).GetTypeInfo(typeof(Envelope));
}
