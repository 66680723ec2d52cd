using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Primitives;

namespace Mingjian.Engine.Ordering;

/// <summary>A node's statement that it has executed a block and made it durable: its signatures under the block's checkpoint.</summary>
/// <param name="Epoch">One vote a node for each epoch and height.</param>
/// <param name="Height">The block.</param>
/// <param name="Node">Whose vote it says it is.</param>
/// <param name="Note">The checkpoint note with the node's signature as the log and its cosignature.</param>
public sealed record VoteMessage(int Epoch, long Height, int Node, string Note)
{
    /// <summary>Largest accepted message in bytes.</summary>
    public const int MaxSize = 4096;

    /// <summary>The canonical bytes.</summary>
    public byte[] Encode() => CanonicalJson.Encode(this, VoteJson.Canonical);

    /// <summary>Null for anything but the canonical bytes of a message. Checks no signature.</summary>
    public static VoteMessage? TryDecode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxSize)
        {
            return null;
        }

        try
        {
            return CanonicalJson.Decode(bytes, VoteJson.Canonical);
        }
        catch (CanonicalJsonException)
        {
            return null;
        }
    }
}

/// <summary>Serialisation of votes.</summary>
[JsonSerializable(typeof(VoteMessage))]
internal sealed partial class VoteJson : JsonSerializerContext
{
    public static JsonTypeInfo<VoteMessage> Canonical { get; } =
        (JsonTypeInfo<VoteMessage>)CanonicalJson.CreateOptions(new VoteJson()).GetTypeInfo(typeof(VoteMessage));
}
