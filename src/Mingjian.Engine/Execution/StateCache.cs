using System.Collections.Concurrent;

namespace Mingjian.Engine.Execution;

/// <summary>Typed state records by path, so that hot reads neither touch the store nor parse JSON.</summary>
/// <remarks>
/// Holds records of the head only. Each carries a height from which it is known to be current, so that a view of an older height never
/// sees a newer record. Bounded: two generations of at most <c>capacity</c> records; the older one is dropped as a whole.
/// Many readers, one writer (<see cref="Put"/> is called by the executor's thread alone).
/// </remarks>
internal sealed class StateCache(int capacity)
{
    private volatile Generations _generations = new([], []);
    private int _count;

    /// <summary>True when a record current at <paramref name="height"/> is known; the value is null where the path is known to be empty.</summary>
    public bool TryGet(string path, long height, out object? value)
    {
        var generations = _generations;
        if (!generations.Young.TryGetValue(path, out var entry))
        {
            if (!generations.Old.TryGetValue(path, out entry))
            {
                value = null;
                return false;
            }

            // What is in use stays. Never over a newer record: that one would be in the younger generation already.
            if (generations.Young.TryAdd(path, entry))
            {
                Interlocked.Increment(ref _count);
            }
        }

        value = entry.Value;
        return entry.Since <= height;
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

    private readonly record struct Entry(object? Value, long Since);

    private sealed record Generations(ConcurrentDictionary<string, Entry> Young, ConcurrentDictionary<string, Entry> Old);
}
