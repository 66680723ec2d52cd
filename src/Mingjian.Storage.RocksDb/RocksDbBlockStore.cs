using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Engine.Store;
using Mingjian.Log;
using Mingjian.Primitives;
using RocksDbSharp;

namespace Mingjian.Storage.RocksDb;

/// <summary>One ledger in a directory: RocksDB in <c>db/</c>, the rollback detector <c>head</c>, digests <c>files</c>, and <c>lock</c>.</summary>
/// <remarks>Safe for many readers beside one writer. See <see cref="IBlockStore"/> for what is promised.</remarks>
public sealed class RocksDbBlockStore : IBlockStore
{
    private static readonly byte[] NetworkKey = "network"u8.ToArray();
    private static readonly byte[] HeightKey = "height"u8.ToArray();

    private readonly UsageGate _gate = new();
    private readonly string _directory;
    private readonly RocksDbSharp.RocksDb _database;
    private readonly HeadFile? _headFile;
    private readonly FileStream? _lock;
    private readonly WriteOptions _synced = new WriteOptions().SetSync(true);
    private readonly WriteOptions _unsynced = new();

    // Used again: the memory of a block's megabytes would be fetched from the system, zeroed, for each block.
    private readonly WriteBatch _batch = new();
    private readonly ReadOptions _read = new ReadOptions().SetVerifyChecksums(true);
    private readonly ColumnFamilyHandle _blocks;
    private readonly ColumnFamilyHandle _entries;
    private readonly ColumnFamilyHandle _tiles;
    private readonly ColumnFamilyHandle _state;
    private readonly ColumnFamilyHandle _transactions;
    private volatile BlockRecord? _head;

    private RocksDbBlockStore(string directory, RocksDbSharp.RocksDb database, HeadFile? headFile, FileStream? @lock)
    {
        _directory = directory;
        _database = database;
        _headFile = headFile;
        _lock = @lock;
        _blocks = database.GetColumnFamily(StoreColumns.Blocks);
        _entries = database.GetColumnFamily(StoreColumns.Entries);
        _tiles = database.GetColumnFamily(StoreColumns.Tiles);
        _state = database.GetColumnFamily(StoreColumns.State);
        _transactions = database.GetColumnFamily(StoreColumns.Transactions);
        Records = new NodeRecords(this);
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
        var @lock = TakeLock(directory);
        HeadFile? head = null;
        try
        {
            FileSeal.Verify(directory);
            var acknowledged = HeadFile.Read(Path.Combine(directory, StoreFiles.Head));
            Guard(() => FileSeal.Write(directory, FileSeal.Mode.Opening));
            head = HeadFile.OpenForWriting(Path.Combine(directory, StoreFiles.Head));
            var store = new RocksDbBlockStore(directory, OpenDatabase(directory, readOnly: false), head, @lock);
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

        return BesideWriter(directory, () =>
        {
            FileSeal.Verify(directory);
            var acknowledged = HeadFile.Read(Path.Combine(directory, StoreFiles.Head));
            var store = new RocksDbBlockStore(directory, OpenDatabase(directory, readOnly: true), null, null);
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
        using (_gate.Enter())
        {
            Guard(() =>
            {
                using var checkpoint = _database.Checkpoint();
                checkpoint.Save(Path.Combine(directory, StoreFiles.Database));
            });
        }

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
        using var lease = _gate.Enter();
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

        _batch.Clear();
        Fill(_batch, commit);
        Guard(() => _database.Write(_batch, isSynced ? _synced : _unsynced));
        if (isSynced)
        {
            Guard(() => _headFile.Write(Acknowledge(commit.Block)));
        }

        Network = commit.Network;
        _head = commit.Block;
    }

    /// <inheritdoc/>
    public void Sync()
    {
        using var lease = _gate.Enter();
        if (_head is not { } head || _headFile is null)
        {
            return;
        }

        Guard(() => Native.Instance.rocksdb_flush_wal(_database.Handle, 1));
        Guard(() => _headFile.Write(Acknowledge(head)));
    }

    /// <inheritdoc/>
    public BlockRecord? ReadBlock(long height)
    {
        Span<byte> key = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(key, height);
        return Get(key, _blocks) is { } bytes ? BlockRecordJson.Decode(bytes, $"block {height}") : null;
    }

    /// <inheritdoc/>
    public byte[]? ReadEntry(long index)
    {
        Span<byte> key = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(key, index);
        return Get(key, _entries);
    }

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> ReadEntries(long first, int count)
    {
        using var lease = _gate.Enter();
        var found = new List<byte[]>(count);
        var key = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(key, first);
        Guard(() =>
        {
            using var iterator = _database.NewIterator(_entries, _read);
            for (iterator.Seek(key); found.Count < count && Valid(iterator); iterator.Next())
            {
                if (BinaryPrimitives.ReadInt64BigEndian(iterator.GetKeySpan()) != first + found.Count)
                {
                    throw new StoreCorruptException($"entry {first + found.Count}", "the entry is missing.");
                }

                found.Add(iterator.Value());
            }
        });
        return found;
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? ReadTile(int level, long number, int width)
    {
        if (level is < 0 or >= Tile.Levels || number < 0 || width is < 1 or > Tile.FullWidth)
        {
            return null;
        }

        Span<byte> key = stackalloc byte[9];
        TileKey(key, level, number);
        var bytes = Get(key, _tiles);
        return bytes is not null && bytes.Length >= width * Hash32.Size ? bytes.AsMemory(0, width * Hash32.Size) : null;
    }

    /// <inheritdoc/>
    public TransactionPlace? FindTransaction(Hash32 transactionId)
    {
        Span<byte> key = stackalloc byte[Hash32.Size];
        transactionId.CopyTo(key);
        return Get(key, _transactions) is { Length: 16 } place
            ? new TransactionPlace(BinaryPrimitives.ReadInt64BigEndian(place), BinaryPrimitives.ReadInt64BigEndian(place.AsSpan(8)))
            : null;
    }

    /// <inheritdoc/>
    public IStateSnapshot Snapshot()
    {
        using var lease = _gate.Enter();
        var snapshot = new StateSnapshot(this, _database.CreateSnapshot());
        lock (_snapshots)
        {
            _snapshots.Add(new WeakReference<StateSnapshot>(snapshot, trackResurrection: true));
            if (_snapshots.Count > SnapshotSweep)
            {
                _snapshots.RemoveAll(static s => !s.TryGetTarget(out _));
            }
        }

        return snapshot;
    }

    /// <summary>Reads every table file against its whole-file checksum and every block against its own.</summary>
    /// <exception cref="StoreCorruptException">Names the file.</exception>
    public void VerifyTables()
    {
        try
        {
            using var lease = _gate.Enter();
            Guard(() => Native.Instance.rocksdb_verify_file_checksums(_database.Handle));
            Guard(() => Native.Instance.rocksdb_verify_checksum(_database.Handle));
        }
        catch (StoreCorruptException e) when (_lock is null && IsReplaced(_directory, e))
        {
            // What this reader holds open it goes on reading; the names are those of newer tables.
            using var newer = OpenReadOnly(_directory);
            newer.VerifyTables();
        }
    }

    /// <summary>Every record of the transaction index, ascending by id.</summary>
    public IEnumerable<(Hash32 TransactionId, TransactionPlace Place)> ReadTransactions()
    {
        foreach (var (key, value) in Iterate(_transactions, null))
        {
            yield return key.Length == Hash32.Size && value.Length == 16
                ? (new Hash32(key), new TransactionPlace(BinaryPrimitives.ReadInt64BigEndian(value), BinaryPrimitives.ReadInt64BigEndian(value.AsSpan(8))))
                : throw new StoreCorruptException(StoreColumns.Transactions, "a record of the transaction index has the wrong form.");
        }
    }

    /// <summary>Every stored tile, ascending by level and number.</summary>
    public IEnumerable<TileWrite> ReadTiles()
    {
        foreach (var (key, value) in Iterate(_tiles, null))
        {
            yield return key.Length == 9 && value.Length % Hash32.Size == 0
                ? new TileWrite(key[0], BinaryPrimitives.ReadInt64BigEndian(key.AsSpan(1)), value.Length / Hash32.Size, value)
                : throw new StoreCorruptException(StoreColumns.Tiles, "a tile has the wrong form.");
        }
    }

    /// <summary>Waits for running calls, closes the database and records the digests of all files.</summary>
    public void Dispose()
    {
        if (!_gate.Close())
        {
            return;
        }

        lock (_snapshots)
        {
            foreach (var reference in _snapshots)
            {
                if (reference.TryGetTarget(out var snapshot))
                {
                    snapshot.Release();
                }
            }
        }

        _batch.Dispose();
        _database.Dispose();
        _headFile?.Dispose();
        if (_lock is not null)
        {
            try
            {
                Guard(() => FileSeal.Write(_directory, FileSeal.Mode.Closed));
            }
            catch (StoreFullException)
            {
                // The list of the running store stays, and what it says holds of the closed one.
            }

            _lock.Dispose();
        }
    }

    private static HeadFile.Acknowledged Acknowledge(BlockRecord block) => new(block.Height, block.Size, block.Root);

    private const int SnapshotSweep = 256;
    private readonly List<WeakReference<StateSnapshot>> _snapshots = [];

    private static FileStream TakeLock(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, StoreFiles.Lock), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new StoreInUseException($"Another process has the ledger in {directory} open.", e);
        }
    }

    /// <summary>Reads again while the writer's compaction takes tables away that were just listed: what they held stands in newer ones.</summary>
    private static T BesideWriter<T>(string directory, Func<T> read)
    {
        const int attempts = 10;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return read();
            }
            catch (StoreCorruptException e) when (attempt < attempts && IsReplaced(directory, e))
            {
                // Once more, from the newest list.
            }
        }
    }

    /// <summary>Whether a missing file may be one that a running writer needs no more.</summary>
    private static bool IsReplaced(string directory, StoreCorruptException error)
    {
        if (!RocksDbErrors.IsMissing(error.Message))
        {
            return false;
        }

        try
        {
            new FileStream(Path.Combine(directory, StoreFiles.Lock), FileMode.Open, FileAccess.Read, FileShare.Read).Dispose();
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static RocksDbSharp.RocksDb OpenDatabase(string directory, bool readOnly)
    {
        var path = Path.Combine(directory, StoreFiles.Database);
        var families = StoreColumns.Families(Cache.CreateLru(128UL << 20));
        return Guard(() => readOnly
            ? RocksDbSharp.RocksDb.OpenReadOnly(StoreColumns.Database(), path, families, false)
            : RocksDbSharp.RocksDb.Open(StoreColumns.Database(), path, families));
    }

    private void Start(HeadFile.Content? acknowledged)
    {
        try
        {
            Network = Get(NetworkKey, _database.GetDefaultColumnFamily()) is { } name ? NetworkId.Parse(Encoding.ASCII.GetString(name)) : null;
            var height = ReadHeight(_read);
            _head = height == 0 ? null : ReadBlock(height) ?? throw new StoreCorruptException($"block {height}", "the newest block is missing.");
            if (acknowledged is { } promised)
            {
                CheckAgainst(promised);
            }

            if (_headFile is not null)
            {
                Guard(() => FileSeal.Write(_directory, FileSeal.Mode.Running));
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

    private void Fill(WriteBatch batch, BlockCommit commit)
    {
        Span<byte> key = stackalloc byte[Hash32.Size];
        Span<byte> value = stackalloc byte[16];
        var @default = _database.GetDefaultColumnFamily();
        if (Network is null)
        {
            batch.Put(NetworkKey, Encoding.ASCII.GetBytes(commit.Network.ToString()), @default);
        }

        BinaryPrimitives.WriteInt64BigEndian(key, commit.Block.Height);
        batch.Put(HeightKey, key[..8], @default);
        batch.Put(key[..8], BlockRecordJson.Encode(commit.Block), _blocks);
        for (var i = 0; i < commit.Entries.Count; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(key, commit.Block.FirstIndex + i);
            batch.Put(key[..8], commit.Entries[i], _entries);
        }

        foreach (var tile in commit.Tiles)
        {
            TileKey(key, tile.Level, tile.Number);
            batch.Put(key[..9], tile.Hashes, _tiles);
        }

        foreach (var transaction in commit.Transactions)
        {
            transaction.TransactionId.CopyTo(key);
            BinaryPrimitives.WriteInt64BigEndian(value, commit.Block.Height);
            BinaryPrimitives.WriteInt64BigEndian(value[8..], transaction.Index);
            batch.Put(key, value, _transactions);
        }

        // In the order of the write buffer: each then finds its place from its neighbour's, not from the top.
        var writes = commit.State.ToArray();
        Array.Sort(writes, static (a, b) => string.CompareOrdinal(a.Path, b.Path));
        Span<byte> path = stackalloc byte[MaxPath];
        foreach (var write in writes)
        {
            var length = Encoding.ASCII.GetBytes(write.Path, path);
            if (write.Value is null)
            {
                batch.Delete(path[..length], _state);
            }
            else
            {
                batch.Put(path[..length], write.Value, _state);
            }
        }
    }

    /// <summary>Longest state path in bytes.</summary>
    private const int MaxPath = 512;

    private static void TileKey(Span<byte> key, int level, long number)
    {
        key[0] = (byte)level;
        BinaryPrimitives.WriteInt64BigEndian(key[1..], number);
    }

    private long ReadHeight(ReadOptions options)
    {
        var bytes = Guard(() => _database.Get(HeightKey, _database.GetDefaultColumnFamily(), options));
        return bytes is null ? 0 : BinaryPrimitives.ReadInt64BigEndian(bytes);
    }

    private byte[]? Get(ReadOnlySpan<byte> key, ColumnFamilyHandle family)
    {
        using var lease = _gate.Enter();
        try
        {
            return _database.Get(key, family, _read);
        }
        catch (RocksDbException e)
        {
            throw RocksDbErrors.Translate(e);
        }
    }

    private IEnumerable<(byte[] Key, byte[] Value)> Iterate(ColumnFamilyHandle family, Snapshot? snapshot)
    {
        using var scan = new Scan(this, family, snapshot);
        while (scan.TryNext(out var record))
        {
            yield return record;
        }
    }

    /// <summary>The node's own records, in the default column family under <c>node/</c>.</summary>
    private sealed class NodeRecords(RocksDbBlockStore store) : INodeRecords
    {
        private const string Prefix = "node/";

        public byte[]? Read(string name) => store.Get(Encoding.ASCII.GetBytes(Prefix + name), store._database.GetDefaultColumnFamily());

        public void Write(string name, byte[]? value)
        {
            using var lease = store._gate.Enter();
            var key = Encoding.ASCII.GetBytes(Prefix + name);
            Guard(() =>
            {
                if (value is null)
                {
                    store._database.Remove(key, writeOptions: store._synced);
                }
                else
                {
                    store._database.Put(key, value, writeOptions: store._synced);
                }
            });
        }

        public void Write(IReadOnlyList<KeyValuePair<string, byte[]>> records)
        {
            using var lease = store._gate.Enter();
            using var batch = new WriteBatch();
            foreach (var (name, value) in records)
            {
                batch.Put(Encoding.ASCII.GetBytes(Prefix + name), value);
            }

            Guard(() => store._database.Write(batch, store._synced));
        }

        public IReadOnlyList<KeyValuePair<string, byte[]>> ReadAll(string prefix)
        {
            var found = new List<KeyValuePair<string, byte[]>>();
            foreach (var (key, value) in store.Iterate(store._database.GetDefaultColumnFamily(), null))
            {
                var name = Encoding.ASCII.GetString(key);
                if (name.StartsWith(Prefix + prefix, StringComparison.Ordinal))
                {
                    found.Add(KeyValuePair.Create(name[Prefix.Length..], value));
                }
            }

            return found;
        }
    }

    private static bool Valid(Iterator iterator)
    {
        if (iterator.Valid())
        {
            return true;
        }

        // An iterator that meets a damaged block just ends; only its status says so.
        Native.Instance.rocksdb_iter_get_error(iterator.Handle, out var error);
        if (error != IntPtr.Zero)
        {
            var message = System.Runtime.InteropServices.Marshal.PtrToStringUTF8(error) ?? string.Empty;
            Native.Instance.rocksdb_free(error);
            throw RocksDbErrors.Translate(message, null);
        }

        return false;
    }

    private static void Guard(Action action) => Guard(() =>
    {
        action();
        return true;
    });

    private static T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (RocksDbException e)
        {
            throw RocksDbErrors.Translate(e);
        }
        catch (IOException e) when (RocksDbErrors.IsFull(e.Message))
        {
            throw RocksDbErrors.Full(e.Message, e);
        }
    }

    /// <summary>A scan whose native iterator lives no longer than the store.</summary>
    private sealed class Scan : IDisposable
    {
        private const int Page = 16_384;
        private readonly RocksDbBlockStore _store;
        private readonly ColumnFamilyHandle _family;
        private readonly ReadOptions _options;
        private readonly Queue<(byte[] Key, byte[] Value)> _page = new();
        private byte[]? _after;
        private bool _ended;

        public Scan(RocksDbBlockStore store, ColumnFamilyHandle family, Snapshot? snapshot)
        {
            _store = store;
            _family = family;
            _options = new ReadOptions().SetVerifyChecksums(true).SetFillCache(false);
            if (snapshot is not null)
            {
                _options.SetSnapshot(snapshot);
            }
        }

        public bool TryNext(out (byte[] Key, byte[] Value) record)
        {
            if (_page.Count == 0 && !_ended)
            {
                Fill();
            }

            return _page.TryDequeue(out record);
        }

        public void Dispose() => _page.Clear();

        private void Fill()
        {
            using var lease = _store._gate.Enter();
            using var iterator = _store._database.NewIterator(_family, _options);
            if (_after is null)
            {
                iterator.SeekToFirst();
            }
            else
            {
                iterator.Seek(_after);
                if (Valid(iterator) && iterator.GetKeySpan().SequenceEqual(_after))
                {
                    iterator.Next();
                }
            }

            while (_page.Count < Page && Valid(iterator))
            {
                _after = iterator.Key();
                _page.Enqueue((_after, iterator.Value()));
                iterator.Next();
            }

            _ended = _page.Count < Page;
        }
    }

    private sealed class StateSnapshot : IStateSnapshot
    {
        private readonly RocksDbBlockStore _store;
        private readonly Snapshot _snapshot;
        private readonly ReadOptions _options;
        private int _released;

        public StateSnapshot(RocksDbBlockStore store, Snapshot snapshot)
        {
            _store = store;
            _snapshot = snapshot;
            _options = new ReadOptions().SetVerifyChecksums(true).SetSnapshot(snapshot);
            Height = store.ReadHeight(_options);
        }

        [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "MA0055", Justification = "A view of the state is handed out without an owner; the last reader frees it.")]
        ~StateSnapshot() => Dispose();

        public long Height { get; }

        public byte[]? Read(string path)
        {
            if (path.Length > MaxPath)
            {
                return null;
            }

            Span<byte> key = stackalloc byte[path.Length];
            Encoding.ASCII.GetBytes(path, key);
            using var lease = _store._gate.Enter();
            try
            {
                return _store._database.Get(key, _store._state, _options);
            }
            catch (RocksDbException e)
            {
                throw RocksDbErrors.Translate(e);
            }
        }

        public IEnumerable<StateRecord> ReadAll()
        {
            foreach (var (key, value) in _store.Iterate(_store._state, _snapshot))
            {
                yield return new StateRecord(Encoding.ASCII.GetString(key), value);
            }

            GC.KeepAlive(this);
        }

        public void Dispose()
        {
            GC.SuppressFinalize(this);
            try
            {
                using var lease = _store._gate.Enter();
                Release();
            }
            catch (ObjectDisposedException)
            {
                // Closing the store released it.
            }
        }

        public void Release()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                _snapshot.Dispose();
            }
        }
    }
}

/// <summary>Canonical JSON of block records.</summary>
[JsonSerializable(typeof(BlockRecord))]
internal sealed partial class BlockRecordJson : JsonSerializerContext
{
    private static readonly JsonTypeInfo<BlockRecord> Canonical =
        (JsonTypeInfo<BlockRecord>)CanonicalJson.CreateOptions(new BlockRecordJson()).GetTypeInfo(typeof(BlockRecord));

    public static byte[] Encode(BlockRecord block) => CanonicalJson.Encode(block, Canonical);

    public static BlockRecord Decode(byte[] bytes, string place)
    {
        try
        {
            return CanonicalJson.Decode(bytes, Canonical);
        }
        catch (CanonicalJsonException e)
        {
            throw new StoreCorruptException(place, "the block record is damaged.", e);
        }
    }
}
