using System.Text;
using Mingjian.Acts.Networks;
using Mingjian.Acts.Receipts;
using Mingjian.Contracts.Dues;
using Mingjian.Cryptography;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Primitives;

namespace Mingjian.Acts.Tests;

/// <summary>A receipt says that its payment counts only when that was shown, and as of which block.</summary>
public sealed class ReceiptStandingTests(ITestOutputHelper output)
{
    private const long Hour = 3_600_000;

    private static readonly ReceiptVerifier Verifier = new(new PlatformEcVerifier());
    private static readonly PaymentRecord Record = LittleLedger.RecordOf(LittleLedger.Recorded(LittleLedger.Payment()));
    private static readonly PaymentId Other = LedgerId.Parse<PaymentId>("p-000000000000000000000000000000bb");

    [Fact]
    public void Without_a_standing_it_says_that_later_reversals_were_not_checked()
    {
        var ledger = new LittleLedger().Fill(3);
        var report = Verifier.Verify(ledger.Receipt(ledger.Append()).Encode(), ledger.Trusted);

        Assert.Equal(ReceiptVerdict.Unchanged, report.Verdict);
        Assert.Equal("内容自签署后没有改动；此后是否冲正未检查。", report.Conclusion);
        Assert.Contains("此后是否冲正未检查", report.Headline, StringComparison.Ordinal);
        Assert.Null(report.Standing);
        Assert.All(report.Steps.Skip(ReceiptSteps.Genuine.Count), s => Assert.Equal(StepStatus.Absent, s.Status));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void With_one_it_says_as_of_which_block_the_payment_is_in_force(bool isFresh)
    {
        var ledger = new LittleLedger().Fill(3);
        var index = ledger.Append();
        var seal = ledger.Put().Seal();
        ledger.Fill(5);
        var report = Verify(ledger, index, ledger.Standing(seal), isFresh);

        Assert.Equal(ReceiptVerdict.InForce, report.Verdict);
        Assert.Equal(new ReceiptStanding(120, LittleLedger.Now.AddMilliseconds(Hour), null, null, MemberAnswer.None, null, isFresh), report.Standing);
        Assert.Equal("内容自签署后没有改动；截至2026-11-22 19:00:00（北京时间）第 120 区块，这笔缴纳有效。", report.Conclusion);
        Assert.All(report.Steps, s => Assert.Equal(StepStatus.Ok, s.Status));
    }

    [Fact]
    public void The_receipt_s_own_block_will_do()
    {
        var ledger = new LittleLedger();
        var index = ledger.Append();

        Assert.Equal(ReceiptVerdict.InForce, Verify(ledger, index, ledger.Standing(ledger.Put().Seal(7))).Verdict);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_reversed_payment_s_receipt_says_reversed_with_the_act_where_it_is_shown(bool isFresh)
    {
        var ledger = new LittleLedger().Fill(3);
        var index = ledger.Append();
        var before = ledger.Put().Seal();
        var act = ledger.Reverse(reason: ReversalReason.MoneyNotReceived);
        var after = ledger.Standing(ledger.Seal(121));

        var bare = Verify(ledger, index, after, isFresh);
        var shown = Verify(ledger, index, after with { Reversal = ledger.Evidence(act) }, isFresh);

        foreach (var report in new[] { bare, shown })
        {
            Assert.Equal(ReceiptVerdict.Reversed, report.Verdict);
            Assert.Equal("已冲正，凭证作废", report.Headline);
            Assert.Contains("款项未收到", report.Conclusion, StringComparison.Ordinal);
            Assert.Equal(StepStatus.Reversed, report.Steps[^1].Status);
            Assert.Null(report.FailedStep);
        }

        Assert.Null(bare.Standing!.Reversed);
        Assert.Equal(new ReversalPlace(7, act, LittleLedger.Now), shown.Standing!.Reversed);
        Assert.Contains($"第 7 区块，账本第 {act + 1} 条", shown.Conclusion, StringComparison.Ordinal);

        // An older standing proves what it says, and says as of when; with the reversal beside it, the reversal counts, whichever came with the file.
        Assert.Equal(120, Verify(ledger, index, ledger.Standing(before)).Standing!.Height);
        Assert.Equal(ReceiptVerdict.Reversed, Verify(ledger, index, ledger.Standing(before), fresh: after).Verdict);
        Assert.Equal(ReceiptVerdict.Reversed, Verify(ledger, index, after, fresh: ledger.Standing(before)).Verdict);
    }

    [Fact]
    public void A_dispute_is_shown_and_invalidates_nothing()
    {
        var ledger = new LittleLedger().Fill(1);
        var index = ledger.Append();
        var seal = ledger.Put(Record with { Answer = MemberAnswer.Disputed, Dispute = DisputeReason.WrongAmount }).Seal();
        var report = Verify(ledger, index, ledger.Standing(seal));

        Assert.Equal(ReceiptVerdict.InForce, report.Verdict);
        Assert.EndsWith("这笔缴纳有效。党员本人对这笔缴纳有异议（金额不对）。", report.Conclusion, StringComparison.Ordinal);
        Assert.Equal(DisputeReason.WrongAmount, report.Standing!.Dispute);

        var settled = Verify(ledger, index, ledger.Standing(ledger.Put(Record with { Answer = MemberAnswer.Confirmed }).Seal()));
        Assert.Equal((ReceiptVerdict.InForce, MemberAnswer.Confirmed), (settled.Verdict, settled.Standing!.Answer));
    }

    [Fact]
    public void A_voluntary_payment_has_a_standing_too()
    {
        var ledger = new LittleLedger().Fill(2);
        var command = new RecordVoluntaryPayment(
            Other, LittleLedger.Member, LittleLedger.Branch, new(2026, 11, 20), PaymentMethod.Transfer, new(100_000));
        var happened = new VoluntaryPaymentRecorded(
            command.Payment, command.Member, command.Branch, LittleLedger.Collector, command.Date, command.Method, command.Amount,
            DuesFund.Centre, RuleId.Parse("dues-2008/11@1"), LittleLedger.Recorded(LittleLedger.Payment()).Name);
        var index = ledger.Append(command, happened);
        var record = new PaymentRecord(
            command.Payment, command.Member, command.Branch, LittleLedger.Collector, command.Date, command.Method, Payer.Member, null, [],
            command.Amount, DuesFund.Centre, null, MemberAnswer.None, null);
        var key = LittleLedger.KeyOf(Other);

        Assert.Equal(ReceiptVerdict.InForce, Verify(ledger, index, ledger.Standing(ledger.Put(record).Seal(), key)).Verdict);
        foreach (var wrong in new[]
        {
            record with { Fund = DuesFund.Branch }, record with { Total = new(99_999) }, record with { Basis = PaymentBasis.Ordinary },
            record with { Items = [new(new(2026, 11), new(100_000))] },
        })
        {
            Assert.Equal(ReceiptSteps.InForce, Verify(ledger, index, ledger.Standing(ledger.Put(wrong).Seal(), key)).FailedStep);
        }
    }

    [Theory]
    [InlineData(-1, ReceiptVerdict.InForce)]
    [InlineData(0, ReceiptVerdict.InForce)]
    [InlineData(1, ReceiptVerdict.Unchanged)]
    public void A_standing_older_than_asked_for_counts_as_not_checked(int milliseconds, ReceiptVerdict verdict)
    {
        var ledger = new LittleLedger().Fill(1);
        var index = ledger.Append();
        var standing = ledger.Standing(ledger.Put().Seal());
        var limit = LittleLedger.Now.AddMilliseconds(Hour + milliseconds);
        var report = Verify(ledger, index, standing, notBefore: limit);
        Assert.Equal(verdict, report.Verdict);
        Assert.Equal(verdict == ReceiptVerdict.InForce ? StepStatus.Ok : StepStatus.Stale, report.Steps[^1].Status);
        Assert.Equal(120, report.Standing!.Height);
        Assert.Equal(verdict == ReceiptVerdict.Unchanged, report.Conclusion.Contains("此后是否冲正未检查", StringComparison.Ordinal));

        // However old, a reversal is one; and a fresh standing mends what the file's is too old for.
        var later = ledger.Standing(ledger.Seal(121, LittleLedger.Now.AddMilliseconds(2 * Hour)));
        Assert.Equal(ReceiptVerdict.InForce, Verify(ledger, index, standing, fresh: later, notBefore: limit).Verdict);
        ledger.Reverse();
        var reversed = ledger.Standing(ledger.Seal(122));
        Assert.Equal(ReceiptVerdict.Reversed, Verify(ledger, index, reversed, notBefore: LittleLedger.Now.AddMilliseconds(100 * Hour)).Verdict);
    }

    [Fact]
    public void Of_two_that_hold_the_later_counts()
    {
        var ledger = new LittleLedger().Fill(1);
        var index = ledger.Append();
        var (older, later) = (ledger.Put().Seal(120), ledger.Seal(121));

        Assert.Equal(121, Verify(ledger, index, ledger.Standing(older), fresh: ledger.Standing(later)).Standing!.Height);
        var kept = Verify(ledger, index, ledger.Standing(later), fresh: ledger.Standing(older));
        Assert.Equal((121, false), (kept.Standing!.Height, kept.Standing.IsFresh));
    }

    public static TheoryData<string, string> Attacks => new()
    {
        { "absence instead of presence", ReceiptSteps.StandingProof },
        { "absence from before the payment", ReceiptSteps.StandingProof },
        { "another payment", ReceiptSteps.StandingProof },
        { "another payment's value and proof under this key", ReceiptSteps.StandingProof },
        { "another payment's record under this key", ReceiptSteps.InForce },
        { "another key of the payment", ReceiptSteps.StandingProof },
        { "the value from before the reversal", ReceiptSteps.StandingProof },
        { "value and proof from before the reversal", ReceiptSteps.StandingProof },
        { "another amount", ReceiptSteps.InForce },
        { "another member", ReceiptSteps.InForce },
        { "another branch", ReceiptSteps.InForce },
        { "another collector", ReceiptSteps.InForce },
        { "another date", ReceiptSteps.InForce },
        { "another month", ReceiptSteps.InForce },
        { "another method", ReceiptSteps.InForce },
        { "another basis", ReceiptSteps.InForce },
        { "another fund", ReceiptSteps.InForce },
        { "no record at all", ReceiptSteps.InForce },
        { "a block before the payment's", ReceiptSteps.StandingSeal },
        { "a seal that stands before the payment", ReceiptSteps.StandingSeal },
        { "another network", ReceiptSteps.StandingSeal },
        { "not the last of its block", ReceiptSteps.StandingSeal },
        { "a seal without entries", ReceiptSteps.StandingSeal },
        { "numbers at their ends", ReceiptSteps.StandingSeal },
        { "not a seal", ReceiptSteps.StandingSeal },
        { "a seal that is not in the log", ReceiptSteps.StandingSeal },
        { "a checkpoint that does not cover it", ReceiptSteps.StandingSeal },
        { "too few nodes", ReceiptSteps.StandingCheckpoint },
        { "another log's signature", ReceiptSteps.StandingCheckpoint },
        { "an unknown signer", ReceiptSteps.StandingCheckpoint },
        { "a fork of the receipt's log", ReceiptSteps.StandingCheckpoint },
        { "a reversal of a payment in force", ReceiptSteps.InForce },
        { "a reversal of another payment", ReceiptSteps.InForce },
        { "a reversal for another reason", ReceiptSteps.InForce },
        { "a reversal that is not in the log", ReceiptSteps.InForce },
        { "a reversal from before the payment", ReceiptSteps.InForce },
        { "a refused reversal", ReceiptSteps.InForce },
        { "a payment for the reversal", ReceiptSteps.InForce },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public void A_standing_that_shows_something_else_fails_the_receipt_that_carries_it_and_is_not_used_when_fetched(string attack, string step)
    {
        var ledger = new LittleLedger().Fill(3);
        var early = ledger.Reverse();
        var emptied = ledger.Put(key: "dues/payment/none").Seal(5);
        var index = ledger.Append();
        var standing = Forge(attack, ledger, index, early, emptied);

        var carried = Verify(ledger, index, standing);
        Assert.Equal(step, carried.FailedStep);
        Assert.Equal(ReceiptVerdict.Failed, carried.Verdict);
        Assert.Null(carried.Standing);

        var fetched = Verify(ledger, index, standing, isFresh: true);
        Assert.Equal((ReceiptVerdict.Unchanged, step), (fetched.Verdict, fetched.FreshFault));
        Assert.Null(fetched.FailedStep);
        Assert.Contains(step, fetched.Steps[^1].Explanation, StringComparison.Ordinal);

        if (attack.StartsWith("a fork", StringComparison.Ordinal))
        {
            // Told apart at one size alone: a quorum that signs two histories is beyond what a receipt can show.
            return;
        }

        // Beside one that holds it changes nothing but is told.
        var own = ledger.Standing(ledger.Put().Seal(200));
        var both = Verify(ledger, index, own, fresh: standing);
        Assert.Equal((ReceiptVerdict.InForce, 200, step), (both.Verdict, both.Standing!.Height, both.FreshFault));
    }

    private static PaymentStanding Forge(string attack, LittleLedger ledger, int index, int early, int emptied)
    {
        var otherRecord = Record with { Payment = Other };
        return attack switch
        {
            "absence instead of presence" => Removed(ledger) with { Value = ledger.Standing(ledger.Put().Seal()).Value },
            "absence from before the payment" => Removed(ledger),
            "another payment" => ledger.Standing(ledger.Put().Put(otherRecord).Seal(), LittleLedger.KeyOf(Other)),
            "another payment's value and proof under this key" =>
                ledger.Standing(ledger.Put().Put(otherRecord).Seal(), LittleLedger.KeyOf(Other)) with { Key = LittleLedger.KeyOf(Record.Payment) },
            "another payment's record under this key" => Altered(otherRecord),
            "another key of the payment" => ledger.Standing(ledger.Put(key: "dues/payment/x").Seal(), "dues/payment/x"),
            "the value from before the reversal" => BeforeReversal() is var (before, after) ? after with { Value = before.Value } : null!,
            "value and proof from before the reversal" =>
                BeforeReversal() is var (before, after) ? after with { Value = before.Value, Proof = before.Proof } : null!,
            "another amount" => Altered(Record with { Total = new(4801), Items = [new(new(2026, 11), new(4801))] }),
            "another member" => Altered(Record with { Member = LittleLedger.Collector }),
            "another branch" => Altered(Record with { Branch = LedgerId.New<OrganizationId>() }),
            "another collector" => Altered(Record with { Collector = LittleLedger.Member }),
            "another date" => Altered(Record with { Date = new(2026, 11, 21) }),
            "another month" => Altered(Record with { Items = [new(new(2026, 10), Record.Total)] }),
            "another method" => Altered(Record with { Method = PaymentMethod.Transfer }),
            "another basis" => Altered(Record with { Basis = PaymentBasis.Quarterly }),
            "another fund" => Altered(Record with { Fund = DuesFund.Centre }),
            "no record at all" => Sealed("{}"u8.ToArray()),
            "a block before the payment's" => Good(6),
            "a seal that stands before the payment" => ledger.Standing(emptied),
            "another network" => Good(alter: s => s with { Network = NetworkId.Parse("test.mingjian.invalid/00000000") }),
            "not the last of its block" => Good(alter: s => s with { Entries = s.Entries + 1 }),
            "a seal without entries" => Good(alter: s => s with { Entries = 0, FirstIndex = s.FirstIndex + 1 }),
            "numbers at their ends" => Good(alter: s => s with { Entries = int.MinValue, FirstIndex = (1L << 53) - 1 }),
            "not a seal" => Good() with { Seal = ledger.Entries[index] },
            "a seal that is not in the log" => Good() is var good
                ? good with { Seal = (((SealEntry)LogEntry.Decode(good.Seal)) with { StateRoot = Hash32.Of([1]) }).Encode() } : null!,
            "a checkpoint that does not cover it" => ledger.Checkpoint() is var old ? ledger.Standing(ledger.Put().Seal(), checkpoint: old) : null!,
            "too few nodes" => ledger.Standing(ledger.Put().Seal(), checkpoint: ledger.Checkpoint(cosigners: 2)),
            "another log's signature" => ledger.Standing(ledger.Put().Seal(), checkpoint: ledger.Checkpoint(log: LittleLedger.StrangersLog())),
            "an unknown signer" => ledger.Standing(ledger.Put().Seal(), checkpoint: ledger.Checkpoint(unknown: true)),
            "a fork of the receipt's log" => Fork(),
            "a reversal of a payment in force" => Good() with { Reversal = ledger.Evidence(early) },
            "a reversal of another payment" => Reversed(ledger.Reverse(otherRecord)),
            "a reversal for another reason" => Reversed(ledger.Reverse(reason: ReversalReason.RecordedTwice)),
            "a reversal that is not in the log" => Reversed(ledger.Reverse()) is var fine
                ? fine with { Reversal = fine.Reversal! with { Index = fine.Reversal.Index - 1 } } : null!,
            "a reversal from before the payment" => Reversed(early),
            "a refused reversal" => Reversed(Refused()),
            "a payment for the reversal" => Reversed(ledger.Append()),
            _ => throw new ArgumentOutOfRangeException(nameof(attack), attack, null),
        };

        PaymentStanding Good(long height = 120, Func<SealEntry, SealEntry>? alter = null) => ledger.Standing(ledger.Put().Seal(height, alter: alter));

        PaymentStanding Altered(PaymentRecord record) =>
            ledger.Standing(ledger.Put(record, LittleLedger.KeyOf(Record.Payment)).Seal(), LittleLedger.KeyOf(Record.Payment));

        PaymentStanding Sealed(byte[] value) => ledger.Standing(ledger.Put(value, LittleLedger.KeyOf(Record.Payment)).Seal());

        (PaymentStanding Before, PaymentStanding After) BeforeReversal()
        {
            var seal = ledger.Put().Seal();
            ledger.Reverse();
            var after = ledger.Seal(121);
            return (ledger.Standing(seal), ledger.Standing(after));
        }

        // The record says: WrongAmount.
        PaymentStanding Reversed(int act)
        {
            var seal = ledger.Put(Record with { Reversed = ReversalReason.WrongAmount }).Seal(121);
            return ledger.Standing(seal) with { Reversal = ledger.Evidence(act) };
        }

        int Refused()
        {
            var act = (TransactionEntry)LogEntry.Decode(ledger.Entries[ledger.Reverse()]);
            return ledger.Append(new RefusalEntry(RefusalCode.Parse("dues/1501"), act.Height, Pae.TransactionId(act.Envelope.Payload), act.Time).Encode());
        }

        // Of the very size of the receipt's log, which is signed last.
        PaymentStanding Fork()
        {
            var fork = new LittleLedger(collector: ledger.CollectorKey).Fill(ledger.Fill(2).Entries.Count - 1);
            return fork.Standing(fork.Put().Seal());
        }
    }

    /// <summary>A block after which the state no longer holds the payment.</summary>
    private static PaymentStanding Removed(LittleLedger ledger) => ledger.Standing(ledger.Remove(LittleLedger.KeyOf(Record.Payment)).Seal());

    [Fact]
    public void The_nodes_of_its_own_time_sign_it()
    {
        var ledger = new LittleLedger(nodes: 4).Fill(3);
        var index = ledger.Append();
        var receipt = ledger.Receipt(index);
        var change = ledger.Fill(2).Change([1, 2, 5, 6]);
        var standing = ledger.Standing(ledger.Put().Seal());
        var carrying = (receipt with { Standing = standing }).Encode();

        var unknown = Verifier.Verify(carrying, ledger.Trusted);
        Assert.Equal(ReceiptSteps.StandingCheckpoint, unknown.FailedStep);
        Assert.Contains("/ledger/nodes", unknown.Steps.Single(s => s.Id == unknown.FailedStep).Explanation, StringComparison.Ordinal);
        Assert.Equal(
            ReceiptSteps.StandingCheckpoint, Verifier.Verify(receipt.Encode(), ledger.Trusted, new StandingDemand(standing.Encode())).FreshFault);

        Assert.True(ledger.Trusted.Follow(LittleLedger.History(change), out var followed).Ok);
        Assert.Equal(ReceiptVerdict.InForce, Verifier.Verify(carrying, followed).Verdict);

        // The founders, whose keys still exist, sign a state of after their time in which the payment was never reversed.
        var forged = new LittleLedger(nodes: 4, collector: ledger.CollectorKey).Fill(30);
        var lie = forged.Standing(forged.Put().Seal(500));
        Assert.Equal(ReceiptSteps.StandingCheckpoint, Verifier.Verify((receipt with { Standing = lie }).Encode(), followed).FailedStep);
    }

    [Fact]
    public void A_time_at_the_end_of_all_times_can_be_told_of()
    {
        // Read before anything is known to be signed; in Beijing it would be the year 10000.
        var ledger = new LittleLedger().Fill(1);
        var index = ledger.Append();
        var report = Verify(ledger, index, ledger.Standing(ledger.Put().Seal(time: new LedgerTime(253402300799999))));

        Assert.Contains("9999-12-31 23:59:59", report.Conclusion, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_altered_byte_of_it_is_noticed()
    {
        var ledger = new LittleLedger().Fill(6);
        var index = ledger.Append();
        ledger.Put().Seal();
        var act = ledger.Reverse();
        var standing = ledger.Standing(ledger.Seal(121)) with { Reversal = ledger.Evidence(act) };
        var receipt = ledger.Receipt(index).Encode();
        var genuine = standing.Encode();
        Assert.Equal(ReceiptVerdict.Reversed, Verifier.Verify(receipt, ledger.Trusted, new StandingDemand(genuine)).Verdict);
        var failures = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var position = 0; position < genuine.Length; position++)
        {
            foreach (var mask in new byte[] { 0x01, 0x20, 0x80 })
            {
                var altered = (byte[])genuine.Clone();
                altered[position] ^= mask;
                var report = Verifier.Verify(receipt, ledger.Trusted, new StandingDemand(altered));
                Assert.True(report is { Verdict: ReceiptVerdict.Unchanged, FreshFault: not null }, $"byte {position} xor {mask:x2} went unnoticed");
                failures[report.FreshFault!] = failures.GetValueOrDefault(report.FreshFault!) + 1;
            }
        }

        output.WriteLine($"{genuine.Length} bytes: {string.Join(", ", failures.Select(f => $"{f.Key} {f.Value}"))}");
        Assert.Equal(ReceiptSteps.Standing.Order(StringComparer.Ordinal), failures.Keys);

        var carrying = (ReceiptFile.Parse(receipt) with { Standing = standing }).Encode();
        for (var position = 0; position < carrying.Length; position += 7)
        {
            var altered = (byte[])carrying.Clone();
            altered[position] ^= 0x01;
            Assert.False(Verifier.Verify(altered, ledger.Trusted).IsGenuine, $"byte {position} of the receipt went unnoticed");
        }
    }

    [Fact]
    public void It_has_one_encoding_and_bounds()
    {
        var ledger = new LittleLedger().Fill(2);
        var act = ledger.Reverse();
        var standing = ledger.Standing(ledger.Put().Seal()) with { Reversal = ledger.Evidence(act) };
        var genuine = standing.ToString();
        Assert.Equal(genuine, PaymentStanding.Parse(Encoding.UTF8.GetBytes(genuine)).ToString());
        for (var length = 0; length < genuine.Length; length += 3)
        {
            // Cut after a whole signature line the form is right still; too few nodes is for the verifier to say.
            if (!genuine[..length].EndsWith('\n') || !genuine[..length].Contains("\n\n— ", StringComparison.Ordinal))
            {
                Refuse(genuine[..length]);
            }
        }

        foreach (var tail in new[] { "\n", " ", "x", "\0" })
        {
            Refuse(genuine + tail);
        }

        Refuse("\uFEFF" + genuine);
        Refuse(genuine.Replace("\n", "\r\n", StringComparison.Ordinal));
        Refuse(genuine.Replace("standing@v1", "standing@v2", StringComparison.Ordinal));
        Refuse(genuine.Replace($"reversal {act} ", $"reversal 0{act} ", StringComparison.Ordinal));
        Refuse(genuine.Replace($"reversal {act} ", $"reversal +{act} ", StringComparison.Ordinal));
        Refuse(genuine.Replace("\n\n", "\nextra AA==\n\n", StringComparison.Ordinal));
        Refuse(genuine.Replace("tlog-proof@v1\n", "tlog-proof@v1\nextra AA==\n", StringComparison.Ordinal));
        Refuse((standing with { Key = string.Empty }).ToString());
        Refuse((standing with { Key = new string('k', 513) }).ToString());
        Refuse((standing with { Value = new byte[PaymentStanding.MaxValue + 1] }).ToString());
        Refuse((standing with { Seal = new byte[LogEntry.MaxSize + 1] }).ToString());
        Refuse((standing with { Reversal = standing.Reversal! with { Entry = new byte[LogEntry.MaxSize + 1] } }).ToString());
        Refuse((standing with { Reversal = standing.Reversal! with { Path = new Hash32[Merkle.MaxPathLength + 1] } }).ToString());
        Refuse(new string('x', PaymentStanding.MaxSize + 1));

        static void Refuse(string text) =>
            Assert.NotEmpty(Assert.Throws<ReceiptFormatException>(() => PaymentStanding.Parse(Encoding.UTF8.GetBytes(text))).Message);
    }

    [Fact]
    public void Whoever_holds_the_receipt_can_show_it_and_public_hashes_do_not()
    {
        var ledger = new LittleLedger().Fill(4);
        var index = ledger.Append();
        var query = StandingQuery.For(ledger.Receipt(index));

        Assert.Equal(index, query.Index);
        Assert.Equal(64, query.Proof.Length);
        Assert.NotEqual(Convert.ToHexStringLower(Merkle.HashLeaf(ledger.Entries[index]).ToArray()), query.Proof);
        Assert.NotEqual(Convert.ToHexStringLower(Hash32.Of(ledger.Entries[index]).ToArray()), query.Proof);
        Assert.NotEqual(query.Proof, StandingQuery.ProofOf(ledger.Entries[ledger.Append(LittleLedger.Payment("24.00"))]));
    }

    private static ReceiptReport Verify(
        LittleLedger ledger, int index, PaymentStanding standing, bool isFresh = false, PaymentStanding? fresh = null, LedgerTime? notBefore = null) =>
        Verifier.Verify(
            ledger.Receipt(index, standing: isFresh ? null : standing).Encode(), ledger.Trusted,
            new StandingDemand((isFresh ? standing : fresh)?.Encode(), notBefore));
}
