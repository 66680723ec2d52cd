using System.Text;
using Mingjian.Acts.Networks;
using Mingjian.Acts.Receipts;
using Mingjian.Cryptography;

namespace Mingjian.Acts.Tests;

/// <summary>vectors/receipts: files that programs in other languages can read, and that later versions must still accept.</summary>
public sealed class GoldenReceiptTests
{
    private static readonly string Folder = Path.Combine(FindRoot(), "vectors", "receipts");

    [Fact]
    public void The_recorded_receipt_still_verifies_against_the_recorded_network_file()
    {
        if (Environment.GetEnvironmentVariable("MINGJIAN_WRITE_VECTORS") == "1")
        {
            Write();
        }

        var network = TrustedNetwork.Parse(Read("network.mjnet.json"));
        var verifier = new ReceiptVerifier(new PlatformEcVerifier());
        var inForce = verifier.Verify(Read("payment.mjreceipt"), network);
        Assert.True(inForce.Verdict == ReceiptVerdict.InForce, inForce.Conclusion);
        Assert.Equal(120, inForce.Standing!.Height);

        var reversed = verifier.Verify(Read("reversed.mjreceipt"), network);
        Assert.True(reversed.Verdict == ReceiptVerdict.Reversed, reversed.Conclusion);
        Assert.Equal(121, reversed.Standing!.Height);
        Assert.NotNull(reversed.Standing.Reversed);

        // The paper codes carry no standing, and a fresh one shows what came later.
        var scanned = Encoding.UTF8.GetBytes(ReceiptQr.Decode(Lines("payment.qr.txt")).Receipt!);
        Assert.Equal(ReceiptVerdict.Unchanged, verifier.Verify(scanned, network).Verdict);
        Assert.Equal(
            ReceiptVerdict.Reversed, verifier.Verify(scanned, network, new StandingDemand(Read("reversed.mjstanding"))).Verdict);
        Assert.Equal(
            ReceiptVerdict.Reversed,
            verifier.Verify(Read("payment.mjreceipt"), network, new StandingDemand(Read("reversed.mjstanding"))).Verdict);
    }

    [Fact]
    public void Recorded_faulty_receipts_still_fail_at_the_recorded_step()
    {
        var network = TrustedNetwork.Parse(Read("network.mjnet.json"));
        var files = System.IO.Directory.GetFiles(Path.Combine(Folder, "faulty"), "*" + ReceiptFile.Extension);
        Assert.Equal(ReceiptSteps.All.Count, files.Length);
        foreach (var file in files)
        {
            var report = new ReceiptVerifier(new PlatformEcVerifier()).Verify(File.ReadAllBytes(file), network);
            Assert.Equal(Path.GetFileNameWithoutExtension(file), report.FailedStep);
        }
    }

    private static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    private static string[] Lines(string name) => File.ReadAllLines(Path.Combine(Folder, name));

    private static void Write()
    {
        System.IO.Directory.CreateDirectory(Path.Combine(Folder, "faulty"));
        var ledger = new LittleLedger(nodes: 4).Fill(20);
        var command = LittleLedger.Payment();
        var index = ledger.Append();
        var elsewhere = ledger.Append(command, LittleLedger.Recorded(LittleLedger.Payment("24.00")));
        var unsigned = ledger.Append(actors: [new(Es256Signer.Create().Key, LittleLedger.Collector)]);
        var impossible = ledger.Append(LittleLedger.Payment("15.00"), LittleLedger.Recorded(LittleLedger.Payment("15.00"), "15.01"));
        var older = ledger.Put().Seal(6);
        var other = ledger.Put(LittleLedger.RecordOf(LittleLedger.Recorded(LittleLedger.Payment("24.00")))).Seal(119);
        var seal = ledger.Put().Seal(120);
        var reversal = ledger.Reverse();
        var after = ledger.Seal(121, LittleLedger.Now.AddMilliseconds(7_200_000));
        ledger.Fill(20);
        var standing = ledger.Standing(seal);
        var reversed = ledger.Standing(after) with { Reversal = ledger.Evidence(reversal) };
        var good = ledger.Receipt(index, standing: standing);
        File.WriteAllBytes(Path.Combine(Folder, "network.mjnet.json"), ledger.File.Encode());
        File.WriteAllBytes(Path.Combine(Folder, "payment.mjreceipt"), good.Encode());
        File.WriteAllBytes(Path.Combine(Folder, "reversed.mjreceipt"), (good with { Standing = reversed }).Encode());
        File.WriteAllBytes(Path.Combine(Folder, "reversed.mjstanding"), reversed.Encode());
        File.WriteAllText(Path.Combine(Folder, "payment.qr.txt"), string.Concat(ReceiptQr.Encode(good).Select(p => p + "\n")));
        Faulty(ReceiptSteps.StandingSeal, (good with { Standing = ledger.Standing(older) }).Encode());
        Faulty(ReceiptSteps.StandingCheckpoint, (good with { Standing = ledger.Standing(seal, checkpoint: ledger.Checkpoint(cosigners: 2)) }).Encode());
        Faulty(ReceiptSteps.StandingProof, (good with { Standing = reversed with { Value = standing.Value, Reversal = null } }).Encode());
        Faulty(ReceiptSteps.InForce, (good with { Standing = ledger.Standing(other) }).Encode());
        Faulty(ReceiptSteps.Format, [.. good.Encode(), (byte)'\n']);
        Faulty(ReceiptSteps.Entry, ledger.Receipt(elsewhere).Encode());
        Faulty(ReceiptSteps.Signature, ledger.Receipt(unsigned).Encode());
        Faulty(ReceiptSteps.Inclusion, (good with { Proof = good.Proof.Replace("index 20\n", "index 21\n", StringComparison.Ordinal) }).Encode());
        Faulty(ReceiptSteps.Checkpoint, ledger.Receipt(index, checkpoint: ledger.Checkpoint(cosigners: 2)).Encode());
        Faulty(ReceiptSteps.Rule, ledger.Receipt(impossible).Encode());
        Faulty(ReceiptSteps.Holder, ledger.Receipt(index, new(LittleLedger.NameSalt, "欧阳明建")).Encode());
    }

    private static void Faulty(string step, byte[] bytes) =>
        File.WriteAllBytes(Path.Combine(Folder, "faulty", step + ReceiptFile.Extension), bytes);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Mingjian.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("Mingjian.slnx not found.");
        }

        return folder.FullName;
    }
}
