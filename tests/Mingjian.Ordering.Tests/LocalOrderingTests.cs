using Mingjian.Engine.Ordering;
using Mingjian.Ordering.Local;

namespace Mingjian.Ordering.Tests;

public sealed class LocalOrderingTests : OrderingSuite
{
    private protected override IOrdering Create(int queueLength) =>
        new LocalOrdering(TimeProvider.System, new LocalOrderingOptions { QueueLength = queueLength });

    private protected override IReadOnlyList<ReadOnlyMemory<byte>> Envelopes(OrderedItem item) =>
        [.. Assert.IsType<OrderedBatch>(item).Transactions.Select(t => t.Bytes)];
}
