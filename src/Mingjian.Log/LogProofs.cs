using System.Numerics;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Log;

/// <summary>Makes RFC 6962 proofs from tiles; checking them is <see cref="Merkle"/>'s.</summary>
public static class LogProofs
{
    /// <summary>Audit path of an entry in the tree of the first <paramref name="size"/> entries, sibling first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The entry is not in that tree.</exception>
    /// <exception cref="InvalidDataException">A tile is missing.</exception>
    public static IReadOnlyList<Hash32> Inclusion(ITileReader tiles, long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var source = new SubtreeSource(tiles, size);
        var path = new List<Hash32>();
        long begin = 0;
        var end = size;
        while (end - begin > 1)
        {
            var middle = begin + Merkle.SplitPoint(end - begin);
            path.Add(index < middle ? source.Root(middle, end) : source.Root(begin, middle));
            (begin, end) = index < middle ? (begin, middle) : (middle, end);
        }

        path.Reverse();
        return path;
    }

    /// <summary>Consistency path between the first <paramref name="oldSize"/> and the first <paramref name="newSize"/> entries.</summary>
    /// <remarks>Empty for equal sizes and for an old size of 0.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The old size is negative or beyond the new one.</exception>
    /// <exception cref="InvalidDataException">A tile is missing.</exception>
    public static IReadOnlyList<Hash32> Consistency(ITileReader tiles, long oldSize, long newSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, newSize);
        if (oldSize == 0 || oldSize == newSize)
        {
            return [];
        }

        var source = new SubtreeSource(tiles, newSize);
        var path = new List<Hash32>();
        long begin = 0;
        var end = newSize;
        var whole = true;
        while (end != oldSize)
        {
            // oldSize lies inside (begin, end): SUBPROOF of RFC 6962 section 2.1.2.
            var middle = begin + Merkle.SplitPoint(end - begin);
            if (oldSize <= middle)
            {
                path.Add(source.Root(middle, end));
                end = middle;
            }
            else
            {
                path.Add(source.Root(begin, middle));
                begin = middle;
                whole = false;
            }
        }

        if (!whole)
        {
            path.Add(source.Root(begin, end));
        }

        path.Reverse();
        return path;
    }

    /// <summary>Root over the first <paramref name="size"/> entries.</summary>
    /// <exception cref="InvalidDataException">A tile is missing.</exception>
    public static Hash32 Root(ITileReader tiles, long size) => size == 0 ? Merkle.EmptyRoot : new SubtreeSource(tiles, size).Root(0, size);

    private sealed class SubtreeSource(ITileReader tiles, long size)
    {
        private readonly Dictionary<(int Level, long Number), ReadOnlyMemory<byte>> _read = [];

        /// <summary>MTH of entries begin..end, where begin is a multiple of the largest power of two up to the length.</summary>
        public Hash32 Root(long begin, long end)
        {
            var length = end - begin;
            if (BitOperations.IsPow2(length))
            {
                return Perfect(BitOperations.Log2((ulong)length), begin);
            }

            var middle = begin + Merkle.SplitPoint(length);
            return Merkle.HashChildren(Root(begin, middle), Root(middle, end));
        }

        private Hash32 Perfect(int bits, long begin)
        {
            var level = bits / 8;
            var row = 1 << (bits % 8);
            var first = begin >> (8 * level);
            var number = first / Tile.FullWidth;
            var offset = (int)(first % Tile.FullWidth);
            return CompactTree.PerfectRoot(Read(level, number).Span.Slice(offset * Hash32.Size, row * Hash32.Size));
        }

        private ReadOnlyMemory<byte> Read(int level, long number)
        {
            if (!_read.TryGetValue((level, number), out var hashes))
            {
                var width = Tile.Width(level, number, size);
                hashes = tiles.ReadTile(level, number, width) is { } found && found.Length == width * Hash32.Size
                    ? found
                    : throw new InvalidDataException($"Tile {level}/{number} of width {width} is missing.");
                _read.Add((level, number), hashes);
            }

            return hashes;
        }
    }
}
