using System.Text;
using Mingjian.Engine.Store;
using RocksDbSharp;

namespace Mingjian.Storage.RocksDb;

/// <summary>A view of the flat state at one height.</summary>
internal sealed class StateSnapshot : IStateSnapshot
{
    private readonly StoreDatabase _database;
    private readonly Snapshot _snapshot;
    private readonly ReadOptions _options;
    private int _released;

    public StateSnapshot(StoreDatabase database, Snapshot snapshot)
    {
        _database = database;
        _snapshot = snapshot;
        _options = new ReadOptions().SetVerifyChecksums(true).SetSnapshot(snapshot);
        Height = database.ReadHeight(_options);
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "MA0055", Justification = "A view of the state is handed out without an owner; the last reader frees it.")]
    ~StateSnapshot() => Dispose();

    public long Height { get; }

    public byte[]? Read(string path)
    {
        if (path.Length > StoreKeys.MaxPath)
        {
            return null;
        }

        Span<byte> key = stackalloc byte[path.Length];
        Encoding.ASCII.GetBytes(path, key);
        return _database.Get(key, _database.State, _options);
    }

    public IEnumerable<StateRecord> ReadAll()
    {
        foreach (var (key, value) in _database.Iterate(_database.State, _snapshot))
        {
            yield return new StateRecord(Encoding.ASCII.GetString(key), value);
        }

        GC.KeepAlive(this);
    }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _database.TryWhileOpen(Release);
    }

    /// <summary>Frees the native view once.</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            _snapshot.Dispose();
        }
    }
}
