using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Ordering;
using Mingjian.Primitives;

namespace Mingjian.Engine.Agreement;

/// <summary>Reads batches of other nodes: the same bytes on the same state are good, or bad, on every node.</summary>
/// <param name="admitted">An act that this process admitted itself and whose signatures need not be checked again, or null.</param>
internal sealed class BatchReader(
    NetworkId network, TransactionReader reader, IKeyDirectory keys, ISignatureVerifier verifier, Func<Hash32, AdmittedTransaction?> admitted)
{
    /// <summary>Checks form and every signature, on all cores.</summary>
    /// <param name="received">Never trusted.</param>
    /// <param name="nodes">The nodes that may propose.</param>
    /// <param name="state">State before the block.</param>
    /// <param name="height">Of the block.</param>
    /// <param name="batch">Null unless the result is <see cref="BatchFault.None"/>.</param>
    public BatchFault Read(ReceivedBatch received, NodeSet nodes, IStateReader state, long height, out OrderedBatch? batch)
    {
        batch = null;
        if (nodes.Find(received.Node) is not { } proposer)
        {
            return BatchFault.NotANode;
        }

        var fault = SignedBatch.TryDecode(received.Bytes, network, proposer, out var signed);
        if (fault != BatchFault.None)
        {
            return fault;
        }

        var transactions = new AdmittedTransaction?[signed!.Envelopes.Count];
        if (transactions.Length == 1)
        {
            transactions[0] = Check(signed.Envelopes[0], state, height);
        }
        else
        {
            Parallel.For(0, transactions.Length, i => transactions[i] = Check(signed.Envelopes[i], state, height));
        }

        foreach (var transaction in transactions)
        {
            if (transaction is null)
            {
                return BatchFault.Act;
            }
        }

        batch = new OrderedBatch(received.Position, received.Node, signed.Header.Time, transactions!) { IsOwnProcess = false };
        return BatchFault.None;
    }

    /// <summary>What a restart is allowed to do, or null. Decided on the state before the block that stands still, so alike on every node.</summary>
    /// <param name="time">Of the block that could record it.</param>
    /// <param name="nodes">Those that sign the height.</param>
    /// <param name="height">That stands still.</param>
    public IHeightRestarted? Judge(AdmittedTransaction restart, LedgerTime time, IStateReader state, NodeSet nodes, long height)
    {
        if (TransactionReader.CheckValidity(restart.Expires, time) is not null
            || SignatureCheck.Resolve(keys, state, restart.Command, restart.Signers, out var actors) is not null)
        {
            return null;
        }

        var context = new DecisionContext(time, height + 1, network, actors, nodes.Hash);
        return restart.Route.Contract.Decide(state, restart.Command, context).Events.OfType<IHeightRestarted>().FirstOrDefault();
    }

    /// <summary>Null for what no honest node hands on. An act by an unknown key is left to the block, which drops it.</summary>
    private AdmittedTransaction? Check(ReadOnlyMemory<byte> envelope, IStateReader state, long height)
    {
        if (reader.ReadFrame(envelope, out var frame) is not null)
        {
            return null;
        }

        if (admitted(frame.Id) is { } own && own.Bytes.Span.SequenceEqual(envelope.Span))
        {
            return own;
        }

        if (reader.ReadCommand(frame, height, out var route, out var command) is not null)
        {
            return null;
        }

        var signers = frame.Signers();
        if (SignatureCheck.Resolve(keys, state, command!, signers, out var actors) is null
            && SignatureCheck.Verify(verifier, frame, actors) is not null)
        {
            return null;
        }

        return new AdmittedTransaction(frame.Id, frame.Bytes, route!, command!, frame.Payload.Expires, signers);
    }
}
