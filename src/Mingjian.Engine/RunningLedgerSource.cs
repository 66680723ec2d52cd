using Mingjian.Engine.Audit;
using Mingjian.Log;

namespace Mingjian.Engine;

/// <summary>The log of a running ledger: what its node serves at <c>/ledger</c>, without HTTP.</summary>
public sealed class RunningLedgerSource(FinalLedger ledger) : ILedgerSource
{
    public IStoredLedger? Stored => null;

    public ValueTask OpenAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<string?> ReadCheckpointAsync(CancellationToken cancellationToken) => new(ledger.Head is { Height: > 0 } head ? head.Checkpoint : null);

    public ValueTask<byte[]?> ReadTileAsync(TilePath path, CancellationToken cancellationToken) => new(ledger.ReadTile(path.Level, path.Number, path.Width));

    public ValueTask<IReadOnlyList<byte[]>?> ReadEntriesAsync(TilePath path, CancellationToken cancellationToken) => new(ledger.ReadEntries(path.Number, path.Width));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
