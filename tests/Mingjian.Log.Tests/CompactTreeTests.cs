using CsCheck;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Log.Tests;

public sealed class CompactTreeTests
{
    [Fact]
    public void An_empty_log_has_the_hash_of_nothing_as_its_root() =>
        Assert.Equal("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", new CompactTree().Root.ToString());

    [Fact]
    public void Appending_in_any_blocks_gives_the_root_and_tiles_of_the_definition() =>
        Gen.Int[1, 700].Array[1, 5].Sample(
            blocks =>
            {
                var entries = MemoryTiles.Entries(blocks.Sum());
                var leaves = MemoryTiles.Leaves(entries);
                var tiles = new MemoryTiles();
                var tree = new CompactTree();
                var done = 0;
                foreach (var block in blocks)
                {
                    tiles.Take(tree.Append(entries[done..(done + block)]));
                    done += block;
                    Assert.Equal(Merkle.Root(leaves.AsSpan(0, done)), tree.Root);
                    Assert.Equal(tree.Root, CompactTree.Load(done, tiles).Root);
                    Assert.Equal(tree.Root, LogProofs.Root(tiles, done));
                }
            },
            iter: 40);

    [Fact]
    public void A_loaded_tree_goes_on_exactly_like_the_one_that_was_kept()
    {
        var entries = MemoryTiles.Entries(1100);
        var tiles = MemoryTiles.Of(entries[..700], out var kept);
        var loaded = CompactTree.Load(700, tiles);
        var expected = kept.Append(entries[700..]);
        var actual = loaded.Append(entries[700..]);
        Assert.Equal(kept.Root, loaded.Root);
        Assert.Equal(expected.Select(w => (w.Level, w.Number, w.Width)), actual.Select(w => (w.Level, w.Number, w.Width)));
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First.Hashes, pair.Second.Hashes));
    }

    [Fact]
    public void A_clone_can_be_appended_to_without_changing_the_original()
    {
        _ = MemoryTiles.Of(MemoryTiles.Entries(300), out var tree);
        var root = tree.Root;
        var first = tree.Clone().Append(MemoryTiles.Entries(1))[0].Hashes;
        Assert.Equal(root, tree.Root);
        Assert.Equal(300, tree.Size);
        var again = tree.Append(MemoryTiles.Entries(1))[0].Hashes;
        Assert.Equal(first, again);
    }

    [Fact]
    public void Seventy_thousand_entries_make_273_full_tiles_and_the_partial_ones_of_the_specification()
    {
        var tree = new CompactTree();
        var leaves = new Hash32[70_000];
        var writes = tree.AppendLeaves(leaves);
        Assert.Equal(273, writes.Count(w => w is { Level: 0, Width: 256 }));
        Assert.Equal([(0, 273L, 112), (1, 1L, 17), (2, 0L, 1)], writes.Where(w => w.Width < 256).Select(w => (w.Level, w.Number, w.Width)));
        Assert.Equal(1, writes.Count(w => w is { Level: 1, Width: 256 }));
    }

    [Fact]
    public void A_missing_tile_is_reported_and_not_guessed() =>
        Assert.Throws<InvalidDataException>(() => CompactTree.Load(10, new MemoryTiles()));
}
