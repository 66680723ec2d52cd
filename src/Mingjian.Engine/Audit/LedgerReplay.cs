using System.Runtime.InteropServices;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Execution;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Messages;
using Mingjian.Engine.State;
using Mingjian.Engine.Store;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Log.State;
using Mingjian.Primitives;

namespace Mingjian.Engine.Audit;

/// <summary>Executes a log again from nothing, block by block, and compares every byte. One thread.</summary>
/// <remarks>A refusal cannot be carried out again: its form, height, time and the newness of its id are checked, and that it changes no state.</remarks>
internal sealed class LedgerReplay(LedgerTrust trust, ContractSet contracts, IKeyDirectory keys)
{
    private readonly BlockExecutor _executor = new(trust.Network, contracts, keys);
    private readonly MemoryState _state = new();
    private readonly CompactTree _log = new();
    private NodeSet _nextNodes = trust.Nodes;
    private readonly List<BlockAct> _pending = [];
    private readonly List<byte[]> _pendingBytes = [];
    private readonly Dictionary<Hash32, TransactionPlace> _places = [];
    private LedgerTrust? _trust;
    private long _position;

    public long Height { get; private set; }

    public LedgerTime Time { get; private set; }

    /// <summary>The nodes whose quorum made the newest block final.</summary>
    public NodeSet Nodes { get; private set; } = trust.Nodes;

    public long Signatures { get; private set; }

    /// <summary>What checkpoints of the newest block are judged by.</summary>
    public LedgerTrust Trust => _trust ?? trust;

    public long Size => _log.Size;

    public Hash32 Root => _log.Root;

    public StateTree Tree { get; private set; } = StateTree.Empty;

    public MemoryState State => _state;

    public IReadOnlyDictionary<Hash32, TransactionPlace> Places => _places;

    /// <summary>Entries taken that no seal has closed yet.</summary>
    public bool IsOpen => _pending.Count > 0;

    /// <summary>Takes the next entry; the block it closes, or null.</summary>
    /// <exception cref="AuditFaultException">The entry or its block is wrong.</exception>
    public ReplayedBlock? Take(PreparedEntry entry)
    {
        if (keys.FindProtocol(_state, Height + 1) is var protocol && protocol > contracts.Highest)
        {
            throw new AuditFaultException(
                AuditFaultCode.ProtocolNotCarried, $"block {Height + 1}", new ProtocolNotCarriedException(Height + 1, protocol, contracts.Highest).Message);
        }

        if (entry.Fault is { } fault)
        {
            throw new AuditFaultException(fault.Code, fault.Place, fault.Message);
        }

        Signatures += entry.Signatures;
        if (entry.Act is { } act)
        {
            _pending.Add(act);
            _pendingBytes.Add(entry.Bytes);
            return null;
        }

        return Close(entry.Seal!, entry.Bytes, protocol);
    }

    private ReplayedBlock Close(SealEntry seal, byte[] sealBytes, int protocol)
    {
        var first = _log.Size;
        var sealIndex = first + _pending.Count;
        if (seal.Time < Time)
        {
            throw new AuditFaultException(AuditFaultCode.SealDiffers, $"entry {sealIndex}", "Time runs backwards.");
        }

        if (seal.NodeSet != _nextNodes.Hash)
        {
            throw new AuditFaultException(
                AuditFaultCode.CheckpointInvalid, $"entry {sealIndex}", $"Block {Height + 1} was made by other nodes than the trusted ones.");
        }

        if (seal.Position <= _position || _nextNodes.Find(seal.Proposer) is null)
        {
            throw new AuditFaultException(
                AuditFaultCode.SealDiffers, $"entry {sealIndex}", "The position runs backwards, or the proposer is not a node.");
        }

        Height++;
        Time = seal.Time;
        Nodes = _nextNodes;
        if (!Nodes.Equals(Trust.Nodes))
        {
            _trust = new LedgerTrust(trust.Network, Nodes);
        }

        _position = seal.Position;
        var state = new BlockState(_state);
        var executed = Execute(first, protocol, new ProtocolStatement(seal.Proposer, seal.Carries), state);
        if (!executed.MakesBlock)
        {
            throw new AuditFaultException(AuditFaultCode.SealDiffers, $"entry {sealIndex}", "The block is empty.");
        }

        for (var i = 0; i < _pending.Count; i++)
        {
            Compare(executed, i, first + i);
            _places.Add(_pending[i].Id, new TransactionPlace(Height, first + i));
        }

        (_, Tree) = BlockExecutor.Close(state, Tree);
        _state.Take(state);
        var plan = keys.FindNodes(_state);
        _nextNodes = plan?.At(Height + 1) ?? trust.Nodes;

        // An epoch begins by a restart that stands in the log, and by nothing else.
        var epoch = plan?.Epoch ?? 1;
        if (seal.Epoch != epoch)
        {
            throw new AuditFaultException(
                AuditFaultCode.SealDiffers, $"entry {sealIndex}", $"Block {Height} names epoch {seal.Epoch}; by the restarts in the log it is {epoch}.");
        }

        var expected = new SealEntry(
            seal.Carries, _pending.Count + 1, epoch, first, Height, trust.Network, _nextNodes.Hash, Nodes.Hash, _position, _log.Root, seal.Proposer,
            protocol, Tree.Root, Time);
        if (!expected.Encode().AsSpan().SequenceEqual(sealBytes))
        {
            throw seal.StateRoot != Tree.Root
                ? new AuditFaultException(AuditFaultCode.StateRootDiffers, $"entry {sealIndex}", $"The acts of block {Height} give another state root.")
                : new AuditFaultException(AuditFaultCode.SealDiffers, $"entry {sealIndex}", $"The seal of block {Height} is not what follows from it.");
        }

        _pendingBytes.Add(sealBytes);
        executed.Leaves.Add(Merkle.HashLeaf(sealBytes));
        var tiles = _log.AppendLeaves(CollectionsMarshal.AsSpan(executed.Leaves));
        var block = new ReplayedBlock(Height, first, _pendingBytes.Count, Time, _log.Root, Tree.Root, tiles);
        _pending.Clear();
        _pendingBytes.Clear();
        return block;
    }

    private ExecutedBatch Execute(long first, int protocol, ProtocolStatement statement, BlockState state)
    {
        try
        {
            return _executor.Execute(Height, Time, protocol, Nodes, statement, first, _pending, _state, state, a => _places.ContainsKey(a.Id));
        }
        catch (ContractFaultException e)
        {
            throw new AuditFaultException(AuditFaultCode.ContractFailed, $"block {Height}", e.Message);
        }
    }

    private void Compare(ExecutedBatch executed, int position, long index)
    {
        var outcome = executed.Outcomes[position];
        if (outcome.Index is null)
        {
            throw new AuditFaultException(
                AuditFaultCode.ActNotAdmissible, $"entry {index}", $"The act should not be in the log: {outcome.Rejection!.Value.Name}.");
        }

        if (!executed.Entries[position].AsSpan().SequenceEqual(_pendingBytes[position]))
        {
            throw new AuditFaultException(
                AuditFaultCode.OutcomeDiffers, $"entry {index}", $"Executing the act again in block {Height} gives another entry.");
        }
    }
}

/// <summary>A block that was executed again without fault.</summary>
/// <param name="Tiles">Tiles that grew.</param>
internal sealed record ReplayedBlock(
    long Height, long FirstIndex, int Entries, LedgerTime Time, Hash32 Root, Hash32 StateRoot, IReadOnlyList<TileWrite> Tiles);
