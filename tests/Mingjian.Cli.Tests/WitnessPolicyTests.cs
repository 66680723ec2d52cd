using System.Net;
using System.Text;
using System.Text.Json;
using Mingjian.Acts.Networks;
using Mingjian.Acts.Receipts;
using Mingjian.Cli.Witnessing;
using Mingjian.Cryptography;
using Mingjian.Log;
using Mingjian.Log.Notes;
using Mingjian.Log.Witnessing;
using Mingjian.Testing;

namespace Mingjian.Cli.Tests;

/// <summary>Verifiers that demand outside witnesses, and a server that gets them.</summary>
public sealed class WitnessPolicyTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string Network = Repository.File("vectors", "receipts", "network.mjnet.json");
    private static readonly string Receipt = Repository.File("vectors", "receipts", "payment.mjreceipt");
    private static readonly NoteSigner First = Signer("first.witness.invalid", 21);
    private static readonly NoteSigner Second = Signer("second.witness.invalid", 22);

    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-policy-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_receipt_passes_with_the_witnesses_that_the_policy_demands_and_fails_without()
    {
        var note = TlogProof.Parse(ReceiptFile.Parse(await File.ReadAllBytesAsync(Receipt)).Proof)!.Checkpoint;
        SignedNote.TryParse(note, out var checkpoint);
        var size = Checkpoint.Parse(checkpoint!.Text)!.Size;
        var witnessed = Write("witnessed", new WitnessRequest(size, [], Cosigned(checkpoint, First)).Encode());
        var trusted = TrustedNetwork.Parse(await File.ReadAllBytesAsync(Network));
        var logs = string.Concat(trusted.Nodes.Nodes.Select(n => $"log {NodeNoteKeys.Log(trusted.Network, n)}\n"));
        var one = Write("one", Encoding.UTF8.GetBytes($"{logs}witness a {First.Key}\nwitness b {Second.Key}\ngroup g any a b\nquorum g\n"));
        var both = Write("both", Encoding.UTF8.GetBytes($"{logs}witness a {First.Key}\nwitness b {Second.Key}\ngroup g all a b\nquorum g\n"));

        var good = Expect(0, await VerifyAsync("--policy", one, "--witnessed", witnessed));
        Assert.Contains("[通过]   外部见证人联名（witness）：1 个见证人", good.Output, StringComparison.Ordinal);
        var few = Expect(1, await VerifyAsync("--policy", both, "--witnessed", witnessed));
        Assert.Contains("停在“外部见证人联名”（witness）", few.Output, StringComparison.Ordinal);
        var other = Write("other", new WitnessRequest(size - 1, [], Cosigned(checkpoint, First)).Encode());
        Assert.Contains($"old={size}", Expect(1, await VerifyAsync("--policy", one, "--witnessed", other)).Output, StringComparison.Ordinal);

        // A longer log that the witness cosigned, but that nobody shows to continue the receipt's.
        var longer = new SignedNote(new Checkpoint(trusted.Network.ToString(), size + 1, Primitives.Hash32.Of([1])).ToString(), []);
        var fork = Write("fork", new WitnessRequest(size, [Primitives.Hash32.Of([2])], Cosigned(longer, First)).Encode());
        var unsigned = Expect(1, await VerifyAsync("--policy", one, "--witnessed", fork));
        Assert.Contains("没有规则文件所列账本的签名", unsigned.Output, StringComparison.Ordinal);

        Expect(2, await VerifyAsync("--policy", one));
        Expect(2, await VerifyAsync("--witnessed", witnessed));
        Expect(2, await VerifyAsync("--policy", Network, "--witnessed", witnessed));
        var json = JsonElement.Parse(Expect(1, await VerifyAsync("--policy", both, "--witnessed", witnessed, "--json")).Output);
        Assert.Equal("witness", json.GetProperty("steps").EnumerateArray().Last().GetProperty("id").GetString());

        Task<CliResult> VerifyAsync(params string[] more) => Cli.RunAsync(["verify", Receipt, "-n", Network, .. more]);
    }

    [Fact]
    public async Task A_server_gets_its_checkpoints_cosigned_and_an_audit_goes_as_far_as_the_witnesses_saw()
    {
        var data = Path.Combine(_directory, "data");
        string policy;
        await using (var server = await ServerProcess.StartAsync(empty: false, data, [], TestContext.Current.CancellationToken))
        {
            using var http = new HttpClient { BaseAddress = server.Address };
            var network = Write("network.mjnet.json", await http.GetByteArrayAsync(new Uri("ledger/network", UriKind.Relative)));
            policy = Expect(0, await Cli.RunAsync("network", "policy", "--network", network)).Output;
            Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri("ledger/witnessed", UriKind.Relative))).StatusCode);
            Expect(2, await Cli.RunAsync("audit", $"{server.Address}", "--policy", Write("early", Encoding.UTF8.GetBytes(policy))));
        }

        var key = Path.Combine(_directory, "witness.key");
        var vkey = Expect(0, await Cli.RunAsync("witness", "new", key, "--name", "witness.invalid/1")).Output.Trim();
        Expect(2, await Cli.RunAsync("witness", "new", key, "--name", "witness.invalid/1"));
        using var witness = new Witness(
            WitnessKeyFile.Read(new FileInfo(key)), WitnessPolicy.Parse(Encoding.UTF8.GetBytes(policy)).Logs, Path.Combine(_directory, "memory"), TimeProvider.System);
        Assert.Equal(vkey, witness.Key.ToString());
        await using var app = WitnessHost.Build(witness, IPAddress.Loopback, 0);
        await app.StartAsync(TestContext.Current.CancellationToken);
        (string, string)[] settings =
        [
            ("Mingjian:Witnesses:Ask:0:Url", app.Urls.First()), ("Mingjian:Witnesses:Ask:0:Key", vkey), ("Mingjian:Witnesses:Interval", "00:00:00.2"),
        ];
        await using (var server = await ServerProcess.StartAsync(empty: false, data, settings, TestContext.Current.CancellationToken))
        {
            using var http = new HttpClient { BaseAddress = server.Address };
            await WaitAsync(http, new Uri("ledger/witnessed", UriKind.Relative));
            var logs = string.Concat(policy.Split('\n').Where(l => l.StartsWith("log ", StringComparison.Ordinal)).Select(l => l + "\n"));
            var demanded = Write("demanded", Encoding.UTF8.GetBytes($"{logs}witness w {vkey}\nquorum w\n"));
            var audit = Expect(0, await Cli.RunAsync("audit", $"{server.Address}", "--policy", demanded, "--token", Write("audit.token", Encoding.ASCII.GetBytes(LedgerTokens.Grant(server.NetworkDirectory))), "--json"));
            var file = WitnessRequest.TryParse(await http.GetByteArrayAsync(new Uri("ledger/witnessed", UriKind.Relative)))!;
            Assert.Equal(Checkpoint.Parse(file.Note.Text)!.Root.ToString(), JsonElement.Parse(audit.Output).GetProperty("root").GetString());
            var strangers = Write("strangers", Encoding.UTF8.GetBytes($"{logs}witness w {Second.Key}\nquorum w\n"));
            Assert.Contains("见证人不够", Expect(1, await Cli.RunAsync("audit", $"{server.Address}", "--policy", strangers)).Errors, StringComparison.Ordinal);

            // From an older size: the same checkpoint, with the proof; the served checkpoint itself is as it was.
            var later = WitnessRequest.TryParse(await http.GetByteArrayAsync(new Uri("ledger/witnessed?old=5", UriKind.Relative)))!;
            Assert.Equal((5, file.Note.Text), (later.OldSize, later.Note.Text));
            Assert.NotEmpty(later.Proof);
            Assert.DoesNotContain("witness.invalid", await http.GetStringAsync(new Uri("ledger/checkpoint", UriKind.Relative)), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync(new Uri("ledger/witnessed?old=1000000", UriKind.Relative))).StatusCode);
        }

        Expect(2, await Cli.RunAsync("audit", data, "--policy", Write("late", Encoding.UTF8.GetBytes(policy))));
    }

    private static async Task WaitAsync(HttpClient http, Uri address)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while ((await http.GetAsync(address, limit.Token)).StatusCode != HttpStatusCode.OK)
        {
            await Task.Delay(50, limit.Token);
        }
    }

    private static NoteSigner Signer(string name, byte seed) => new(name, NoteKeyType.Cosignature, new Ed25519Signer([.. Enumerable.Repeat(seed, 32)]));

    private static SignedNote Cosigned(SignedNote note, NoteSigner witness) => new(note.Text, [.. note.Signatures, witness.Sign(note.Text, 1_795_000_000)]);

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private CliResult Expect(int code, CliResult result)
    {
        output.WriteLine(result.ToString());
        Assert.True(result.Code == code, $"expected exit {code}\n{result}");
        return result;
    }
}
