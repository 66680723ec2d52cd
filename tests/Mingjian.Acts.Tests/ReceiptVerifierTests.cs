using System.Diagnostics;
using System.Globalization;
using System.Text;
using Mingjian.Acts.Networks;
using Mingjian.Acts.Receipts;
using Mingjian.Contracts.Dues;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Acts.Tests;

public sealed class ReceiptVerifierTests(ITestOutputHelper output)
{
    private static readonly ReceiptVerifier Verifier = new(new PlatformEcVerifier());

    [Fact]
    public void A_genuine_receipt_passes_every_step()
    {
        var ledger = new LittleLedger().Fill(11);
        var receipt = ledger.Receipt(ledger.Append());

        var report = Verifier.Verify(receipt.Encode(), ledger.Trusted);

        Assert.True(report.IsGenuine, report.Steps.FirstOrDefault(s => s.Status == StepStatus.Failed)?.ToString());
        Assert.Equal(ReceiptSteps.All, report.Steps.Select(s => s.Id));
        Assert.All(report.Steps.Take(ReceiptSteps.Genuine.Count), s => Assert.Equal(StepStatus.Ok, s.Status));
        Assert.Equal("48.00", report.Contents!.Total.ToString());
        Assert.Equal(LittleLedger.Name, report.Contents.Name);
        Assert.Equal("机关第一党支部", report.Contents.BranchName);
        Assert.Contains("第九条", report.Steps[5].Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void The_browser_s_curve_code_agrees()
    {
        var ledger = new LittleLedger().Fill(3);
        var receipt = ledger.Receipt(ledger.Append()).Encode();

        Assert.True(new ReceiptVerifier(new BouncyCastleEcVerifier()).Verify(receipt, ledger.Trusted).IsGenuine);
    }

    [Fact]
    public void A_receipt_without_a_name_passes_and_says_so()
    {
        var ledger = new LittleLedger().Fill(2);
        var receipt = ledger.Receipt(ledger.Append()) with { Holder = null };

        var report = Verifier.Verify(receipt.Encode(), ledger.Trusted);

        Assert.True(report.IsGenuine);
        Assert.Equal(StepStatus.Absent, report.Steps.Single(s => s.Id == ReceiptSteps.Holder).Status);
    }

    [Fact]
    public void A_voluntary_payment_has_a_receipt_too()
    {
        var ledger = new LittleLedger().Fill(2);
        var command = new RecordVoluntaryPayment(
            LedgerId.New<PaymentId>(), LittleLedger.Member, LittleLedger.Branch, new(2026, 11, 20), PaymentMethod.Transfer, new(100_000));
        var happened = new VoluntaryPaymentRecorded(
            command.Payment, command.Member, command.Branch, LittleLedger.Collector, command.Date, command.Method, command.Amount,
            DuesFund.Centre, RuleId.Parse("dues-2008/11@1"), LittleLedger.Recorded(LittleLedger.Payment()).Name);

        var right = Verifier.Verify(ledger.Receipt(ledger.Append(command, happened)).Encode(), ledger.Trusted);
        var wrong = Verifier.Verify(
            ledger.Receipt(ledger.Append(command, happened with { Fund = DuesFund.Branch })).Encode(), ledger.Trusted);

        Assert.True(right.IsGenuine, right.FailedStep);
        Assert.Equal(ReceiptSteps.Rule, wrong.FailedStep);
    }

    [Fact]
    public void Every_altered_byte_makes_verification_fail_and_names_the_step()
    {
        var ledger = new LittleLedger().Fill(6);
        var genuine = ledger.Receipt(ledger.Append()).Encode();
        Assert.True(Verifier.Verify(genuine, ledger.Trusted).IsGenuine);
        var failures = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var position = 0; position < genuine.Length; position++)
        {
            foreach (var mask in new byte[] { 0x01, 0x02, 0x10, 0x20, 0x80 })
            {
                var altered = (byte[])genuine.Clone();
                altered[position] ^= mask;
                var report = Verifier.Verify(altered, ledger.Trusted);
                Assert.False(report.IsGenuine, $"byte {position} xor {mask:x2} went unnoticed");
                var step = Assert.Single(report.Steps, s => s.Status == StepStatus.Failed).Id;
                failures[step] = failures.GetValueOrDefault(step) + 1;
            }
        }

        output.WriteLine($"{genuine.Length} bytes: {string.Join(", ", failures.Select(f => $"{f.Key} {f.Value}"))}");
        Assert.Equal(
            [ReceiptSteps.Checkpoint, ReceiptSteps.Entry, ReceiptSteps.Format, ReceiptSteps.Holder, ReceiptSteps.Inclusion, ReceiptSteps.Signature],
            failures.Keys);
    }

    [Fact]
    public void A_truncated_or_prolonged_receipt_fails_in_its_form()
    {
        var ledger = new LittleLedger(nodes: 1).Fill(2);
        var genuine = ledger.Receipt(ledger.Append()).Encode();
        for (var length = 0; length < genuine.Length; length++)
        {
            // Cut after the log's or a node's whole signature line, the form is still right and the quorum is missing.
            var step = Verifier.Verify(genuine.AsSpan(0, length), ledger.Trusted).FailedStep;
            Assert.True(step is ReceiptSteps.Format or ReceiptSteps.Checkpoint, $"cut at {length}: {step}");
        }

        foreach (var tail in new[] { "\n", " ", "x", "\0", "— a b\n" })
        {
            Assert.Equal(ReceiptSteps.Format, Verifier.Verify([.. genuine, .. Encoding.UTF8.GetBytes(tail)], ledger.Trusted).FailedStep);
        }

        Assert.Equal(ReceiptSteps.Format, Verifier.Verify([0xEF, 0xBB, 0xBF, .. genuine], ledger.Trusted).FailedStep);
        Assert.Equal(ReceiptSteps.Format, Verifier.Verify(new byte[ReceiptFile.MaxSize + 1], ledger.Trusted).FailedStep);
    }

    [Fact]
    public void An_entry_of_another_payment_does_not_fit_the_proof()
    {
        var ledger = new LittleLedger().Fill(2);
        var index = ledger.Append();
        var other = new LittleLedger(collector: ledger.CollectorKey);
        other.Append(LittleLedger.Payment("24.00"));

        Assert.Equal(ReceiptSteps.Inclusion, Fails(ledger, ledger.Receipt(index, entry: other.Entries[0])));
    }

    [Fact]
    public void A_checkpoint_without_the_log_s_signature_a_quorum_or_with_strangers_fails()
    {
        var ledger = new LittleLedger().Fill(2);
        var index = ledger.Append();

        Assert.Equal(ReceiptSteps.Checkpoint, Fails(ledger, ledger.Receipt(index, checkpoint: ledger.Checkpoint(cosigners: 2))));
        Assert.Equal(ReceiptSteps.Checkpoint, Fails(ledger, ledger.Receipt(index, checkpoint: ledger.Checkpoint(unknown: true))));
        Assert.Equal(
            ReceiptSteps.Checkpoint, Fails(ledger, ledger.Receipt(index, checkpoint: ledger.Checkpoint(log: LittleLedger.StrangersLog()))));
        Assert.True(Verifier.Verify(ledger.Receipt(index, checkpoint: ledger.Checkpoint(cosigners: 3)).Encode(), ledger.Trusted).IsGenuine);
    }

    [Fact]
    public void An_entry_that_says_otherwise_than_what_was_signed_fails_even_when_it_stands_in_the_log()
    {
        var ledger = new LittleLedger();
        var other = LittleLedger.Recorded(LittleLedger.Payment("24.00"));
        var index = ledger.Append(happened: other);

        Assert.Equal(ReceiptSteps.Entry, Fails(ledger, ledger.Receipt(index)));
    }

    [Fact]
    public void A_signature_by_somebody_else_than_the_collector_fails()
    {
        var ledger = new LittleLedger();
        var otherPerson = ledger.Append(actors: [new(ledger.CollectorKey.Key, LittleLedger.Member)]);
        var otherKey = ledger.Append(actors: [new(Es256Signer.Create().Key, LittleLedger.Collector)]);
        var nobody = ledger.Append(actors: []);
        var forged = ledger.Append(alter: e => e with { Signatures = [e.Signatures[0] with { Sig = new byte[64] }] });

        foreach (var index in new[] { otherPerson, otherKey, nobody, forged })
        {
            Assert.Equal(ReceiptSteps.Signature, Fails(ledger, ledger.Receipt(index)));
        }
    }

    [Fact]
    public void A_payment_of_another_network_fails()
    {
        var ledger = new LittleLedger();
        var index = ledger.Append(network: NetworkId.Parse("test.mingjian.invalid/00000000"));

        Assert.Equal(ReceiptSteps.Entry, Fails(ledger, ledger.Receipt(index)));
    }

    [Theory]
    [InlineData("48.00", "30.01", true)] // half of it: 2 payments of one month
    [InlineData("15.01", "15.00", false)] // no base gives 15.01: up to 3000 yuan is at most 15.00, from 3000.01 at least 30.00
    [InlineData("48.00", "48.01", false)] // more than due
    public void The_rule_is_checked_again(string due, string paid, bool holds)
    {
        var ledger = new LittleLedger();
        var command = LittleLedger.Payment(paid);
        var report = Verifier.Verify(
            ledger.Receipt(ledger.Append(command, LittleLedger.Recorded(command, due))).Encode(), ledger.Trusted);

        Assert.Equal(holds ? null : ReceiptSteps.Rule, report.FailedStep);
    }

    [Fact]
    public void A_rule_out_of_place_fails()
    {
        var ledger = new LittleLedger();
        var command = LittleLedger.Payment();
        var happened = LittleLedger.Recorded(command);
        foreach (var wrong in new[] { "dues-2008/11@1", "dues-2008/9@2", "dues-1998/9@1" })
        {
            var index = ledger.Append(command, happened with { Rule = RuleId.Parse(wrong) });
            Assert.Equal(ReceiptSteps.Rule, Fails(ledger, ledger.Receipt(index)));
        }
    }

    [Fact]
    public void Another_name_or_salt_fails()
    {
        var ledger = new LittleLedger();
        var index = ledger.Append();

        Assert.Equal(ReceiptSteps.Holder, Fails(ledger, ledger.Receipt(index, new(LittleLedger.NameSalt, "欧阳明建"))));
        Assert.Equal(ReceiptSteps.Holder, Fails(ledger, ledger.Receipt(index, new(new Salt(1), LittleLedger.Name))));
    }

    [Fact]
    public void A_payload_that_only_somebody_else_signed_is_no_entry_of_its_signer()
    {
        var ledger = new LittleLedger();
        using var thief = Es256Signer.Create();
        var index = ledger.Append(alter: e => SigningRequest.For(e.Payload).SignWith(thief)[0], actors: [new(thief.Key, LittleLedger.Collector)]);

        Assert.Equal(ReceiptSteps.Entry, Fails(ledger, ledger.Receipt(index)));
    }

    [Fact]
    public void A_passkey_s_signature_in_a_batch_verifies()
    {
        var ledger = new LittleLedger().Fill(1);
        var command = LittleLedger.Payment();
        using var authenticator = new SoftAuthenticator();
        var acts = Signing.PreparedActs.Create(
            [command, LittleLedger.Payment("1.00"), LittleLedger.Payment("2.00")], LittleLedger.Network, authenticator.Key.Id, LittleLedger.Now, Signing.DisplayNames.None);
        var envelope = acts.Request.Complete(authenticator.Sign(acts.Request.Challenge))[0];
        var index = ledger.Append(envelope, LittleLedger.Recorded(command), [new(authenticator.Key, LittleLedger.Collector)]);

        var report = Verifier.Verify(ledger.Receipt(index).Encode(), ledger.Trusted);

        Assert.True(report.IsGenuine, report.Steps.FirstOrDefault(s => s.Status == StepStatus.Failed)?.ToString());
    }

    [Fact]
    public void Altering_any_trusted_byte_of_the_network_file_makes_verification_fail()
    {
        var ledger = new LittleLedger(nodes: 1).Fill(1);
        var receipt = ledger.Receipt(ledger.Append()).Encode();
        var file = ledger.File.Encode();
        Assert.True(Verifier.Verify(receipt, TrustedNetwork.Parse(file)).IsGenuine);

        // Organisations' names are for display only and vouch for nothing. Organisations and their keys decide who runs the network, and batch keys
        // sign what comes before a block: seals name them, node histories and audits check them; no receipt shows them.
        var text = Encoding.UTF8.GetString(file);
        int At(string member) => Encoding.UTF8.GetByteCount(text[..text.IndexOf($"\"{member}\"", StringComparison.Ordinal)]);
        bool IsTrusted(int position) => (position < At("organizations") || position >= At("quorum"))
            && (position < At("batchKey") + "\"batchKey\":\"".Length || position >= At("logKey"))
            && (position < At("organization") || position >= Encoding.UTF8.GetByteCount(text[..text.LastIndexOf('"')]));
        for (var position = 0; position < file.Length; position++)
        {
            for (var bit = 0; bit < 8 && IsTrusted(position); bit++)
            {
                var altered = (byte[])file.Clone();
                altered[position] ^= (byte)(1 << bit);
                Assert.False(Holds(receipt, altered), $"byte {position} bit {bit} went unnoticed");
            }
        }
    }

    private static string? Fails(LittleLedger ledger, ReceiptFile receipt) => Verifier.Verify(receipt.Encode(), ledger.Trusted).FailedStep;

    private static bool Holds(byte[] receipt, byte[] networkFile)
    {
        try
        {
            return Verifier.Verify(receipt, TrustedNetwork.Parse(networkFile)).IsGenuine;
        }
        catch (NetworkFileException)
        {
            return false;
        }
    }
}
