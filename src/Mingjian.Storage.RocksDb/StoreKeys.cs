using System.Buffers.Binary;
using Mingjian.Engine.Store;
using Mingjian.Primitives;

namespace Mingjian.Storage.RocksDb;

/// <summary>How keys and places are written: numbers in 64 bits, big-endian, so that the order of keys is the order of numbers.</summary>
internal static class StoreKeys
{
    /// <summary>Bytes of a block's or an entry's key.</summary>
    public const int NumberSize = 8;

    /// <summary>Bytes of a tile's key: the level, the number.</summary>
    public const int TileSize = 9;

    /// <summary>Bytes of an act's place: height, index.</summary>
    public const int PlaceSize = 16;

    /// <summary>Longest state path in bytes.</summary>
    public const int MaxPath = 512;

    /// <summary>The network's name, in the default column family.</summary>
    public static readonly byte[] Network = "network"u8.ToArray();

    /// <summary>The newest block's height, in the default column family.</summary>
    public static readonly byte[] Height = "height"u8.ToArray();

    public static void WriteNumber(Span<byte> key, long number) => BinaryPrimitives.WriteInt64BigEndian(key, number);

    public static long ReadNumber(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadInt64BigEndian(key);

    public static void WriteTile(Span<byte> key, int level, long number)
    {
        key[0] = (byte)level;
        WriteNumber(key[1..], number);
    }

    public static void WritePlace(Span<byte> value, TransactionPlace place)
    {
        WriteNumber(value, place.Height);
        WriteNumber(value[NumberSize..], place.Index);
    }

    /// <summary>Null for bytes of another length.</summary>
    public static TransactionPlace? ReadPlace(ReadOnlySpan<byte> value) =>
        value.Length == PlaceSize ? new TransactionPlace(ReadNumber(value), ReadNumber(value[NumberSize..])) : null;

    /// <summary>Null for bytes of another length.</summary>
    public static Hash32? ReadHash(ReadOnlySpan<byte> key) => key.Length == Hash32.Size ? new Hash32(key) : null;
}
