using Mingjian.Engine.Store;
using Mingjian.Log;
using Mingjian.Primitives;

namespace Mingjian.Engine.Audit;

/// <summary>Where an audit reads a ledger from. Nothing that it gives is trusted.</summary>
public interface ILedgerSource : IAsyncDisposable
{
    /// <summary>Opens it; called once, first. May throw <see cref="StoreCorruptException"/>.</summary>
    ValueTask OpenAsync(CancellationToken cancellationToken);

    /// <summary>The newest checkpoint note, or null when there is none.</summary>
    ValueTask<string?> ReadCheckpointAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Checkpoint notes of the blocks that announced other nodes, in order: each signed by the nodes before the change. Needed by a node that mirrors
    /// across changes; empty where the source does not have them.
    /// </summary>
    ValueTask<IReadOnlyList<string>> ReadAnnouncementsAsync(CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<string>>([]);

    /// <summary>A tile's or entry bundle's bytes, or null when it is missing.</summary>
    ValueTask<byte[]?> ReadTileAsync(TilePath path, CancellationToken cancellationToken);

    /// <summary>The entries of a bundle, in order, or null when one is missing.</summary>
    /// <exception cref="AuditFaultException">The bundle has another form.</exception>
    async ValueTask<IReadOnlyList<byte[]>?> ReadEntriesAsync(TilePath path, CancellationToken cancellationToken) =>
        await ReadTileAsync(path, cancellationToken) is { } bytes ? Decode(path, bytes) : null;

    /// <summary>What <see cref="ReadEntriesAsync"/> gives for a bundle's bytes.</summary>
    /// <exception cref="AuditFaultException">The bundle has another form.</exception>
    internal static IReadOnlyList<byte[]> Decode(TilePath path, ReadOnlySpan<byte> bundle) => EntryBundle.Decode(bundle, path.Width)
        ?? throw new AuditFaultException(AuditFaultCode.EntryMalformed, path.ToString(), "Not a bundle of that many entries.");

    /// <summary>What only a store has beside the public log; null for the public log alone.</summary>
    IStoredLedger? Stored { get; }
}

/// <summary>The records of a store that follow from its log; an audit checks that they do.</summary>
public interface IStoredLedger
{
    /// <summary>Checks every file by its checksums.</summary>
    /// <exception cref="StoreCorruptException">Names the first damaged file.</exception>
    void VerifyFiles();

    BlockRecord? ReadBlock(long height);

    /// <summary>The flat state, ascending by path.</summary>
    IEnumerable<StateRecord> ReadState();

    IEnumerable<(Hash32 TransactionId, TransactionPlace Place)> ReadTransactions();

    IEnumerable<TileWrite> ReadTiles();
}
