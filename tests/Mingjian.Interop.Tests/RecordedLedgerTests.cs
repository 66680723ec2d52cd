using System.Text;
using Mingjian.Testing;

namespace Mingjian.Interop.Tests;

/// <summary>A second implementation, in Go and with Go's standard library only, audits vectors/ledger: the documents suffice, and what somebody alters is found.</summary>
public sealed class RecordedLedgerTests : IDisposable
{
    private static readonly string Recorded = Repository.File("vectors", "ledger");

    private readonly string _folder = Directory.CreateTempSubdirectory("mingjian-recorded-").FullName;

    /// <summary>Signature, seals, votes, roots, the state root of every block from its events, changes of the nodes, batches, proofs, receipts.</summary>
    [Fact]
    public async Task Go_audits_the_recorded_ledger_completely()
    {
        var (code, output) = await AuditAsync(Recorded);
        Assert.True(code == 0, output);
        Assert.Matches(@"^blocks \d\d, entries \d{3}, signatures \d{3}, records \d{3}, changes of the nodes 2, votes \d{3}, batches \d\d, proofs \d{3}, receipts 4\n$", output);
    }

    /// <summary>One alteration of each kind of file and of each kind of thing in an entry; the named fault is the first check that can see it.</summary>
    [Theory]
    [InlineData("tile/entries/000.p/*", "\"amount\":\"48.00\",\"class\"", "\"amount\":\"47.00\",\"class\"", "state-root")] // an event's amount
    [InlineData("tile/entries/000.p/*", "\"sig\":\"", "\"sig\":\"AAAA", "signature")] // of an act, see Alter
    [InlineData("tile/entries/000.p/*", "{\"actors\":[{\"key\":\"es256:A", "{\"actors\":[{\"key\":\"es256:B", "schema")]
    [InlineData("tile/entries/000.p/*", "\"name\":\"nodes.NodesFounded\"", "\"name\":\"nodes.NodesChanged\"", "schema")]
    [InlineData("tile/entries/000.p/*", "\"code\":\"dues/1413\"", "\"code\":\"dues/1414\"", "seal")] // nobody can recompute a refusal, but the next seal names the log's root
    [InlineData("tile/entries/000.p/*", "\"epoch\":1", "\"epoch\":2", "seal")]
    [InlineData("tile/entries/000.p/*", "\"proposer\":1", "\"proposer\":9", "seal")]
    [InlineData("tile/entries/000.p/*", "\"stateRoot\":\"", "\"stateRoot\":\"AAAA", "state-root")]
    [InlineData("tile/entries/000.p/*", "\"previousRoot\":\"", "\"previousRoot\":\"AAAA", "seal")]
    [InlineData("tile/entries/000.p/*", "\"nextNodeSet\":\"", "\"nextNodeSet\":\"AAAA", "seal")]
    [InlineData("tile/0/000.p/*", null, null, "tile")]
    [InlineData("checkpoint", "vectors.mingjian", "vectory.mingjian", "checkpoint")]
    [InlineData("checkpoint", null, null, "checkpoint")]
    [InlineData("checkpoints/7", null, null, "checkpoint")]
    [InlineData("votes/1-7-2.json", "\"node\":2", "\"node\":3", "vote")]
    [InlineData("batches/7.mjbatch", null, null, "batch")]
    [InlineData("batches/7.mjbatch", "\"node\":1", "\"node\":2", "batch")]
    [InlineData("network.mjnet.json", "\"quorum\":3", "\"quorum\":2", "network-file")]
    [InlineData("network.mjnet.json", "\"organization\":\"o-", "\"organization\":\"o-ffff", "nodes")]
    [InlineData("newest.network.mjnet.json", "\"root\":\"", "\"root\":\"AAAA", "network-file")]
    [InlineData("nodes.mjnodes.json", "\"network\":\"vectors", "\"network\":\"vectory", "history-network")]
    [InlineData("nodes.mjnodes.json", "\"organization\":\"o-", "\"organization\":\"o-ffff", "history-nodes")]
    [InlineData("nodes.mjnodes.json", "tlog-proof@v1\\nindex ", "tlog-proof@v1\\nindex 1", "history-inclusion")]
    [InlineData("agreement.json", "\"version\":2", "\"version\":3", "agreement")]
    [InlineData("node-1.mjstand.json", "\"height\":", "\"height\":1", "standing")]
    [InlineData("act.mjact.json", "\"sig\":\"", "\"sig\":\"AAAA", "signature")]
    [InlineData("read-statement.txt", "Mingjian-Node e", "Mingjian-Node f", "read-statement")]
    [InlineData("present.mjstate.json", "\"proof\":\"", "\"proof\":\"AQAA", "state-proof")]
    [InlineData("absent.mjstate.json", "\"key\":\"dues/payment/p-", "\"key\":\"dues/payment/p-ffff", "state-proof")]
    [InlineData("proofs.json", "\"kind\": \"empty\"", "\"kind\": \"other\"", "proof")]
    [InlineData("proofs.json", "\"proof\": \"", "\"proof\": \"AQAA", "proof")]
    [InlineData("expected.json", "\"paid\":\"48.00\"", "\"paid\":\"47.00\"", "expected")]
    [InlineData("expected.json", "\"code\": \"dues/1413\"", "\"code\": \"dues/1414\"", "expected")]
    [InlineData("receipts/in-force.mjreceipt", "\nindex ", "\nindex 1", "receipt-inclusion")]
    [InlineData("receipts/in-force.mjreceipt", "member ", "member AAAA", "receipt-holder")]
    [InlineData("receipts/in-force.mjreceipt", "mingjian-receipt@v2", "mingjian-receipt@v1", "receipt-format")]
    [InlineData("receipts/founders.mjreceipt", null, null, "receipt-checkpoint")]
    [InlineData("receipts/first.mjstanding", "\nproof ", "\nproof AQAA", "receipt-standing-proof")]
    [InlineData("receipts/first.mjstanding", "\nkey dues/payment/p-", "\nkey dues/payment/p-ffff", "receipt-standing-proof")]
    [InlineData("receipts/first.mjstanding", "\nindex 1", "\nindex 2", "receipt-standing-seal")]
    public async Task Go_names_what_was_altered(string file, string? from, string? to, string fault)
    {
        Alter(file, from, to);
        var (code, output) = await AuditAsync(_folder);
        Assert.True(code == 1, $"exit {code}: {output}");
        Assert.StartsWith($"fault: {fault}: ", output, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Puts other text in place of the first occurrence, the file's length kept; without a text, flips a bit of the byte before the last eight.</summary>
    private void Alter(string file, string? from, string? to)
    {
        foreach (var path in Directory.EnumerateFiles(Recorded, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_folder, Path.GetRelativePath(Recorded, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }

        var altered = Directory.GetFiles(Path.GetDirectoryName(Path.Combine(_folder, file))!, Path.GetFileName(file)).Single();
        var bytes = File.ReadAllBytes(altered);
        if (from is null)
        {
            bytes[^9] ^= 1;
        }
        else
        {
            var at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(from));
            Assert.True(at >= 0, $"{file} has no {from}");
            Encoding.UTF8.GetBytes(to!).CopyTo(bytes, at);
        }

        File.WriteAllBytes(altered, bytes);
    }

    private static async Task<(int Code, string Output)> AuditAsync(string ledger) => await OtherProgram.RunAsync(
        await GoProgram.AuditAsync(), GoProgram.Packages, [Repository.File("docs", "reference", "schemas"), ledger]);
}
