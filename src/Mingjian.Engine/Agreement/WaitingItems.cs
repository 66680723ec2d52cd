using Mingjian.Engine.Ordering;

namespace Mingjian.Engine.Agreement;

/// <summary>What the order has delivered and waits for its turn. What comes when there is no more room stays in the order and is read again.</summary>
/// <param name="most">Bytes of batches; beyond it they are left in the order.</param>
/// <param name="taken">Position of the newest item that needs no reading any more.</param>
internal sealed class WaitingItems(long most, long taken)
{
    private readonly Queue<OrderedItem> _items = new();
    private long _bytes;
    private bool _isIncomplete;

    public int Count => _items.Count;

    /// <summary>Position of the newest item that was kept.</summary>
    public long Taken { get; private set; } = taken;

    /// <summary>Ascending.</summary>
    public IEnumerable<long> Positions => _items.Select(i => i.Position);

    /// <summary>Not null when items were left in the order and there is room again: the position after which to read again.</summary>
    /// <remarks>From half on, not from none: a restart can only be judged when what it skips is at hand.</remarks>
    public long? ReadAgainFrom => _isIncomplete && _bytes < most / 2 ? Taken : null;

    /// <summary>Keeps the next item, where there is room.</summary>
    public void Keep(OrderedItem item)
    {
        if (_isIncomplete || _bytes >= most)
        {
            _isIncomplete = true;
            return;
        }

        Taken = item.Position;
        _items.Enqueue(item);
        _bytes += Size(item);
    }

    /// <summary>The order is read again from <see cref="ReadAgainFrom"/>.</summary>
    public void ReadAgain() => _isIncomplete = false;

    public OrderedItem? Peek() => _items.TryPeek(out var next) ? next : null;

    /// <summary>The next item, which waits no more; null when none does.</summary>
    public OrderedItem? Next()
    {
        if (!_items.TryDequeue(out var item))
        {
            return null;
        }

        _bytes -= Size(item);
        return item;
    }

    /// <summary>Whether everything up to the last of these positions is at hand, and is one of them.</summary>
    /// <param name="positions">Ascending, one at least.</param>
    public bool AreNext(IReadOnlyList<long> positions) =>
        (!_isIncomplete || positions[^1] <= Taken) && Positions.TakeWhile(p => p <= positions[^1]).All(positions.Contains);

    public void Clear()
    {
        _items.Clear();
        _bytes = 0;
    }

    /// <summary>Begins anew behind a position.</summary>
    public void Rebase(long position)
    {
        Clear();
        Taken = position;
        _isIncomplete = false;
    }

    private static int Size(OrderedItem item) => item is ReceivedBatch batch ? batch.Bytes.Length : 0;
}
