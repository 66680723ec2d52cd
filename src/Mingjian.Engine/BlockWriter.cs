using Mingjian.Contracts.Sdk;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Execution;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Ordering;
using Mingjian.Engine.Store;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Log.State;
using Mingjian.Primitives;

namespace Mingjian.Engine;

/// <summary>Makes one block of each ordered batch: execute, append, sign, store, publish. One thread.</summary>
internal sealed class BlockWriter
{
    private readonly LedgerOptions _options;
    private readonly IBlockStore _store;
    private readonly ICheckpointSigner _signer;
    private readonly BlockExecutor _executor;
    private readonly StateCache _cache;
    private readonly CompactTree _log;
    private readonly RecentTransactions _recent;
    private StateTree _tree;
    private volatile PublishedHead _published;

    /// <exception cref="StoreCorruptException">What is stored does not give the roots of its newest block.</exception>
    public BlockWriter(LedgerOptions options, ContractSet contracts, IKeyDirectory keys, IBlockStore store, ICheckpointSigner signer)
    {
        _options = options;
        _store = store;
        _signer = signer;
        _executor = new BlockExecutor(options.Network, contracts, keys);
        _cache = new StateCache(options.StateCacheRecords);
        _log = LedgerState.LoadLog(store);
        _recent = new RecentTransactions(store.Head?.Height ?? 0);
        var snapshot = store.Snapshot();
        _tree = LedgerState.LoadState(store, snapshot);
        var view = new StateView(snapshot, _cache);
        _published = new PublishedHead(
            store.Head is { } head
                ? new LedgerHead(head.Height, head.Size, head.Root, head.StateRoot, head.Time, head.Checkpoint)
                : new LedgerHead(0, 0, _log.Root, _tree.Root, default, string.Empty),
            view);
    }

    public PublishedHead Published => _published;

    /// <summary>One batch, one block; no block when every act of it was dropped.</summary>
    /// <returns>An answer for each act, in order.</returns>
    public IReadOnlyList<SubmitResult> Write(OrderedBatch batch)
    {
        var head = _published.Head;
        var height = head.Height + 1;
        var time = batch.ProposerTime > head.Time ? batch.ProposerTime : head.Time;
        var before = new StateView(_published.State.Snapshot, _cache, fill: true);
        var state = new BlockState(before);
        var executed = _executor.Execute(
            height, time, head.Size, batch.Transactions, before, state, IsLogged);
        if (executed.Entries.Count > 0)
        {
            Store(Seal(executed, state, height, time), state);
        }

        return Answers(batch, executed, height);
    }

    private bool IsLogged(AdmittedTransaction transaction) => transaction.NotLoggedAt >= _recent.After
        ? _recent.Contains(transaction.Id)
        : _store.FindTransaction(transaction.Id) is not null;

    private BlockCommit Seal(ExecutedBatch executed, BlockState state, long height, LedgerTime time)
    {
        var previous = _published.Head;
        (var writes, _tree) = BlockExecutor.Close(state, _tree);
        var entries = executed.Entries;
        entries.Add(new SealEntry(
            entries.Count + 1, previous.Size, height, _options.Network, _signer.Trust.NodeSetHash, _signer.Trust.NodeSetHash, previous.Root,
            _tree.Root, time).Encode());
        var tiles = _log.Append(entries.Select(e => (ReadOnlyMemory<byte>)e));

        // The vote is made durable with the block, in the same write, and leaves the process only after it.
        var checkpoint = _signer.Sign(_log.Size, _log.Root, time);
        var block = new BlockRecord(height, previous.Size, entries.Count, time, _log.Root, _tree.Root, checkpoint);
        return new BlockCommit(_options.Network, block, entries, tiles, writes, executed.Indexed);
    }

    private void Store(BlockCommit commit, BlockState state)
    {
        _store.Commit(commit);
        var block = commit.Block;
        _recent.Add(block.Height, commit.Transactions);
        foreach (var (path, write) in state.Writes)
        {
            _cache.Put(path, write.Value, block.Height);
        }

        var previous = _published;
        _published = new PublishedHead(
            new LedgerHead(block.Height, block.Size, block.Root, block.StateRoot, block.Time, block.Checkpoint),
            new StateView(_store.Snapshot(), _cache));
        previous.Replaced.SetResult();
    }

    private SubmitResult[] Answers(OrderedBatch batch, ExecutedBatch executed, long height)
    {
        var answers = new SubmitResult[batch.Transactions.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            var id = batch.Transactions[i].Id;
            var outcome = executed.Outcomes[i];
            Refusal? refusal = outcome.Rejection is { } rejection ? new Refusal(rejection.Code, rejection.Name) : null;
            answers[i] = outcome.Index is { } index
                ? new SubmitResult(id, height, index, refusal)
                : AdmissionPipeline.Refused(_store, id, refusal!);
        }

        return answers;
    }
}
