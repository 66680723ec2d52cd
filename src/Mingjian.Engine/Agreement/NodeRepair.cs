using System.Buffers.Binary;
using Mingjian.Engine.Store;

namespace Mingjian.Engine.Agreement;

/// <summary>What operators do to the records of a node that does not run.</summary>
public static class NodeRepair
{
    internal const string HaltedRecord = "halted";

    /// <summary>Present in a store that was put back and has not asked the order yet how far it may be behind itself.</summary>
    internal const string RestoredRecord = "restored";

    /// <summary>8 bytes, big-endian: a position. This node votes for nothing that the order held up to it.</summary>
    internal const string HoldRecord = "hold";

    /// <summary>
    /// Says of a copy that was put back that it may be older than the node's newest vote: the node will vote only for what is ordered after it
    /// has started again. MUST be called before a node that shares an order runs on a copy.
    /// </summary>
    public static void MarkRestored(IBlockStore store) => store.Records.Write(RestoredRecord, [1]);

    /// <summary>
    /// Takes a halted node up again, after the program or the machine that made it come to something else than the quorum has been mended. Its
    /// votes stay given; the block is executed again at the next start, and the node halts again when it still comes to something else.
    /// </summary>
    /// <returns>The pair of notes that it halted over; null when it was not halted, and nothing is changed.</returns>
    public static Evidence? Mend(IBlockStore store)
    {
        if (store.Records.Read(HaltedRecord) is null)
        {
            return null;
        }

        var own = store.Records.ReadAll(Evidence.RecordPrefix).Select(r => Evidence.Decode(r.Value)).Last(e => e.Kind == EvidenceKind.OwnDivergence);
        store.Records.Write(HaltedRecord, null);
        return own;
    }

    internal static long? ReadNumber(INodeRecords records, string name) => records.Read(name) switch
    {
        null => null,
        { Length: 8 } bytes => BinaryPrimitives.ReadInt64BigEndian(bytes),
        _ => throw new StoreCorruptException(name, "the record is damaged."),
    };

    internal static void WriteNumber(INodeRecords records, string name, long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        records.Write(name, bytes);
    }
}
