using System.Runtime.InteropServices;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Messages;
using Mingjian.Engine.Ordering;
using Mingjian.Engine.State;
using Mingjian.Engine.Store;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Log.State;
using Mingjian.Primitives;

namespace Mingjian.Engine.Execution;

/// <summary>Makes one block of each ordered batch: execute and append, then, once it is final, store and publish. One thread.</summary>
internal sealed class BlockWriter
{
    private readonly NetworkId _network;
    private readonly IBlockStore _store;
    private readonly IKeyDirectory _keys;
    private readonly NodeSet _founders;
    private readonly ContractSet _contracts;
    private readonly BlockExecutor _executor;
    private readonly StateCache _cache;
    private CompactTree _log;
    private readonly RecentTransactions _recent;
    private StateTree _tree;
    private volatile PublishedHead _published;

    /// <param name="founders">The nodes, until the state names others.</param>
    /// <param name="cacheRecords">Typed state records kept in memory, in two generations of this many.</param>
    /// <exception cref="StoreCorruptException">What is stored does not give the roots of its newest block.</exception>
    public BlockWriter(
        NetworkId network, ContractSet contracts, IKeyDirectory keys, IBlockStore store, NodeSet founders, int cacheRecords = StateCache.DefaultRecords)
    {
        _network = network;
        _store = store;
        _keys = keys;
        _founders = founders;
        _contracts = contracts;
        _executor = new BlockExecutor(network, contracts, keys);
        _cache = new StateCache(cacheRecords, store.Head?.Height ?? 0);
        _log = LedgerState.LoadLog(store);
        _recent = new RecentTransactions(store.Head?.Height ?? 0);
        var snapshot = store.Snapshot();
        _tree = LedgerState.LoadState(store, snapshot);
        var view = new StateView(snapshot, _cache, _tree);
        _published = new PublishedHead(
            store.Head is { } head
                ? new LedgerHead(head.Height, head.Size, head.Root, head.StateRoot, head.Time, head.Checkpoint)
                : new LedgerHead(0, 0, _log.Root, _tree.Root, default, string.Empty),
            view,
            NodesAt(view, (store.Head?.Height ?? 0) + 1));
        Position = store.Head is null ? 0 : LedgerState.ReadSeal(store, store.Head).Position;
    }

    public PublishedHead Published => _published;

    /// <summary>In which the next block is voted on, unless a restart begins another.</summary>
    public int Epoch => EpochOf(_published.State);

    /// <summary>Position of the newest block's batch; 0 before the first.</summary>
    public long Position { get; private set; }

    /// <summary>A copy of the log's right edge.</summary>
    public CompactTree CopyLog() => _log.Clone();

    /// <summary>A block that is final, or null.</summary>
    public BlockRecord? ReadBlock(long height) => _store.ReadBlock(height);

    /// <summary>The nodes whose quorum makes the next block final.</summary>
    public NodeSet NextNodes => _published.NextNodes;

    /// <summary>The protocol by which the next block is made.</summary>
    public int NextProtocol => _keys.FindProtocol(_published.State, _published.Head.Height + 1);

    /// <summary>The newest protocol that this program carries.</summary>
    public int Carries => _contracts.Highest;

    /// <summary>Whether this program can execute the next block.</summary>
    public bool CarriesNext => NextProtocol <= _contracts.Highest;

    /// <summary>Whether the ledger says of a node what its program carries.</summary>
    public bool IsStated(int node) =>
        _keys.IsStated(_published.State, NextNodes, new ProtocolStatement(node, _contracts.Highest));

    /// <summary>Executes a batch on top of the newest block; changes nothing that anybody else sees.</summary>
    /// <remarks>A prepared block is committed or abandoned before the next is prepared.</remarks>
    public PreparedBlock Prepare(OrderedBatch batch) => Prepare(batch, BlockAct.Of(batch.Transactions));

    /// <summary>As <see cref="Prepare(OrderedBatch)"/>, for a block of a log that is taken over.</summary>
    /// <param name="batch">What the block's seal says of it; its acts are not looked at.</param>
    /// <param name="acts">The block's acts and refusals.</param>
    public PreparedBlock Prepare(OrderedBatch batch, IReadOnlyList<BlockAct> acts)
    {
        var head = _published.Head;
        var height = head.Height + 1;
        var time = batch.Time > head.Time ? batch.Time : head.Time;
        var before = new StateView(_published.State.Snapshot, _cache, _tree, fill: true);
        var state = new BlockState(before);
        var protocol = NextProtocol;
        var executed = _executor.Execute(height, time, protocol, NextNodes, batch.Statement, head.Size, acts, before, state, IsLogged);
        return new PreparedBlock(batch, executed, state, executed.MakesBlock ? Seal(batch, executed, state, height, time, protocol) : null);
    }

    /// <summary>Stores a prepared block under its checkpoint and publishes it.</summary>
    /// <param name="checkpoint">Final by <see cref="NextNodes"/>.</param>
    /// <returns>An answer for each act, in order.</returns>
    public IReadOnlyList<SubmitResult> Commit(PreparedBlock prepared, string checkpoint)
    {
        Store(prepared, checkpoint, isSynced: true);
        return Answers(prepared);
    }

    /// <summary>As <see cref="Commit"/> for a block that the network has kept: durable only with the next <see cref="Sync"/>.</summary>
    public void TakeOver(PreparedBlock prepared, string checkpoint) => Store(prepared, checkpoint, isSynced: false);

    /// <summary>Makes every block durable.</summary>
    public void Sync() => _store.Sync();

    private void Store(PreparedBlock prepared, string checkpoint, bool isSynced)
    {
        var after = prepared.After!;
        var commit = after.Commit with { Block = after.Commit.Block with { Checkpoint = checkpoint } };
        _store.Commit(commit, isSynced);
        _log = after.Log;
        _tree = after.Tree;
        Position = prepared.Batch.Position;
        var block = commit.Block;
        _recent.Add(block.Height, commit.Transactions);
        _cache.BeginBlock(block.Height);
        foreach (var (path, write) in prepared.State.Writes)
        {
            // Whoever replays a log soon reads again what it writes: months of assessments and payments pass in seconds.
            if (isSynced)
            {
                _cache.Renew(path, write.Value, block.Height);
            }
            else
            {
                _cache.Put(path, write.Value, block.Height);
            }
        }

        var previous = _published;
        _published = new PublishedHead(
            new LedgerHead(block.Height, block.Size, block.Root, block.StateRoot, block.Time, block.Checkpoint),
            new StateView(_store.Snapshot(), _cache, _tree),
            after.NextNodes);
        previous.Replaced.SetResult();
    }

    private bool IsLogged(BlockAct act) => _recent.KnowsAllAfter(act.Transaction?.NotLoggedAt ?? -1)
        ? _recent.Contains(act.Id)
        : _store.FindTransaction(act.Id) is not null;

    private PreparedBlock.Outcome Seal(OrderedBatch batch, ExecutedBatch executed, BlockState state, long height, LedgerTime time, int protocol)
    {
        var previous = _published.Head;
        var (writes, tree) = BlockExecutor.Close(state, _tree);
        var entries = executed.Entries;
        var next = NodesAt(state, height + 1);
        entries.Add(new SealEntry(
            batch.Carries, entries.Count + 1, EpochOf(state), previous.Size, height, _network, next.Hash, NextNodes.Hash, batch.Position,
            previous.Root, batch.Node, protocol, tree.Root, time).Encode());
        executed.Leaves.Add(Merkle.HashLeaf(entries[^1]));
        var log = _log.Clone();
        var tiles = log.AppendLeaves(CollectionsMarshal.AsSpan(executed.Leaves));
        var block = new BlockRecord(height, previous.Size, entries.Count, time, log.Root, tree.Root, string.Empty);
        return new PreparedBlock.Outcome(new BlockCommit(_network, block, entries, tiles, writes, executed.Indexed), log, tree, next);
    }

    /// <summary>The nodes whose quorum makes, or made, the block of a height up to the next final.</summary>
    public NodeSet NodesAt(long height) => _keys.FindNodesAt(_published.State, height) ?? NodesAt(_published.State, height);

    /// <summary>In which a final block was voted on, unless a restart had begun another.</summary>
    public int EpochAt(long height) => height > 1 ? LedgerState.ReadSeal(_store, _store.ReadBlock(height - 1)!).Epoch : 1;

    private int EpochOf(IStateReader state) => _keys.FindNodes(state)?.Epoch ?? 1;

    private NodeSet NodesAt(IStateReader state, long height) => _keys.FindNodes(state)?.At(height) ?? _founders;

    /// <summary>An answer for each act of a batch, in order; when there is a block, only once it is final.</summary>
    public IReadOnlyList<SubmitResult> Answers(PreparedBlock prepared)
    {
        var transactions = prepared.Batch.Transactions;
        var answers = new SubmitResult[transactions.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            var id = transactions[i].Id;
            var outcome = prepared.Executed.Outcomes[i];
            Refusal? refusal = outcome.Rejection is { } rejection ? new Refusal(rejection.Code, rejection.Name) : null;
            answers[i] = outcome.Index is { } index
                ? new SubmitResult(id, prepared.After!.Commit.Block.Height, index, refusal)
                : SubmitResult.Refused(_store, id, refusal!);
        }

        return answers;
    }
}

/// <summary>A batch executed on top of the newest block, not stored yet.</summary>
/// <param name="After">What it makes of the ledger; null when every act of the batch was dropped, so that there is no block.</param>
internal sealed record PreparedBlock(OrderedBatch Batch, ExecutedBatch Executed, BlockState State, PreparedBlock.Outcome? After)
{
    /// <param name="Commit">Everything to be stored; only the checkpoint is missing.</param>
    /// <param name="NextNodes">The nodes whose quorum makes the block after this one final.</param>
    internal sealed record Outcome(BlockCommit Commit, CompactTree Log, StateTree Tree, NodeSet NextNodes);
}
