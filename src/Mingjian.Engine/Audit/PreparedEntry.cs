using System.Text.Json;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Execution;
using Mingjian.Log.Entries;
using Mingjian.Primitives;

namespace Mingjian.Engine.Audit;

/// <summary>An entry read and its signatures checked, which needs no order: exactly one member besides the bytes is set.</summary>
internal readonly record struct PreparedEntry(byte[] Bytes, BlockAct? Act, SealEntry? Seal, AuditFault? Fault, int Signatures);

/// <summary>Prepares entries for being executed again; safe for concurrent use.</summary>
/// <remarks>
/// Of a transaction, only the envelope and the named keys are taken out of an entry. Its other members are not read but made again and compared byte
/// for byte, so nothing in an entry escapes.
/// </remarks>
internal sealed class EntryPreparer(TransactionReader reader, ISignatureVerifier verifier)
{
    /// <param name="leaf">Leaf hash of the bytes.</param>
    public PreparedEntry Prepare(byte[] bytes, Hash32 leaf, long index)
    {
        try
        {
            return LogEntry.KindOf(bytes) switch
            {
                EntryKind.Seal => new PreparedEntry(bytes, null, (SealEntry)LogEntry.Decode(bytes), null, 0),
                EntryKind.Refusal => PrepareRefusal(bytes, leaf),
                _ => PrepareTransaction(bytes, leaf, index),
            };
        }
        catch (Exception e) when (e is CanonicalJsonException or JsonException or InvalidOperationException)
        {
            return Faulty(bytes, AuditFaultCode.EntryMalformed, index, e.Message);
        }
    }

    /// <summary>There is nothing to carry out again: form alone is looked at here, and the block's height and time where it is its turn.</summary>
    private static PreparedEntry PrepareRefusal(byte[] bytes, Hash32 leaf)
    {
        var entry = (RefusalEntry)LogEntry.Decode(bytes);
        return new PreparedEntry(bytes, new BlockAct(entry.Id, null, entry.Code, new LoggedEntry(bytes, leaf)), null, null, 0);
    }

    private PreparedEntry PrepareTransaction(byte[] bytes, Hash32 leaf, long index)
    {
        if (!TrySlice(bytes, out var envelope, out var keys))
        {
            return Faulty(bytes, AuditFaultCode.EntryMalformed, index, "Not a log entry of a known type.");
        }

        var refusal = reader.ReadFrame(envelope, out var frame);
        if (refusal is not null)
        {
            return Faulty(bytes, AuditFaultCode.EntryMalformed, index, $"The envelope is refused: {refusal}.");
        }

        // The height is checked when the act is executed.
        refusal = reader.ReadCommand(frame, out var route, out var command);
        if (refusal is not null)
        {
            return Faulty(bytes, AuditFaultCode.EntryMalformed, index, $"The command is refused: {refusal}.");
        }

        var signers = frame.Signers();
        if (keys.Count != signers.Length)
        {
            return Faulty(bytes, AuditFaultCode.EntryMalformed, index, "Actors and signatures differ in number.");
        }

        var actors = new Actor[signers.Length];
        for (var i = 0; i < actors.Length; i++)
        {
            actors[i] = new Actor(signers[i], keys[i], null);
        }

        refusal = SignatureCheck.Verify(verifier, frame, actors);
        if (refusal is not null)
        {
            return Faulty(bytes, AuditFaultCode.SignatureInvalid, index, $"A signature does not hold: {refusal}.");
        }

        var transaction = new AdmittedTransaction(frame.Id, envelope, route!, command!, frame.Payload.Expires, signers)
        {
            Logged = new LoggedEntry(bytes, leaf),
            Sites = frame.Sites(),
        };
        return new PreparedEntry(bytes, BlockAct.Of(transaction), null, null, signers.Length);
    }

    public static PreparedEntry Faulty(byte[] bytes, AuditFaultCode code, long index, string message) =>
        new(bytes, null, null, new AuditFault(code, $"entry {index}", message), 0);

    /// <summary>Finds the envelope's bytes and the actors' keys.</summary>
    private static bool TrySlice(byte[] bytes, out ReadOnlyMemory<byte> envelope, out List<PublicKeyValue> keys)
    {
        envelope = default;
        keys = [];
        var json = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = CanonicalJson.MaxDepth + 4 });
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("actors"u8))
            {
                if (!TryReadKeys(ref json, keys))
                {
                    return false;
                }
            }
            else if (json.ValueTextEquals("envelope"u8))
            {
                json.Read();
                var start = (int)json.TokenStartIndex;
                json.Skip();
                envelope = bytes.AsMemory(start, (int)json.BytesConsumed - start);
                return keys.Count > 0;
            }
            else
            {
                return false;
            }
        }

        return false;
    }

    private static bool TryReadKeys(ref Utf8JsonReader json, List<PublicKeyValue> keys)
    {
        json.Read();
        var depth = json.CurrentDepth;
        while (json.Read() && json.CurrentDepth > depth)
        {
            if (json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("key"u8))
            {
                if (!json.Read() || json.TokenType != JsonTokenType.String || !PublicKeyValue.TryParse(json.GetString(), out var key))
                {
                    return false;
                }

                keys.Add(key);
            }
        }

        return json.TokenType == JsonTokenType.EndArray;
    }
}
