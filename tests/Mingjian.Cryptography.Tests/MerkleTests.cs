using CsCheck;
using Mingjian.Primitives;

namespace Mingjian.Cryptography.Tests;

public sealed class MerkleTests
{
    private static readonly Hash32[] Leaves = [.. Enumerable.Range(0, 70).Select(i => Merkle.HashLeaf([(byte)i]))];

    [Fact]
    public void Every_leaf_of_every_tree_up_to_70_verifies_and_only_at_its_index_and_size()
    {
        for (var size = 1; size <= Leaves.Length; size++)
        {
            var root = Merkle.Root(Leaves.AsSpan(0, size));
            var paths = Merkle.InclusionPaths(Leaves.AsSpan(0, size));
            for (var index = 0; index < size; index++)
            {
                Assert.Equal(Merkle.InclusionPath(Leaves.AsSpan(0, size), index), paths[index]);
                for (var claimed = 0; claimed < size; claimed++)
                {
                    Assert.Equal(claimed == index, Merkle.VerifyInclusion(Leaves[index], claimed, size, paths[index], root));
                }
            }
        }
    }

    [Fact]
    public void A_path_that_is_longer_shorter_or_altered_never_verifies() =>
        Gen.Select(Gen.Int[1, 70], Gen.Int[0, 69], Gen.Int[0, 3], Gen.Int[0, 255]).Where(t => t.Item2 < t.Item1).Sample(
            (size, index, kind, bit) =>
            {
                var root = Merkle.Root(Leaves.AsSpan(0, size));
                var path = Merkle.InclusionPath(Leaves.AsSpan(0, size), index).ToList();
                if (kind == 0 || path.Count == 0)
                {
                    path.Insert(bit % (path.Count + 1), Leaves[bit % 70]);
                }
                else if (kind == 1)
                {
                    path.RemoveAt(bit % path.Count);
                }
                else
                {
                    var bytes = path[bit % path.Count].ToArray();
                    bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                    path[bit % path.Count] = new Hash32(bytes);
                }

                Assert.False(Merkle.VerifyInclusion(Leaves[index], index, size, path, root));
            },
            iter: 3000);

    [Fact]
    public void Positions_outside_the_tree_are_refused()
    {
        Assert.False(Merkle.VerifyInclusion(Leaves[0], 0, 0, [], Leaves[0]));
        Assert.False(Merkle.VerifyInclusion(Leaves[0], -1, 1, [], Leaves[0]));
        Assert.False(Merkle.VerifyInclusion(Leaves[0], 1, 1, [], Leaves[0]));
        Assert.False(Merkle.VerifyInclusion(Leaves[0], 0, long.MaxValue, new Hash32[64], Leaves[0]));
        Assert.True(Merkle.VerifyInclusion(Leaves[0], 0, 1, [], Leaves[0]));
    }

    [Fact]
    public void A_leaf_is_never_taken_for_an_inner_node()
    {
        // Second preimage: the concatenation of two leaf hashes as an entry must not have the root of the two.
        byte[] forged = [.. Leaves[0].ToArray(), .. Leaves[1].ToArray()];
        Assert.NotEqual(Merkle.Root(Leaves.AsSpan(0, 2)), Merkle.HashLeaf(forged));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2046)]
    [InlineData(2047)]
    [InlineData(2048)]
    [InlineData(65_535)]
    public void Leaves_of_any_length_are_hashed_with_their_prefix(int length)
    {
        var data = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
        Assert.Equal(Hash32.Of([0, .. data]), Merkle.HashLeaf(data));
    }
}
