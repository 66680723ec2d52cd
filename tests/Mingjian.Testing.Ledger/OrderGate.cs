using System.Runtime.CompilerServices;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Ordering;

namespace Mingjian.Testing.Ledger;

/// <summary>Holds back an order, so that acts stay under way for as long as a test wants; open at first.</summary>
public sealed class OrderGate
{
    private volatile TaskCompletionSource _open = Opened();

    /// <summary>From here on nothing is delivered.</summary>
    public void Close() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What has come in is delivered, and what comes.</summary>
    public void Open() => _open.TrySetResult();

    internal IOrdering Guard(IOrdering order) => new Guarded(order, this);

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private sealed class Guarded(IOrdering order, OrderGate gate) : IOrdering
    {
        public bool TrySubmit(AdmittedTransaction transaction) => order.TrySubmit(transaction);

        public async IAsyncEnumerable<OrderedItem> FollowAsync(long position, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var item in order.FollowAsync(position, cancellationToken))
            {
                await gate._open.Task.WaitAsync(cancellationToken);
                yield return item;
            }
        }

        public void Complete() => order.Complete();

        public void Carry(int protocol) => order.Carry(protocol);

        public void Announce() => order.Announce();

        public ValueTask DisposeAsync() => order.DisposeAsync();
    }
}
