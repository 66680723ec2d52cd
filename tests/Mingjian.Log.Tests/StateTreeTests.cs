using System.Globalization;
using System.Text;
using CsCheck;
using Mingjian.Log.State;
using Mingjian.Primitives;

namespace Mingjian.Log.Tests;

public sealed class StateTreeTests
{
    [Fact]
    public void Roots_equal_those_of_the_jellyfish_merkle_tree()
    {
        var vectors = Vectors.Read("jmt/sha2_256_vectors.json").GetProperty("vectors").EnumerateArray().ToArray();
        Assert.NotEmpty(vectors);
        foreach (var vector in vectors)
        {
            var expected = new Hash32(Convert.FromHexString(vector.GetProperty("expected_root").GetString()!));
            StateChange[] data = [.. vector.GetProperty("data").EnumerateArray().Select(e => new StateChange(
                Hash32.Of(Convert.FromHexString(e.GetProperty("key").GetString()!)),
                Hash32.Of(Convert.FromHexString(e.GetProperty("value").GetString()!))))];
            Assert.Equal(expected, StateTree.Build(data).Root);

            var oneByOne = StateTree.Empty;
            foreach (var change in data)
            {
                oneByOne = oneByOne.Update([change]);
            }

            Assert.Equal(expected, oneByOne.Root);
        }
    }

    [Fact]
    public void Any_history_of_puts_and_removals_gives_the_tree_of_what_remains() =>
        Gen.Select(Gen.Int[0, 60], Gen.Int[0, 3]).Array[0, 40].Array[1, 12].Sample(
            history =>
            {
                var model = new SortedDictionary<int, int>();
                var tree = StateTree.Empty;
                foreach (var block in history)
                {
                    var changes = block.DistinctBy(c => c.Item1).ToArray();
                    var before = tree;
                    var root = before.Root;
                    tree = tree.Update([.. changes.Select(c => new StateChange(Path(c.Item1), c.Item2 == 0 ? null : Value(c.Item2)))]);
                    Assert.Equal(root, before.Root);
                    foreach (var (key, value) in changes)
                    {
                        _ = value == 0 ? model.Remove(key) : (model[key] = value) == value;
                    }
                }

                Assert.Equal(model.Count, tree.Count);
                Assert.Equal(NaiveRoot([.. model.Select(m => (Path(m.Key), Value(m.Value)))], 0), tree.Root);
                Assert.All(Enumerable.Range(0, 61), k =>
                    Assert.Equal(model.TryGetValue(k, out var v) ? Value(v) : (Hash32?)null, tree.Find(Path(k))));
            },
            iter: 300);

    /// <summary>Thousands of changes are sorted and applied on all cores.</summary>
    [Fact]
    public void Many_changes_at_once_give_what_the_same_changes_give_in_small_parts()
    {
        var entries = Enumerable.Range(0, 5000).Select(i => new StateChange(Path(i), Value(i))).ToArray();
        var changes = Enumerable.Range(2000, 6000).Select(i => new StateChange(Path(i), i % 3 == 0 ? null : Value(i + (i % 2)))).ToArray();
        var many = StateTree.Build(entries).Update(changes);
        var parts = StateTree.Build([new(Path(1), Value(7))]);
        foreach (var part in entries.Chunk(100).Concat(changes.Chunk(77)))
        {
            parts = parts.Update(part);
        }

        Assert.Equal(parts.Root, many.Root);
        Assert.Equal(parts.Count, many.Count);
        Assert.Equal(many.Root, StateTree.Build([new(Path(1), Value(7))]).Update(entries).Update(changes).Root);
        Assert.Equal(StateHash.Placeholder, many.Update([.. Enumerable.Range(0, 8000).Select(i => new StateChange(Path(i), null))]).Root);
        Assert.Throws<ArgumentException>(() => StateTree.Build([.. entries, entries[4321]]));
    }

    [Fact]
    public void Writing_a_path_twice_in_one_update_is_refused() =>
        Assert.Throws<ArgumentException>(() => StateTree.Build([new(Path(1), Value(1)), new(Path(2), Value(1)), new(Path(1), null)]));

    [Fact]
    public void Writing_the_same_value_again_keeps_the_very_same_root()
    {
        var tree = StateTree.Build([new(Path(1), Value(1)), new(Path(2), Value(2))]);
        Assert.Equal(tree.Root, tree.Update([new(Path(2), Value(2)), new(Path(3), null)]).Root);
    }

    private static Hash32 Path(int key) => StateHash.PathOf(string.Create(CultureInfo.InvariantCulture, $"key/{key}"));

    private static Hash32 Value(int value) => Hash32.Of(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"value-{value}")));

    /// <summary>The definition, without any tree: what a second implementation would write down.</summary>
    private static Hash32 NaiveRoot((Hash32 Path, Hash32 Value)[] entries, int depth) => entries.Length switch
    {
        0 => StateHash.Placeholder,
        1 => StateHash.Leaf(entries[0].Path, entries[0].Value),
        _ => StateHash.Inner(
            NaiveRoot([.. entries.Where(e => !e.Path.Bit(depth))], depth + 1),
            NaiveRoot([.. entries.Where(e => e.Path.Bit(depth))], depth + 1)),
    };
}
