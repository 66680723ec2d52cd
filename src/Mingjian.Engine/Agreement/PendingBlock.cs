using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Primitives;

namespace Mingjian.Engine.Agreement;

/// <summary>What a node makes durable before its vote leaves it: the vote, and the batch that it is about.</summary>
/// <param name="Batch">Bytes of the batch, as ordered.</param>
/// <param name="Position">Of the batch.</param>
/// <param name="Proposer">Under whose name the batch was ordered.</param>
/// <param name="Vote">This node's vote.</param>
internal sealed record PendingBlock(byte[] Batch, long Position, int Proposer, VoteMessage Vote)
{
    public const string RecordName = "pending";

    public byte[] Encode() => CanonicalJson.Encode(this, PendingJson.Canonical);

    /// <exception cref="CanonicalJsonException">Not such a record.</exception>
    public static PendingBlock Decode(ReadOnlySpan<byte> bytes) => CanonicalJson.Decode(bytes, PendingJson.Canonical);
}

/// <summary>Serialisation of the pending block.</summary>
[JsonSerializable(typeof(PendingBlock))]
internal sealed partial class PendingJson : JsonSerializerContext
{
    public static JsonTypeInfo<PendingBlock> Canonical { get; } =
        (JsonTypeInfo<PendingBlock>)CanonicalJson.CreateOptions(new PendingJson()).GetTypeInfo(typeof(PendingBlock));
}
