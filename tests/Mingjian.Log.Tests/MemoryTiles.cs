using System.Globalization;
using System.Text;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Log.Tests;

/// <summary>A log in memory: what an engine's store would keep.</summary>
internal sealed class MemoryTiles : ITileReader
{
    private readonly Dictionary<(int Level, long Number), byte[]> _tiles = [];

    public ReadOnlyMemory<byte>? ReadTile(int level, long number, int width) =>
        _tiles.TryGetValue((level, number), out var hashes) && hashes.Length >= width * Hash32.Size
            ? hashes.AsMemory(0, width * Hash32.Size)
            : null;

    public void Take(IEnumerable<TileWrite> writes)
    {
        foreach (var write in writes)
        {
            Assert.Equal(write.Width * Hash32.Size, write.Hashes.Length);
            _tiles[(write.Level, write.Number)] = write.Hashes;
        }
    }

    /// <summary>Entries <c>entry-0</c>, <c>entry-1</c> and so on.</summary>
    public static ReadOnlyMemory<byte>[] Entries(int count) =>
        [.. Enumerable.Range(0, count).Select(i => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"entry-{i}")))];

    public static MemoryTiles Of(ReadOnlyMemory<byte>[] entries, out CompactTree tree)
    {
        var tiles = new MemoryTiles();
        tree = new CompactTree();
        tiles.Take(tree.Append(entries));
        return tiles;
    }

    public static Hash32[] Leaves(ReadOnlyMemory<byte>[] entries) => [.. entries.Select(e => Merkle.HashLeaf(e.Span))];
}
