using Mingjian.Log;
using Mingjian.Primitives;

namespace Mingjian.Engine.Store;

/// <summary>The durable home of one ledger: blocks, log entries, tiles, flat state and the transaction index.</summary>
/// <remarks>
/// MUST: <see cref="Commit"/> is atomic (a block is there whole after a crash, or not at all) and, unless it is told that the block can be
/// had again, durable when it returns. MUST: what a crash takes are the newest blocks. MUST: reads see whole blocks only. MUST NOT: answer from a file that fails its checksum; every
/// such read throws <see cref="StoreCorruptException"/>. Reads may run beside one writer.
/// </remarks>
public interface IBlockStore : ITileReader, IDisposable
{
    /// <summary>The newest block, or null before the first.</summary>
    BlockRecord? Head { get; }

    /// <summary>The network this store belongs to; null before the first block.</summary>
    NetworkId? Network { get; }

    /// <summary>Adds the next block in one atomic write.</summary>
    /// <param name="isSynced">False for a block that can be had again: a power cut may take it until the next sync.</param>
    void Commit(BlockCommit commit, bool isSynced = true);

    /// <summary>Makes every block durable.</summary>
    void Sync();

    /// <summary>The block, or null when there is none.</summary>
    BlockRecord? ReadBlock(long height);

    /// <summary>Bytes of one log entry, or null when there is none.</summary>
    byte[]? ReadEntry(long index);

    /// <summary>Entries in order from <paramref name="first"/>; fewer than asked for only where the log ends.</summary>
    IReadOnlyList<byte[]> ReadEntries(long first, int count);

    /// <summary>Where the log holds an act, by its transaction id.</summary>
    TransactionPlace? FindTransaction(Hash32 transactionId);

    /// <summary>A consistent view of the flat state as of the newest block.</summary>
    IStateSnapshot Snapshot();

    /// <summary>This node's own small records; no part of the ledger.</summary>
    INodeRecords Records { get; }
}

/// <summary>Small records that a node keeps for itself, such as the vote that it has given.</summary>
public interface INodeRecords
{
    /// <summary>The record, or null.</summary>
    byte[]? Read(string name);

    /// <summary>Writes or, with null, removes a record; durable when it returns.</summary>
    void Write(string name, byte[]? value);

    /// <summary>Writes several records at once, all or none; durable when it returns.</summary>
    void Write(IReadOnlyList<KeyValuePair<string, byte[]>> records);

    /// <summary>Records whose name begins with a prefix, ascending by name.</summary>
    IReadOnlyList<KeyValuePair<string, byte[]>> ReadAll(string prefix);
}

/// <summary>A view of the flat state at one height; later blocks do not change it.</summary>
public interface IStateSnapshot : IDisposable
{
    /// <summary>The height this view belongs to; 0 before the first block.</summary>
    long Height { get; }

    /// <summary>The canonical bytes under a path, or null.</summary>
    byte[]? Read(string path);

    /// <summary>Every record, ascending by path.</summary>
    IEnumerable<StateRecord> ReadAll();
}

/// <summary>One flat state record.</summary>
/// <param name="Path">ASCII.</param>
/// <param name="Value">Canonical JSON.</param>
public readonly record struct StateRecord(string Path, byte[] Value);

/// <summary>One change of a block to the flat state; a null value removes the record.</summary>
public readonly record struct StateWrite(string Path, byte[]? Value);

/// <summary>Where an act stands in the log.</summary>
public readonly record struct TransactionPlace(long Height, long Index);

/// <summary>An act of a block, for the transaction index.</summary>
public readonly record struct IndexedTransaction(Hash32 TransactionId, long Index);

/// <summary>What the store keeps of a block beside its entries.</summary>
/// <param name="Height">From 1.</param>
/// <param name="FirstIndex">Log index of the block's first entry.</param>
/// <param name="Entries">How many entries, the seal included.</param>
/// <param name="Time">The block's time.</param>
/// <param name="Root">Log root over all entries up to and with this block.</param>
/// <param name="StateRoot">State root after the block.</param>
/// <param name="Checkpoint">The signed checkpoint note over <paramref name="Root"/>.</param>
public sealed record BlockRecord(
    long Height, long FirstIndex, int Entries, LedgerTime Time, Hash32 Root, Hash32 StateRoot, string Checkpoint)
{
    /// <summary>Log size after this block.</summary>
    public long Size => FirstIndex + Entries;
}

/// <summary>Everything that one block writes.</summary>
/// <param name="Network">Stored with the first block, checked with every other.</param>
/// <param name="Block">Its record.</param>
/// <param name="Entries">Log entries in order, the seal last.</param>
/// <param name="Tiles">Tiles that grew.</param>
/// <param name="State">Changes to the flat state, each path once.</param>
/// <param name="Transactions">The transaction index's new records.</param>
public sealed record BlockCommit(
    NetworkId Network,
    BlockRecord Block,
    IReadOnlyList<byte[]> Entries,
    IReadOnlyList<TileWrite> Tiles,
    IReadOnlyList<StateWrite> State,
    IReadOnlyList<IndexedTransaction> Transactions);

/// <summary>A stored file or record is damaged, missing or older than what was acknowledged.</summary>
/// <param name="place">The file's name, or the record's place.</param>
public class StoreCorruptException(string place, string message, Exception? inner = null)
    : Exception($"{place}: {message}", inner)
{
    /// <summary>The file's name relative to the store, or the record's place.</summary>
    public string Place { get; } = place;
}

/// <summary>Another version of the program has written this store; nothing was opened and nothing written. Whoever refuses damage refuses this, too.</summary>
/// <remarks>The message is Chinese and holds the code: it is shown to whoever runs the server.</remarks>
/// <param name="place">The file that says so.</param>
/// <param name="found">The version mark that was found.</param>
/// <param name="known">The one that this program reads and writes.</param>
public sealed class StoreVersionException(string place, string found, string known)
    : StoreCorruptException(place, $"{Newer}：账本存储的格式是 {found}，本程序只认识 {known}。数据没有改动。请换回写它的程序（或更新的），或者恢复升级以前的备份。")
{
    /// <summary>Stable code.</summary>
    public const string Newer = "store/newer-version";
}

/// <summary>The disk has no space left. Nothing that was acknowledged is harmed: with space again, the store opens and goes on.</summary>
/// <remarks>
/// A store that is open reads on, and refuses every further write the same way. What it was to write may stand in its own log all the same: once opened
/// again, the block that was refused is there whole, or not at all. So a ledger that hears of it stops, and its process is started anew.
/// </remarks>
public sealed class StoreFullException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Another process has this store open.</summary>
public sealed class StoreInUseException(string message, Exception? inner = null) : Exception(message, inner);
