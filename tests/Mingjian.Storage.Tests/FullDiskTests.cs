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

    private static long FillWithBlocks(string directory)
    {
        using var store = RocksDbBlockStore.Open(directory);
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
