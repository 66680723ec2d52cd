using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Primitives;

namespace Mingjian.Cryptography;

/// <summary>What the signatures of a transaction cover: one command for one ledger, with an end to its validity.</summary>
/// <remarks>
/// Canonical JSON (docs/reference/formats.md, "Transaction"). The body stays raw here, because this layer knows no contract: only
/// <see cref="DecodeBody"/> with the command's own type info proves that it is canonical and of the right shape.
/// </remarks>
/// <param name="Body">The command record.</param>
/// <param name="Command">The command's name on the ledger, for example <c>dues.RecordPayment</c>.</param>
/// <param name="Expires">Refused in blocks at or after this time.</param>
/// <param name="Network">The ledger it is meant for.</param>
/// <param name="Nonce">Makes the transaction id unique.</param>
public sealed record TransactionPayload(JsonElement Body, string Command, LedgerTime Expires, NetworkId Network, Nonce Nonce)
{
    /// <summary>Longest time between a block and the expiry of a transaction in it: 72 hours.</summary>
    public const long MaxValidityMilliseconds = 72L * 3600 * 1000;

    /// <summary>A payload around an already typed command.</summary>
    public static TransactionPayload Create(
        NetworkId network, string command, object body, JsonTypeInfo bodyType, LedgerTime expires, Nonce nonce)
    {
        var reader = new Utf8JsonReader(CanonicalJson.Encode(body, bodyType));
        return new(JsonElement.ParseValue(ref reader), command, expires, network, nonce);
    }

    /// <summary>Reads the frame; the body's own canonical form is checked by <see cref="DecodeBody"/>.</summary>
    /// <exception cref="CanonicalJsonException">Not a payload.</exception>
    public static TransactionPayload Decode(ReadOnlySpan<byte> bytes) => CanonicalJson.Decode(bytes, TransactionPayloadJson.Canonical);

    /// <summary>The typed command.</summary>
    /// <exception cref="CanonicalJsonException">Not the canonical encoding of that type.</exception>
    public object DecodeBody(JsonTypeInfo type) => CanonicalJson.Decode(JsonMarshal.GetRawUtf8Value(Body), type);

    /// <summary>The canonical bytes that are signed (through the PAE).</summary>
    public byte[] Encode() => CanonicalJson.Encode(this, TransactionPayloadJson.Canonical);
}

/// <summary>Serialisation of payloads.</summary>
[JsonSerializable(typeof(TransactionPayload))]
public sealed partial class TransactionPayloadJson : JsonSerializerContext
{
    /// <summary>Canonical type info.</summary>
    public static JsonTypeInfo<TransactionPayload> Canonical { get; } = (JsonTypeInfo<TransactionPayload>)
        CanonicalJson.CreateOptions(new TransactionPayloadJson()).GetTypeInfo(typeof(TransactionPayload));
}
