using System.Text;
using Mingjian.Cryptography;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Log.Tests;

public sealed class CheckpointTests
{
    private const string Origin = "demo.mingjian.invalid/1";
    private const string Empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    private static readonly NoteSigner Log = Signer(Origin, NoteKeyType.Ed25519, 1);
    private static readonly NoteSigner[] Nodes = [.. Enumerable.Range(1, 4).Select(i => Signer($"{Origin}/node/{i}", NoteKeyType.Cosignature, (byte)(i + 1)))];
    private static readonly Checkpoint Body = new(Origin, 7, Hash32.Of([1]));
    private static readonly CheckpointPolicy Policy = new(Origin, [Log.Key], [.. Nodes.Select(n => n.Key)]);

    [Theory]
    [InlineData("o\n0\n" + Empty + "\n", true)]
    [InlineData("o\n7\n" + Empty + "\n", true)]
    [InlineData("o\n9223372036854775807\n" + Empty + "\n", true)]
    [InlineData("o\n7\n" + Empty + "\nextension\n", true)]
    [InlineData("o\n7\n" + Empty + "\nextension\n\nmore\n", false)]
    [InlineData("o\n7\n" + Empty + "\n\n", false)]
    [InlineData("o\n7\n" + Empty, false)]
    [InlineData("o\n7\n" + Empty + "\nextension", false)]
    [InlineData("\n7\n" + Empty + "\n", false)]
    [InlineData("o\n07\n" + Empty + "\n", false)]
    [InlineData("o\n00\n" + Empty + "\n", false)]
    [InlineData("o\n+7\n" + Empty + "\n", false)]
    [InlineData("o\n-7\n" + Empty + "\n", false)]
    [InlineData("o\n 7\n" + Empty + "\n", false)]
    [InlineData("o\n7 \n" + Empty + "\n", false)]
    [InlineData("o\n\n" + Empty + "\n", false)]
    [InlineData("o\n0x7\n" + Empty + "\n", false)]
    [InlineData("o\n\u0667\n" + Empty + "\n", false)]
    [InlineData("o\n9223372036854775808\n" + Empty + "\n", false)]
    [InlineData("o\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n", false)]
    [InlineData("o\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==\n", false)]
    [InlineData("o\n0\nkTlgHMHKirKnoMLBNMBIRfKxulSag9bIRc/NpDnMWF0=\n", false)]
    [InlineData("o\n", false)]
    [InlineData("", false)]
    public void A_checkpoint_has_one_spelling(string text, bool good)
    {
        var checkpoint = Checkpoint.Parse(text);
        Assert.Equal(good, checkpoint is not null);
        if (good)
        {
            Assert.Equal(text, checkpoint!.ToString());
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(4, 3)]
    [InlineData(5, 4)]
    [InlineData(6, 5)]
    [InlineData(7, 5)]
    [InlineData(10, 7)]
    public void A_quorum_is_more_than_two_thirds(int nodes, int quorum) => Assert.Equal(quorum, NodeSet.QuorumOf(nodes));

    [Fact]
    public void The_log_and_three_of_four_nodes_make_it_final()
    {
        var result = Policy.Check(Body.Sign(Log, Nodes[1..], 1_700_000_000));
        Assert.Equal(CheckpointFault.None, result.Fault);
        Assert.Equal(Body, result.Checkpoint);
        Assert.Equal(Nodes[1..].Select(n => n.Key), result.Cosignatures.Select(c => c.Node));
        Assert.All(result.Cosignatures, c => Assert.Equal(1_700_000_000, c.Time));
        Assert.Equal(CheckpointFault.None, Policy.Check(Encoding.UTF8.GetBytes(Body.Sign(Log, Nodes, 0).ToString())).Fault);
    }

    [Fact]
    public void Every_fault_has_its_own_number_in_order_of_precedence()
    {
        var good = Body.Sign(Log, Nodes[..3], 7);
        var stranger = Signer("stranger", NoteKeyType.Ed25519, 99).Sign(good.Text);
        var sameName = new NoteSigner(Nodes[0].Key.Name, NoteKeyType.Cosignature, new Ed25519Signer(new byte[32])).Sign(good.Text, 7);
        var broken = good.Signatures[1] with { Signature = new byte[72] };
        var forOther = Nodes[3].Sign(new Checkpoint(Origin, 8, Hash32.Of([1])).ToString(), 7);
        (CheckpointFault Expected, SignedNote Note)[] rows =
        [
            (CheckpointFault.Text, new SignedNote("not a checkpoint\n", broken)),
            (CheckpointFault.Text, (Body with { Extensions = ["x"] }).Sign(Log, Nodes, 7)),
            (CheckpointFault.Origin, new Checkpoint(Origin + "0", 7, Body.Root).Sign(Log, Nodes, 7)),
            (CheckpointFault.Signature, new SignedNote(good.Text, [.. good.Signatures, broken])),
            (CheckpointFault.Signature, new SignedNote(good.Text, [.. good.Signatures, forOther])),
            (CheckpointFault.Signature, new SignedNote(good.Text, [good.Signatures[0] with { Signature = new byte[64] }, .. good.Signatures])),
            (CheckpointFault.Duplicate, new SignedNote(good.Text, [.. good.Signatures, good.Signatures[1]])),
            (CheckpointFault.Duplicate, new SignedNote(good.Text, [.. good.Signatures, Nodes[0].Sign(good.Text, 8)])),
            (CheckpointFault.Duplicate, new SignedNote(good.Text, [good.Signatures[0], .. good.Signatures])),
            (CheckpointFault.LogSignature, new SignedNote(good.Text, good.Signatures.Skip(1).ToArray())),
            (CheckpointFault.Quorum, Body.Sign(Log, Nodes[..2], 7)),
            (CheckpointFault.Quorum, Body.Sign(Log, [], 7)),
            (CheckpointFault.Quorum, new SignedNote(good.Text, [.. Body.Sign(Log, Nodes[..2], 7).Signatures, stranger, sameName])),
            (CheckpointFault.UnknownSigner, new SignedNote(good.Text, [.. good.Signatures, stranger])),
            (CheckpointFault.UnknownSigner, new SignedNote(good.Text, [.. good.Signatures, sameName])),
            (CheckpointFault.None, good),
        ];
        for (var i = 0; i < rows.Length; i++)
        {
            var fault = Policy.Check(rows[i].Note, refuseUnknown: true).Fault;
            Assert.True(rows[i].Expected == fault, $"Row {i}: {fault} instead of {rows[i].Expected}.");
        }
    }

    [Fact]
    public void Unknown_signers_are_ignored_but_reported()
    {
        var good = Body.Sign(Log, Nodes, 7);
        var stranger = Signer("stranger", NoteKeyType.Ed25519, 99).Sign(good.Text);
        var result = Policy.Check(new SignedNote(good.Text, [stranger, .. good.Signatures]));
        Assert.Equal(CheckpointFault.None, result.Fault);
        Assert.Equal(stranger, Assert.Single(result.Unknown));
    }

    [Fact]
    public void What_is_no_note_is_reported_with_the_notes_fault()
    {
        var result = Policy.Check("x");
        Assert.Equal((CheckpointFault.Note, NoteFault.Structure), (result.Fault, result.NoteFault));
        Assert.Equal(NoteFault.Size, Policy.Check((ReadOnlySpan<byte>)[]).NoteFault);
    }

    [Fact]
    public void A_policy_needs_distinct_keys_of_the_right_types()
    {
        var shared = new Ed25519Signer(new byte[32]);
        var asNode = new NoteKey("n", NoteKeyType.Cosignature, shared.PublicKey.Span);
        var asLog = new NoteKey(Origin, NoteKeyType.Ed25519, shared.PublicKey.Span);
        Assert.Throws<ArgumentException>(() => new CheckpointPolicy(Origin, [Log.Key], []));
        Assert.Throws<ArgumentException>(() => new CheckpointPolicy(Origin, [Nodes[0].Key], [Nodes[1].Key]));
        Assert.Throws<ArgumentException>(() => new CheckpointPolicy(Origin, [Log.Key], [Log.Key]));
        Assert.Throws<ArgumentException>(() => new CheckpointPolicy(Origin, [Log.Key], [Nodes[0].Key, Nodes[0].Key]));
        Assert.Throws<ArgumentException>(() => new CheckpointPolicy(Origin, [asLog], [asNode]));
        Assert.Throws<ArgumentException>(() => new CheckpointPolicy(
            Origin, [Log.Key], [asNode, new NoteKey("other-name", NoteKeyType.Cosignature, shared.PublicKey.Span)]));
    }

    private static NoteSigner Signer(string name, NoteKeyType type, byte seed) =>
        new(name, type, new Ed25519Signer([.. Enumerable.Repeat(seed, 32)]));
}
