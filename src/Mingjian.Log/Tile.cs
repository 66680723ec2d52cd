using Mingjian.Primitives;

namespace Mingjian.Log;

/// <summary>Reads hash tiles of a log (C2SP tlog-tiles).</summary>
public interface ITileReader
{
    /// <summary>
    /// The first <paramref name="width"/> hashes of a tile, 32 bytes each, or null when the log does not have them.
    /// </summary>
    /// <param name="level">0..7; an entry of level l covers 256^l log entries.</param>
    /// <param name="number">From 0.</param>
    /// <param name="width">1..256; 256 is the full tile.</param>
    ReadOnlyMemory<byte>? ReadTile(int level, long number, int width);
}

/// <summary>New content of one tile after an append; a store replaces what it had under (level, number).</summary>
/// <param name="Level">0..7.</param>
/// <param name="Number">From 0.</param>
/// <param name="Width">1..256 hashes.</param>
/// <param name="Hashes">All <paramref name="Width"/> hashes from the tile's start, so a narrower partial tile is a prefix.</param>
public sealed record TileWrite(int Level, long Number, int Width, byte[] Hashes);

/// <summary>Geometry of tiles of height 8 (C2SP tlog-tiles).</summary>
public static class Tile
{
    /// <summary>Hashes in a full tile.</summary>
    public const int FullWidth = 256;

    /// <summary>Bytes of a full tile.</summary>
    public const int FullLength = FullWidth * Hash32.Size;

    /// <summary>Tile levels of a log with fewer than 2^63 entries.</summary>
    public const int Levels = 8;

    /// <summary>Hashes that level <paramref name="level"/> holds in a log of <paramref name="size"/> entries.</summary>
    public static long Count(int level, long size) => level >= Levels ? 0 : size >> (8 * level);

    /// <summary>Width (0..256) of a tile in a log of <paramref name="size"/> entries.</summary>
    public static int Width(int level, long number, long size)
    {
        var count = Count(level, size);
        return number < 0 || number > count / FullWidth ? 0 : (int)Math.Min(count - (number * FullWidth), FullWidth);
    }
}
