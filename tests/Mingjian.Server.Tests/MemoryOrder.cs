using System.Runtime.CompilerServices;
using Mingjian.Contracts;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Ordering;
using Mingjian.Primitives;

namespace Mingjian.Server.Tests;

/// <summary>One total order in memory that the nodes of a test share; it forgets nothing.</summary>
internal sealed class MemoryOrder
{
    private readonly Lock _gate = new();
    private readonly List<OrderedItem> _items = [];
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Put(Func<long, OrderedItem> make)
    {
        lock (_gate)
        {
            _items.Add(make(_items.Count + 1));
            _grown.SetResult();
            _grown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>A batch by one node, signed with its key.</summary>
    public void Propose(NodeKeys keys, LedgerTime time, params IReadOnlyList<ReadOnlyMemory<byte>> envelopes) =>
        Propose(keys, new BatchHeader(AllContracts.Protocol, keys.Network, keys.Public.Number, time), envelopes);

    private void Propose(NodeKeys keys, BatchHeader header, IReadOnlyList<ReadOnlyMemory<byte>> envelopes)
    {
        var bytes = SignedBatch.Encode(header, envelopes, b => keys.SignBatch(b.Span));
        Put(position => new ReceivedBatch(position, keys.Public.Number, bytes));
    }

    public ISharedOrdering Of(NodeKeys keys, Func<LedgerTime> now) => new Connection(this, keys, now);

    private OrderTrace Trace(int node)
    {
        lock (_gate)
        {
            var newest = _items.OfType<ReceivedVote>().Where(v => v.Node == node).Select(v => VoteMessage.TryDecode(v.Bytes.Span)!)
                .Select(v => (v.Height, v.Epoch)).DefaultIfEmpty().Max();
            return new OrderTrace(_items.Count, newest.Height, newest.Epoch);
        }
    }

    private (OrderedItem? Item, Task Grown) At(long position)
    {
        lock (_gate)
        {
            return (position < _items.Count ? _items[(int)position] : null, _grown.Task);
        }
    }

    private sealed class Connection(MemoryOrder order, NodeKeys keys, Func<LedgerTime> now) : ISharedOrdering
    {
        private readonly CancellationTokenSource _completed = new();
        private int _carries = 1;

        public void Carry(int protocol) => _carries = protocol;

        public void Announce() => order.Propose(keys, BatchHeader.Of(_carries, keys.Network, keys.Public.Number, now(), []), []);

        public bool TrySubmit(AdmittedTransaction transaction)
        {
            order.Propose(keys, BatchHeader.Of(_carries, keys.Network, keys.Public.Number, now(), [transaction]), [transaction.Bytes]);
            return true;
        }

        public async IAsyncEnumerable<OrderedItem> FollowAsync(long position, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _completed.Token);
            while (!ending.IsCancellationRequested)
            {
                var (item, grown) = order.At(position);
                if (item is not null)
                {
                    position++;
                    yield return item;
                    continue;
                }

                await Task.WhenAny(grown, Task.Delay(Timeout.Infinite, ending.Token));
            }
        }

        public void Complete() => _completed.Cancel();

        public void Publish(VoteMessage vote)
        {
            var bytes = vote.Encode();
            order.Put(position => new ReceivedVote(position, keys.Public.Number, bytes));
        }

        public Task<OrderTrace> TraceAsync(CancellationToken cancellationToken) => Task.FromResult(order.Trace(keys.Public.Number));

        public void Report(OrderProgress progress)
        {
        }

        public ValueTask DisposeAsync()
        {
            _completed.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
