using CsCheck;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Log.Tests;

public sealed class LogProofsTests
{
    private static readonly ReadOnlyMemory<byte>[] Entries = MemoryTiles.Entries(70);
    private static readonly Hash32[] Leaves = MemoryTiles.Leaves(Entries);
    private static readonly MemoryTiles Tiles = MemoryTiles.Of(Entries, out _);

    [Fact]
    public void Every_entry_of_every_tree_up_to_70_has_the_path_of_the_definition()
    {
        for (var size = 1; size <= 70; size++)
        {
            for (var index = 0; index < size; index++)
            {
                Assert.Equal(Merkle.InclusionPath(Leaves.AsSpan(0, size), index), LogProofs.Inclusion(Tiles, index, size));
            }
        }
    }

    [Fact]
    public void Every_pair_of_trees_up_to_70_is_consistent_and_with_no_other_size_or_root()
    {
        for (var to = 0; to <= 70; to++)
        {
            for (var from = 0; from <= to; from++)
            {
                var path = LogProofs.Consistency(Tiles, from, to);
                Assert.True(Merkle.VerifyConsistency(from, Root(from), to, Root(to), path), $"{from} to {to}");
                Assert.False(Merkle.VerifyConsistency(from, Leaves[7], to, Root(to), path));
                Assert.False(Merkle.VerifyConsistency(from, Root(from), to, Leaves[7], path) && from > 0);
                Assert.False(Merkle.VerifyConsistency(from, Root(from), to, Root(to), [.. path, Leaves[0]]));
                if (path.Count > 0)
                {
                    Assert.False(Merkle.VerifyConsistency(from, Root(from), to, Root(to), [.. path.SkipLast(1)]));
                    Assert.False(Merkle.VerifyConsistency(from, Root(from), to, Root(to), [.. path.Skip(1)]));
                }
            }
        }
    }

    [Fact]
    public void No_altered_consistency_path_verifies() =>
        Gen.Select(Gen.Int[1, 70], Gen.Int[1, 69], Gen.Int[0, 255], Gen.Int[0, 20]).Where(t => t.Item2 < t.Item1).Sample(
            (to, from, bit, position) =>
            {
                var path = LogProofs.Consistency(Tiles, from, to).ToArray();
                var bytes = path[position % path.Length].ToArray();
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                path[position % path.Length] = new Hash32(bytes);
                Assert.False(Merkle.VerifyConsistency(from, Root(from), to, Root(to), path));
            },
            iter: 3000);

    [Fact]
    public void A_log_that_drops_or_changes_an_entry_cannot_prove_consistency()
    {
        Hash32[] other = [.. Leaves];
        other[3] = Leaves[4];
        var tiles = new MemoryTiles();
        tiles.Take(new CompactTree().AppendLeaves(other));
        for (var from = 4; from < 70; from++)
        {
            var path = LogProofs.Consistency(tiles, from, 70);
            Assert.False(Merkle.VerifyConsistency(from, Root(from), 70, Merkle.Root(other), path));
        }
    }

    [Fact]
    public void Proofs_hold_in_a_log_of_several_tile_levels()
    {
        var entries = MemoryTiles.Entries(70_000);
        var tiles = MemoryTiles.Of(entries, out var tree);
        Gen.Select(Gen.Int[1, 70_000], Gen.Int[0, 69_999]).Where(t => t.Item2 < t.Item1).Sample(
            (size, index) =>
            {
                var root = LogProofs.Root(tiles, size);
                Assert.True(Merkle.VerifyInclusion(
                    Merkle.HashLeaf(entries[index].Span), index, size, LogProofs.Inclusion(tiles, index, size), root));
                Assert.True(Merkle.VerifyConsistency(size, root, 70_000, tree.Root, LogProofs.Consistency(tiles, size, 70_000)));
            },
            iter: 100);
    }

    [Fact]
    public void Positions_outside_the_log_and_missing_tiles_are_reported()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LogProofs.Inclusion(Tiles, 5, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => LogProofs.Inclusion(Tiles, -1, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => LogProofs.Consistency(Tiles, 6, 5));
        Assert.Throws<InvalidDataException>(() => LogProofs.Inclusion(Tiles, 0, 71));
    }

    private static Hash32 Root(int size) => Merkle.Root(Leaves.AsSpan(0, size));
}
