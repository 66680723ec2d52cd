using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Engine.Store;
using Mingjian.Primitives;

namespace Mingjian.Storage.RocksDb;

/// <summary>Canonical JSON of block records.</summary>
[JsonSerializable(typeof(BlockRecord))]
internal sealed partial class BlockRecordJson : JsonSerializerContext
{
    private static readonly JsonTypeInfo<BlockRecord> Canonical =
        (JsonTypeInfo<BlockRecord>)CanonicalJson.CreateOptions(new BlockRecordJson()).GetTypeInfo(typeof(BlockRecord));

    public static byte[] Encode(BlockRecord block) => CanonicalJson.Encode(block, Canonical);

    /// <exception cref="StoreCorruptException">Not a block record.</exception>
    public static BlockRecord Decode(byte[] bytes, string place)
    {
        try
        {
            return CanonicalJson.Decode(bytes, Canonical);
        }
        catch (CanonicalJsonException e)
        {
            throw new StoreCorruptException(place, "the block record is damaged.", e);
        }
    }
}
