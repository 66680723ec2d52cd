using Mingjian.Engine.Store;
using Mingjian.Primitives;

namespace Mingjian.Engine.Execution;

/// <summary>The acts of the newest blocks, so that an act which admission just looked up is not looked up again in the store.</summary>
/// <remarks>Two generations; knows every act of the blocks after a height. Used by the block writer's thread alone.</remarks>
internal sealed class RecentTransactions(long head)
{
    private const int Capacity = 1 << 16;
    private HashSet<Hash32> _young = [];
    private HashSet<Hash32> _old = [];
    private long _youngAfter = head;
    private long _after = head;

    /// <summary>Whether the acts of all blocks after a height are here; -1 asks for all blocks, as 0 does.</summary>
    public bool KnowsAllAfter(long height) => _after <= Math.Max(height, 0);

    public bool Contains(Hash32 id) => _young.Contains(id) || _old.Contains(id);

    /// <summary>Takes up a block's acts.</summary>
    public void Add(long height, IEnumerable<IndexedTransaction> transactions)
    {
        if (_young.Count >= Capacity)
        {
            (_old, _young) = (_young, _old);
            _young.Clear();
            _after = _youngAfter;
            _youngAfter = height - 1;
        }

        foreach (var transaction in transactions)
        {
            _young.Add(transaction.TransactionId);
        }
    }
}
