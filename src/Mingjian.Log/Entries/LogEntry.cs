using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Log.Entries;

/// <summary>One leaf of the log (docs/reference/formats.md, "Log entries"): an act with what came of it, a refusal, or a block's seal.</summary>
public abstract record LogEntry
{
    /// <summary>Largest entry in bytes (C2SP tlog-tiles: a 16-bit length).</summary>
    public const int MaxSize = 65_535;

    /// <summary>Reads an entry. Bodies of events and commands stay raw.</summary>
    /// <exception cref="CanonicalJsonException">None of the three kinds, or too large.</exception>
    public static LogEntry Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxSize)
        {
            throw new CanonicalJsonException("A log entry is at most 65,535 bytes.");
        }

        return KindOf(bytes) switch
        {
            EntryKind.Seal => CanonicalJson.Decode(bytes, LogEntryJson.CanonicalSeal),
            EntryKind.Refusal => CanonicalJson.Decode(bytes, LogEntryJson.CanonicalRefusal),
            _ => WithType(CanonicalJson.Decode(bytes, LogEntryJson.CanonicalTransaction)),
        };
    }

    /// <summary>As <see cref="Decode"/>, for an entry of this node's own final blocks: its canonical form is not checked again.</summary>
    /// <exception cref="CanonicalJsonException">None of the three kinds.</exception>
    public static LogEntry DecodeOwn(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return KindOf(bytes) switch
            {
                EntryKind.Seal => JsonSerializer.Deserialize(bytes, LogEntryJson.CanonicalSeal)!,
                EntryKind.Refusal => JsonSerializer.Deserialize(bytes, LogEntryJson.CanonicalRefusal)!,
                _ => WithType(JsonSerializer.Deserialize(bytes, LogEntryJson.CanonicalTransaction)!),
            };
        }
        catch (JsonException e)
        {
            throw new CanonicalJsonException("Not a log entry.", e);
        }
    }

    /// <summary>What the bytes say they are; whether they are that, only decoding tells.</summary>
    /// <remarks>"type" is the last member in canonical order, so the suffix decides.</remarks>
    public static EntryKind KindOf(ReadOnlySpan<byte> bytes) =>
        bytes.EndsWith("\"type\":\"seal\"}"u8) ? EntryKind.Seal
        : bytes.EndsWith("\"type\":\"refusal\"}"u8) ? EntryKind.Refusal
        : EntryKind.Transaction;

    private static TransactionEntry WithType(TransactionEntry entry) => entry.Type == TransactionEntry.TypeName
        ? entry
        : throw new CanonicalJsonException("Not a log entry of a known type.");

    /// <summary>The canonical bytes, which are the leaf's data.</summary>
    public byte[] Encode() => this switch
    {
        TransactionEntry entry => CanonicalJson.Encode(entry, LogEntryJson.CanonicalTransaction),
        RefusalEntry refusal => CanonicalJson.Encode(refusal, LogEntryJson.CanonicalRefusal),
        SealEntry seal => CanonicalJson.Encode(seal, LogEntryJson.CanonicalSeal),
        _ => throw new InvalidOperationException("The hierarchy of log entries is closed."),
    };
}

/// <summary>The kinds of entries.</summary>
public enum EntryKind
{
    Transaction = 1,
    Refusal = 2,
    Seal = 3,
}

/// <summary>A signed act that was carried out, and what came of it.</summary>
/// <param name="Actors">The keys as resolved when it was executed, in the order of the envelope's signatures.</param>
/// <param name="Envelope">As submitted.</param>
/// <param name="Events">What happened.</param>
/// <param name="Height">The block.</param>
/// <param name="Time">The block's time.</param>
/// <param name="Type">Always <see cref="TypeName"/>.</param>
public sealed record TransactionEntry(
    IReadOnlyList<EntryActor> Actors, Envelope Envelope, IReadOnlyList<EntryEvent> Events, long Height, LedgerTime Time,
    string Type = TransactionEntry.TypeName) : LogEntry
{
    public const string TypeName = "transaction";
}

/// <param name="Key">The public key that a signature was checked with.</param>
/// <param name="Member">Whose key; null for a key that the command itself introduced.</param>
public sealed record EntryActor(PublicKeyValue Key, MemberId? Member);

/// <param name="Body">The event record, raw.</param>
/// <param name="Name">For example <c>dues.PaymentRecorded</c>.</param>
public sealed record EntryEvent(JsonElement Body, string Name)
{
    /// <summary>An entry's form of a typed event.</summary>
    public static EntryEvent Create(string name, object body, JsonTypeInfo bodyType)
    {
        var reader = new Utf8JsonReader(CanonicalJson.Encode(body, bodyType));
        return new(JsonElement.ParseValue(ref reader), name);
    }

    /// <summary>The typed event.</summary>
    /// <exception cref="CanonicalJsonException">Not the canonical encoding of that type.</exception>
    public object DecodeBody(JsonTypeInfo type) => CanonicalJson.Decode(JsonMarshal.GetRawUtf8Value(Body), type);
}

/// <summary>An act that was refused after it had been ordered: its id and why, and nothing of what somebody put into it.</summary>
/// <remarks>Nobody can carry it out again, so a replay takes it as it stands; the quorum that signs the log vouches for it. It writes no state.</remarks>
/// <param name="Code">Why.</param>
/// <param name="Height">The block.</param>
/// <param name="Id">The transaction id, which stays refused for good.</param>
/// <param name="Time">The block's time.</param>
/// <param name="Type">Always <see cref="TypeName"/>.</param>
public sealed record RefusalEntry(RefusalCode Code, long Height, Hash32 Id, LedgerTime Time, string Type = RefusalEntry.TypeName) : LogEntry
{
    public const string TypeName = "refusal";
}

/// <summary>The last entry of a block: what the block consists of and the state after it.</summary>
/// <param name="Carries">The newest protocol that the proposer's program carries, as its batch says; the state keeps it.</param>
/// <param name="Entries">Entries of the block, the seal included.</param>
/// <param name="Epoch">From 1; a restart of a stalled height begins the next one.</param>
/// <param name="FirstIndex">Index of its first entry.</param>
/// <param name="Height">From 1.</param>
/// <param name="Network">The ledger.</param>
/// <param name="NextNodeSet">Hash of the node set whose quorum signs the next block's checkpoint.</param>
/// <param name="NodeSet">Hash of the node set whose quorum signs this block's checkpoint.</param>
/// <param name="Position">The batch's place in the total order; grows from block to block.</param>
/// <param name="PreviousRoot">Log root before this block.</param>
/// <param name="Proposer">Number of the node whose batch the block is made of.</param>
/// <param name="Protocol">By whose rules the block is made; follows from the state before it.</param>
/// <param name="StateRoot">State root after this block.</param>
/// <param name="Time">The block's time.</param>
/// <param name="Type">Always <see cref="TypeName"/>.</param>
public sealed record SealEntry(
    int Carries, int Entries, int Epoch, long FirstIndex, long Height, NetworkId Network, Hash32 NextNodeSet, Hash32 NodeSet, long Position,
    Hash32 PreviousRoot, int Proposer, int Protocol, Hash32 StateRoot, LedgerTime Time, string Type = SealEntry.TypeName) : LogEntry
{
    public const string TypeName = "seal";
}

/// <summary>Serialisation of log entries.</summary>
[JsonSerializable(typeof(TransactionEntry))]
[JsonSerializable(typeof(RefusalEntry))]
[JsonSerializable(typeof(SealEntry))]
public sealed partial class LogEntryJson : JsonSerializerContext
{
    private static readonly JsonSerializerOptions CanonicalOptions = CanonicalJson.CreateOptions(new LogEntryJson());

    /// <summary>Canonical type info of transaction entries.</summary>
    public static JsonTypeInfo<TransactionEntry> CanonicalTransaction { get; } =
        (JsonTypeInfo<TransactionEntry>)CanonicalOptions.GetTypeInfo(typeof(TransactionEntry));

    /// <summary>Canonical type info of refusals.</summary>
    public static JsonTypeInfo<RefusalEntry> CanonicalRefusal { get; } =
        (JsonTypeInfo<RefusalEntry>)CanonicalOptions.GetTypeInfo(typeof(RefusalEntry));

    /// <summary>Canonical type info of seals.</summary>
    public static JsonTypeInfo<SealEntry> CanonicalSeal { get; } =
        (JsonTypeInfo<SealEntry>)CanonicalOptions.GetTypeInfo(typeof(SealEntry));
}
