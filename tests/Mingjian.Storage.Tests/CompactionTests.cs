using Mingjian.Engine.Store;
using Mingjian.Storage.RocksDb;

namespace Mingjian.Storage.Tests;

/// <summary>A reader beside a writer whose compaction replaces tables.</summary>
public sealed class CompactionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mingjian-compaction-");

    private IEnumerable<string> Tables => Directory.EnumerateFiles(Path.Combine(_folder.FullName, "db"), "*.sst");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_table_that_compaction_took_away_is_no_damage_while_the_writer_runs_and_damage_when_nobody_does()
    {
        // Each start makes tables of what the log holds; four that overlap are made one.
        for (var height = 1; height <= 3; height++)
        {
            using var store = RocksDbBlockStore.Open(_folder.FullName);
            Fill(store, height);
        }

        RocksDbBlockStore reader;
        using (var store = RocksDbBlockStore.Open(_folder.FullName))
        {
            Fill(store, 4);
            reader = RocksDbBlockStore.OpenReadOnly(_folder.FullName);
        }

        using var ended = reader;
        var before = Tables.ToList();
        using (RocksDbBlockStore.Open(_folder.FullName))
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            while (before.TrueForAll(File.Exists))
            {
                await Task.Delay(5, limit.Token);
            }

            reader.VerifyTables();
            Assert.Equal(4, reader.Head!.Height);
            Assert.Equal(Block(1).Entries[0], reader.ReadEntry(0));
        }

        File.Delete(Tables.First());
        Assert.Throws<StoreCorruptException>(() => RocksDbBlockStore.OpenReadOnly(_folder.FullName));
        Assert.Throws<StoreCorruptException>(reader.VerifyTables);
    }

    private static void Fill(RocksDbBlockStore store, long height)
    {
        store.Commit(Block(height));
        store.Records.Write("a", [1]);
        store.Records.Write("z", [1]);
    }

    private static BlockCommit Block(long height) => OneEntryBlock.Of(height, BitConverter.GetBytes(height));
}
