using System.Text.Json;
using Mingjian.Contracts.Sdk;
using Mingjian.Engine.Store;

namespace Mingjian.Engine.Execution;

/// <summary>The state at one height, read through the cache of typed records.</summary>
/// <remarks>Safe for many readers. Keep no longer than needed: it pins a snapshot of the store.</remarks>
internal sealed class StateView(IStateSnapshot snapshot, StateCache cache) : IStateReader
{
    public IStateSnapshot Snapshot { get; } = snapshot;

    public long Height => Snapshot.Height;

    /// <inheritdoc/>
    public T? Get<T>(StateKey<T> key)
        where T : class => TryCached(key.Path, out var value) ? (T?)value : Load(key);

    public bool TryCached(string path, out object? value) => cache.TryGet(path, Height, out value);

    /// <summary>Reads from the store; our own bytes, so their canonical form is not checked again.</summary>
    public T? Load<T>(StateKey<T> key)
        where T : class
    {
        if (Snapshot.Read(key.Path) is not { } bytes)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(bytes, key.Table.Json);
        }
        catch (JsonException e)
        {
            throw new StoreCorruptException($"state {key.Path}", "the record is not what its table holds.", e);
        }
    }
}
