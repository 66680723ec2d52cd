using System.Text.Json;
using Mingjian.Contracts.Sdk;
using Mingjian.Engine.Messages;
using Mingjian.Engine.Store;
using Mingjian.Log.State;

namespace Mingjian.Engine.State;

/// <summary>The state at one height, read through the cache of typed records.</summary>
/// <remarks>Safe for many readers. Keep no longer than needed: it pins a snapshot of the store.</remarks>
/// <param name="tree">Of the same height.</param>
/// <param name="fill">Whether this is the view of the one thread that executes blocks and may put into the cache what it loads; others offer it.</param>
internal sealed class StateView(IStateSnapshot snapshot, StateCache cache, StateTree tree, bool fill = false) : IStateReader
{
    public IStateSnapshot Snapshot { get; } = snapshot;

    public long Height => Snapshot.Height;

    /// <summary>Proves that a record is there, or is not.</summary>
    public StateProof Prove(string path) => tree.Prove(StateHash.PathOf(path));

    /// <inheritdoc/>
    public T? Get<T>(StateKey<T> key)
        where T : class
    {
        if (fill ? cache.TryKeep(key.Path, Height, out var value) : cache.TryGet(key.Path, Height, out value))
        {
            return (T?)value;
        }

        var loaded = Load(key);
        if (loaded is not null)
        {
            if (fill)
            {
                cache.Put(key.Path, loaded, Height);
            }
            else
            {
                cache.Offer(key.Path, loaded, Height);
            }
        }

        return loaded;
    }

    /// <summary>Reads from the store; our own bytes, so their canonical form is not checked again.</summary>
    private T? Load<T>(StateKey<T> key)
        where T : class
    {
        // Every new record is looked for once before it is made; that it is not there, the tree says at a fraction of the store's cost.
        if (tree.Find(StateHash.PathOf(key.Path)) is null)
        {
            return null;
        }

        var bytes = Snapshot.Read(key.Path) ?? throw new StoreCorruptException($"state {key.Path}", "the record is missing.");

        try
        {
            return (T?)RecordCodec.Of(key.Table.Json).DecodeOwn(bytes);
        }
        catch (JsonException e)
        {
            throw new StoreCorruptException($"state {key.Path}", "the record is not what its table holds.", e);
        }
    }
}
