using System.Numerics;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Log;

/// <summary>The right edge of a Merkle log: enough to append entries, to know the root and to write tiles.</summary>
/// <remarks>
/// Holds at most 63 subtree roots and one partial tile a level. Appending costs two SHA-256 an entry. Not safe for concurrent use;
/// <see cref="Clone"/> before an append that may be abandoned.
/// </remarks>
public sealed class CompactTree
{
    // _edge[b] is the root of the perfect subtree of 2^b entries at the right edge; valid where bit b of Size is set.
    private readonly Hash32[] _edge = new Hash32[64];
    private readonly byte[][] _partial = new byte[Tile.Levels][];

    /// <summary>An empty log.</summary>
    public CompactTree()
    {
        for (var level = 0; level < Tile.Levels; level++)
        {
            _partial[level] = [];
        }
    }

    /// <summary>Entries so far.</summary>
    public long Size { get; private set; }

    /// <summary>RFC 6962 root over all entries.</summary>
    public Hash32 Root
    {
        get
        {
            if (Size == 0)
            {
                return Merkle.EmptyRoot;
            }

            var lowest = BitOperations.TrailingZeroCount(Size);
            var root = _edge[lowest];
            for (var bit = lowest + 1; bit < 63; bit++)
            {
                if ((Size >> bit & 1) == 1)
                {
                    root = Merkle.HashChildren(_edge[bit], root);
                }
            }

            return root;
        }
    }

    /// <summary>Takes up an existing log at <paramref name="size"/> entries from its tiles.</summary>
    /// <remarks>The caller compares <see cref="Root"/> with a checkpoint that it trusts.</remarks>
    /// <exception cref="InvalidDataException">A tile of the right edge is missing or has the wrong length.</exception>
    public static CompactTree Load(long size, ITileReader tiles)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        var tree = new CompactTree { Size = size };
        for (var level = 0; level < Tile.Levels; level++)
        {
            var count = Tile.Count(level, size);
            var width = (int)(count % Tile.FullWidth);
            if (width == 0)
            {
                continue;
            }

            var number = count / Tile.FullWidth;
            if (tiles.ReadTile(level, number, width) is not { } hashes || hashes.Length != width * Hash32.Size)
            {
                throw new InvalidDataException($"Tile {level}/{number} of width {width} is missing.");
            }

            var bytes = new byte[Tile.FullLength];
            hashes.Span.CopyTo(bytes);
            tree._partial[level] = bytes;
            tree.LoadEdge(level, width, hashes.Span);
        }

        return tree;
    }

    /// <summary>An independent copy.</summary>
    public CompactTree Clone()
    {
        var copy = new CompactTree { Size = Size };
        _edge.CopyTo(copy._edge, 0);
        for (var level = 0; level < Tile.Levels; level++)
        {
            copy._partial[level] = (byte[])_partial[level].Clone();
        }

        return copy;
    }

    /// <summary>Appends entries in order.</summary>
    /// <returns>Every tile that grew, lowest level first, ascending numbers.</returns>
    public IReadOnlyList<TileWrite> Append(IEnumerable<ReadOnlyMemory<byte>> entries)
    {
        var writes = new List<TileWrite>();
        var before = Size;
        foreach (var entry in entries)
        {
            AppendLeaf(Merkle.HashLeaf(entry.Span), writes);
        }

        FlushPartial(before, writes);
        return writes;
    }

    /// <summary>As <see cref="Append"/>, with leaf hashes (SHA-256(0x00 || entry)) computed elsewhere.</summary>
    public IReadOnlyList<TileWrite> AppendLeaves(ReadOnlySpan<Hash32> leaves)
    {
        var writes = new List<TileWrite>();
        var before = Size;
        foreach (var leaf in leaves)
        {
            AppendLeaf(leaf, writes);
        }

        FlushPartial(before, writes);
        return writes;
    }

    private void AppendLeaf(Hash32 leaf, List<TileWrite> writes)
    {
        var size = Size;
        var node = leaf;
        AppendToTile(0, size, node, writes);
        var bit = 0;
        while ((size >> bit & 1) == 1)
        {
            node = Merkle.HashChildren(_edge[bit], node);
            bit++;
            if (bit % 8 == 0)
            {
                AppendToTile(bit / 8, size >> bit, node, writes);
            }
        }

        _edge[bit] = node;
        Size = size + 1;
    }

    private void AppendToTile(int level, long position, Hash32 hash, List<TileWrite> writes)
    {
        var offset = (int)(position % Tile.FullWidth);
        if (_partial[level].Length == 0)
        {
            _partial[level] = new byte[Tile.FullLength];
        }

        hash.CopyTo(_partial[level].AsSpan(offset * Hash32.Size));
        if (offset == Tile.FullWidth - 1)
        {
            writes.Add(new TileWrite(level, position / Tile.FullWidth, Tile.FullWidth, _partial[level]));
            _partial[level] = [];
        }
    }

    private void FlushPartial(long before, List<TileWrite> writes)
    {
        for (var level = 0; level < Tile.Levels; level++)
        {
            var count = Tile.Count(level, Size);
            var width = (int)(count % Tile.FullWidth);
            if (width > 0 && count > Tile.Count(level, before))
            {
                writes.Add(new TileWrite(level, count / Tile.FullWidth, width, _partial[level][..(width * Hash32.Size)]));
            }
        }

        writes.Sort(static (a, b) => a.Level != b.Level ? a.Level.CompareTo(b.Level) : a.Number.CompareTo(b.Number));
    }

    private void LoadEdge(int level, int width, ReadOnlySpan<byte> hashes)
    {
        // Bits of the width, highest first, are the perfect subtrees from left to right.
        var start = 0;
        for (var bit = 7; bit >= 0; bit--)
        {
            if ((width >> bit & 1) == 1)
            {
                _edge[(8 * level) + bit] = PerfectRoot(hashes.Slice(start * Hash32.Size, Hash32.Size << bit));
                start += 1 << bit;
            }
        }
    }

    /// <summary>Root of a perfect subtree given the hashes of its lowest row.</summary>
    internal static Hash32 PerfectRoot(ReadOnlySpan<byte> row) => row.Length == Hash32.Size
        ? new Hash32(row)
        : Merkle.HashChildren(PerfectRoot(row[..(row.Length / 2)]), PerfectRoot(row[(row.Length / 2)..]));
}
