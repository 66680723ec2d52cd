using System.Runtime.CompilerServices;
using Mingjian.Contracts.Sdk;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Execution;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Messages;
using Mingjian.Engine.Store;
using Mingjian.Log;
using Mingjian.Primitives;

namespace Mingjian.Engine;

/// <summary>What every ledger of a process offers of its final blocks, whether it is a node's own (<see cref="Ledger"/>) or a copy of one (<see cref="LedgerCopy"/>).</summary>
public abstract class FinalLedger : ILedger, IAsyncDisposable
{
    private readonly IBlockStore _store;
    private readonly BlockWriter _writer;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private protected FinalLedger(NetworkId network, IBlockStore store, BlockWriter writer)
    {
        Network = network;
        _store = store;
        _writer = writer;
    }

    /// <inheritdoc/>
    public NetworkId Network { get; }

    /// <inheritdoc/>
    public LedgerHead Head => _writer.Published.Head;

    /// <summary>Faults when the ledger stops for a bug or a failing store; completes when it is disposed of.</summary>
    public Task Stopped => _stopped.Task;

    /// <inheritdoc/>
    public Task<SubmitResult> SubmitAsync(ReadOnlyMemory<byte> envelope, CancellationToken cancellationToken)
    {
        var answer = Submit([new SubmittedAct(envelope)])[0];
        return cancellationToken.CanBeCanceled ? answer.WaitAsync(cancellationToken) : answer;
    }

    /// <summary>Submits acts that are to be ordered one after the other; none waits for another's end.</summary>
    /// <returns>As of <see cref="SubmitAsync"/>, in order.</returns>
    public abstract IReadOnlyList<Task<SubmitResult>> Submit(IReadOnlyList<SubmittedAct> acts);

    /// <summary>How far an act has come, as far as this process can know; null for one that it does not know.</summary>
    public abstract ValueTask<ActWord?> FindActAsync(Hash32 transactionId, CancellationToken cancellationToken);

    /// <summary>False while acts cannot be handed on, so that nobody need wait for their end.</summary>
    public virtual bool TakesActs => true;

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <inheritdoc/>
    public byte[]? ReadEntry(long index) => index >= 0 && index < Head.Size ? _store.ReadEntry(index) : null;

    /// <inheritdoc/>
    public LedgerBlock? ReadBlock(long height) => Record(height) is { } block
        ? new LedgerBlock(block.Height, block.FirstIndex, block.Entries, block.Time, block.Root, block.StateRoot)
        : null;

    /// <inheritdoc/>
    public long? FindEntry(Hash32 transactionId) => _store.FindTransaction(transactionId) is { } place && place.Height <= Head.Height
        ? place.Index
        : null;

    /// <inheritdoc/>
    public byte[]? ReadTile(int level, long number, int width)
    {
        if (level == TilePath.EntryLevel)
        {
            return ReadEntries(number, width) is { } entries ? EntryBundle.Encode(entries) : null;
        }

        return level is >= 0 and < Tile.Levels && HasTile(level, number, width) ? _store.ReadTile(level, number, width)?.ToArray() : null;
    }

    /// <summary>The entries of a bundle, or null when it does not exist; parameters as of <see cref="ReadTile"/>.</summary>
    internal IReadOnlyList<byte[]>? ReadEntries(long number, int width) =>
        HasTile(0, number, width) ? _store.ReadEntries(number * Tile.FullWidth, width) : null;

    private bool HasTile(int level, long number, int width) => number >= 0 && width >= 1 && width <= Tile.Width(level, number, Head.Size);

    /// <inheritdoc/>
    public IReadOnlyList<Hash32> ProveInclusion(long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Head.Size);
        return LogProofs.Inclusion(_store, index, size);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Hash32> ProveConsistency(long oldSize, long newSize)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(newSize, Head.Size);
        return LogProofs.Consistency(_store, oldSize, newSize);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">There is no such block yet.</exception>
    public string ReadCheckpoint(long height) => Record(height)?.Checkpoint
        ?? throw new ArgumentOutOfRangeException(nameof(height), height, "There is no such block.");

    /// <inheritdoc/>
    public IStateReader ReadState() => _writer.Published.State;

    /// <summary>The protocol by which the next block is made.</summary>
    public int Protocol => _writer.NextProtocol;

    /// <summary>The newest protocol that this program carries; with a newer one in force, this ledger is for reading until the program is upgraded.</summary>
    public int Carries => _writer.Carries;

    /// <inheritdoc/>
    public ProvenState ProveState(string path)
    {
        var published = _writer.Published;
        return new ProvenState(published.Head, published.State.Snapshot.Read(path), published.State.Prove(path));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LedgerBlock> FollowAsync(
        long fromHeight, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fromHeight, 1);
        for (var height = fromHeight; ; height++)
        {
            var published = _writer.Published;
            while (published.Head.Height < height)
            {
                await Task.WhenAny(published.Replaced.Task, _stopped.Task).WaitAsync(cancellationToken);
                if (_stopped.Task.IsCompleted)
                {
                    yield break;
                }

                published = _writer.Published;
            }

            yield return ReadBlock(height) ?? throw new StoreCorruptException($"block {height}", "the block is missing.");
        }
    }

    /// <summary>Takes up what is stored and checks it against its newest seal and the nodes' signatures.</summary>
    /// <exception cref="StoreCorruptException">The store does not hold what its newest block says, or belongs to another network.</exception>
    private protected static BlockWriter OpenStore(
        LedgerOptions options, IBlockStore store, ContractSet contracts, IKeyDirectory keys, NodeSet founders)
    {
        if (store.Network is { } stored && stored != options.Network)
        {
            throw new StoreCorruptException("network", $"the store belongs to {stored}, not to {options.Network}.");
        }

        var writer = new BlockWriter(options.Network, contracts, keys, store, founders, options.StateCacheRecords);
        var head = writer.Published.Head;
        return head.Height == 0 || new LedgerTrust(options.Network, writer.NodesAt(head.Height)).FinalOver(head.Checkpoint, head.Size, head.Root) is not null
            ? writer
            : throw new StoreCorruptException(
                $"block {head.Height}", "its checkpoint is not signed by this ledger's nodes: the keys or the store were replaced.");
    }

    /// <summary>Nothing will follow any more; with a fault, because going on could have harmed the ledger.</summary>
    private protected void EndFollowing(Exception? fault)
    {
        if (fault is null)
        {
            _stopped.TrySetResult();
        }
        else
        {
            _stopped.TrySetException(fault);
        }
    }

    private BlockRecord? Record(long height) => height >= 1 && height <= Head.Height ? _store.ReadBlock(height) : null;
}
