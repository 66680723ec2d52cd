using System.Text;
using Mingjian.Acts.Networks;
using Mingjian.Acts.Receipts;
using Mingjian.Cryptography;
using Mingjian.Log;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Acts.Tests;

/// <summary>Verification through changes of the nodes: the fourth of four founders gives way to a fifth, then the third to a sixth.</summary>
public sealed class NodeHistoryTests
{
    private static readonly ReceiptVerifier Verifier = new(new PlatformEcVerifier());

    private readonly LittleLedger _ledger = new LittleLedger(nodes: 4).Fill(3);
    private readonly NodeSetChange[] _changes;
    private readonly ReceiptFile[] _receipts;
    private readonly TrustAnchor[] _anchors;

    public NodeHistoryTests()
    {
        _receipts = new ReceiptFile[3];
        _anchors = [TrustAnchor.Genesis, null!, null!];
        _receipts[0] = _ledger.Receipt(_ledger.Append());
        var first = _ledger.Fill(2).Change([1, 2, 3, 5]);
        _anchors[1] = _ledger.Anchor;
        _receipts[1] = _ledger.Receipt(_ledger.Append());
        var second = _ledger.Fill(2).Change([1, 2, 5, 6]);
        _anchors[2] = _ledger.Anchor;
        _receipts[2] = _ledger.Fill(1).Receipt(_ledger.Append());
        _changes = [first, second];
    }

    [Fact]
    public void A_receipt_of_any_time_verifies_from_the_founding_with_the_history()
    {
        var report = _ledger.Trusted.Follow(LittleLedger.History(_changes), out var followed);

        Assert.True(report.Ok, report.Explanation);
        Assert.Equal([(3L, 4), (4L, 4)], report.Changes.Select(c => (c.FromHeight, c.Nodes)));
        foreach (var receipt in _receipts)
        {
            Assert.True(Verifier.Verify(receipt.Encode(), followed).IsGenuine);
        }

        Assert.Contains("经过 2 次变更，到第 4 区块起的名单", followed.Basis);
        Assert.Contains(followed.Basis, Step(_receipts[2], followed).Explanation);
    }

    [Fact]
    public void Without_the_history_a_later_receipt_fails_and_the_message_says_how_to_get_it()
    {
        Assert.True(Verifier.Verify(_receipts[0].Encode(), _ledger.Trusted).IsGenuine);
        Assert.Equal(ReceiptSteps.Checkpoint, Verifier.Verify(_receipts[1].Encode(), _ledger.Trusted).FailedStep);
        Assert.Contains("/ledger/nodes", Step(_receipts[1], _ledger.Trusted).Explanation);

        // A history that ends too early is told apart.
        _ledger.Trusted.Follow(LittleLedger.History(_changes[0]), out var partly);
        Assert.True(Verifier.Verify(_receipts[1].Encode(), partly).IsGenuine);
        Assert.Contains("请重新取得名单变更记录", Step(_receipts[2], partly).Explanation);
    }

    [Fact]
    public void A_newer_anchor_verifies_what_comes_after_it_and_names_its_date()
    {
        var anchored = Anchored(1);
        Assert.Contains("2026-11-22", anchored.Basis);
        Assert.Contains("第 2 区块", anchored.Basis);
        Assert.True(Verifier.Verify(_receipts[1].Encode(), anchored).IsGenuine);
        Assert.False(Verifier.Verify(_receipts[2].Encode(), anchored).IsGenuine);

        // The history from the founding serves a newer anchor too: what came before it is passed over, even when it is rubbish.
        Assert.True(anchored.Follow(LittleLedger.History(_changes), out var followed).Ok);
        Assert.True(Verifier.Verify(_receipts[2].Encode(), followed).IsGenuine);
        Assert.True(Anchored(2).Follow(LittleLedger.History(_changes), out _).Ok);
        Assert.True(Verifier.Verify(_receipts[2].Encode(), Anchored(2)).IsGenuine);
    }

    [Fact]
    public void A_receipt_from_before_the_anchor_says_so()
    {
        var old = Step(_receipts[0], Anchored(1));
        Assert.Equal(StepStatus.Failed, old.Status);
        Assert.Contains("早于网络文件的起始区块", old.Explanation);
    }

    [Fact]
    public void An_anchor_with_the_same_nodes_and_another_organisation_or_another_key_of_it_follows_no_change()
    {
        var history = LittleLedger.History(_changes);
        var seats = _ledger.File.Seats!;
        Assert.True(_ledger.Trusted.Follow(history, out _).Ok);
        foreach (var stolen in new[] { seats[1] with { Organization = new((UInt128)9u) }, seats[1] with { OrganizationKey = _changes[0].Seats[^1].OrganizationKey } })
        {
            var report = new TrustedNetwork(_ledger.File with { Seats = [seats[0], stolen, .. seats.Skip(2)] }).Follow(history, out _);
            Assert.Equal(NodeHistorySteps.Order, report.FailedStep);
        }

        // Nor does one that names no organisations at all, and several nodes without organisations are no network file.
        var bare = _ledger.File with { Seats = null, Nodes = [.. seats.Select(s => s.Node)] };
        Assert.Equal(NodeHistorySteps.Order, new TrustedNetwork(bare).Follow(history, out _).FailedStep);
        Assert.Throws<NetworkFileException>(() => NetworkFile.Parse(bare.Encode()));
        Assert.Throws<NetworkFileException>(() => NetworkFile.Parse((bare with { Seats = seats }).Encode()));
        Assert.Throws<NetworkFileException>(() => NetworkFile.Parse((bare with { Nodes = null }).Encode()));
        Assert.Throws<NetworkFileException>(() => NetworkFile.Parse((bare with { Nodes = [], Quorum = 1 }).Encode()));
        Assert.Throws<NetworkFileException>(() => NetworkFile.Parse((_ledger.File with { Seats = [], Quorum = 1 }).Encode()));
        Assert.Throws<NetworkFileException>(() => NetworkFile.Parse((_ledger.File with { Seats = [seats[0], seats[1] with { OrganizationKey = seats[0].OrganizationKey }, .. seats.Skip(2)] }).Encode()));
    }

    [Fact]
    public void Nodes_that_were_removed_can_sign_nothing_any_more()
    {
        _ledger.Trusted.Follow(LittleLedger.History(_changes), out var followed);

        // The four founders, whose keys still exist, sign a tree that is larger than their last block.
        var forged = new LittleLedger(nodes: 4, collector: _ledger.CollectorKey).Fill(20);
        var receipt = forged.Receipt(forged.Append());
        Assert.True(Verifier.Verify(receipt.Encode(), _ledger.Trusted).IsGenuine, "from the founding alone it cannot be told: that is why anchors are renewed");

        var step = Step(receipt, followed);
        Assert.Equal(StepStatus.Failed, step.Status);
        Assert.Equal(ReceiptSteps.Checkpoint, step.Id);
    }

    [Fact]
    public void Nodes_that_sign_between_their_own_time_and_the_next_change_are_told_apart()
    {
        _ledger.Trusted.Follow(LittleLedger.History(_changes), out var followed);
        var size = (int)_anchors[1].Size + 1;
        var forged = new LittleLedger(nodes: 4, collector: _ledger.CollectorKey).Fill(size - 1);
        var step = Step(forged.Receipt(forged.Append()), followed);
        Assert.Contains("当时不在名单里", step.Explanation);
    }

    [Fact]
    public void A_checkpoint_of_the_anchor_s_size_must_be_the_anchor_s()
    {
        var other = new LittleLedger(nodes: 4, collector: _ledger.CollectorKey).Fill((int)_anchors[1].Size - 1);
        var receipt = other.Receipt(other.Append());
        var anchored = new TrustedNetwork(_ledger.File with { Anchor = _anchors[1] });
        var step = Step(receipt, anchored);
        Assert.Equal(StepStatus.Failed, step.Status);
        Assert.Contains("两份内容", step.Explanation);
        Assert.Equal(StepStatus.Ok, Step(receipt, new TrustedNetwork(_ledger.File with { Anchor = _anchors[1] with { Root = Root(receipt) } })).Status);
    }

    public static TheoryData<string, string> Forgeries => new()
    {
        { "skipped", NodeHistorySteps.Order },
        { "swapped", NodeHistorySteps.Order },
        { "repeated", NodeHistorySteps.Order },
        { "other nodes", NodeHistorySteps.Nodes },
        { "another organisation", NodeHistorySteps.Nodes },
        { "another organisation's key", NodeHistorySteps.Nodes },
        { "no nodes", NodeHistorySteps.Nodes },
        { "the same nodes", NodeHistorySteps.Nodes },
        { "too few", NodeHistorySteps.Checkpoint },
        { "old keys", NodeHistorySteps.Checkpoint },
        { "altered seal", NodeHistorySteps.Inclusion },
        { "another place", NodeHistorySteps.Inclusion },
        { "later checkpoint", NodeHistorySteps.Inclusion },
        { "another network", NodeHistorySteps.Network },
        { "another network's seal", NodeHistorySteps.Network },
        { "no seal", NodeHistorySteps.Format },
        { "no proof", NodeHistorySteps.Format },
        { "spelling of the proof", NodeHistorySteps.Format },
        { "spelling of the file", NodeHistorySteps.Format },
        { "another format", NodeHistorySteps.Format },
    };

    [Theory]
    [MemberData(nameof(Forgeries))]
    public void A_forged_history_fails_at_a_named_step(string forgery, string step)
    {
        var report = _ledger.Trusted.Follow(Forge(forgery), out var followed);
        Assert.Equal(step, report.FailedStep);
        Assert.Contains(step, NodeHistorySteps.All);
        Assert.Same(_ledger.Trusted, followed);
    }

    [Fact]
    public void Altering_any_bit_of_a_history_makes_it_fail()
    {
        var ledger = new LittleLedger(nodes: 1).Fill(1);
        var history = LittleLedger.History(ledger.Change([1, 2]));
        Assert.True(ledger.Trusted.Follow(history, out _).Ok);
        for (var at = 0; at < history.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                history[at] ^= (byte)(1 << bit);
                Assert.False(ledger.Trusted.Follow(history, out _).Ok, $"byte {at} bit {bit} went unnoticed");
                history[at] ^= (byte)(1 << bit);
            }
        }
    }

    [Fact]
    public void A_network_file_with_an_impossible_anchor_is_refused()
    {
        var genesis = _ledger.File;
        Assert.Equal(genesis.Anchor, NetworkFile.Parse(genesis.Encode()).Anchor);
        Assert.Equal(_anchors[1], NetworkFile.Parse((genesis with { Anchor = _anchors[1] }).Encode()).Anchor);
        TrustAnchor[] impossible =
        [
            new(0, null, 1, default), new(0, null, 0, LittleLedger.Now), new(0, Root(_receipts[0]), 0, default), new(-1, Root(_receipts[0]), 4, default),
            new(3, null, 9, LittleLedger.Now), new(3, Root(_receipts[0]), 3, LittleLedger.Now),
        ];
        Assert.All(impossible, a => Assert.Throws<NetworkFileException>(() => NetworkFile.Parse((genesis with { Anchor = a }).Encode())));
    }

    [Fact]
    public void The_policy_for_other_verifiers_lists_logs_witnesses_and_quorum()
    {
        var nodes = _ledger.Trusted.Nodes;
        var lines = TlogPolicy.Write(LittleLedger.Network, nodes).Split('\n');
        Assert.Equal(11, lines.Length);
        Assert.All(lines[..4], l => Assert.True(l.StartsWith("log ", StringComparison.Ordinal) && NoteKey.TryParse(l[4..], out _)));
        Assert.Equal($"witness node-2 {NodeNoteKeys.Vote(LittleLedger.Network, nodes.Nodes[1])}", lines[5]);
        Assert.Equal(["group nodes 3 node-1 node-2 node-3 node-4", "quorum nodes", ""], lines[8..]);
    }

    private byte[] Forge(string forgery)
    {
        var (first, second) = (_changes[0], _changes[1]);
        return forgery switch
        {
            "skipped" => LittleLedger.History(second),
            "swapped" => LittleLedger.History(second, first),
            "repeated" => LittleLedger.History(first, first),
            "other nodes" => LittleLedger.History(first with { Seats = second.Seats }),
            "another organisation" => LittleLedger.History(first with { Seats = [first.Seats[0] with { Organization = new((UInt128)9u) }, .. first.Seats.Skip(1)] }),
            "another organisation's key" => LittleLedger.History(first with { Seats = [first.Seats[0] with { OrganizationKey = second.Seats[^1].OrganizationKey }, .. first.Seats.Skip(1)] }),
            "no nodes" => LittleLedger.History(first with { Seats = [] }),
            "the same nodes" => LittleLedger.History(Again([1, 2, 3, 4])),
            "too few" => LittleLedger.History(Again([1, 2, 3, 4, 5], cosigners: 2)),
            "old keys" => LittleLedger.History(first, second with { Proof = SignedByFounders(second) }),
            "altered seal" => LittleLedger.History(first with { Seal = Replace(first.Seal, "\"epoch\":1", "\"epoch\":2") }),
            "another place" => LittleLedger.History(first with { Proof = Move(first.Proof) }),
            "later checkpoint" => LittleLedger.History(LaterCheckpoint()),
            "another network" => new NodeHistoryFile(_changes, NodeHistoryFile.CurrentFormat, NetworkId.Parse("other.mingjian.invalid/1")).Encode(),
            "another network's seal" => LittleLedger.History(first with { Seal = Replace(first.Seal, "00c0ffee", "00c0ffed") }),
            "no seal" => LittleLedger.History(first with { Seal = [.. _ledger.Entries[3]] }),
            "no proof" => LittleLedger.History(first with { Proof = "c2sp.org/tlog-proof@v1\n" }),
            "spelling of the proof" => LittleLedger.History(first with { Proof = first.Proof.Replace("v1\nindex", "v1\nextra AA==\nindex", StringComparison.Ordinal) }),
            "spelling of the file" => [.. LittleLedger.History(_changes), (byte)'\n'],
            "another format" => Replace(LittleLedger.History(_changes), NodeHistoryFile.CurrentFormat, "mingjian-nodes@v1"),
            _ => throw new ArgumentException(forgery, nameof(forgery)),
        };
    }

    private static NodeSetChange Again(int[] numbers, int? cosigners = null) => new LittleLedger(nodes: 4).Fill(2).Change(numbers, cosigners: cosigners);

    /// <summary>The true second seal under a checkpoint of the same tree that the founders sign, node 4 among them.</summary>
    private static string SignedByFounders(NodeSetChange second)
    {
        var proof = TlogProof.Parse(second.Proof)!;
        SignedNote.TryParse(proof.Checkpoint, out var note);
        return (proof with { Checkpoint = new LittleLedger(nodes: 4).Sign(Checkpoint.Parse(note!.Text)!) }).ToString();
    }

    private static NodeSetChange LaterCheckpoint()
    {
        var ledger = new LittleLedger(nodes: 4).Fill(2);
        var change = ledger.Change([1, 2, 3, 4, 5]);
        var index = ledger.Entries.Count - 1;
        var after = new LittleLedger(nodes: 4);
        foreach (var entry in ledger.Entries)
        {
            after.Append(entry);
        }

        return change with { Proof = TlogProofOf(after.Fill(1), index) };
    }

    private static string TlogProofOf(LittleLedger ledger, int index) => ledger.Receipt(index).Proof;

    private static string Move(string proof)
    {
        var parsed = TlogProof.Parse(proof)!;
        return (parsed with { Index = parsed.Index - 1 }).ToString();
    }

    private static byte[] Replace(byte[] bytes, string old, string by) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace(old, by, StringComparison.Ordinal));

    private TrustedNetwork Anchored(int change) => new(_ledger.File with
    {
        Anchor = _anchors[change],
        Seats = _changes[change - 1].Seats,
        Quorum = NodeSet.QuorumOf(_changes[change - 1].Seats.Count),
    });

    private static Hash32 Root(ReceiptFile receipt)
    {
        SignedNote.TryParse(TlogProof.Parse(receipt.Proof)!.Checkpoint, out var note);
        return Checkpoint.Parse(note!.Text)!.Root;
    }

    private static VerificationStep Step(ReceiptFile receipt, TrustedNetwork network) =>
        Verifier.Verify(receipt.Encode(), network).Steps.Single(s => s.Id == ReceiptSteps.Checkpoint);
}
