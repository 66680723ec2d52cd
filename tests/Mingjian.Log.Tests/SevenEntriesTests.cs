using CsCheck;
using Mingjian.Cryptography;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Log.Tests;

public sealed class SevenEntriesTests
{
    private readonly SevenEntries _vector = new();

    [Fact]
    public void Keys_have_the_vectors_names_and_ids()
    {
        Assert.Equal(_vector["logVkey"], _vector.Log.Key.ToString());
        Assert.Equal(_vector["nodeVkey"], _vector.Node.Key.ToString());
    }

    [Fact]
    public void Leaf_roots_and_tile_are_the_vectors()
    {
        var tiles = MemoryTiles.Of(_vector.Entries, out var tree);
        Assert.Equal(_vector.Hash("leaf4"), Merkle.HashLeaf(_vector.Entries[4].Span));
        Assert.Equal(_vector.Hash("root3"), LogProofs.Root(tiles, 3));
        Assert.Equal(_vector.Hash("root7"), tree.Root);
        Assert.Equal(_vector.Hash("emptyRoot"), Merkle.EmptyRoot);
        Assert.True(TilePath.TryParse(_vector["tile"], out var path));
        var tile = tiles.ReadTile(path.Level, path.Number, path.Width)!.Value;
        Assert.Equal(_vector["tileSha256"], Convert.ToHexStringLower(Hash32.Of(tile.Span).ToArray()));
    }

    [Fact]
    public void The_consistency_proof_from_3_to_7_is_the_vectors()
    {
        var tiles = MemoryTiles.Of(_vector.Entries, out _);
        var path = _vector.Hashes("consistency3to7");
        Assert.Equal(path, LogProofs.Consistency(tiles, 3, 7));
        Assert.True(Merkle.VerifyConsistency(3, _vector.Hash("root3"), 7, _vector.Hash("root7"), path));
    }

    [Fact]
    public void Signing_again_gives_the_vectors_checkpoint_byte_for_byte() =>
        Assert.Equal(
            _vector["checkpoint"],
            new Checkpoint("ledger.example/org-affairs", 7, _vector.Hash("root7")).Sign(_vector.Log, [_vector.Node], _vector.Time).ToString());

    [Fact]
    public void The_proof_verifies_and_is_written_again_byte_for_byte()
    {
        var proof = TlogProof.Parse(_vector["proof"])!;
        Assert.Equal(_vector["proof"], proof.ToString());
        var result = proof.Check(_vector.Entries[4].Span, _vector.Policy, refuseUnknown: true);
        Assert.Equal(TlogProofFault.None, result.Fault);
        Assert.Equal(_vector.Time, result.Checkpoint.Cosignatures[0].Time);
        var tiles = MemoryTiles.Of(_vector.Entries, out _);
        Assert.Equal(_vector["proof"], new TlogProof(null, 4, LogProofs.Inclusion(tiles, 4, 7), _vector["checkpoint"]).ToString());
    }

    [Fact]
    public void Another_entry_fails_at_inclusion()
    {
        var proof = TlogProof.Parse(_vector["proof"])!;
        Assert.Equal(TlogProofFault.Inclusion, proof.Check(_vector.Entries[3].Span, _vector.Policy).Fault);
        Assert.Equal(TlogProofFault.Inclusion, (proof with { Index = 5 }).Check(_vector.Entries[4].Span, _vector.Policy).Fault);
        Assert.Equal(TlogProofFault.Inclusion, (proof with { Index = 7 }).Check(_vector.Entries[4].Span, _vector.Policy).Fault);
        Assert.Equal(TlogProofFault.Inclusion, (proof with { Path = [.. proof.Path, default] }).Check(_vector.Entries[4].Span, _vector.Policy).Fault);
    }

    [Fact]
    public void No_altered_character_of_the_proof_verifies()
    {
        var text = _vector["proof"];
        Gen.Select(Gen.Int[0, text.Length - 1], Gen.Char[' ', '~']).Where(t => text[t.Item1] != t.Item2).Sample(
            (position, with) =>
            {
                var altered = string.Concat(text.AsSpan(0, position), with.ToString(), text.AsSpan(position + 1));
                var fault = TlogProof.Parse(altered)?.Check(_vector.Entries[4].Span, _vector.Policy, refuseUnknown: true).Fault;
                Assert.NotEqual(TlogProofFault.None, fault);
            },
            iter: 3000);
    }

    [Fact]
    public void No_shortened_or_lengthened_proof_verifies()
    {
        var text = _vector["proof"];
        for (var i = 0; i < text.Length; i++)
        {
            Assert.False(Holds(text[..i]), $"Cut at {i}.");
            Assert.False(Holds(text.Remove(i, 1)), $"Without character {i}.");
            Assert.False(Holds(text.Insert(i, "\n")), $"Newline at {i}.");
        }

        Assert.False(Holds(text + "\n"));
        Assert.False(Holds(text + " "));

        bool Holds(string altered) =>
            TlogProof.Parse(altered)?.Check(_vector.Entries[4].Span, _vector.Policy, refuseUnknown: true).Fault == TlogProofFault.None;
    }

    [Theory]
    [InlineData("c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v2\n")]
    [InlineData("c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\r\n")]
    [InlineData("index 4", "index 04")]
    [InlineData("index 4", "index +4")]
    [InlineData("index 4", "index -4")]
    [InlineData("index 4", "index  4")]
    [InlineData("index 4", "index 4 ")]
    [InlineData("index 4", "index ")]
    [InlineData("index 4", "index 9223372036854775808")]
    [InlineData("index 4", "index 4\nextra AA==")]
    [InlineData("index 4", "extra A\nindex 4")]
    [InlineData("index 4", "extra AB==\nindex 4")]
    [InlineData("index 4", "extra AA==\nextra AA==\nindex 4")]
    [InlineData("UUFYUnUVBkx7", "UUFYUnUVBkx")]
    [InlineData("cPo8=\n", "cPo9=\n")]
    public void Other_spellings_of_a_proof_are_refused(string what, string with)
    {
        var text = _vector["proof"].Replace(what, with, StringComparison.Ordinal);
        Assert.NotEqual(_vector["proof"], text);
        Assert.Null(TlogProof.Parse(text));
    }

    [Fact]
    public void An_extra_line_is_read_and_written_but_proves_nothing()
    {
        var text = _vector["proof"].Replace("index 4", "extra AAEC\nindex 4", StringComparison.Ordinal);
        var proof = TlogProof.Parse(text)!;
        Assert.Equal([0, 1, 2], proof.Extra!);
        Assert.Equal(text, proof.ToString());
        Assert.Equal(TlogProofFault.None, proof.Check(_vector.Entries[4].Span, _vector.Policy).Fault);
    }

    [Fact]
    public void More_than_63_hashes_are_refused()
    {
        var proof = TlogProof.Parse(_vector["proof"])!;
        Assert.NotNull(TlogProof.Parse((proof with { Path = new Hash32[63] }).ToString()));
        Assert.Null(TlogProof.Parse((proof with { Path = new Hash32[64] }).ToString()));
    }
}
