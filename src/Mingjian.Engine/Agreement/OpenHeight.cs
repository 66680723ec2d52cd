using System.Buffers.Binary;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Engine.Ordering;
using Mingjian.Engine.Store;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Engine.Agreement;

/// <summary>What this node has bound itself to at the height that is open; durable before anybody else learns of it.</summary>
/// <param name="Frozen">No vote in this epoch, or in one before it, any more; 0 = none is closed.</param>
/// <param name="Height">The height.</param>
/// <param name="Void">Votes in this epoch, or in one before it, are void: a restart has skipped what they were for; 0 = none is.</param>
/// <param name="Vote">The newest vote; null = none.</param>
internal sealed record OpenHeight(int Frozen, long Height, int Void, VoteMessage? Vote)
{
    private const string RecordName = "height";

    /// <summary>8 bytes position, 4 bytes proposer, big-endian, and the batch as it was ordered. Belongs to the newest vote.</summary>
    private const string BatchRecordName = "batch";

    private const int BatchHead = sizeof(long) + sizeof(int);

    /// <summary>The log root that the newest vote was for, if it still counts.</summary>
    public Hash32? Root => Counting is { } vote ? Checkpoint.OfNote(vote.Note)?.Root : null;

    /// <summary>The newest vote, unless a restart has made it void.</summary>
    public VoteMessage? Counting => Vote is { } vote && vote.Epoch > Void ? vote : null;

    /// <summary>What the records say of a height.</summary>
    /// <exception cref="StoreCorruptException">The record cannot be read.</exception>
    public static OpenHeight Read(INodeRecords records, long height) =>
        ReadNewest(records) is { } open && open.Height == height ? open : new OpenHeight(0, height, 0, null);

    /// <summary>The newest height for which anything is recorded, or null.</summary>
    /// <exception cref="StoreCorruptException">The record cannot be read.</exception>
    public static OpenHeight? ReadNewest(INodeRecords records)
    {
        try
        {
            return records.Read(RecordName) is { } bytes ? CanonicalJson.Decode(bytes, OpenHeightJson.Canonical) : null;
        }
        catch (CanonicalJsonException e)
        {
            throw new StoreCorruptException(RecordName, "what this node has voted for cannot be read.", e);
        }
    }

    /// <summary>One vote for each epoch, and none in an epoch before that of the newest vote.</summary>
    public bool MayVote(int epoch) => epoch > Frozen && epoch > (Vote?.Epoch ?? 0);

    public void Write(INodeRecords records) => records.Write(RecordName, CanonicalJson.Encode(this, OpenHeightJson.Canonical));

    /// <summary>Writes a vote together with the batch that it is for, in one go.</summary>
    public void Write(INodeRecords records, ReceivedBatch? batch)
    {
        if (batch is null)
        {
            Write(records);
            return;
        }

        var bytes = new byte[BatchHead + batch.Bytes.Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, batch.Position);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(sizeof(long)), batch.Node);
        batch.Bytes.CopyTo(bytes.AsMemory(BatchHead));
        records.Write([new(RecordName, CanonicalJson.Encode(this, OpenHeightJson.Canonical)), new(BatchRecordName, bytes)]);
    }

    /// <summary>The batch that the newest vote is for; null when it is not known.</summary>
    public static ReceivedBatch? ReadBatch(INodeRecords records) => records.Read(BatchRecordName) is { Length: > BatchHead } bytes
        ? new ReceivedBatch(
            BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(sizeof(long))), bytes.AsMemory(BatchHead))
        : null;
}

/// <summary>Serialisation of the open height.</summary>
[JsonSerializable(typeof(OpenHeight))]
internal sealed partial class OpenHeightJson : JsonSerializerContext
{
    public static JsonTypeInfo<OpenHeight> Canonical { get; } =
        (JsonTypeInfo<OpenHeight>)CanonicalJson.CreateOptions(new OpenHeightJson()).GetTypeInfo(typeof(OpenHeight));
}
