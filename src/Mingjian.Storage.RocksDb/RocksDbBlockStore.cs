using System.Text;
using Mingjian.Engine.Store;
using Mingjian.Log;
using Mingjian.Primitives;

namespace Mingjian.Storage.RocksDb;

/// <summary>One ledger in a directory: RocksDB in <c>db/</c>, the rollback detector <c>head</c>, digests <c>files</c>, and <c>lock</c>.</summary>
/// <remarks>Safe for many readers beside one writer. See <see cref="IBlockStore"/> for what is promised.</remarks>
public sealed class RocksDbBlockStore : IBlockStore
{
    private readonly string _directory;
    private readonly StoreDatabase _database;
    private readonly BlockBatch _batch;
    private readonly HeadFile? _headFile;
    private readonly FileStream? _lock;
    private volatile BlockRecord? _head;
    private int _disposed;

    private RocksDbBlockStore(string directory, StoreDatabase database, HeadFile? headFile, FileStream? @lock)
    {
        _directory = directory;
        _database = database;
        _batch = new BlockBatch(database);
        _headFile = headFile;
        _lock = @lock;
        Records = new NodeRecords(database);
    }

    /// <inheritdoc/>
    public BlockRecord? Head => _head;

    /// <inheritdoc/>
    public NetworkId? Network { get; private set; }

    /// <inheritdoc/>
    public INodeRecords Records { get; }

    /// <summary>Opens or creates the store for one writing process.</summary>
    /// <exception cref="StoreInUseException">Another process has it open.</exception>
    /// <exception cref="StoreCorruptException">A file is damaged, or acknowledged blocks are missing.</exception>
    public static RocksDbBlockStore Open(string directory)
    {
        Directory.CreateDirectory(directory);
        var @lock = StoreLock.Take(directory);
        HeadFile? head = null;
        try
        {
            FileSeal.Verify(directory);
            var acknowledged = HeadFile.Read(Path.Combine(directory, StoreFiles.Head));
            RocksDbErrors.Guard(() => FileSeal.Write(directory, FileSeal.Mode.Opening));
            head = HeadFile.OpenForWriting(Path.Combine(directory, StoreFiles.Head));
            var store = new RocksDbBlockStore(directory, StoreDatabase.Open(directory, readOnly: false), head, @lock);
            store.Start(acknowledged);
            return store;
        }
        catch
        {
            head?.Dispose();
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>Opens for reading only, without taking the lock; sees the blocks that stand at this moment.</summary>
    /// <exception cref="StoreCorruptException">A file is damaged, or acknowledged blocks are missing.</exception>
    public static RocksDbBlockStore OpenReadOnly(string directory)
    {
        if (!Directory.Exists(Path.Combine(directory, StoreFiles.Database)))
        {
            throw new StoreCorruptException(StoreFiles.Database, "there is no ledger database here.");
        }

        return StoreLock.ReadBesideWriter(directory, () =>
        {
            FileSeal.Verify(directory);
            var acknowledged = HeadFile.Read(Path.Combine(directory, StoreFiles.Head));
            var store = new RocksDbBlockStore(directory, StoreDatabase.Open(directory, readOnly: true), null, null);
            store.Start(acknowledged);
            return store;
        });
    }

    /// <summary>Writes a closed copy of the store as it stands between two blocks; writer and readers go on meanwhile.</summary>
    /// <remarks>Tables are hard links where the file system allows it: they never change, but a copy for safety belongs on another disk.</remarks>
    /// <param name="directory">Must not exist, or be empty.</param>
    /// <returns>The newest block of the copy; null before the first.</returns>
    public BlockRecord? CopyTo(string directory)
    {
        Directory.CreateDirectory(directory);
        _database.CopyTo(Path.Combine(directory, StoreFiles.Database));

        // Opening it proves that it opens; closing it writes the list of digests.
        using var copy = Open(directory);
        if (copy._head is { } head)
        {
            // Both slots, as a store that has run has them.
            foreach (var block in new[] { copy.ReadBlock(head.Height - 1), head }.OfType<BlockRecord>())
            {
                copy._headFile!.Write(Acknowledge(block));
            }
        }

        return copy._head;
    }

    /// <inheritdoc/>
    public void Commit(BlockCommit commit, bool isSynced = true)
    {
        using var lease = _database.Enter();
        var head = _head;
        if (_headFile is null)
        {
            throw new InvalidOperationException("The store is open for reading only.");
        }

        if (commit.Block.Height != (head?.Height ?? 0) + 1 || commit.Block.FirstIndex != (head?.Size ?? 0)
            || commit.Block.Entries != commit.Entries.Count || (Network is { } network && network != commit.Network))
        {
            throw new InvalidOperationException("The block does not follow the store's head.");
        }

        _database.Write(_batch.Fill(commit, isFirst: Network is null), isSynced);
        if (isSynced)
        {
            RocksDbErrors.Guard(() => _headFile.Write(Acknowledge(commit.Block)));
        }

        Network = commit.Network;
        _head = commit.Block;
    }

    /// <inheritdoc/>
    public void Sync()
    {
        using var lease = _database.Enter();
        if (_head is not { } head || _headFile is null)
        {
            return;
        }

        _database.Sync();
        RocksDbErrors.Guard(() => _headFile.Write(Acknowledge(head)));
    }

    /// <inheritdoc/>
    public BlockRecord? ReadBlock(long height)
    {
        Span<byte> key = stackalloc byte[StoreKeys.NumberSize];
        StoreKeys.WriteNumber(key, height);
        return _database.Get(key, _database.Blocks) is { } bytes ? BlockRecordJson.Decode(bytes, $"block {height}") : null;
    }

    /// <inheritdoc/>
    public byte[]? ReadEntry(long index)
    {
        Span<byte> key = stackalloc byte[StoreKeys.NumberSize];
        StoreKeys.WriteNumber(key, index);
        return _database.Get(key, _database.Entries);
    }

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> ReadEntries(long first, int count) => _database.ReadEntries(first, count);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? ReadTile(int level, long number, int width)
    {
        if (level is < 0 or >= Tile.Levels || number < 0 || width is < 1 or > Tile.FullWidth)
        {
            return null;
        }

        Span<byte> key = stackalloc byte[StoreKeys.TileSize];
        StoreKeys.WriteTile(key, level, number);
        var bytes = _database.Get(key, _database.Tiles);
        return bytes is not null && bytes.Length >= width * Hash32.Size ? bytes.AsMemory(0, width * Hash32.Size) : null;
    }

    /// <inheritdoc/>
    public TransactionPlace? FindTransaction(Hash32 transactionId)
    {
        Span<byte> key = stackalloc byte[Hash32.Size];
        transactionId.CopyTo(key);
        return _database.Get(key, _database.Transactions) is { } place ? StoreKeys.ReadPlace(place) : null;
    }

    /// <inheritdoc/>
    public IStateSnapshot Snapshot() => _database.Snapshot();

    /// <summary>Reads every table file against its whole-file checksum and every block against its own.</summary>
    /// <exception cref="StoreCorruptException">Names the file.</exception>
    public void VerifyTables()
    {
        try
        {
            _database.VerifyTables();
        }
        catch (StoreCorruptException e) when (_lock is null && StoreLock.IsReplaced(_directory, e))
        {
            // What this reader holds open it goes on reading; the names are those of newer tables.
            using var newer = OpenReadOnly(_directory);
            newer.VerifyTables();
        }
    }

    /// <summary>Every record of the transaction index, ascending by id.</summary>
    public IEnumerable<(Hash32 TransactionId, TransactionPlace Place)> ReadTransactions()
    {
        foreach (var (key, value) in _database.Iterate(_database.Transactions))
        {
            yield return StoreKeys.ReadHash(key) is { } id && StoreKeys.ReadPlace(value) is { } place
                ? (id, place)
                : throw new StoreCorruptException(StoreColumns.Transactions, "a record of the transaction index has the wrong form.");
        }
    }

    /// <summary>Every stored tile, ascending by level and number.</summary>
    public IEnumerable<TileWrite> ReadTiles()
    {
        foreach (var (key, value) in _database.Iterate(_database.Tiles))
        {
            yield return key.Length == StoreKeys.TileSize && value.Length % Hash32.Size == 0
                ? new TileWrite(key[0], StoreKeys.ReadNumber(key.AsSpan(1)), value.Length / Hash32.Size, value)
                : throw new StoreCorruptException(StoreColumns.Tiles, "a tile has the wrong form.");
        }
    }

    /// <summary>Waits for running calls, closes the database and records the digests of all files.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _database.Dispose();
        _batch.Dispose();
        _headFile?.Dispose();
        if (_lock is not null)
        {
            try
            {
                RocksDbErrors.Guard(() => FileSeal.Write(_directory, FileSeal.Mode.Closed));
            }
            catch (StoreFullException)
            {
                // The list of the running store stays, and what it says holds of the closed one.
            }

            _lock.Dispose();
        }
    }

    private static HeadFile.Acknowledged Acknowledge(BlockRecord block) => new(block.Height, block.Size, block.Root);

    private void Start(HeadFile.Content? acknowledged)
    {
        try
        {
            Network = _database.Get(StoreKeys.Network, _database.Default) is { } name ? NetworkId.Parse(Encoding.ASCII.GetString(name)) : null;
            var height = _database.ReadHeight();
            _head = height == 0 ? null : ReadBlock(height) ?? throw new StoreCorruptException($"block {height}", "the newest block is missing.");
            if (acknowledged is { } promised)
            {
                CheckAgainst(promised);
            }

            if (_headFile is not null)
            {
                RocksDbErrors.Guard(() => FileSeal.Write(_directory, FileSeal.Mode.Running));
            }
        }
        catch
        {
            _database.Dispose();
            throw;
        }
    }

    private void CheckAgainst(HeadFile.Content content)
    {
        var promised = content.Newest;
        if ((_head?.Height ?? 0) < promised.Height)
        {
            throw new StoreCorruptException(
                StoreFiles.Database,
                $"block {promised.Height} was acknowledged, but the database ends at block {_head?.Height ?? 0}: its write-ahead log is damaged or was replaced.");
        }

        if (ReadBlock(promised.Height) is not { } block || block.Root != promised.Root || block.Size != promised.Size)
        {
            throw new StoreCorruptException($"block {promised.Height}", "the block is not the one that was acknowledged.");
        }

        // A power cut can tear the slot of the block after the newest whole one, whose database write came first; nothing else can.
        // A node may start with that and mends it with its next block; an audit calls every damage by its name.
        if (content.Damaged && (_headFile is null || _head!.Height == promised.Height))
        {
            throw new StoreCorruptException(StoreFiles.Head, "a slot of the head file is damaged.");
        }
    }
}
