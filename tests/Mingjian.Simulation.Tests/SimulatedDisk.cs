using System.Collections.Immutable;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Store;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Primitives;

namespace Mingjian.Simulation.Tests;

/// <summary>The power went off at this moment.</summary>
internal sealed class PowerCutException : Exception;

/// <summary>The disk takes no more: a write fails, and the process with it.</summary>
internal sealed class DiskFullException : IOException;

/// <summary>A node's disk: what is synced survives a crash. Every write is whole or absent, as the real store's are.</summary>
/// <remarks>The real store's own behaviour under kill and torn files is tested by Mingjian.Storage.Tests.</remarks>
internal sealed class SimulatedDisk(Func<bool> cut)
{
    public List<BlockRecord> Blocks { get; private set; } = [];

    public List<byte[]> Entries { get; private set; } = [];

    public Dictionary<(int Level, long Number), byte[]> Tiles { get; private set; } = [];

    public ImmutableSortedDictionary<string, byte[]> State { get; set; } = ImmutableSortedDictionary.Create<string, byte[]>(StringComparer.Ordinal);

    public Dictionary<Hash32, TransactionPlace> Transactions { get; private set; } = [];

    public ImmutableSortedDictionary<string, byte[]> Records { get; set; } = ImmutableSortedDictionary.Create<string, byte[]>(StringComparer.Ordinal);

    public NetworkId? Network { get; set; }

    public bool IsFull { get; set; }

    private int _synced;
    private bool _isOff;

    /// <summary>A planted fault: after a crash the node knows its votes, but not that it is frozen.</summary>
    public bool ForgetsFreeze { get; init; }

    /// <summary>A planted fault: a crash takes the newest block with it, as a store that does not sync would.</summary>
    public bool ForgetsNewestBlock { get; init; }

    /// <summary>A write, with the power going off before it, after it, or not at all. A synced one makes all before it durable, too.</summary>
    public void Write(Action write, bool isSynced = true)
    {
        if (IsFull)
        {
            throw new DiskFullException();
        }

        MayGoOff();
        write();
        _synced = isSynced ? Blocks.Count : _synced;
        MayGoOff();
    }

    private void MayGoOff()
    {
        _isOff |= cut();
        if (_isOff)
        {
            throw new PowerCutException();
        }
    }

    /// <summary>What a backup holds.</summary>
    public SimulatedDisk Copy()
    {
        var copy = new SimulatedDisk(() => false);
        copy.PutBack(this);
        return copy;
    }

    /// <summary>Makes this disk what another one is.</summary>
    public void PutBack(SimulatedDisk other)
    {
        Blocks = [.. other.Blocks];
        Entries = [.. other.Entries];
        Tiles = new(other.Tiles);
        Transactions = new(other.Transactions);
        (State, Records, Network) = (other.State, other.Records, other.Network);
        _synced = Blocks.Count;
        foreach (var (height, state) in other._states)
        {
            _states[height] = state;
        }
    }

    public void Crash()
    {
        _isOff = false;
        if (ForgetsFreeze && OpenHeight.ReadNewest(new SimulatedStore(this)) is { } open)
        {
            Records = Records.SetItem("height", CanonicalJson.Encode(open with { Frozen = 0 }, OpenHeightJson.Canonical));
        }

        var kept = ForgetsNewestBlock ? Math.Min(_synced, Math.Max(0, Blocks.Count - 1)) : _synced;
        if (kept == Blocks.Count)
        {
            return;
        }

        // State and tiles of the blocks before are rebuilt the plain way: from what is left.
        var first = Blocks[kept];
        Blocks.RemoveRange(kept, Blocks.Count - kept);
        Entries.RemoveRange((int)first.FirstIndex, Entries.Count - (int)first.FirstIndex);
        foreach (var (id, place) in Transactions.Where(t => t.Value.Height >= first.Height).ToList())
        {
            Transactions.Remove(id);
        }

        _synced = kept;
        State = _states[kept];
        Tiles.Clear();
        var tree = new CompactTree();
        foreach (var tile in tree.Append(Entries.Select(e => (ReadOnlyMemory<byte>)e)))
        {
            Tiles[(tile.Level, tile.Number)] = (byte[])tile.Hashes.Clone();
        }
    }

    private readonly Dictionary<int, ImmutableSortedDictionary<string, byte[]>> _states = new() { [0] = ImmutableSortedDictionary.Create<string, byte[]>(StringComparer.Ordinal) };

    public void Remember() => _states[Blocks.Count] = State;
}

/// <summary>The store of a running node over its disk.</summary>
internal sealed class SimulatedStore(SimulatedDisk disk) : IBlockStore, INodeRecords
{
    public BlockRecord? Head => disk.Blocks.Count == 0 ? null : disk.Blocks[^1];

    public NetworkId? Network => disk.Network;

    public INodeRecords Records => this;

    public void Commit(BlockCommit commit, bool isSynced = true) => disk.Write(() => Add(commit), isSynced);

    public void Sync() => disk.Write(() => { });

    private void Add(BlockCommit commit)
    {
        if (commit.Block.Height != disk.Blocks.Count + 1 || commit.Block.FirstIndex != disk.Entries.Count)
        {
            throw new InvalidOperationException("The block does not follow the store's head.");
        }

        disk.Network = commit.Network;
        disk.Entries.AddRange(commit.Entries);
        foreach (var tile in commit.Tiles)
        {
            disk.Tiles[(tile.Level, tile.Number)] = (byte[])tile.Hashes.Clone();
        }

        var state = disk.State.ToBuilder();
        foreach (var write in commit.State)
        {
            if (write.Value is null)
            {
                state.Remove(write.Path);
            }
            else
            {
                state[write.Path] = write.Value;
            }
        }

        disk.State = state.ToImmutable();
        foreach (var indexed in commit.Transactions)
        {
            disk.Transactions.Add(indexed.TransactionId, new TransactionPlace(commit.Block.Height, indexed.Index));
        }

        disk.Blocks.Add(commit.Block);
        disk.Remember();
    }

    public BlockRecord? ReadBlock(long height) => height >= 1 && height <= disk.Blocks.Count ? disk.Blocks[(int)height - 1] : null;

    public byte[]? ReadEntry(long index) => index >= 0 && index < disk.Entries.Count ? disk.Entries[(int)index] : null;

    public IReadOnlyList<byte[]> ReadEntries(long first, int count) => [.. disk.Entries.Skip((int)first).Take(count)];

    public ReadOnlyMemory<byte>? ReadTile(int level, long number, int width) =>
        disk.Tiles.TryGetValue((level, number), out var hashes) && hashes.Length >= width * Hash32.Size ? hashes.AsMemory(0, width * Hash32.Size) : null;

    public TransactionPlace? FindTransaction(Hash32 transactionId) => disk.Transactions.TryGetValue(transactionId, out var place) ? place : null;

    public IStateSnapshot Snapshot() => new Frozen(disk.Blocks.Count, disk.State);

    public void Dispose()
    {
    }

    byte[]? INodeRecords.Read(string name) => disk.Records.GetValueOrDefault(name);

    void INodeRecords.Write(string name, byte[]? value) =>
        disk.Write(() => disk.Records = value is null ? disk.Records.Remove(name) : disk.Records.SetItem(name, value));

    void INodeRecords.Write(IReadOnlyList<KeyValuePair<string, byte[]>> records) =>
        disk.Write(() => disk.Records = disk.Records.SetItems(records));

    IReadOnlyList<KeyValuePair<string, byte[]>> INodeRecords.ReadAll(string prefix) =>
        [.. disk.Records.Where(r => r.Key.StartsWith(prefix, StringComparison.Ordinal))];

    private sealed class Frozen(long height, ImmutableSortedDictionary<string, byte[]> state) : IStateSnapshot
    {
        public long Height => height;

        public byte[]? Read(string path) => state.GetValueOrDefault(path);

        public IEnumerable<StateRecord> ReadAll() => state.Select(s => new StateRecord(s.Key, s.Value));

        public void Dispose()
        {
        }
    }
}

/// <summary>A disk as its node's public log, and as what an audit looks at.</summary>
internal sealed class SimulatedLog(SimulatedDisk disk, bool withRecords = false) : ILedgerSource, IStoredLedger
{
    public IStoredLedger? Stored => withRecords ? this : null;

    public ValueTask OpenAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<string?> ReadCheckpointAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(disk.Blocks.Count == 0 ? null : disk.Blocks[^1].Checkpoint);

    public ValueTask<IReadOnlyList<string>> ReadAnnouncementsAsync(CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<string>>(
        [.. disk.Blocks.Where(b => LogEntry.Decode(disk.Entries[(int)b.Size - 1]) is SealEntry seal && seal.NodeSet != seal.NextNodeSet).Select(b => b.Checkpoint)]);

    public ValueTask<byte[]?> ReadTileAsync(TilePath path, CancellationToken cancellationToken) => ValueTask.FromResult(
        path.Level == TilePath.EntryLevel
            ? EntryBundle.Encode([.. disk.Entries.Skip((int)path.Number * Tile.FullWidth).Take(path.Width)])
            : disk.Tiles.TryGetValue((path.Level, path.Number), out var hashes) ? hashes[..(path.Width * Hash32.Size)] : null);

    public void VerifyFiles()
    {
    }

    public BlockRecord? ReadBlock(long height) => height <= disk.Blocks.Count ? disk.Blocks[(int)height - 1] : null;

    public IEnumerable<StateRecord> ReadState() => disk.State.Select(s => new StateRecord(s.Key, s.Value));

    public IEnumerable<(Hash32 TransactionId, TransactionPlace Place)> ReadTransactions() => disk.Transactions.Select(t => (t.Key, t.Value));

    public IEnumerable<TileWrite> ReadTiles() =>
        disk.Tiles.Select(t => new TileWrite(t.Key.Level, t.Key.Number, t.Value.Length / Hash32.Size, t.Value));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
