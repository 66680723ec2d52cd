using System.Runtime.InteropServices;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Contracts.Sdk;
using Mingjian.Engine.Messages;
using Mingjian.Primitives;

namespace Mingjian.Engine.State;

/// <summary>The state while a block is being executed: the view before it plus the block's own writes.</summary>
/// <remarks>
/// Records stay typed until the block ends, so a record that is written many times in a block is encoded and hashed once.
/// Used by one thread. A record's canonical bytes depend on its value alone, never on how often it was written.
/// </remarks>
internal sealed class BlockState(IStateReader before) : IStateReader
{
    private readonly Dictionary<string, Write> _writes = new(StringComparer.Ordinal);

    /// <summary>Writes so far, each path once, in the order of first writing.</summary>
    public IReadOnlyCollection<KeyValuePair<string, Write>> Writes => _writes;

    /// <inheritdoc/>
    public T? Get<T>(StateKey<T> key)
        where T : class
    {
        if (_writes.TryGetValue(key.Path, out var write))
        {
            return (T?)write.Value;
        }

        return before.Get(key);
    }

    /// <summary>Takes over the writes of one event.</summary>
    public void Take(EventWrites writes)
    {
        foreach (var (path, write) in writes.Items)
        {
            Set(path, write);
        }

        writes.Items.Clear();
    }

    private void Set(string path, Write write)
    {
        ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_writes, path, out var exists);
        if (!exists && !IsValidPath(path))
        {
            throw new InvalidOperationException($"Not a state path: {path}");
        }

        slot = write;
    }

    /// <summary>1 to 512 printable ASCII characters.</summary>
    private static bool IsValidPath(string path) => path.Length is > 0 and <= 512 && !path.AsSpan().ContainsAnyExceptInRange('!', '~');

    /// <param name="Value">Null removes the record.</param>
    /// <param name="Type">How it is encoded.</param>
    internal readonly record struct Write(object? Value, JsonTypeInfo Type)
    {
        public byte[]? Encode() => Value is null ? null : RecordCodec.Of(Type).Encode(Value);
    }
}

/// <summary>The writes of one event, held back until it has been applied: while it is, reads see the state before it.</summary>
internal sealed class EventWrites : IStateWriter
{
    public List<(string Path, BlockState.Write Write)> Items { get; } = [];

    /// <inheritdoc/>
    public void Put<T>(StateKey<T> key, T value)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(value);
        Items.Add((key.Path, new BlockState.Write(value, key.Table.Json)));
    }

    /// <inheritdoc/>
    public void Remove<T>(StateKey<T> key)
        where T : class => Items.Add((key.Path, new BlockState.Write(null, key.Table.Json)));
}
