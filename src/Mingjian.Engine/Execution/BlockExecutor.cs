using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Messages;
using Mingjian.Engine.State;
using Mingjian.Engine.Store;
using Mingjian.Log.Entries;
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
    private readonly Dictionary<string, RefusalCode> _codes = new(StringComparer.Ordinal);

    /// <summary>Carries out the acts of one block, in order.</summary>
    /// <param name="height">Of this block.</param>
    /// <param name="time">Of this block.</param>
    /// <param name="protocol">By whose rules it is made; <see cref="ContractSet.Highest"/> at most.</param>
    /// <param name="nodes">Whose quorum makes this block final.</param>
    /// <param name="statement">What the node whose batch it is says with it.</param>
    /// <param name="firstIndex">Log index of the block's first entry.</param>
    /// <param name="acts">Form and signatures already checked; of a log that is executed again also the refusals in it, which are taken as they stand.</param>
    /// <param name="before">State before the block.</param>
    /// <param name="state">Collects the block's writes.</param>
    /// <param name="isLogged">Whether the log before this block has the act.</param>
    /// <exception cref="ContractFaultException">A contract threw: a bug, the node must stop.</exception>
    public ExecutedBatch Execute(
        long height, LedgerTime time, int protocol, NodeSet nodes, ProtocolStatement statement, long firstIndex, IReadOnlyList<BlockAct> acts,
        IStateReader before, BlockState state, Func<BlockAct, bool> isLogged)
    {
        if (protocol > contracts.Highest)
        {
            throw new ProtocolNotCarriedException(height, protocol, contracts.Highest);
        }

        var entries = new List<byte[]>(acts.Count + 1);
        var leaves = new List<Hash32>(acts.Count + 1);
        var outcomes = new TransactionOutcome[acts.Count];
        var seen = new HashSet<Hash32>(acts.Count);
        var indexed = new List<IndexedTransaction>(acts.Count);
        for (var i = 0; i < acts.Count; i++)
        {
            var act = acts[i];
            Actor[] actors = [];
            var dropped = seen.Contains(act.Id) || isLogged(act)
                ? AdmissionRejection.Duplicate
                : act.Transaction is { } ordered ? Check(ordered, protocol, time, before, out actors)
                : null;
            if (dropped is { } reason)
            {
                outcomes[i] = new TransactionOutcome(null, reason.ToRejection());
                continue;
            }

            seen.Add(act.Id);
            byte[] entry;
            Rejection? rejection = null;
            if (act.Transaction is { } transaction)
            {
                var context = new DecisionContext(time, height, network, actors, nodes, statement.Node, protocol);
                (entry, rejection) = CarryOut(transaction, context, state);
            }
            else
            {
                entry = _entries.WriteRefusal(act.Code, height, act.Id, time);
            }

            if (act.Logged is { } logged && entry.AsSpan().SequenceEqual(logged.Bytes))
            {
                (entry, var leaf) = logged;
                leaves.Add(leaf);
            }
            else
            {
                leaves.Add(Merkle.HashLeaf(entry));
            }

            outcomes[i] = new TransactionOutcome(firstIndex + entries.Count, rejection);
            indexed.Add(new IndexedTransaction(act.Id, firstIndex + entries.Count));
            entries.Add(entry);
        }

        var isNews = !keys.IsStated(state, nodes, statement);
        if (isNews)
        {
            keys.State(state, nodes, height, statement, _writes);
            state.Take(_writes);
        }

        return new ExecutedBatch(entries, leaves, indexed, outcomes, isNews);
    }

    /// <summary>What depends on the block. An act that fails here leaves no entry: the log holds only acts of known people.</summary>
    private AdmissionRejection? Check(
        AdmittedTransaction transaction, int protocol, LedgerTime time, IStateReader before, out Actor[] actors)
    {
        actors = [];
        if (TransactionReader.CheckValidity(transaction.Expires, time) is { } invalid)
        {
            return invalid;
        }

        return TransactionReader.CheckProtocol(transaction.Route, protocol)
            ?? SignatureCheck.Resolve(keys, before, transaction.Command, transaction.Signers, out actors)
            ?? SignatureCheck.CheckSites(keys, before, transaction.Command, transaction.Sites);
    }

    private (byte[] Entry, Rejection? Rejection) CarryOut(AdmittedTransaction transaction, DecisionContext context, BlockState state)
    {
        var decision = transaction.Decide(state, context);
        if (decision.Rejection is { } refused)
        {
            return Refuse(transaction, context, refused);
        }

        try
        {
            _events.Clear();
            foreach (var happened in decision.Events)
            {
                _events.Add((contracts.RouteOf(happened), happened));
            }

            var entry = _entries.Write(transaction.Bytes.Span, context.Actors, _events, context.Height, context.Time, transaction.Logged?.Bytes);
            if (entry is null)
            {
                return Refuse(transaction, context, AdmissionRejection.EntryTooLarge.ToRejection());
            }

            foreach (var (route, happened) in _events)
            {
                route.Contract.Apply(state, happened, context, _writes);
                state.Take(_writes);
            }

            return (entry, null);
        }
        catch (Exception e)
        {
            throw new ContractFaultException(transaction.Route.Message.Name, transaction.Id, context.Height, e);
        }
    }

    private (byte[] Entry, Rejection? Rejection) Refuse(AdmittedTransaction transaction, DecisionContext context, Rejection rejection)
    {
        var text = rejection.Code;
        if (!_codes.TryGetValue(text, out var code))
        {
            _codes.Add(text, code = RefusalCode.Parse(text));
        }

        return (_entries.WriteRefusal(code, context.Height, transaction.Id, context.Time), rejection);
    }

    /// <summary>Encodes a block's writes and the state tree after it; on all cores, for every record stands by itself.</summary>
    public static (StateWrite[] Writes, StateTree Tree) Close(BlockState state, StateTree tree)
    {
        var written = state.Writes.ToArray();
        var writes = new StateWrite[written.Length];
        var changes = new StateChange[written.Length];
        Parallel.For(0, written.Length, i =>
        {
            var (path, write) = written[i];
            var value = write.Encode();
            writes[i] = new StateWrite(path, value);
            changes[i] = new StateChange(StateHash.PathOf(path), value is null ? null : Hash32.Of(value));
        });
        return (writes, tree.Update(changes));
    }
}

/// <summary>What a block is made of: an act to be carried out or, of a log that is executed again, a refusal that stands in it.</summary>
/// <param name="Id">The transaction id.</param>
/// <param name="Transaction">Null for a standing refusal.</param>
/// <param name="Code">Of a standing refusal.</param>
/// <param name="Logged">The entry that a log has for it already; null for a new act.</param>
internal readonly record struct BlockAct(Hash32 Id, AdmittedTransaction? Transaction, RefusalCode Code, LoggedEntry? Logged)
{
    public static BlockAct Of(AdmittedTransaction transaction) => new(transaction.Id, transaction, default, transaction.Logged);

    public static BlockAct[] Of(IReadOnlyList<AdmittedTransaction> transactions)
    {
        var acts = new BlockAct[transactions.Count];
        for (var i = 0; i < acts.Length; i++)
        {
            acts[i] = Of(transactions[i]);
        }

        return acts;
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
/// <param name="IsNews">The node of the batch says that its program carries another protocol than the state said.</param>
internal sealed record ExecutedBatch(
    List<byte[]> Entries, List<Hash32> Leaves, List<IndexedTransaction> Indexed, TransactionOutcome[] Outcomes, bool IsNews)
{
    /// <summary>A block is made of what leaves an entry, or of a statement that is new; not of anything else.</summary>
    public bool MakesBlock => Entries.Count > 0 || IsNews;
}

/// <summary>The ledger goes on by a protocol that this program does not carry. What it has stays readable; after its upgrade it goes on.</summary>
public sealed class ProtocolNotCarriedException(long height, int protocol, int highest)
    : Exception($"Block {height} is made by protocol {protocol}; this program carries {highest}. It has to be upgraded.")
{
    /// <summary>The first block that cannot be executed.</summary>
    public long Height => height;

    /// <summary>What it is made by.</summary>
    public int Protocol => protocol;
}
