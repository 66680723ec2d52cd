using System.Globalization;
using System.Security.Cryptography;
using System.Threading.Channels;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Ordering;
using Mingjian.Ordering.Etcd.Wire;
using Mingjian.Primitives;

namespace Mingjian.Ordering.Etcd;

/// <summary>Makes batches of the acts that came in and puts them, one after another, so that one's own acts keep their order.</summary>
/// <remarks>
/// Group commit: a batch is what arrived while the one before it was becoming final, and at most what one batch may hold. Each batch is a
/// block that all nodes vote on, so many small ones would make everybody wait. A put whose answer was lost is repeated under the same
/// key, and only carried out when the key is not there.
/// </remarks>
internal sealed class BatchProposer
{
    /// <summary>At most this many envelope bytes may close a batch: header, lengths and one more largest envelope still fit.</summary>
    public const int MaxBatchBytes = SignedBatch.MaxSize - Envelope.MaxSize - (16 * 1024);

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    // How often a gathering batch is looked at for being full.
    private static readonly TimeSpan GatherStep = TimeSpan.FromMilliseconds(5);

    private readonly Channel<AdmittedTransaction?> _queue;
    private readonly EtcdConnection _connection;
    private readonly EtcdKeys _keys;
    private readonly EtcdOrigin _origin;
    private readonly EtcdOrderingOptions _options;
    private readonly Func<ReadOnlyMemory<byte>, byte[]> _sign;
    private readonly OrderKeeper _keeper;
    private readonly EtcdMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly string _session = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private readonly TaskCompletionSource<long> _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Backoff _unconfirmed;
    private int _carries = 1;
    private bool _announces;
    private long _ticket;
    private long _last;

    public BatchProposer(
        EtcdConnection connection, EtcdKeys keys, EtcdOrigin origin, EtcdOrderingOptions options, Func<ReadOnlyMemory<byte>, byte[]> sign, OrderKeeper keeper,
        EtcdMetrics metrics, TimeProvider clock, ILogger logger)
    {
        _connection = connection;
        _keys = keys;
        _origin = origin;
        _options = options;
        _sign = sign;
        _keeper = keeper;
        _metrics = metrics;
        _clock = clock;
        _logger = logger;
        _unconfirmed = new Backoff(options.UnconfirmedWait, LongestWait, clock);
        _queue = Channel.CreateBounded<AdmittedTransaction?>(
            new BoundedChannelOptions(options.QueueLength) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });
    }

    /// <summary>The position of the last own batch once no more will come.</summary>
    public Task<long> Drained => _drained.Task;

    public bool TrySubmit(AdmittedTransaction transaction) => _queue.Writer.TryWrite(transaction);

    public void Carry(int protocol) => _carries = protocol;

    public void Announce() => _queue.Writer.TryWrite(null);

    public void Complete() => _queue.Writer.TryComplete();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var batch = new List<AdmittedTransaction>();
        while (await _queue.Reader.WaitToReadAsync(cancellationToken))
        {
            await WaitForConfirmationsAsync(cancellationToken);
            batch.Clear();
            _announces = false;
            await GatherAsync(batch, cancellationToken);
            if (batch.Count > 0 || _announces)
            {
                await PutAsync(batch, cancellationToken);
            }
        }

        _drained.TrySetResult(_last);
    }

    /// <summary>Takes what is there; waits for more while an own batch is not final, this one is not full and it is not for long.</summary>
    private async Task GatherAsync(List<AdmittedTransaction> batch, CancellationToken cancellationToken)
    {
        var bytes = 0;
        var started = _clock.GetTimestamp();
        while (true)
        {
            while (bytes < _options.BatchBytes && _queue.Reader.TryRead(out var transaction))
            {
                if (transaction is null)
                {
                    _announces = true;
                    continue;
                }

                batch.Add(transaction);
                bytes += transaction.Bytes.Length + 4;
            }

            if (bytes >= _options.BatchBytes || _keeper.Unconfirmed == 0 || _queue.Reader.Completion.IsCompleted
                || _clock.GetElapsedTime(started) >= _options.GatherWait)
            {
                return;
            }

            await _keeper.WaitForReportAsync(GatherStep, cancellationToken);
        }
    }

    private async Task PutAsync(List<AdmittedTransaction> batch, CancellationToken cancellationToken)
    {
        var from = (await _origin.InsistAsync(cancellationToken)).From;
        var header = BatchHeader.Of(_carries, _options.Network, _options.Node, LedgerTime.From(_clock.GetUtcNow()), batch);
        var value = UnsafeByteOperations.UnsafeWrap(SignedBatch.Encode(header, batch.ConvertAll(t => t.Bytes), _sign));
        var key = _keys.Batch(_options.Node, string.Create(CultureInfo.InvariantCulture, $"{_session}-{++_ticket}"));
        var request = new TxnRequest();
        request.Compare.Add(new Compare { Key = key, Target = Compare.Types.CompareTarget.Create, CreateRevision = 0 });
        request.Success.Add(new RequestOp { RequestPut = new PutRequest { Key = key, Value = value } });
        request.Failure.Add(new RequestOp { RequestRange = new RangeRequest { Key = key, KeysOnly = true } });
        var answer = await _connection.InsistAsync("put a batch", (peer, o) => peer.Keys.TxnAsync(request, o), cancellationToken);

        // Not carried out means that an earlier attempt was: its answer was lost.
        var revision = answer.Succeeded ? answer.Header.Revision : answer.Responses[0].ResponseRange.Kvs[0].ModRevision;
        _last = revision + from;
        batch.ForEach(t => t.Position = _last);
        _keeper.BatchPut(_last, key);
        _metrics.BatchPut(value.Length);
    }

    /// <summary>Waits while too many own batches are not final; see <see cref="EtcdOrderingOptions.UnconfirmedWait"/>.</summary>
    private async Task WaitForConfirmationsAsync(CancellationToken cancellationToken)
    {
        while (_keeper.Unconfirmed is var unconfirmed && unconfirmed >= _options.MaxUnconfirmedBatches)
        {
            Log.Unconfirmed(_logger, unconfirmed, _unconfirmed.Next);
            if (!await _keeper.WaitForReportAsync(_unconfirmed.Next, cancellationToken))
            {
                _unconfirmed.Lengthen();
                return;
            }

            _unconfirmed.Reset();
        }
    }
}
