using Mingjian.Cryptography;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Execution;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Ordering;
using Mingjian.Engine.Store;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Engine.Agreement;

/// <summary>Catches up with a peer over its public log, executing every act again: for a node that is new or was away too long.</summary>
/// <remarks>
/// A refusal in the log cannot be carried out again and is taken as it stands: the quorum that signed the log vouches for it, and it writes no state.
/// Nothing is stored before a checkpoint has been found final and the hashes of all that is missing up to it give its root; every
/// entry is then compared with its hash, and every block with what executing it gives. A peer can refuse, it cannot deceive.
/// Where the nodes changed, the log is taken over in stages, each under the checkpoint of the block that announced the change: so every block is stored
/// under signatures of the nodes of its own time, and this node can lead others through the changes in turn.
/// </remarks>
internal sealed class Mirror(NetworkId network, BlockWriter writer, PreparedLog entries)
{
    // Beyond the newest sync a power cut takes at most so many blocks, which the peers have.
    private const int BlocksInOneSync = 64;

    /// <summary>Takes over what the peer has beyond this node's newest block.</summary>
    /// <returns>How many blocks were taken over.</returns>
    /// <exception cref="AuditFaultException">What the peer serves is not a final log that follows from this node's, or breaks off.</exception>
    /// <exception cref="ProtocolNotCarriedException">The log goes on by a protocol that this program does not carry; what comes before is taken over.</exception>
    /// <exception cref="DivergedException">The log is the quorum's, and this node's rules or machine give something else.</exception>
    public async Task<long> RunAsync(ILedgerSource peer, CancellationToken cancellationToken)
    {
        RequireProtocol();
        await peer.OpenAsync(cancellationToken);
        if (await peer.ReadCheckpointAsync(cancellationToken) is not { } newest || SizeOf(newest) <= writer.Published.Head.Size)
        {
            return 0;
        }

        try
        {
            var blocks = 0L;
            foreach (var note in await peer.ReadAnnouncementsAsync(cancellationToken))
            {
                blocks += await TakeOverAsync(peer, note, cancellationToken);
            }

            return blocks + await TakeOverAsync(peer, newest, cancellationToken);
        }
        finally
        {
            writer.Sync();
        }
    }

    private void RequireProtocol()
    {
        if (!writer.CarriesNext)
        {
            throw new ProtocolNotCarriedException(writer.Published.Head.Height + 1, writer.NextProtocol, writer.Carries);
        }
    }

    /// <summary>What a note claims; who signed it is looked at when it is its turn.</summary>
    private static long SizeOf(string note) => Checkpoint.OfNote(note)?.Size ?? 0;

    /// <summary>Takes over all blocks up to a checkpoint of the present nodes.</summary>
    private async Task<long> TakeOverAsync(ILedgerSource peer, string note, CancellationToken cancellationToken)
    {
        var head = writer.Published.Head;
        if (SizeOf(note) <= head.Size)
        {
            return 0;
        }

        var nodes = writer.NextNodes;
        var result = new LedgerTrust(network, nodes).Check(note);
        if (result is not { Fault: CheckpointFault.None, Checkpoint: { } checkpoint })
        {
            throw new AuditFaultException(
                AuditFaultCode.CheckpointInvalid, "checkpoint",
                $"The peer's checkpoint is not final by the nodes of block {head.Height + 1}: {result.Fault}. Does the peer leave out a change of the nodes?");
        }

        var missing = await ReadHashesAsync(peer, checkpoint, cancellationToken);
        var (blocks, read) = (0L, 0);
        var pending = new List<PreparedEntry>();
        await foreach (var entry in entries.ReadAsync(peer, head.Size, checkpoint.Size, missing, cancellationToken))
        {
            if (pending.Count == 0)
            {
                RequireProtocol();
            }

            if (entry.Fault is { } fault)
            {
                var index = head.Size + read;
                throw Merkle.HashLeaf(entry.Bytes) == missing[read]
                    ? new DivergedException(writer.Published.Head, null, note, $"entry {index}: {fault.Message}")
                    : new AuditFaultException(fault.Code, fault.Place, fault.Message);
            }

            read++;

            pending.Add(entry);
            if (entry.Seal is not null)
            {
                Take(pending, note, nodes, checkpoint.Size);
                pending.Clear();
                if (++blocks % BlocksInOneSync == 0)
                {
                    writer.Sync();
                }
            }
        }

        return blocks;
    }

    /// <summary>The leaf hashes of all that is missing, which with this node's own log must give the checkpoint's root.</summary>
    private async Task<List<Hash32>> ReadHashesAsync(ILedgerSource peer, Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var log = writer.CopyLog();
        var missing = new List<Hash32>();
        while (log.Size < checkpoint.Size)
        {
            var number = log.Size / Tile.FullWidth;
            var width = Tile.Width(0, number, checkpoint.Size);
            var path = new TilePath(0, number, width);
            var tile = await peer.ReadTileAsync(path, cancellationToken);
            if (tile?.Length != width * Hash32.Size)
            {
                throw new AuditFaultException(AuditFaultCode.Incomplete, path.ToString(), "The tile is missing or has the wrong length.");
            }

            var known = (int)(log.Size % Tile.FullWidth);
            var fresh = new Hash32[width - known];
            for (var i = 0; i < fresh.Length; i++)
            {
                fresh[i] = new Hash32(tile.AsSpan((known + i) * Hash32.Size, Hash32.Size));
            }

            log.AppendLeaves(fresh);
            missing.AddRange(fresh);
        }

        if (log.Root != checkpoint.Root)
        {
            throw new AuditFaultException(AuditFaultCode.LogRootDiffers, "checkpoint", "The peer's log does not continue this node's.");
        }

        return missing;
    }

    /// <summary>Executes a block again and stores it when it is byte for byte the peer's.</summary>
    private void Take(List<PreparedEntry> entries, string checkpoint, NodeSet nodes, long until)
    {
        var seal = entries[^1].Seal!;
        var acts = new List<BlockAct>(entries.Count - 1);
        foreach (var entry in entries)
        {
            if (entry.Act is { } act)
            {
                acts.Add(act);
            }
        }

        var block = writer.Prepare(new OrderedBatch(seal.Position, seal.Proposer, seal.Time, seal.Carries, []), acts);
        if (block.After is not { } after || after.Commit.Entries.Count != entries.Count
            || after.Commit.Entries.Zip(entries).Any(pair => !pair.First.AsSpan().SequenceEqual(pair.Second.Bytes)))
        {
            throw new DivergedException(
                writer.Published.Head, block.After?.Commit.Block, checkpoint, $"block {seal.Height}: executing it again gives something else than the quorum signed.");
        }

        if (!after.NextNodes.Equals(nodes) && after.Commit.Block.Size < until)
        {
            throw new AuditFaultException(
                AuditFaultCode.CheckpointInvalid, $"block {seal.Height}", "The block announces other nodes, and the peer does not show its own checkpoint.");
        }

        writer.TakeOver(block, checkpoint);
    }
}

/// <summary>What a quorum has signed is not what this node comes to: no peer can be blamed, and asking another one changes nothing.</summary>
/// <param name="head">The newest block on which all agree.</param>
/// <param name="own">What this node makes of the next one; null when it cannot make any block of it.</param>
/// <param name="final">The checkpoint, of that block or a later one, that the quorum signed.</param>
#pragma warning disable CA1064 // Never leaves the ledger.
internal sealed class DivergedException(LedgerHead head, BlockRecord? own, string final, string message) : Exception(message)
{
    /// <summary>The block that differs.</summary>
    public long Height => head.Height + 1;

    public string Final => final;

    /// <summary>Size, root and time that this node stands by.</summary>
    public (long Size, Hash32 Root, LedgerTime Time) Own => own is null ? (head.Size, head.Root, head.Time) : (own.Size, own.Root, own.Time);
}
#pragma warning restore CA1064
