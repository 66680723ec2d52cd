using Mingjian.Engine.Store;
using Mingjian.Storage.RocksDb;
using Mingjian.Testing;

namespace Mingjian.Storage.Tests;

/// <summary>A real disk (tmpfs) that is filled to the last byte. Mounting needs root.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly DirectoryInfo _disk = Directory.CreateTempSubdirectory("mingjian-disk-");

    public void Dispose() => _disk.Delete(recursive: true);

    [Fact]
    public void A_full_disk_is_called_full_harms_no_block_and_with_space_the_store_goes_on()
    {
        using var disk = SmallDisk.TryMount(_disk.FullName, 64);
        if (disk is null)
        {
            Assert.Skip("Mounting a small disk needs root.");
        }

        var directory = Path.Combine(_disk.FullName, "ledger");
        var last = FillWithBlocks(directory);
        disk.Fill();
        var full = Assert.Throws<StoreFullException>(() => RocksDbBlockStore.Open(directory).Dispose());

        // It is never taken for what a peer, or the way to it, does.
        Assert.IsNotType<IOException>(full, exactMatch: false);

        disk.Empty();
        disk.Grow(256);
        using var store = RocksDbBlockStore.Open(directory);

        // The write that found the disk full may have come as far as the log: a whole block, or none.
        Assert.InRange(store.Head!.Height, last, last + 1);
        store.Commit(Block(store.Head.Height + 1));
        for (var height = 1L; height <= store.Head.Height; height++)
        {
            Assert.Equal(Block(height).Entries[0], store.ReadEntry(height - 1));
        }
    }

    [Fact]
    public void A_new_store_on_a_full_disk_is_called_full_and_opens_once_there_is_space()
    {
        using var disk = SmallDisk.TryMount(_disk.FullName, 16);
        if (disk is null)
        {
            Assert.Skip("Mounting a small disk needs root.");
        }

        var directory = Path.Combine(_disk.FullName, "ledger");
        disk.Fill();
        Assert.Throws<StoreFullException>(() => RocksDbBlockStore.Open(directory).Dispose());
        disk.Empty();
        using var store = RocksDbBlockStore.Open(directory);
        store.Commit(Block(1));
    }

    [Fact]
    public void A_copy_onto_a_full_disk_is_called_full_and_the_store_goes_on()
    {
        using var disk = SmallDisk.TryMount(_disk.FullName, 16);
        if (disk is null)
        {
            Assert.Skip("Mounting a small disk needs root.");
        }

        var elsewhere = Directory.CreateTempSubdirectory("mingjian-elsewhere-");
        try
        {
            using var store = RocksDbBlockStore.Open(elsewhere.FullName);
            store.Commit(Block(1));
            disk.Fill();
            Assert.Throws<StoreFullException>(() => store.CopyTo(Path.Combine(_disk.FullName, "copy")));
            store.Commit(Block(2));
            disk.Empty();
            Assert.Equal(2, store.CopyTo(Path.Combine(_disk.FullName, "again"))!.Height);
        }
        finally
        {
            elsewhere.Delete(recursive: true);
        }
    }

    /// <summary>What a ledger that stops for it relies on: nothing is promised, nothing is harmed, and everything can be read until the process ends.</summary>
    [Fact]
    public void The_store_that_found_the_disk_full_reads_on_and_promises_nothing_more()
    {
        using var disk = SmallDisk.TryMount(_disk.FullName, 64);
        if (disk is null)
        {
            Assert.Skip("Mounting a small disk needs root.");
        }

        var directory = Path.Combine(_disk.FullName, "ledger");
        long last;
        using (var store = RocksDbBlockStore.Open(directory))
        {
            last = FillWithBlocks(store);
            disk.Fill();
            var promised = File.ReadAllBytes(Path.Combine(directory, "head"));
            Assert.Throws<StoreFullException>(() => store.Commit(Block(last + 1)));
            Assert.Throws<StoreFullException>(() => store.Commit(Block(last + 1), isSynced: false));
            Assert.Throws<StoreFullException>(() => store.Records.Write("height", [1]));
            Assert.Equal(last, store.Head!.Height);
            Assert.Equal(promised, File.ReadAllBytes(Path.Combine(directory, "head")));
            Assert.Null(store.ReadBlock(last + 1));
            Assert.Null(store.Records.Read("height"));
            for (var height = 1L; height <= last; height++)
            {
                Assert.Equal(Block(height).Entries[0], store.ReadEntry(height - 1));
            }

            using var snapshot = store.Snapshot();
            Assert.Equal(last, snapshot.Height);
        }

        disk.Empty();
        disk.Grow(256);
        using var again = RocksDbBlockStore.Open(directory);
        Assert.InRange(again.Head!.Height, last, last + 1);
        again.Commit(Block(again.Head.Height + 1));
    }

    private static long FillWithBlocks(string directory)
    {
        using var store = RocksDbBlockStore.Open(directory);
        return FillWithBlocks(store);
    }

    private static long FillWithBlocks(RocksDbBlockStore store)
    {
        for (var height = 1L; height < 1_000; height++)
        {
            try
            {
                store.Commit(Block(height));
            }
            catch (StoreFullException)
            {
                return height - 1;
            }
        }

        throw new InvalidOperationException("The disk was never full.");
    }

    /// <summary>One entry of half a megabyte that no compression makes smaller.</summary>
    private static BlockCommit Block(long height)
    {
        var entry = new byte[512 * 1024];
        new Random((int)height).NextBytes(entry);
        return OneEntryBlock.Of(height, entry);
    }
}
