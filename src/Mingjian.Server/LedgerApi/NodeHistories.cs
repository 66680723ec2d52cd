using Mingjian.Acts.Networks;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Sdk;
using Mingjian.Engine;
using Mingjian.Log;
using Mingjian.Log.Notes;
using Mingjian.Primitives;
using Mingjian.Server.Nodes;

namespace Mingjian.Server.LedgerApi;

/// <summary>Leads verifiers through the changes of the nodes: where each began, and the proof that the nodes before it announced it.</summary>
internal sealed class NodeHistories(ILedger ledger, Genesis genesis)
{
    private readonly Lock _gate = new();
    private readonly List<NodeSetChange> _changes = [];
    private int _agreement = 1;
    private byte[]? _encoded;

    /// <summary>
    /// All changes whose announcement is final; what is there once stays as it is. Null when this node has mirrored the block of an
    /// announcement, and so has no checkpoint of the nodes of that time.
    /// </summary>
    public byte[]? Encode()
    {
        lock (_gate)
        {
            var state = ledger.ReadState();
            var head = ledger.Head.Height;
            while (state.Agreement(_agreement + 1) is { } next && next.From - 1 <= head)
            {
                if (state.Agreement(_agreement)!.ToNodeSet() is var before && !before.Equals(next.ToNodeSet()))
                {
                    if (Prove(next) is not { } change)
                    {
                        return null;
                    }

                    _changes.Add(change);
                    _encoded = null;
                }

                _agreement++;
            }

            return _encoded ??= new NodeHistoryFile(_changes, NodeHistoryFile.CurrentFormat, ledger.Network).Encode();
        }
    }

    /// <summary>The anchor of a network file, and the nodes that sign the blocks after it.</summary>
    public (TrustAnchor Anchor, NodeSet Nodes) AnchorOf(AnchorChoice choice)
    {
        var state = ledger.ReadState();
        if (state.Nodes() is not { } nodes)
        {
            return (choice == AnchorChoice.Newest ? At(ledger.Head.Height) : TrustAnchor.Genesis, genesis.Nodes);
        }

        var height = ledger.Head.Height;
        return choice switch
        {
            AnchorChoice.Genesis => (TrustAnchor.Genesis, state.Agreement(1)!.ToNodeSet()),
            AnchorChoice.Newest => (At(height), nodes.At(height + 1).ToNodeSet()),
            _ => (At(nodes.At(height + 1).From - 1), nodes.At(height + 1).ToNodeSet()),
        };
    }

    private TrustAnchor At(long height) => height > 0 && ledger.ReadBlock(height) is { } block
        ? new TrustAnchor(height, block.Root, block.FirstIndex + block.Entries, block.Time)
        : TrustAnchor.Genesis;

    private NodeSetChange? Prove(Agreement next)
    {
        var block = ledger.ReadBlock(next.From - 1)!;
        var size = block.FirstIndex + block.Entries;
        var checkpoint = ledger.ReadCheckpoint(block.Height);
        if (Checkpoint.OfNote(checkpoint)?.Size != size)
        {
            return null;
        }

        var proof = new TlogProof(null, size - 1, ledger.ProveInclusion(size - 1, size), checkpoint);
        return new NodeSetChange(proof.ToString(), ledger.ReadEntry(size - 1)!, next.Seats);
    }
}

/// <summary>Which block a network file begins from.</summary>
internal enum AnchorChoice
{
    /// <summary>The present nodes' first block: the file stays the same until the nodes change.</summary>
    PresentNodes = 0,

    /// <summary>The founding: to audit the whole log, or to check receipts from before a change.</summary>
    Genesis = 1,

    /// <summary>The newest block: the strongest anchor for what comes after.</summary>
    Newest = 2,
}
