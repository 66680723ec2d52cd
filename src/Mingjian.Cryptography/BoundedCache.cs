using System.Collections.Concurrent;

namespace Mingjian.Cryptography;

/// <summary>A map that forgets: at most <paramref name="capacity"/> entries in each of two generations, the older dropped whole.</summary>
/// <remarks>Safe for concurrent use. Entries in use move to the younger generation, so what is needed stays.</remarks>
internal sealed class BoundedCache<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private volatile ConcurrentDictionary<TKey, TValue> _young = new();
    private volatile ConcurrentDictionary<TKey, TValue> _old = new();
    private int _count;

    public bool TryGet(TKey key, out TValue value)
    {
        if (_young.TryGetValue(key, out value!))
        {
            return true;
        }

        if (!_old.TryGetValue(key, out value!))
        {
            return false;
        }

        Add(key, value);
        return true;
    }

    public void Add(TKey key, TValue value)
    {
        if (!_young.TryAdd(key, value) || Interlocked.Increment(ref _count) < capacity)
        {
            return;
        }

        lock (_gate)
        {
            if (_count >= capacity)
            {
                _old = _young;
                _young = new ConcurrentDictionary<TKey, TValue>();
                _count = 0;
            }
        }
    }
}
