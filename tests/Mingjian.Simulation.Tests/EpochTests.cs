using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Execution;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Ordering;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Log.Notes;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

namespace Mingjian.Simulation.Tests;

/// <summary>An epoch that no restart in the log began, signed by every node all the same.</summary>
public sealed class EpochTests
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(0, false)]
    public async Task An_epoch_begins_by_a_restart_in_the_log_and_by_nothing_else(int epoch, bool isGood)
    {
        var disk = new SimulatedDisk(() => false);
        var network = LedgerFixture.Network;
        Write(disk, network, epoch);
        var report = await new LedgerAudit(new LedgerTrust(network, Acts.Founders), Rules.Programs[0], Rules.Directory, Acts.Verifier)
            .RunAsync(new SimulatedLog(disk, withRecords: true), null, TestContext.Current.CancellationToken);
        Assert.Equal(isGood ? null : AuditFaultCode.SealDiffers, report.Fault?.Code);

        var blank = new BlockWriter(network, Rules.Programs[0], Rules.Directory, new SimulatedStore(new SimulatedDisk(() => false)), Acts.Founders);
        var mirror = new Mirror(network, blank, new PreparedLog(new EntryPreparer(new TransactionReader(network, Rules.Programs[0]), Acts.Verifier)));
        var mirroring = mirror.RunAsync(new SimulatedLog(disk), TestContext.Current.CancellationToken);
        if (isGood)
        {
            Assert.Equal(1, await mirroring);
        }
        else
        {
            await Assert.ThrowsAsync<DivergedException>(() => mirroring);
        }
    }

    /// <summary>Block 1 of the founding acts, its seal altered and signed anew.</summary>
    private static void Write(SimulatedDisk disk, NetworkId network, int epoch)
    {
        var store = new SimulatedStore(disk);
        var writer = new BlockWriter(network, Rules.Programs[0], Rules.Directory, store, Acts.Founders);
        var reader = new BatchReader(network, new TransactionReader(network, Rules.Programs[0]), Rules.Directory, Acts.Verifier, _ => null, read => Task.FromResult(read()));
        var keys = Acts.Keys[(1, 0)];
        var header = new BatchHeader(1, network, 1, new LedgerTime(World.Start));
        var bytes = SignedBatch.Encode(header, [.. Acts.All.Take(Acts.Opening).Select(a => (ReadOnlyMemory<byte>)a)], b => keys.SignBatch(b.Span));
        Assert.Equal(BatchFault.None, reader.Read(new ReceivedBatch(1, 1, bytes), Acts.Founders, writer.Published.State, 1, out var batch));
        var commit = writer.Prepare(batch!).After!.Commit;
        var entries = commit.Entries.ToList();
        entries[^1] = ((SealEntry)LogEntry.Decode(entries[^1]) with { Epoch = epoch }).Encode();
        var log = new CompactTree();
        var tiles = log.Append(entries.Select(e => (ReadOnlyMemory<byte>)e));
        var notes = Enumerable.Range(1, World.Founders).Select(n => Acts.Keys[(n, 0)].Sign(log.Size, log.Root, commit.Block.Time)).ToList();
        var ballot = new Ballot(network, 1, 1, Acts.Founders);
        for (var i = 0; i < notes.Count; i++)
        {
            ballot.Take(new VoteMessage(1, 1, i + 1, notes[i]));
        }

        store.Commit(commit with { Entries = entries, Tiles = tiles, Block = commit.Block with { Root = log.Root, Checkpoint = ballot.Certificate!.Value.Note } });
    }
}
