using Mingjian.Engine.Store;
using RocksDbSharp;

namespace Mingjian.Storage.RocksDb;

/// <summary>The open RocksDB and its column families: every call keeps it open while it runs, and turns its faults into the store's.</summary>
internal sealed class StoreDatabase : IDisposable
{
    private readonly UsageGate _gate = new();
    private readonly RocksDbSharp.RocksDb _database;
    private readonly WriteOptions _synced = new WriteOptions().SetSync(true);
    private readonly WriteOptions _unsynced = new();
    private readonly ReadOptions _read = new ReadOptions().SetVerifyChecksums(true);
    private readonly OpenSnapshots _snapshots = new();

    private StoreDatabase(RocksDbSharp.RocksDb database)
    {
        _database = database;
        Default = database.GetDefaultColumnFamily();
        Blocks = database.GetColumnFamily(StoreColumns.Blocks);
        Entries = database.GetColumnFamily(StoreColumns.Entries);
        Tiles = database.GetColumnFamily(StoreColumns.Tiles);
        State = database.GetColumnFamily(StoreColumns.State);
        Transactions = database.GetColumnFamily(StoreColumns.Transactions);
    }

    /// <summary>Name, height and the node's own records.</summary>
    public ColumnFamilyHandle Default { get; }

    public ColumnFamilyHandle Blocks { get; }

    public ColumnFamilyHandle Entries { get; }

    public ColumnFamilyHandle Tiles { get; }

    public ColumnFamilyHandle State { get; }

    public ColumnFamilyHandle Transactions { get; }

    /// <exception cref="StoreCorruptException">A file is damaged.</exception>
    public static StoreDatabase Open(string directory, bool readOnly)
    {
        var path = Path.Combine(directory, StoreFiles.Database);
        var families = StoreColumns.Families(Cache.CreateLru(128UL << 20));
        return new StoreDatabase(RocksDbErrors.Guard(() => readOnly
            ? RocksDbSharp.RocksDb.OpenReadOnly(StoreColumns.Database(), path, families, false)
            : RocksDbSharp.RocksDb.Open(StoreColumns.Database(), path, families)));
    }

    /// <summary>Keeps the database open until the lease is given back.</summary>
    public UsageGate.Lease Enter() => _gate.Enter();

    /// <summary>The value, or null. Not through <see cref="RocksDbErrors.Guard{T}(Func{T})"/>: a span cannot be captured.</summary>
    public byte[]? Get(ReadOnlySpan<byte> key, ColumnFamilyHandle family, ReadOptions? options = null)
    {
        using var lease = _gate.Enter();
        try
        {
            return _database.Get(key, family, options ?? _read);
        }
        catch (RocksDbException e)
        {
            throw RocksDbErrors.Translate(e);
        }
    }

    /// <summary>The newest block's height as a view sees it; 0 before the first.</summary>
    public long ReadHeight(ReadOptions? options = null) => Get(StoreKeys.Height, Default, options) is { } bytes ? StoreKeys.ReadNumber(bytes) : 0;

    /// <summary>Every record of a family, ascending by key.</summary>
    public IEnumerable<(byte[] Key, byte[] Value)> Iterate(ColumnFamilyHandle family, Snapshot? snapshot = null)
    {
        var scan = new TableScan(_gate, _database, family, snapshot);
        while (scan.TryNext(out var record))
        {
            yield return record;
        }
    }

    /// <summary>Entries in order from one index on.</summary>
    /// <exception cref="StoreCorruptException">One in between is missing.</exception>
    public List<byte[]> ReadEntries(long first, int count)
    {
        using var lease = _gate.Enter();
        var found = new List<byte[]>(count);
        var key = new byte[StoreKeys.NumberSize];
        StoreKeys.WriteNumber(key, first);
        RocksDbErrors.Guard(() =>
        {
            using var iterator = _database.NewIterator(Entries, _read);
            for (iterator.Seek(key); found.Count < count && TableScan.IsValid(iterator); iterator.Next())
            {
                if (StoreKeys.ReadNumber(iterator.GetKeySpan()) != first + found.Count)
                {
                    throw new StoreCorruptException($"entry {first + found.Count}", "the entry is missing.");
                }

                found.Add(iterator.Value());
            }
        });
        return found;
    }

    /// <param name="isSynced">Durable when it returns.</param>
    public void Write(WriteBatch batch, bool isSynced)
    {
        using var lease = _gate.Enter();
        RocksDbErrors.Guard(() => _database.Write(batch, isSynced ? _synced : _unsynced));
    }

    /// <summary>Makes everything written so far durable.</summary>
    public void Sync()
    {
        using var lease = _gate.Enter();
        RocksDbErrors.Guard(() => Native.Instance.rocksdb_flush_wal(_database.Handle, 1));
    }

    /// <summary>Copies the database as it stands; tables are hard links where the file system allows it.</summary>
    public void CopyTo(string path)
    {
        using var lease = _gate.Enter();
        RocksDbErrors.Guard(() =>
        {
            using var checkpoint = _database.Checkpoint();
            checkpoint.Save(path);
        });
    }

    /// <summary>Reads every table file against its whole-file checksum and every block against its own.</summary>
    /// <exception cref="StoreCorruptException">Names the file.</exception>
    public void VerifyTables()
    {
        using var lease = _gate.Enter();
        RocksDbErrors.Guard(() => Native.Instance.rocksdb_verify_file_checksums(_database.Handle));
        RocksDbErrors.Guard(() => Native.Instance.rocksdb_verify_checksum(_database.Handle));
    }

    /// <summary>A view of the state as of now; freed by whoever disposes it, by the collector, or when the database closes.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA2000", Justification = "The list of open views frees what its reader does not.")]
    public StateSnapshot Snapshot()
    {
        using var lease = _gate.Enter();
        return _snapshots.Add(new StateSnapshot(this, _database.CreateSnapshot()));
    }

    /// <summary>Runs while the database is open; false when it is closed, which has freed everything.</summary>
    public bool TryWhileOpen(Action action)
    {
        try
        {
            using var lease = _gate.Enter();
            action();
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Waits for running calls and closes.</summary>
    public void Dispose()
    {
        if (_gate.Close())
        {
            _snapshots.Release();
            _database.Dispose();
        }
    }

    /// <summary>The views that are out, without keeping them alive.</summary>
    private sealed class OpenSnapshots
    {
        private const int SweepAt = 256;
        private readonly List<WeakReference<StateSnapshot>> _open = [];

        public StateSnapshot Add(StateSnapshot snapshot)
        {
            lock (_open)
            {
                _open.Add(new WeakReference<StateSnapshot>(snapshot, trackResurrection: true));
                if (_open.Count > SweepAt)
                {
                    _open.RemoveAll(static s => !s.TryGetTarget(out _));
                }
            }

            return snapshot;
        }

        public void Release()
        {
            lock (_open)
            {
                foreach (var reference in _open)
                {
                    if (reference.TryGetTarget(out var snapshot))
                    {
                        snapshot.Release();
                    }
                }
            }
        }
    }
}
