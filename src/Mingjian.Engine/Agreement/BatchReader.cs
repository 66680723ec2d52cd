using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Ordering;
using Mingjian.Primitives;

namespace Mingjian.Engine.Agreement;

/// <summary>Reads batches of other nodes: the same bytes on the same state are good, or bad, on every node.</summary>
/// <remarks>Used by one thread; what is read ahead, others read meanwhile.</remarks>
/// <param name="admitted">An act that this process admitted itself and whose signatures need not be checked again, or null.</param>
/// <param name="beside">Begins work beside the caller's.</param>
internal sealed class BatchReader(
    NetworkId network, TransactionReader reader, IKeyDirectory keys, ISignatureVerifier verifier, Func<Hash32, AdmittedTransaction?> admitted,
    Func<Func<BatchReader.Ahead?>, Task<BatchReader.Ahead?>> beside)
{
    private (long Position, Task<Ahead?> Read)? _ahead;

    /// <summary>Begins to read a batch that waits for its turn, so that its signatures are checked while the block before it is voted on.</summary>
    /// <param name="state">Of a block before; what follows from it is looked at again when it is the batch's turn.</param>
    /// <param name="protocol">By which the block before it is made, or a later one.</param>
    public void ReadAhead(ReceivedBatch received, NodeSet nodes, IStateReader state, int protocol)
    {
        if (_ahead?.Position != received.Position && nodes.Find(received.Node) is { } proposer)
        {
            _ahead = (received.Position, beside(() => Decode(received, proposer, out var signed) == BatchFault.None
                ? new Ahead(proposer, signed!, CheckAll(signed!, nodes, state, protocol))
                : null));
        }
    }

    /// <summary>Checks form and every signature, on all cores.</summary>
    /// <param name="received">Never trusted.</param>
    /// <param name="nodes">The nodes that may propose.</param>
    /// <param name="state">State before the block.</param>
    /// <param name="protocol">By which the block is made.</param>
    /// <param name="batch">Null unless the result is <see cref="BatchFault.None"/>.</param>
    public BatchFault Read(ReceivedBatch received, NodeSet nodes, IStateReader state, int protocol, out OrderedBatch? batch)
    {
        batch = null;
        if (nodes.Find(received.Node) is not { } proposer)
        {
            return BatchFault.NotANode;
        }

        SignedBatch? signed;
        CheckedAct?[]? known = null;
        if (TakeAhead(received) is { } ahead && ahead.Proposer == proposer)
        {
            (signed, known) = (ahead.Signed, ahead.Acts);
        }
        else if (Decode(received, proposer, out signed) is var fault && fault != BatchFault.None)
        {
            return fault;
        }

        var acts = CheckAll(signed!, nodes, state, protocol, known);
        var transactions = new AdmittedTransaction[acts.Length];
        for (var i = 0; i < acts.Length; i++)
        {
            if (acts[i] is not { } act)
            {
                return BatchFault.Act;
            }

            transactions[i] = act.Transaction;
        }

        batch = new OrderedBatch(received.Position, received.Node, signed!.Header.Time, signed.Header.Carries, transactions) { IsOwnProcess = false };
        return BatchFault.None;
    }

    /// <summary>What a restart is allowed to do, or null. Decided on the state before the block that stands still, so alike on every node.</summary>
    /// <param name="time">Of the block that could record it.</param>
    /// <param name="nodes">Those that sign the height.</param>
    /// <param name="proposer">Whose batch it came in.</param>
    /// <param name="height">That stands still.</param>
    /// <param name="protocol">By which it is made.</param>
    public IHeightRestarted? Judge(AdmittedTransaction restart, LedgerTime time, IStateReader state, NodeSet nodes, int proposer, long height, int protocol)
    {
        if (TransactionReader.CheckValidity(restart.Expires, time) is not null
            || SignatureCheck.Resolve(keys, state, restart.Command, restart.Signers, out var actors, nodes) is not null
            || SignatureCheck.CheckSites(keys, state, restart.Command, restart.Sites) is not null)
        {
            return null;
        }

        var context = new DecisionContext(time, height + 1, network, actors, nodes, proposer, protocol);
        return restart.Decide(state, context).Events.OfType<IHeightRestarted>().FirstOrDefault();
    }

    private BatchFault Decode(ReceivedBatch received, Node proposer, out SignedBatch? signed) =>
        SignedBatch.TryDecode(received.Bytes, network, proposer, out signed);

    private Ahead? TakeAhead(ReceivedBatch received)
    {
        if (_ahead is not { } ahead || ahead.Position != received.Position)
        {
            return null;
        }

        // Runs here when it has not begun.
        _ahead = null;
        return ahead.Read.GetAwaiter().GetResult();
    }

    /// <summary>Whether an act that was checked on an earlier state is found the same on this one: by the same keys.</summary>
    private bool HoldsStill(CheckedAct? act, NodeSet nodes, IStateReader state)
    {
        if (act is not { } known || known.IsOwn)
        {
            return act is not null;
        }

        if (known.Keys is null || SignatureCheck.Resolve(keys, state, known.Transaction.Command, known.Transaction.Signers, out var actors, nodes) is not null)
        {
            return false;
        }

        for (var i = 0; i < actors.Length; i++)
        {
            if (actors[i].PublicKey != known.Keys[i].PublicKey)
            {
                return false;
            }
        }

        return true;
    }

    /// <param name="known">What was found on an earlier state, one for each envelope; null when nothing was.</param>
    private CheckedAct?[] CheckAll(SignedBatch signed, NodeSet nodes, IStateReader state, int protocol, CheckedAct?[]? known = null)
    {
        var acts = new CheckedAct?[signed.Envelopes.Count];
        if (acts.Length <= 1)
        {
            // Most often one; none at all in a batch that only states what its node carries.
            if (acts.Length == 0)
            {
                return acts;
            }


            CheckOne(0);
        }
        else
        {
            Parallel.For(0, acts.Length, CheckOne);
        }

        return acts;

        void CheckOne(int i) => acts[i] = known is not null && HoldsStill(known[i], nodes, state) ? known[i] : Check(signed.Envelopes[i], nodes, state, protocol);
    }

    /// <summary>
    /// Null for what no honest node hands on: a command of a later protocol among it, which programs that do not carry it cannot read. One that ended with an
    /// earlier protocol may have been admitted before, so it is left to the block, which drops it. An act by an unknown key, or signed on an unknown site, is left to it, too.
    /// </summary>
    private CheckedAct? Check(ReadOnlyMemory<byte> envelope, NodeSet nodes, IStateReader state, int protocol)
    {
        if (reader.ReadFrame(envelope, out var frame) is not null)
        {
            return null;
        }

        if (admitted(frame.Id) is { } own && own.Bytes.Span.SequenceEqual(envelope.Span))
        {
            return new CheckedAct(own, null, IsOwn: true);
        }

        if (reader.ReadCommand(frame, out var route, out var command) is not null || route!.Message.Since > protocol)
        {
            return null;
        }

        var signers = frame.Signers();
        var isKnown = SignatureCheck.Resolve(keys, state, command!, signers, out var actors, nodes) is null;
        if (isKnown && SignatureCheck.Verify(verifier, frame, actors) is not null)
        {
            return null;
        }

        return new CheckedAct(
            new AdmittedTransaction(frame.Id, frame.Bytes, route!, command!, frame.Payload.Expires, signers) { Sites = frame.Sites() }, isKnown ? actors : null, IsOwn: false);
    }

    /// <summary>A batch that was read before its turn.</summary>
    /// <param name="Proposer">Who signed it.</param>
    /// <param name="Acts">One for each envelope; null where something was wrong with it.</param>
    internal sealed record Ahead(Node Proposer, SignedBatch Signed, CheckedAct?[] Acts);

    /// <param name="Keys">Those by which its signatures hold; null when none was known by then.</param>
    /// <param name="IsOwn">This process admitted it.</param>
    internal readonly record struct CheckedAct(AdmittedTransaction Transaction, Actor[]? Keys, bool IsOwn);
}
