namespace Mingjian.Contracts.Tests.Histories;

/// <summary>SplitMix64: the same numbers on every runtime, so that a recorded digest stays.</summary>
internal sealed class Random64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>0 to <paramref name="count"/> - 1.</summary>
    public int Below(int count)
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)((z ^ (z >> 31)) % (ulong)count);
    }

    public bool OneIn(int count) => Below(count) == 0;

    public T Pick<T>(params IReadOnlyList<T> items) => items[Below(items.Count)];
}
