using System.Text;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Audit;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Primitives;
using Mingjian.Storage.RocksDb;
using Mingjian.Testing.Ledger;

namespace Mingjian.Storage.Tests;

public sealed class AuditTests : IAsyncLifetime
{
    private readonly Person _ada = new(1);
    private LedgerFixture _ledger = null!;

    public async ValueTask InitializeAsync()
    {
        _ledger = LedgerFixture.Create(o => o with { TryBeforeOrdering = false });
        await _ledger.Do(_ada, _ada.Join);
        await Task.WhenAll(Enumerable.Range(0, 700).Select(i => _ledger.Do(_ada, new Deposit(Person.Payment(i), new MemberId((UInt128)(i % 50)), new Amount(100 + i)))));
        await _ledger.Submit(_ada, new Transfer(new MemberId(999), _ada.Member, new Amount(1)));
        for (var i = 0; i < 50; i++)
        {
            await _ledger.Do(_ada, new Transfer(new MemberId((UInt128)i), new MemberId((UInt128)(i + 1)), new Amount(100)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        _ada.Dispose();
    }

    [Fact]
    public async Task An_honest_ledger_audits_clean_while_it_runs_and_closed()
    {
        var running = await Auditing.AuditStore(_ledger.Keys.Alone, _ledger.StoreDirectory);
        Assert.Null(running.Fault);
        Assert.Equal(752, running.Transactions);
        Assert.Equal(_ledger.Ledger.Head.Size, running.Entries);
        Assert.Equal(_ledger.Ledger.Head.Root, running.Root);
        Assert.Equal(_ledger.Ledger.Head.StateRoot, running.StateRoot);

        await _ledger.CloseAsync();
        Assert.Equal(running, await Auditing.AuditStore(_ledger.Keys.Alone, _ledger.StoreDirectory));
    }

    [Fact]
    public async Task The_tiles_alone_are_enough_for_an_audit()
    {
        var source = new RunningLedgerSource(_ledger.Ledger);
        var report = await Auditing.Audit(_ledger.Keys.Alone).RunAsync(source, null, CancellationToken.None);
        Assert.Null(report.Fault);
        Assert.Equal(_ledger.Ledger.Head.Root, report.Root);
    }

    [Fact]
    public async Task A_flipped_bit_in_any_tile_or_bundle_is_found_and_placed()
    {
        var head = _ledger.Ledger.Head;
        var paths = new List<TilePath>();
        for (long n = 0; n * 256 < head.Size; n++)
        {
            var width = Tile.Width(0, n, head.Size);
            paths.Add(new TilePath(0, n, width));
            paths.Add(new TilePath(TilePath.EntryLevel, n, width));
        }

        paths.Add(new TilePath(1, 0, Tile.Width(1, 0, head.Size)));
        var random = new Random(7);
        foreach (var path in paths)
        {
            for (var i = 0; i < 3; i++)
            {
                var bit = random.Next();
                var source = new TamperedSource(_ledger.Ledger, (read, bytes) =>
                {
                    if (read == path)
                    {
                        bytes[bit / 8 % bytes.Length] ^= (byte)(1 << (bit % 8));
                    }

                    return bytes;
                });
                var report = await Auditing.Audit(_ledger.Keys.Alone).RunAsync(source, null, CancellationToken.None);
                Assert.NotNull(report.Fault);
                if (path.Level >= 0)
                {
                    Assert.Equal((AuditFaultCode.TileDiffers, path.ToString()), (report.Fault.Code, report.Fault.Place));
                }
                else if (report.Fault.Place.StartsWith("entry ", StringComparison.Ordinal))
                {
                    var index = long.Parse(report.Fault.Place.AsSpan(6), System.Globalization.CultureInfo.InvariantCulture);
                    Assert.Equal(path.Number, index / 256);
                }
                else
                {
                    Assert.Contains(report.Fault.Place, new[] { path.ToString(), report.Fault.Place.StartsWith("block", StringComparison.Ordinal) ? report.Fault.Place : "-" });
                }
            }
        }
    }

    [Theory]
    [InlineData("\"code\":\"toy/1002\"", "\"code\":\"toy/1001\"", false)]
    [InlineData("\"id\":\"", "\"id\":\"A", false)]
    [InlineData("\"code\":\"toy/1002\"", "\"code\":\"mum/13800138000\"", true)]
    [InlineData("\"height\":", "\"height\":1", true)]
    public async Task A_refusal_that_was_altered_is_found(string what, string with, bool isFoundAtOnce)
    {
        var at = Enumerable.Range(0, (int)_ledger.Ledger.Head.Size)
            .Single(i => LogEntry.KindOf(_ledger.Ledger.ReadEntry(i)) == EntryKind.Refusal);
        var text = Encoding.ASCII.GetString(_ledger.Ledger.ReadEntry(at)!);
        var altered = text.Replace(what, with, StringComparison.Ordinal);
        if (with.EndsWith('A'))
        {
            // Another id of the same length: this one may begin with A.
            var first = text.IndexOf(what, StringComparison.Ordinal) + what.Length;
            altered = $"{text[..first]}{(text[first] == 'A' ? 'B' : 'A')}{text[(first + 1)..]}";
        }

        Assert.NotEqual(text, altered);
        var source = new TamperedSource(_ledger.Ledger, (path, bytes) =>
        {
            if (path.Level != TilePath.EntryLevel || path.Number != at / 256)
            {
                return bytes;
            }

            var entries = EntryBundle.Decode(bytes, path.Width)!.ToList();
            entries[at % 256] = Encoding.ASCII.GetBytes(altered);
            return EntryBundle.Encode(entries);
        });
        var fault = (await Auditing.Audit(_ledger.Keys.Alone).RunAsync(source, null, CancellationToken.None)).Fault;
        Assert.NotNull(fault);
        if (isFoundAtOnce)
        {
            Assert.Equal($"entry {at}", fault.Place);
        }
        else
        {
            // Nothing contradicts it but the hashes, which a quorum has signed.
            Assert.Contains(fault.Code, new[] { AuditFaultCode.TileDiffers, AuditFaultCode.SealDiffers, AuditFaultCode.LogRootDiffers });
        }
    }

    [Fact]
    public async Task A_checkpoint_by_other_keys_is_no_checkpoint()
    {
        var other = Engine.Keys.NodeKeys.LoadOrCreate(Path.Combine(_ledger.Directory, "other"), LedgerFixture.Network);
        var report = await Auditing.AuditStore(other.Alone, _ledger.StoreDirectory);
        Assert.Equal(AuditFaultCode.CheckpointInvalid, report.Fault!.Code);
        Assert.Equal("audit/3", report.Fault.StableCode);
    }

    [Fact]
    public async Task A_forged_record_that_no_checksum_betrays_is_found_by_the_replay()
    {
        // How the acts are spread over blocks differs from run to run, and with it which entries are seals.
        var deposit = Enumerable.Range(40, 10).First(i => Encoding.UTF8.GetString(_ledger.Ledger.ReadEntry(i)!).Contains("\"amount\":\"", StringComparison.Ordinal));
        await _ledger.CloseAsync();
        (string Column, byte[] Key, Func<byte[], byte[]> Change, AuditFaultCode Code, string Place)[] forgeries =
        [
            ("state", Encoding.ASCII.GetBytes($"toy/account/{new MemberId(7)}"), _ => Encoding.ASCII.GetBytes("{\"balance\":\"9999.99\"}"),
                AuditFaultCode.StateDiffers, $"state toy/account/{new MemberId(7)}"),
            ("state", "toy/account/m-ffffffffffffffffffffffffffffffff"u8.ToArray(), _ => "{\"balance\":\"1.00\"}"u8.ToArray(),
                AuditFaultCode.StateDiffers, "state toy/account/m-ffffffffffffffffffffffffffffffff"),
            ("entries", [0, 0, 0, 0, 0, 0, 0, (byte)deposit], bytes => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace("\"amount\":\"", "\"amount\":\"9", StringComparison.Ordinal)),
                AuditFaultCode.OutcomeDiffers, $"entry {deposit}"),
            ("blocks", [0, 0, 0, 0, 0, 0, 0, 2], bytes => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace("\"time\":17", "\"time\":16", StringComparison.Ordinal)),
                AuditFaultCode.BlockRecordDiffers, "block 2"),
            ("tiles", [0, 0, 0, 0, 0, 0, 0, 0, 1], bytes => [.. bytes[..^1], (byte)(bytes[^1] ^ 1)], AuditFaultCode.TileDiffers, "tile/0/001"),
            ("transactions", new byte[32], _ => new byte[16], AuditFaultCode.TransactionIndexDiffers, $"transaction {default(Hash32)}"),
        ];
        foreach (var forgery in forgeries)
        {
            var copy = Files.Copy(_ledger.StoreDirectory);
            Files.Forge(copy, forgery.Column, forgery.Key, forgery.Change);
            var report = await Auditing.AuditStore(_ledger.Keys.Alone, copy);
            Assert.Equal((forgery.Code, forgery.Place), (report.Fault?.Code, report.Fault?.Place));
            Directory.Delete(copy, recursive: true);
        }
    }

    /// <summary>The log as HTTP would give it, with somebody in between.</summary>
    private sealed class TamperedSource(Engine.Ledger ledger, Func<TilePath, byte[], byte[]> tamper) : ILedgerSource
    {
        public IStoredLedger? Stored => null;

        public ValueTask OpenAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask<string?> ReadCheckpointAsync(CancellationToken cancellationToken) => new(ledger.Head.Checkpoint);

        public ValueTask<byte[]?> ReadTileAsync(TilePath path, CancellationToken cancellationToken) =>
            new(ledger.ReadTile(path.Level, path.Number, path.Width) is { } bytes ? tamper(path, bytes) : null);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
