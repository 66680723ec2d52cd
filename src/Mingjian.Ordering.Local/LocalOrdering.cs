using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Ordering;
using Mingjian.Primitives;

namespace Mingjian.Ordering.Local;

/// <summary>The order of a ledger with one node: first come, first served, in this process.</summary>
/// <remarks>
/// Group commit: a batch is whatever has come in while the block before it was being made durable. Nothing is kept here; the block
/// store is the durable log, and nobody is told "final" before it has the block.
/// </remarks>
public sealed class LocalOrdering(TimeProvider clock, LocalOrderingOptions? options = null) : IOrdering
{
    private const int SoleNode = 1;

    private readonly LocalOrderingOptions _options = options ?? new LocalOrderingOptions();
    private readonly Channel<AdmittedTransaction?> _queue = Channel.CreateBounded<AdmittedTransaction?>(
        new BoundedChannelOptions((options ?? new LocalOrderingOptions()).QueueLength)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = true,
        });

    private int _carries = 1;

    /// <inheritdoc/>
    public bool TrySubmit(AdmittedTransaction transaction) => _queue.Writer.TryWrite(transaction);

    /// <inheritdoc/>
    public void Carry(int protocol) => _carries = protocol;

    /// <inheritdoc/>
    /// <remarks>With a full queue there is a batch soon anyway.</remarks>
    public void Announce() => _queue.Writer.TryWrite(null);

    /// <inheritdoc/>
    public async IAsyncEnumerable<OrderedItem> FollowAsync(
        long position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await _queue.Reader.WaitToReadAsync(cancellationToken))
        {
            var batch = new List<AdmittedTransaction>();
            var bytes = 0;
            var announces = false;
            while (batch.Count < _options.MaxTransactions && bytes < _options.MaxBytes && _queue.Reader.TryRead(out var transaction))
            {
                if (transaction is null)
                {
                    announces = true;
                    continue;
                }

                batch.Add(transaction);
                bytes += transaction.Bytes.Length;
            }

            if (batch.Count > 0 || announces)
            {
                yield return new OrderedBatch(++position, SoleNode, LedgerTime.From(clock.GetUtcNow()), _carries, batch);
            }
        }
    }

    /// <inheritdoc/>
    public void Complete() => _queue.Writer.TryComplete();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Complete();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Limits of the local order.</summary>
public sealed record LocalOrderingOptions
{
    /// <summary>Acts that may wait; beyond it a submission is refused as busy. Default 16,384.</summary>
    public int QueueLength { get; init; } = 16_384;

    /// <summary>Most acts in a block. Default 4,096.</summary>
    public int MaxTransactions { get; init; } = 4_096;

    /// <summary>A batch is closed at the first act that reaches this many envelope bytes. Default 8 MB.</summary>
    public int MaxBytes { get; init; } = 8_000_000;
}
