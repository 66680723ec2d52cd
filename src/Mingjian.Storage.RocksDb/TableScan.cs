using System.Runtime.InteropServices;
using RocksDbSharp;

namespace Mingjian.Storage.RocksDb;

/// <summary>Reads a column family page by page, so that no native iterator lives longer than the database.</summary>
internal sealed class TableScan
{
    private const int Page = 16_384;
    private readonly UsageGate _gate;
    private readonly RocksDbSharp.RocksDb _database;
    private readonly ColumnFamilyHandle _family;
    private readonly ReadOptions _options;
    private readonly Queue<(byte[] Key, byte[] Value)> _page = new();
    private byte[]? _after;
    private bool _ended;

    /// <param name="snapshot">Null = as each page finds it.</param>
    public TableScan(UsageGate gate, RocksDbSharp.RocksDb database, ColumnFamilyHandle family, Snapshot? snapshot)
    {
        _gate = gate;
        _database = database;
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
            ReadPage();
        }

        return _page.TryDequeue(out record);
    }

    /// <summary>Whether an iterator stands on a record; throws where it ended because of damage.</summary>
    internal static bool IsValid(Iterator iterator)
    {
        if (iterator.Valid())
        {
            return true;
        }

        // An iterator that meets a damaged block just ends; only its status says so.
        Native.Instance.rocksdb_iter_get_error(iterator.Handle, out var error);
        if (error != IntPtr.Zero)
        {
            var message = Marshal.PtrToStringUTF8(error) ?? string.Empty;
            Native.Instance.rocksdb_free(error);
            throw RocksDbErrors.Translate(message, null);
        }

        return false;
    }

    private void ReadPage()
    {
        using var lease = _gate.Enter();
        using var iterator = _database.NewIterator(_family, _options);
        if (_after is null)
        {
            iterator.SeekToFirst();
        }
        else
        {
            iterator.Seek(_after);
            if (IsValid(iterator) && iterator.GetKeySpan().SequenceEqual(_after))
            {
                iterator.Next();
            }
        }

        while (_page.Count < Page && IsValid(iterator))
        {
            _after = iterator.Key();
            _page.Enqueue((_after, iterator.Value()));
            iterator.Next();
        }

        _ended = _page.Count < Page;
    }
}
