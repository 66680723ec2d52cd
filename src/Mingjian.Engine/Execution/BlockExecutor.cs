using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Log.State;
using Mingjian.Primitives;

namespace Mingjian.Engine.Execution;

/// <summary>Executes an ordered batch: the same batch on the same state gives the same bytes on every node.</summary>
/// <remarks>Knows no clock, no randomness and no I/O but reads of state. Used by one thread.</remarks>
internal sealed class BlockExecutor(NetworkId network, ContractSet contracts, IKeyDirectory keys)
{
    private readonly EntryWriter _entries = new();
    private readonly EventWrites _writes = new();
    private readonly List<(EventRoute Route, IEvent Event)> _events = [];

    /// <summary>Carries out the acts of one block, in order.</summary>
    /// <param name="height">Of this block.</param>
    /// <param name="time">Of this block.</param>
    /// <param name="nodeSet">Hash of the nodes whose quorum makes this block final.</param>
    /// <param name="firstIndex">Log index of the block's first entry.</param>
    /// <param name="transactions">Form and signatures already checked.</param>
    /// <param name="before">State before the block.</param>
    /// <param name="state">Collects the block's writes.</param>
    /// <param name="isLogged">Whether the log before this block has the act.</param>
    /// <exception cref="ContractFaultException">A contract threw: a bug, the node must stop.</exception>
    public ExecutedBatch Execute(
        long height, LedgerTime time, Hash32 nodeSet, long firstIndex, IReadOnlyList<AdmittedTransaction> transactions,
        IStateReader before, BlockState state, Func<AdmittedTransaction, bool> isLogged)
    {
        var entries = new List<byte[]>(transactions.Count + 1);
        var leaves = new List<Hash32>(transactions.Count + 1);
        var outcomes = new TransactionOutcome[transactions.Count];
        var seen = new HashSet<Hash32>(transactions.Count);
        var indexed = new List<Store.IndexedTransaction>(transactions.Count);
        for (var i = 0; i < transactions.Count; i++)
        {
            var transaction = transactions[i];
            Actor[] actors = [];
            var dropped = seen.Contains(transaction.Id) || isLogged(transaction)
                ? AdmissionRejection.Duplicate
                : Check(transaction, height, time, before, out actors);
            if (dropped is { } reason)
            {
                outcomes[i] = new TransactionOutcome(null, reason.ToRejection());
                continue;
            }

            seen.Add(transaction.Id);
            var context = new DecisionContext(time, height, network, actors, nodeSet);
            var (entry, rejection) = CarryOut(transaction, context, state);
            outcomes[i] = new TransactionOutcome(firstIndex + entries.Count, rejection);
            indexed.Add(new Store.IndexedTransaction(transaction.Id, firstIndex + entries.Count));
            entries.Add(entry);
            leaves.Add(transaction.Logged is { } logged && ReferenceEquals(entry, logged.Bytes) ? logged.Leaf : Merkle.HashLeaf(entry));
        }

        return new ExecutedBatch(entries, leaves, indexed, outcomes);
    }

    /// <summary>What depends on the block. An act that fails here leaves no entry: the log holds only acts of known people.</summary>
    private AdmissionRejection? Check(
        AdmittedTransaction transaction, long height, LedgerTime time, IStateReader before, out Actor[] actors)
    {
        actors = [];
        if (TransactionReader.CheckValidity(transaction.Expires, time) is { } invalid)
        {
            return invalid;
        }

        return height < transaction.Route.Message.ActivationHeight
            ? AdmissionRejection.CommandNotActive
            : SignatureCheck.Resolve(keys, before, transaction.Command, transaction.Signers, out actors)
                ?? SignatureCheck.CheckSites(keys, before, transaction.Command, transaction.Sites);
    }

    private (byte[] Entry, Rejection? Rejection) CarryOut(AdmittedTransaction transaction, DecisionContext context, BlockState state)
    {
        var contract = transaction.Route.Contract;
        try
        {
            var decision = contract.Decide(state, transaction.Command, context);
            _events.Clear();
            foreach (var happened in decision.Events)
            {
                _events.Add((contracts.RouteOf(happened), happened));
            }

            var entry = Encode(transaction, context, decision.Rejection);
            if (entry is null)
            {
                var tooLarge = AdmissionRejection.EntryTooLarge.ToRejection();
                return (Encode(transaction, context, tooLarge)!, tooLarge);
            }

            foreach (var (route, happened) in _events)
            {
                route.Contract.Apply(state, happened, context, _writes);
                state.Take(_writes);
            }

            return (entry, decision.Rejection);
        }
        catch (Exception e)
        {
            throw new ContractFaultException(transaction.Route.Message.Name, transaction.Id, context.Height, e);
        }
    }

    private byte[]? Encode(AdmittedTransaction transaction, DecisionContext context, Rejection? rejection) =>
        _entries.Write(transaction.Bytes.Span, context.Actors, _events, rejection, context.Height, context.Time, transaction.Logged?.Bytes);

    /// <summary>Encodes a block's writes and the state tree after it; on all cores, for every record stands by itself.</summary>
    public static (Store.StateWrite[] Writes, StateTree Tree) Close(BlockState state, StateTree tree)
    {
        var written = state.Writes.ToArray();
        var writes = new Store.StateWrite[written.Length];
        var changes = new StateChange[written.Length];
        Parallel.For(0, written.Length, i =>
        {
            var (path, write) = written[i];
            var value = write.Encode();
            writes[i] = new Store.StateWrite(path, value);
            changes[i] = new StateChange(StateHash.PathOf(path), value is null ? null : Hash32.Of(value));
        });
        return (writes, tree.Update(changes));
    }
}

/// <summary>What became of one act of a batch.</summary>
/// <param name="Index">Its log entry; null when it was dropped without one (code <c>admission/…</c>).</param>
/// <param name="Rejection">Null when carried out.</param>
internal readonly record struct TransactionOutcome(long? Index, Rejection? Rejection);

/// <param name="Entries">Transaction entries in order, without the seal.</param>
/// <param name="Leaves">Their leaf hashes.</param>
/// <param name="Indexed">One for each entry.</param>
/// <param name="Outcomes">One for each act of the batch, in order.</param>
internal sealed record ExecutedBatch(List<byte[]> Entries, List<Hash32> Leaves, List<Store.IndexedTransaction> Indexed, TransactionOutcome[] Outcomes);

/// <summary>A contract threw. That is a bug in a rule that every node runs, so the node stops rather than guess.</summary>
public sealed class ContractFaultException(string command, Hash32 transactionId, long height, Exception inner)
    : Exception($"Command {command} (transaction {transactionId}, block {height}) made its contract fail: {inner.Message}", inner);
