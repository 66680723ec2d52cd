using System.Text;
using Mingjian.Cryptography;
using Mingjian.Log.Notes;
using Mingjian.Log.Witnessing;
using Mingjian.Primitives;

namespace Mingjian.Log.Tests;

/// <summary>C2SP tlog-policy files, and the bodies of C2SP tlog-witness.</summary>
public sealed class WitnessPolicyTests
{
    private const string Origin = "log.invalid/1";

    private static readonly NoteSigner Log = Signer(Origin, NoteKeyType.Ed25519, 1);
    private static readonly NoteSigner[] W = [.. Enumerable.Range(1, 5).Select(i => Signer($"w.invalid/{i}", NoteKeyType.Cosignature, (byte)(i + 1)))];
    private static readonly string Keys = $"log {Log.Key}\n" + string.Concat(W.Select((w, i) => $"witness W{i + 1} {w.Key}\n"));

    [Theory]
    [InlineData("quorum none", "", true)]
    [InlineData("quorum W1", "1", true)]
    [InlineData("quorum W1", "2345", false)]
    [InlineData("group g 2 W1 W2 W3\nquorum g", "13", true)]
    [InlineData("group g 2 W1 W2 W3\nquorum g", "145", false)]
    [InlineData("group g any W1 W2\nquorum g", "2", true)]
    [InlineData("group g all W1 W2\nquorum g", "2", false)]
    [InlineData("group g all W1 W2\nquorum g", "12", true)]
    [InlineData("group x 2 W1 W2 W3\ngroup y any W4 W5\ngroup xy all x y\nquorum xy", "135", true)]
    [InlineData("group x 2 W1 W2 W3\ngroup y any W4 W5\ngroup xy all x y\nquorum xy", "123", false)]
    [InlineData("  # a comment\n\n \t quorum \t W1\t", "1", true)]
    public void A_quorum_counts_witnesses_and_groups(string rules, string cosigners, bool holds)
    {
        var note = Note(cosigners);
        var result = WitnessPolicy.Parse(Encoding.UTF8.GetBytes(Keys + rules + "\n")).Check(note);
        Assert.Equal(holds ? PolicyFault.None : PolicyFault.Quorum, result.Fault);
        Assert.Equal(cosigners.Select(c => "W" + c), result.Witnesses);
    }

    [Theory]
    [InlineData("")] // no quorum line
    [InlineData("quorum W9")]
    [InlineData("quorum W1\nquorum W1")]
    [InlineData("group g 0 W1\nquorum g")]
    [InlineData("group g 2 W1\nquorum g")]
    [InlineData("group g -1 W1\nquorum g")]
    [InlineData("group g any\nquorum g")]
    [InlineData("group g any none\nquorum g")]
    [InlineData("group g any g\nquorum g")]
    [InlineData("group g any W1 W1\nquorum g")]
    [InlineData("group g any W1\ngroup h any W1\nquorum g")]
    [InlineData("group W1 any W2\nquorum W1")]
    [InlineData("group none any W2\nquorum none")]
    [InlineData("quorum g\ngroup g any W1")]
    [InlineData("frog W1\nquorum none")]
    [InlineData("log x\nquorum none")]
    [InlineData("quorum none\r")]
    [InlineData("quorum none\u007f")]
    public void What_is_no_policy_is_refused(string rules) =>
        Assert.Throws<FormatException>(() => WitnessPolicy.Parse(Encoding.UTF8.GetBytes(Keys + rules + "\n")));

    [Fact]
    public void A_key_stands_in_a_policy_once_and_only_where_it_belongs()
    {
        foreach (var wrong in new[] { $"log {Log.Key}\n", $"witness X {W[0].Key}\n", $"witness W1 {Signer("z", NoteKeyType.Cosignature, 99).Key}\n", $"log {W[0].Key}\n", $"witness X {Log.Key}\n" })
        {
            Assert.Throws<FormatException>(() => WitnessPolicy.Parse(Encoding.UTF8.GetBytes(Keys + wrong + "quorum none\n")));
        }

        Assert.Throws<FormatException>(() => WitnessPolicy.Parse(new byte[WitnessPolicy.MaxSize + 1]));
    }

    [Fact]
    public void Broken_repeated_and_missing_signatures_are_told_apart_and_strangers_are_passed_over()
    {
        var policy = WitnessPolicy.Parse(Encoding.UTF8.GetBytes(Keys + "quorum W1\n"));
        var note = Note("1");
        var stranger = Signer("x", NoteKeyType.Cosignature, 50).Sign(note.Text, 1);
        Assert.Equal(PolicyFault.None, policy.Check(new SignedNote(note.Text, [stranger, .. note.Signatures])).Fault);
        Assert.Equal(PolicyFault.Signature, policy.Check(new SignedNote(note.Text, [.. note.Signatures, note.Signatures[1]])).Fault);
        Assert.Equal(PolicyFault.Signature, policy.Check(new SignedNote(note.Text, [note.Signatures[0], note.Signatures[1] with { Signature = new byte[72] }])).Fault);
        Assert.Equal(PolicyFault.Log, policy.Check(new SignedNote(note.Text, [note.Signatures[1]])).Fault);
        Assert.Equal(PolicyFault.Form, policy.Check(new SignedNote("no checkpoint\n", [Log.Sign("no checkpoint\n")])).Fault);
        var other = new Checkpoint("other.invalid/1", 7, Hash32.Of([1])).ToString();
        Assert.Equal(PolicyFault.Log, policy.Check(new SignedNote(other, [Log.Sign(other), W[0].Sign(other, 1)])).Fault);
    }

    [Fact]
    public void A_witness_request_has_one_spelling()
    {
        var request = new WitnessRequest(5, [Hash32.Of([1]), Hash32.Of([2])], Note("12"));
        var bytes = request.Encode();
        var read = WitnessRequest.TryParse(bytes)!;
        Assert.Equal(bytes, read.Encode());
        Assert.Equal((request.OldSize, request.Note.ToString()), (read.OldSize, read.Note.ToString()));
        Assert.Equal(request.Proof, read.Proof);
        for (var i = 0; i < bytes.Length; i++)
        {
            var altered = (byte[])bytes.Clone();
            altered[i] ^= 0x20;
            Assert.True(WitnessRequest.TryParse(altered) is not { } other || other.Encode().AsSpan().SequenceEqual(altered), $"byte {i}");
            Assert.True(WitnessRequest.TryParse(bytes.AsSpan(0, i)) is not { } cut || cut.Encode().AsSpan().SequenceEqual(bytes.AsSpan(0, i)), $"cut at {i}");
        }

        Assert.NotNull(WitnessRequest.TryParse(new WitnessRequest(5, [.. Enumerable.Repeat(Hash32.Of([1]), WitnessRequest.MaxProof)], Note("")).Encode()));
        Assert.Null(WitnessRequest.TryParse(new WitnessRequest(5, [.. Enumerable.Repeat(Hash32.Of([1]), WitnessRequest.MaxProof + 1)], Note("")).Encode()));
    }

    [Fact]
    public void Of_an_answer_only_the_witness_s_own_good_line_with_a_time_counts()
    {
        var note = Note("");
        var good = W[0].Sign(note.Text, 1_795_000_000) + "\n";
        Assert.NotNull(WitnessAnswer.Find(good, note, W[0].Key));
        Assert.NotNull(WitnessAnswer.Find(W[1].Sign(note.Text, 1) + "\n" + good, note, W[0].Key));
        foreach (var wrong in new[] { "", "\n", "ok\n", good[..^1], W[1].Sign(note.Text, 1) + "\n", W[0].Sign("other\n", 1) + "\n", W[0].Sign(note.Text, 0) + "\n", "\n" + good })
        {
            Assert.Null(WitnessAnswer.Find(wrong, note, W[0].Key));
        }
    }

    private static NoteSigner Signer(string name, NoteKeyType type, byte seed) => new(name, type, new Ed25519Signer([.. Enumerable.Repeat(seed, 32)]));

    private static SignedNote Note(string cosigners)
    {
        var text = new Checkpoint(Origin, 7, Hash32.Of([1])).ToString();
        return new SignedNote(text, [Log.Sign(text), .. cosigners.Select(c => W[c - '1'].Sign(text, 1_795_000_000))]);
    }
}
