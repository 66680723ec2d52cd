using System.Collections.Concurrent;
using Mingjian.Cryptography;
using Mingjian.Engine.Store;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Log.State;
using Mingjian.Primitives;

namespace Mingjian.Engine.State;

/// <summary>Rebuilds in memory what a start needs from the store, and checks it against the newest seal.</summary>
internal static class LedgerState
{
    /// <summary>The right edge of the log, its root equal to the newest block's.</summary>
    /// <exception cref="StoreCorruptException">The stored tiles give another root.</exception>
    public static CompactTree LoadLog(IBlockStore store)
    {
        var head = store.Head;
        CompactTree tree;
        try
        {
            tree = CompactTree.Load(head?.Size ?? 0, store);
        }
        catch (InvalidDataException e)
        {
            throw new StoreCorruptException("tiles", e.Message, e);
        }

        return tree.Root == (head?.Root ?? Merkle.EmptyRoot)
            ? tree
            : throw new StoreCorruptException("tiles", $"the stored tiles do not give the root of block {head!.Height}.");
    }

    /// <summary>The state tree over the flat state, its root equal to the one in the newest seal.</summary>
    /// <exception cref="StoreCorruptException">The flat state gives another root, or the seal is damaged.</exception>
    public static StateTree LoadState(IBlockStore store, IStateSnapshot snapshot)
    {
        var tree = BuildTree(snapshot.ReadAll());
        var expected = store.Head is { } head ? ReadSeal(store, head).StateRoot : StateHash.Placeholder;
        return tree.Root == expected
            ? tree
            : throw new StoreCorruptException("state", $"the flat state does not give the state root of block {store.Head!.Height}.");
    }

    /// <summary>The tree over all records; reading and hashing on all cores.</summary>
    public static StateTree BuildTree(IEnumerable<StateRecord> records)
    {
        var changes = new ConcurrentBag<StateChange[]>();
        Pages.ForEach(records, page =>
            changes.Add(Array.ConvertAll(page, static r => new StateChange(StateHash.PathOf(r.Path), Hash32.Of(r.Value)))));
        return StateTree.Build(changes.SelectMany(static c => c).ToArray());
    }

    /// <exception cref="StoreCorruptException">The seal is missing or damaged.</exception>
    public static SealEntry ReadSeal(IBlockStore store, BlockRecord block)
    {
        var place = $"entry {block.Size - 1}";
        var bytes = store.ReadEntry(block.Size - 1) ?? throw new StoreCorruptException(place, "the seal is missing.");
        try
        {
            return LogEntry.Decode(bytes) as SealEntry ?? throw new StoreCorruptException(place, "the block does not end with its seal.");
        }
        catch (CanonicalJsonException e)
        {
            throw new StoreCorruptException(place, "the seal is damaged.", e);
        }
    }
}
