using System.Text;
using System.Text.Json;
using Mingjian.Acts.Networks;
using Mingjian.Acts.Receipts;
using Mingjian.Acts.Signing;
using Mingjian.Contracts;
using Mingjian.Cryptography;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Messages;
using Mingjian.Formats.Tests.Recording;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Primitives;
using Mingjian.Testing;

namespace Mingjian.Formats.Tests;

/// <summary>vectors/ledger: a whole small ledger, for programs in other languages. Audited in Go by tests/Mingjian.Interop.Tests.</summary>
public sealed class LedgerVectorTests
{
    private static readonly string Folder = Repository.File("vectors", "ledger");

    [Fact]
    public void The_committed_ledger_is_what_the_recorder_makes_byte_for_byte()
    {
        var files = LedgerRecording.Make();
        if (Environment.GetEnvironmentVariable("MINGJIAN_WRITE_VECTORS") == "1")
        {
            Write(files);
        }

        var committed = Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Folder, f).Replace('\\', '/')).Where(f => f != "README.md").Order(StringComparer.Ordinal);
        Assert.Equal(files.Keys, committed);
        foreach (var (path, bytes) in files)
        {
            Assert.True(File.ReadAllBytes(Path.Combine(Folder, path)).AsSpan().SequenceEqual(bytes), $"{path} differs: MINGJIAN_WRITE_VECTORS=1 ./test Formats records it anew");
        }
    }

    [Fact]
    public async Task The_product_s_own_audit_finds_no_fault_in_it()
    {
        var network = NetworkFile.Parse(Read("network.mjnet.json"));
        await using var source = new DirectoryLedgerSource(Folder);
        var report = await new LedgerAudit(
            new LedgerTrust(network.Network, network.ToNodeSet()), new ContractSet(AllContracts.Create()), new KeyDirectory(),
            new SignatureVerifier(new PlatformEcVerifier())).RunAsync(source, null, TestContext.Current.CancellationToken);
        Assert.Null(report.Fault);
        using var expected = JsonDocument.Parse(Read("expected.json"));
        Assert.Equal(expected.RootElement.GetProperty("stateRoot").GetString(), report.StateRoot.ToString());
        Assert.Equal(expected.RootElement.GetProperty("size").GetInt64(), report.Entries);
    }

    [Fact]
    public void Every_event_and_command_of_every_contract_every_kind_of_entry_and_every_scheme_occurs_in_it()
    {
        var entries = Entries();
        var acts = entries.OfType<TransactionEntry>().ToList();
        Assert.Equal(
            CommandRegistry.Events.Keys.Order(StringComparer.Ordinal),
            acts.SelectMany(a => a.Events).Select(e => e.Name).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(
            CommandRegistry.Commands.Keys.Order(StringComparer.Ordinal), acts.Select(a => PayloadOf(a).Command).Distinct().Order(StringComparer.Ordinal));
        Assert.Contains(entries, e => e is RefusalEntry);
        Assert.Equal(
            [SchemeNames.Es256, SchemeNames.WebAuthnEs256], acts.SelectMany(a => a.Envelope.Signatures).Select(s => s.Scheme).Distinct().Order(StringComparer.Ordinal));
        Assert.Contains(acts, a => a.Envelope.Signatures.Any(s => s.Batch is { Size: > 2 }));
        Assert.Contains(acts, a => a.Envelope.Signatures.Any(s => s is { Batch: not null, Webauthn: not null }));
        using var expected = JsonDocument.Parse(Read("expected.json"));
        var codes = expected.RootElement.GetProperty("blocks").EnumerateArray().SelectMany(b => b.GetProperty("acts").EnumerateArray())
            .Select(a => a.TryGetProperty("code", out var code) ? code.GetString()! : string.Empty).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(["", "admission/11", "admission/20", "admission/5", "admission/6", "dues/1413", "members/1115", "nodes/1404"], codes);
        Assert.Equal(
            ["Act", "Act", "NotANode", "Restart"],
            expected.RootElement.GetProperty("skipped").EnumerateArray().Select(s => s.GetProperty("why").GetString()!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Its_receipts_and_its_node_history_hold()
    {
        var report = TrustedNetwork.Parse(Read("network.mjnet.json")).Follow(Read("nodes.mjnodes.json"), out var network);
        Assert.True(report.Ok, report.Explanation);
        Assert.Equal(3, network.Eras.Count);
        var verifier = new ReceiptVerifier(new PlatformEcVerifier());
        ReceiptVerdict Verdict(string receipt) => verifier.Verify(Read($"receipts/{receipt}.mjreceipt"), network).Verdict;
        Assert.Equal(ReceiptVerdict.InForce, Verdict("in-force"));
        Assert.Equal(ReceiptVerdict.InForce, Verdict("voluntary"));
        Assert.Equal(ReceiptVerdict.Reversed, Verdict("reversed"));
        Assert.Equal(ReceiptVerdict.Unchanged, Verdict("founders"));
        Assert.Equal(
            ReceiptVerdict.InForce, verifier.Verify(Read("receipts/founders.mjreceipt"), network, new StandingDemand(Read("receipts/first.mjstanding"))).Verdict);
        Assert.Equal(ReceiptVerdict.InForce, verifier.Verify(Read("receipts/in-force.mjreceipt"), TrustedNetwork.Parse(Read("newest.network.mjnet.json"))).Verdict);
    }

    private static void Write(SortedDictionary<string, byte[]> files)
    {
        foreach (var entry in new DirectoryInfo(Folder).EnumerateFileSystemInfos().Where(e => e.Name != "README.md").ToList())
        {
            if (entry is DirectoryInfo folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }

        foreach (var (path, bytes) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Folder, path))!);
            File.WriteAllBytes(Path.Combine(Folder, path), bytes);
        }
    }

    private static TransactionPayload PayloadOf(TransactionEntry entry)
    {
        Assert.Equal(PayloadFault.None, TransactionPayload.TryDecode(entry.Envelope.Payload, out var payload));
        return payload!;
    }

    private static List<LogEntry> Entries()
    {
        var bundle = Directory.GetFiles(Path.Combine(Folder, "tile", "entries"), "*", SearchOption.AllDirectories).Single();
        return [.. EntryBundle.Decode(File.ReadAllBytes(bundle), int.Parse(Path.GetFileName(bundle), System.Globalization.CultureInfo.InvariantCulture))!
            .Select(e => LogEntry.Decode(e))];
    }

    private static byte[] Read(string path) => File.ReadAllBytes(Path.Combine(Folder, path));
}
