using System.Globalization;
using System.Text;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Log.Notes;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

namespace Mingjian.Interop.Tests;

/// <summary>What the engine writes, read by programs that we did not write.</summary>
public sealed class EngineTests : IDisposable
{
    private const string OlderPrefix = "older/";
    private readonly string _folder = Directory.CreateTempSubdirectory("mingjian-interop-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Go_reads_every_block_and_openssl_every_signature_of_a_real_ledger()
    {
        await using var fixture = LedgerFixture.Create();
        using var person = new Person(1);
        await fixture.Do(person, person.Join);
        for (var i = 0; i < 4; i++)
        {
            var acts = Enumerable.Range(0, 70).Select(n => fixture.Do(person, new Deposit(Person.Payment((100 * i) + n), person.Member, new Amount(4800))));
            await Task.WhenAll(acts);
        }

        var ledger = fixture.Ledger;
        using var server = new TileServer(path => Read(ledger, path));
        string[] older = [.. Enumerable.Range(1, (int)ledger.Head.Height).Select(h => OlderPrefix + h.ToString(CultureInfo.InvariantCulture))];
        var (code, output) = await GoVerifier.VerifyAsync(
            server.Prefix, NodeNoteKeys.Log(LedgerFixture.Network, fixture.Keys.Public).ToString(), NodeNoteKeys.Vote(LedgerFixture.Network, fixture.Keys.Public).ToString(), 1, older);
        Assert.True(code == 0, output);
        Assert.Equal($"size {ledger.Head.Size}, records {ledger.Head.Size}, older checkpoints {ledger.Head.Height}\n", output);

        var transactions = Enumerable.Range(0, (int)ledger.Head.Size).Select(i => LogEntry.Decode(ledger.ReadEntry(i)!)).OfType<TransactionEntry>().ToArray();
        Assert.Equal(281, transactions.Length);
        foreach (var entry in transactions.Where((_, i) => i % 40 == 0))
        {
            Assert.Equal((0, "Verified OK\n"), await OpenSsl.VerifyAsync(_folder, entry.Actors[0].Key, entry.Envelope.Signatures[0].Sig, entry.Envelope.ToPae()));
        }
    }

    private static byte[]? Read(ILedger ledger, string path)
    {
        if (path == "checkpoint")
        {
            return Encoding.UTF8.GetBytes(ledger.Head.Checkpoint);
        }

        if (path.StartsWith(OlderPrefix, StringComparison.Ordinal))
        {
            return Encoding.UTF8.GetBytes(ledger.ReadCheckpoint(long.Parse(path[OlderPrefix.Length..], CultureInfo.InvariantCulture)));
        }

        return TilePath.TryParse(path, out var tile) ? ledger.ReadTile(tile.Level, tile.Number, tile.Width) : null;
    }
}
