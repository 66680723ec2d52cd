using Mingjian.Engine.Audit;
using Mingjian.Engine.Store;
using Mingjian.Log;
using Mingjian.Primitives;

namespace Mingjian.Storage.RocksDb;

/// <summary>A store's directory as an audit reads it: for reading only, whether its node runs or not.</summary>
public sealed class RocksDbLedgerSource(string directory) : ILedgerSource, IStoredLedger
{
    private RocksDbBlockStore? _store;

    /// <inheritdoc/>
    public IStoredLedger? Stored => this;

    private RocksDbBlockStore Store => _store ?? throw new InvalidOperationException("The source is not open.");

    /// <inheritdoc/>
    public ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        _store = RocksDbBlockStore.OpenReadOnly(directory);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<string?> ReadCheckpointAsync(CancellationToken cancellationToken) => new(Store.Head?.Checkpoint);

    /// <inheritdoc/>
    public async ValueTask<byte[]?> ReadTileAsync(TilePath path, CancellationToken cancellationToken) => path.Level != TilePath.EntryLevel
        ? Store.ReadTile(path.Level, path.Number, path.Width)?.ToArray()
        : await ReadEntriesAsync(path, cancellationToken) is { } entries ? EntryBundle.Encode(entries) : null;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<byte[]>?> ReadEntriesAsync(TilePath path, CancellationToken cancellationToken)
    {
        var entries = Store.ReadEntries(path.Number * Tile.FullWidth, path.Width);
        return new(entries.Count == path.Width ? entries : null);
    }

    /// <inheritdoc/>
    public void VerifyFiles() => Store.VerifyTables();

    /// <inheritdoc/>
    public BlockRecord? ReadBlock(long height) => Store.ReadBlock(height);

    /// <inheritdoc/>
    public IEnumerable<StateRecord> ReadState()
    {
        using var snapshot = Store.Snapshot();
        foreach (var record in snapshot.ReadAll())
        {
            yield return record;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<(Hash32 TransactionId, TransactionPlace Place)> ReadTransactions() => Store.ReadTransactions();

    /// <inheritdoc/>
    public IEnumerable<TileWrite> ReadTiles() => Store.ReadTiles();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _store?.Dispose();
        return ValueTask.CompletedTask;
    }
}
