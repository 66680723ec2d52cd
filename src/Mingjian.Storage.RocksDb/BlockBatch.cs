using System.Text;
using Mingjian.Engine.Store;
using Mingjian.Primitives;
using RocksDbSharp;

namespace Mingjian.Storage.RocksDb;

/// <summary>Puts a block into one atomic write. Used by one thread.</summary>
/// <remarks>Used again for each block: the memory of a block's megabytes would be fetched from the system, and zeroed, each time.</remarks>
internal sealed class BlockBatch(StoreDatabase database) : IDisposable
{
    private readonly WriteBatch _batch = new();

    /// <param name="isFirst">The network's name goes with it.</param>
    public WriteBatch Fill(BlockCommit commit, bool isFirst)
    {
        _batch.Clear();
        Span<byte> key = stackalloc byte[Hash32.Size];
        if (isFirst)
        {
            _batch.Put(StoreKeys.Network, Encoding.ASCII.GetBytes(commit.Network.ToString()), database.Default);
        }

        StoreKeys.WriteNumber(key, commit.Block.Height);
        _batch.Put(StoreKeys.Height, key[..StoreKeys.NumberSize], database.Default);
        _batch.Put(key[..StoreKeys.NumberSize], BlockRecordJson.Encode(commit.Block), database.Blocks);
        for (var i = 0; i < commit.Entries.Count; i++)
        {
            StoreKeys.WriteNumber(key, commit.Block.FirstIndex + i);
            _batch.Put(key[..StoreKeys.NumberSize], commit.Entries[i], database.Entries);
        }

        foreach (var tile in commit.Tiles)
        {
            StoreKeys.WriteTile(key, tile.Level, tile.Number);
            _batch.Put(key[..StoreKeys.TileSize], tile.Hashes, database.Tiles);
        }

        Span<byte> place = stackalloc byte[StoreKeys.PlaceSize];
        foreach (var transaction in commit.Transactions)
        {
            transaction.TransactionId.CopyTo(key);
            StoreKeys.WritePlace(place, new TransactionPlace(commit.Block.Height, transaction.Index));
            _batch.Put(key, place, database.Transactions);
        }

        FillState(commit.State);
        return _batch;
    }

    public void Dispose() => _batch.Dispose();

    private void FillState(IReadOnlyList<StateWrite> state)
    {
        // In the order of the write buffer: each then finds its place from its neighbour's, not from the top.
        var writes = state.ToArray();
        Array.Sort(writes, static (a, b) => string.CompareOrdinal(a.Path, b.Path));
        Span<byte> path = stackalloc byte[StoreKeys.MaxPath];
        foreach (var write in writes)
        {
            var length = Encoding.ASCII.GetBytes(write.Path, path);
            if (write.Value is null)
            {
                _batch.Delete(path[..length], database.State);
            }
            else
            {
                _batch.Put(path[..length], write.Value, database.State);
            }
        }
    }
}
