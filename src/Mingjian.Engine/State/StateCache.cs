using System.Collections.Concurrent;

namespace Mingjian.Engine.State;

/// <summary>Typed state records by path, so that hot reads neither touch the store nor parse JSON.</summary>
/// <remarks>
/// Holds records of the head only. Each carries a height from which it is known to be current, so that a view of an older height never
/// sees a newer record. Bounded: two generations of at most <c>capacity</c> records; the older one is dropped as a whole.
/// Many readers, who may <see cref="Offer"/> what they have loaded; one writer, the executor's thread, for everything else.
/// </remarks>
/// <param name="capacity">Records of a generation.</param>
/// <param name="height">Of the head.</param>
internal sealed class StateCache(int capacity, long height)
{
    /// <summary>Records of each generation where nobody says otherwise.</summary>
    public const int DefaultRecords = 500_000;

    /// <summary>The height of an entry that no view may use yet.</summary>
    private const long Unconfirmed = long.MaxValue;

    private volatile Generations _generations = new([], []);
    private int _count;
    private long _writing = height;

    /// <summary>True when a record current at <paramref name="height"/> is known; the value is null where the path is known to be empty.</summary>
    public bool TryGet(string path, long height, out object? value)
    {
        var generations = _generations;
        if (!generations.Young.TryGetValue(path, out var entry) && !generations.Old.TryGetValue(path, out entry))
        {
            value = null;
            return false;
        }

        value = entry.Value;
        return entry.Since <= height;
    }

    /// <summary>As <see cref="TryGet"/>; what is in use stays in the younger generation. The writer's thread only: a reader could be late and bring back what has been replaced.</summary>
    public bool TryKeep(string path, long height, out object? value)
    {
        var generations = _generations;
        if (!generations.Young.TryGetValue(path, out var entry) && generations.Old.TryGetValue(path, out entry) && entry.Since != Unconfirmed
            && generations.Young.TryAdd(path, entry))
        {
            Interlocked.Increment(ref _count);
        }

        value = entry?.Value;
        return entry?.Since <= height;
    }

    /// <summary>Before the first <see cref="Renew"/> of a block: what was read below its height is not taken from readers any more. The writer's thread only.</summary>
    public void BeginBlock(long height) => Interlocked.Exchange(ref _writing, height);

    /// <summary>A record that a reader found in a view of a height. Taken only if that is the head still, and the record then is current.</summary>
    /// <remarks>
    /// Its place is taken first, the head looked at then, and the record confirmed last. So a writer who begins a block before the look is seen by it, and one
    /// who begins after it finds the place and puts its own record there, which the confirmation does not replace.
    /// </remarks>
    public void Offer(string path, object value, long height)
    {
        var young = _generations.Young;
        var place = new Entry(null, Unconfirmed);
        if (Volatile.Read(ref _writing) != height || Volatile.Read(ref _count) >= capacity || !young.TryAdd(path, place))
        {
            return;
        }

        Interlocked.Increment(ref _count);
        if (Volatile.Read(ref _writing) == height)
        {
            young.TryUpdate(path, new Entry(value, height), place);
        }
        else if (young.TryRemove(KeyValuePair.Create(path, place)))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    /// <summary>As <see cref="Put"/>, but only where a record is held: one that nobody has read yet is not kept. The writer's thread only.</summary>
    public void Renew(string path, object? value, long since)
    {
        var generations = _generations;
        if (generations.Young.ContainsKey(path) || generations.Old.ContainsKey(path))
        {
            Put(path, value, since);
        }
    }

    /// <summary>Sets what is current from <paramref name="since"/> on. The writer's thread only.</summary>
    public void Put(string path, object? value, long since)
    {
        var generations = _generations;
        generations.Young[path] = new Entry(value, since);
        if (Interlocked.Increment(ref _count) > capacity)
        {
            _generations = new Generations([], generations.Young);
            Interlocked.Exchange(ref _count, 0);
        }
    }

    /// <summary>Compared by reference: a place that another has taken meanwhile is another entry.</summary>
    private sealed class Entry(object? value, long since)
    {
        public object? Value { get; } = value;

        public long Since { get; } = since;
    }

    private sealed record Generations(ConcurrentDictionary<string, Entry> Young, ConcurrentDictionary<string, Entry> Old);
}
