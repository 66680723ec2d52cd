using Mingjian.Engine.Store;
using Mingjian.Storage.RocksDb;

namespace Mingjian.Storage.Tests;

public sealed class SyncTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mingjian-sync-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_power_cut_takes_unsynced_blocks_without_complaint_and_synced_ones_never_unnoticed()
    {
        using var store = RocksDbBlockStore.Open(Path.Combine(_folder.FullName, "store"));
        store.Commit(Block(1));
        var log = Assert.Single(Directory.GetFiles(Path.Combine(_folder.FullName, "store", "db"), "*.log"), f => new FileInfo(f).Length > 0);
        var synced = new FileInfo(log).Length;

        store.Commit(Block(2), isSynced: false);
        store.Commit(Block(3), isSynced: false);
        Assert.Equal(3, store.Head!.Height);
        Assert.Equal(3, HeightAfter(log, null));
        Assert.Equal(1, HeightAfter(log, synced));

        store.Sync();
        Assert.Equal(3, HeightAfter(log, null));
        Assert.Throws<StoreCorruptException>(() => HeightAfter(log, synced));

        // A synced block makes those before it durable.
        var all = new FileInfo(log).Length;
        store.Commit(Block(4), isSynced: false);
        store.Commit(Block(5));
        Assert.Throws<StoreCorruptException>(() => HeightAfter(log, all));
    }

    private static BlockCommit Block(long height) => OneEntryBlock.Of(height, [(byte)height]);

    /// <summary>The newest block of a copy whose write-ahead log reached the disk only so far.</summary>
    private long HeightAfter(string log, long? length)
    {
        var copy = Files.Copy(Path.Combine(_folder.FullName, "store"));
        if (length is { } kept)
        {
            using var file = File.OpenWrite(Path.Combine(copy, "db", Path.GetFileName(log)));
            file.SetLength(kept);
        }

        using var opened = RocksDbBlockStore.Open(copy);
        return opened.Head!.Height;
    }
}
