using System.Globalization;
using System.Text;
using CsCheck;
using Mingjian.Log.State;
using Mingjian.Primitives;

namespace Mingjian.Log.Tests;

/// <summary>Proofs of absence are attacked hardest: forged ones were what broke other chains.</summary>
public sealed class StateProofTests
{
    private const int Keys = 200;
    private static readonly StateTree Tree = StateTree.Build([.. Enumerable.Range(0, Keys).Select(i => new StateChange(Path(i), Value(i)))]);

    [Fact]
    public void Every_key_is_proved_present_with_its_value_and_with_no_other()
    {
        for (var i = 0; i < Keys; i++)
        {
            var proof = Tree.Prove(Path(i));
            Assert.Equal(StateProofKind.Present, proof.Kind);
            Assert.Equal(StateProofFault.None, proof.VerifyPresence(Tree.Root, Path(i), Value(i)));
            Assert.Equal(StateProofFault.Root, proof.VerifyPresence(Tree.Root, Path(i), Value(i + 1)));
            Assert.Equal(StateProofFault.Root, proof.VerifyPresence(Tree.Root, Path((i + 1) % Keys), Value(i)));
            Assert.Equal(StateProofFault.Root, proof.VerifyPresence(Value(i), Path(i), Value(i)));
            Assert.Equal(StateProofFault.Kind, proof.VerifyAbsence(Tree.Root, Path(i)));
        }
    }

    [Fact]
    public void Every_missing_key_is_proved_absent_and_never_present()
    {
        var kinds = new HashSet<StateProofKind>();
        for (var i = Keys; i < Keys * 6; i++)
        {
            var proof = Tree.Prove(Path(i));
            kinds.Add(proof.Kind);
            Assert.Equal(StateProofFault.None, proof.VerifyAbsence(Tree.Root, Path(i)));
            Assert.Equal(StateProofFault.Kind, proof.VerifyPresence(Tree.Root, Path(i), Value(i)));
            Assert.Equal(StateProofFault.Root, proof.VerifyAbsence(Value(i), Path(i)));
        }

        Assert.Equal([StateProofKind.Empty, StateProofKind.OtherLeaf], kinds.Order());
    }

    [Fact]
    public void No_proof_of_absence_made_for_any_key_hides_a_present_one()
    {
        // All proofs that the tree can make, of 1,000 absent and 200 present keys, against every present key.
        var proofs = Enumerable.Range(0, Keys * 6).Select(i => Tree.Prove(Path(i))).ToArray();
        for (var i = 0; i < Keys; i++)
        {
            foreach (var proof in proofs)
            {
                Assert.NotEqual(StateProofFault.None, proof.VerifyAbsence(Tree.Root, Path(i)));
            }
        }
    }

    [Fact]
    public void A_present_leaf_offered_as_the_other_leaf_is_refused()
    {
        for (var i = 0; i < Keys; i++)
        {
            var forged = Forge(Tree.Prove(Path(i)), StateProofKind.OtherLeaf, Path(i), Value(i));
            Assert.Equal(StateProofFault.SameLeaf, forged.VerifyAbsence(Tree.Root, Path(i)));
        }
    }

    [Fact]
    public void A_leaf_off_the_path_of_the_key_is_refused_though_its_hashes_fit()
    {
        // The true leaf and siblings of another key: hashing along the other key's path would reach the root.
        for (var i = 0; i < Keys; i++)
        {
            for (var other = 0; other < Keys; other++)
            {
                var proof = Tree.Prove(Path(other));
                var forged = Forge(proof, StateProofKind.OtherLeaf, Path(other), Value(other));
                var fault = forged.VerifyAbsence(Tree.Root, Path(i));
                Assert.Equal(i == other ? StateProofFault.SameLeaf : StateProofFault.LeafOffPath, fault);
            }
        }
    }

    [Fact]
    public void An_inner_node_or_leaf_cannot_be_passed_off_as_an_empty_slot()
    {
        for (var i = 0; i < Keys; i++)
        {
            var proof = Tree.Prove(Path(i));
            Assert.Equal(StateProofFault.Root, Forge(proof, StateProofKind.Empty).VerifyAbsence(Tree.Root, Path(i)));
            for (var depth = 0; depth < proof.Depth; depth++)
            {
                var cut = Cut(proof, depth, StateProofKind.Empty);
                Assert.True(cut is null || cut.VerifyAbsence(Tree.Root, Path(i)) == StateProofFault.Root);
            }
        }
    }

    [Fact]
    public void A_subtree_root_is_not_taken_for_a_leaf_and_a_leaf_not_for_a_subtree()
    {
        // Wrong leaf: claim that the sibling subtree of the key is a leaf of its own, at every depth.
        for (var i = 0; i < Keys; i++)
        {
            var proof = Tree.Prove(Path(i));
            for (var depth = 1; depth < proof.Depth; depth++)
            {
                var cut = Cut(proof, depth, StateProofKind.OtherLeaf, Neighbour(Path(i)), Value(i));
                Assert.True(cut is null || cut.VerifyAbsence(Tree.Root, Path(i)) == StateProofFault.Root);
            }
        }
    }

    [Fact]
    public void Reordered_siblings_are_refused()
    {
        for (var i = 0; i < Keys * 2; i++)
        {
            var bytes = Tree.Prove(Path(i)).Encode();
            var start = SiblingStart(bytes);
            var swapped = (byte[])bytes.Clone();
            bytes.AsSpan(start, 32).CopyTo(swapped.AsSpan(start + 32));
            bytes.AsSpan(start + 32, 32).CopyTo(swapped.AsSpan(start));
            Assert.False(Holds(swapped, i), $"key {i}");
        }
    }

    [Fact]
    public void No_altered_bit_of_any_proof_holds()
    {
        foreach (var i in new[] { 0, 1, Keys, Keys + 1, Keys + 2, Keys + 3, Keys + 4, Keys + 5, Keys + 6, Keys + 7 })
        {
            var bytes = Tree.Prove(Path(i)).Encode();
            Assert.True(Holds(bytes, i));
            for (var bit = 0; bit < bytes.Length * 8; bit++)
            {
                var altered = (byte[])bytes.Clone();
                altered[bit / 8] ^= (byte)(0x80 >> (bit % 8));
                Assert.False(Holds(altered, i), $"key {i}, bit {bit}");
            }
        }
    }

    [Fact]
    public void No_shortened_or_lengthened_proof_is_read()
    {
        foreach (var i in new[] { 0, Keys, Keys + 1, Keys + 2, Keys + 3 })
        {
            var bytes = Tree.Prove(Path(i)).Encode();
            for (var length = 0; length < bytes.Length; length++)
            {
                Assert.Null(StateProof.TryDecode(bytes.AsSpan(0, length)));
            }

            Assert.Null(StateProof.TryDecode([.. bytes, 0]));
            Assert.Null(StateProof.TryDecode([.. bytes, .. new byte[32]]));
        }
    }

    [Fact]
    public void A_proof_has_one_encoding()
    {
        for (var i = 0; i < Keys * 2; i++)
        {
            var bytes = Tree.Prove(Path(i)).Encode();
            Assert.Equal(bytes, StateProof.TryDecode(bytes)!.Encode());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("0100")]
    [InlineData("000000")] // kind 0
    [InlineData("040000")] // kind 4
    [InlineData("020101")] // depth 257
    [InlineData("02ffff")]
    [InlineData("02000100")] // depth 1, deepest sibling empty
    [InlineData("020009ff80")] // nine siblings announced, none there
    [InlineData("02000140")] // spare bit set
    public void Other_encodings_are_refused(string hex) => Assert.Null(StateProof.TryDecode(Convert.FromHexString(hex)));

    [Fact]
    public void A_spare_bit_a_listed_placeholder_and_a_missing_deepest_sibling_are_refused()
    {
        byte[] sibling = Value(1).ToArray();
        Assert.NotNull(StateProof.TryDecode([2, 0, 1, 0x80, .. sibling]));
        Assert.Null(StateProof.TryDecode([2, 0, 1, 0xc0, .. sibling]));
        Assert.Null(StateProof.TryDecode([2, 0, 1, 0xc0, .. sibling, .. sibling]));
        Assert.Null(StateProof.TryDecode([2, 0, 2, 0x80, .. sibling]));
        Assert.Null(StateProof.TryDecode([2, 0, 1, 0x80, .. StateHash.Placeholder.ToArray()]));
        Assert.NotNull(StateProof.TryDecode([2, 0, 2, 0x40, .. sibling]));
        Assert.Null(StateProof.TryDecode([2, 0, 0, 0]));
        Assert.NotNull(StateProof.TryDecode([2, 0, 0]));
    }

    [Fact]
    public void The_empty_tree_and_the_tree_of_one_key_prove_everything()
    {
        Assert.Equal([2, 0, 0], StateTree.Empty.Prove(Path(1)).Encode());
        Assert.Equal(StateProofFault.None, StateTree.Empty.Prove(Path(1)).VerifyAbsence(StateTree.Empty.Root, Path(1)));
        var one = StateTree.Build([new(Path(1), Value(1))]);
        Assert.Equal(StateProofFault.None, one.Prove(Path(1)).VerifyPresence(one.Root, Path(1), Value(1)));
        Assert.Equal(StateProofFault.None, one.Prove(Path(2)).VerifyAbsence(one.Root, Path(2)));
        Assert.Equal(StateProofFault.Root, StateTree.Empty.Prove(Path(1)).VerifyAbsence(one.Root, Path(1)));
    }

    [Fact]
    public void Paths_that_differ_only_in_the_last_bit_are_told_apart_at_depth_256()
    {
        var path = Path(1);
        var twin = Neighbour(path);
        var tree = StateTree.Build([new(path, Value(1)), new(twin, Value(2))]);
        var proof = StateProof.TryDecode(tree.Prove(path).Encode())!;
        Assert.Equal(256, proof.Depth);
        Assert.Equal(StateProofFault.None, proof.VerifyPresence(tree.Root, path, Value(1)));
        Assert.Equal(StateProofFault.Root, proof.VerifyPresence(tree.Root, twin, Value(1)));
        Assert.Equal(StateProofFault.None, tree.Prove(Path(2)).VerifyAbsence(tree.Root, Path(2)));
        Assert.Equal(StateProofFault.None, tree.Prove(twin).VerifyPresence(tree.Root, twin, Value(2)));
        var without = tree.Update([new(twin, null)]);
        Assert.Equal(0, without.Prove(path).Depth);
        Assert.Equal(StateProofFault.None, without.Prove(twin).VerifyAbsence(without.Root, twin));
    }

    [Fact]
    public void Any_bytes_are_answered_with_null_or_a_proof_that_holds_for_nothing() =>
        Gen.Select(Gen.Byte[0, 5], Gen.Int[0, 20], Gen.Byte.Array[0, 200]).Sample(
            (kind, depth, rest) =>
            {
                var proof = StateProof.TryDecode([kind, 0, (byte)depth, .. rest]);
                if (proof is not null && (depth > 0 || kind != 2))
                {
                    Assert.NotEqual(StateProofFault.None, proof.VerifyAbsence(Tree.Root, Path(1)));
                    Assert.NotEqual(StateProofFault.None, proof.VerifyPresence(Tree.Root, Path(1), Value(2)));
                }
            },
            iter: 5000);

    [Fact]
    public void In_any_tree_every_proof_holds_and_says_the_truth() =>
        Gen.Int[0, 300].HashSet[0, 80].Sample(
            keys =>
            {
                var tree = StateTree.Build([.. keys.Select(k => new StateChange(Path(k), Value(k)))]);
                for (var k = 0; k < 300; k += 7)
                {
                    var proof = StateProof.TryDecode(tree.Prove(Path(k)).Encode())!;
                    Assert.Equal(keys.Contains(k), proof.VerifyPresence(tree.Root, Path(k), Value(k)) == StateProofFault.None);
                    Assert.Equal(!keys.Contains(k), proof.VerifyAbsence(tree.Root, Path(k)) == StateProofFault.None);
                }
            },
            iter: 200);

    private static bool Holds(byte[] encoded, int key)
    {
        var proof = StateProof.TryDecode(encoded);
        return proof is not null && (key < Keys
            ? proof.VerifyPresence(Tree.Root, Path(key), Value(key))
            : proof.VerifyAbsence(Tree.Root, Path(key))) == StateProofFault.None;
    }

    /// <summary>The same siblings under another kind, through the encoding as an attacker would.</summary>
    private static StateProof Forge(StateProof proof, StateProofKind kind, Hash32 path = default, Hash32 valueHash = default)
    {
        var bytes = proof.Encode();
        var end = proof.Kind == StateProofKind.OtherLeaf ? bytes.Length - 64 : bytes.Length;
        byte[] forged = [(byte)kind, .. bytes[1..end], .. kind == StateProofKind.OtherLeaf ? (byte[])[.. path.ToArray(), .. valueHash.ToArray()] : []];
        return StateProof.TryDecode(forged)!;
    }

    /// <summary>Only the upper siblings; null where that is not even a valid encoding.</summary>
    private static StateProof? Cut(StateProof proof, int depth, StateProofKind kind, Hash32 path = default, Hash32 valueHash = default)
    {
        var bytes = proof.Encode();
        var bitmap = bytes.AsSpan(3, (depth + 7) / 8).ToArray();
        if (depth % 8 != 0)
        {
            bitmap[^1] &= (byte)(0xff << (8 - (depth % 8)));
        }

        var siblings = bytes.AsSpan(SiblingStart(bytes), 32 * bitmap.Sum(b => System.Numerics.BitOperations.PopCount(b)));
        return StateProof.TryDecode(
            [(byte)kind, 0, (byte)depth, .. bitmap, .. siblings, .. kind == StateProofKind.OtherLeaf ? (byte[])[.. path.ToArray(), .. valueHash.ToArray()] : []]);
    }

    private static int SiblingStart(byte[] proof) => 3 + ((proof[2] + 7) / 8);

    private static Hash32 Neighbour(Hash32 path)
    {
        var bytes = path.ToArray();
        bytes[31] ^= 1;
        return new Hash32(bytes);
    }

    private static Hash32 Path(int key) => StateHash.PathOf(string.Create(CultureInfo.InvariantCulture, $"key/{key}"));

    private static Hash32 Value(int value) => Hash32.Of(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"value-{value}")));
}
