using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Ordering;
using Mingjian.Primitives;

namespace Mingjian.Ordering.Etcd;

/// <summary>The order of a network: a batch's position is the revision at which etcd took it in; votes and progress go the same way.</summary>
/// <remarks>
/// A node puts below its own number only; everything that it reads may come from a liar, and the engine checks it. Calls that only
/// write never wait: three loops put batches, votes and reports, each until etcd has taken them.
/// </remarks>
public sealed class EtcdOrdering : ISharedOrdering
{
    /// <summary>The meter's name, for whoever exports it.</summary>
    public const string MeterName = "Mingjian.Ordering.Etcd";

    private readonly EtcdOrderingOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly EtcdMetrics _metrics = new();
    private readonly EtcdKeys _keys;
    private readonly EtcdConnection _connection;
    private readonly EtcdOrigin _origin;
    private readonly OrderKeeper _keeper;
    private readonly BatchProposer _proposer;
    private readonly VotePublisher _votes;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loops;

    /// <param name="options">Where and as whom.</param>
    /// <param name="sign">Ed25519 with the node's batch key over the bytes given: 64 bytes.</param>
    /// <param name="clock">Batch times, waits and timeouts.</param>
    /// <param name="logger">Null for none.</param>
    /// <exception cref="ArgumentException">Settings that cannot work or are not safe.</exception>
    public EtcdOrdering(
        EtcdOrderingOptions options, Func<ReadOnlyMemory<byte>, byte[]> sign, TimeProvider clock, ILogger<EtcdOrdering>? logger = null)
    {
        EtcdOrderingOptions.Check(options);
        _options = options;
        _clock = clock;
        _logger = logger ?? NullLogger<EtcdOrdering>.Instance;
        _keys = new EtcdKeys(options.Network);
        _connection = new EtcdConnection(
            options.Endpoints, options.Tls, options.CallTimeout, options.MaxMessageBytes, _metrics, clock, _logger);
        _origin = new EtcdOrigin(_connection, _keys);
        _keeper = new OrderKeeper(_connection, _keys, _origin, options, _metrics, clock, _logger);
        _proposer = new BatchProposer(_connection, _keys, _origin, options, sign, _keeper, _metrics, clock, _logger);
        _votes = new VotePublisher(_connection, _keys, options.Node, _keeper, _metrics, _logger);
        _loops = Task.WhenAll(
            RunAsync("proposer", _proposer.RunAsync), RunAsync("vote publisher", _votes.RunAsync), RunAsync("progress keeper", _keeper.RunAsync));
    }

    /// <summary>How the way to etcd is.</summary>
    public EtcdOrderingStatus Status => _metrics.Status(_keeper.Unconfirmed, _keeper.Heights);

    /// <inheritdoc/>
    public bool TrySubmit(AdmittedTransaction transaction) => _proposer.TrySubmit(transaction);

    /// <inheritdoc/>
    public void Publish(VoteMessage vote) => _votes.Publish(vote);

    /// <inheritdoc/>
    public async Task<OrderTrace> TraceAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        var backoff = _connection.CreateBackoff();
        while (true)
        {
            try
            {
                return await EtcdScan.TraceAsync(_connection, _keys, (await _origin.ReadAsync(stop.Token)).From, _options.Node, stop.Token);
            }
            catch (Exception e) when (EtcdConnection.IsPassing(e))
            {
                stop.Token.ThrowIfCancellationRequested();
                Log.Again(_logger, "look for own votes", e.Message);
                await backoff.WaitAsync(stop.Token);
            }
        }
    }

    /// <inheritdoc/>
    public void Report(OrderProgress progress) => _keeper.Report(progress);

    /// <inheritdoc/>
    public void Complete() => _proposer.Complete();

    /// <inheritdoc/>
    public void Carry(int protocol) => _proposer.Carry(protocol);

    /// <inheritdoc/>
    public void Announce() => _proposer.Announce();

    /// <inheritdoc/>
    /// <exception cref="EtcdOrderLostException">etcd holds less than this node has already taken from it.</exception>
    public async IAsyncEnumerable<OrderedItem> FollowAsync(long position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        await using var follower = new EtcdFollower(
            _connection, _keys, _origin, _options, _keeper.Progressed, _metrics, _clock, _logger, position);
        while (true)
        {
            var next = follower.NextAsync(stop.Token);
            if (_proposer.Drained.IsCompletedSuccessfully || await Task.WhenAny(next, _proposer.Drained) != next)
            {
                if (await _proposer.Drained <= position && !next.IsCompleted)
                {
                    await stop.CancelAsync();
                    await next.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                    yield break;
                }
            }

            foreach (var item in await next)
            {
                position = item.Position;
                yield return item;
                _metrics.Delivered(position);
            }

            position = Math.Max(position, follower.Position);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Complete();
        await _stop.CancelAsync();
        await _loops;
        _connection.Dispose();
        _votes.Dispose();
        _keeper.Dispose();
        _metrics.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(string name, Func<CancellationToken, Task> loop)
    {
        try
        {
            await Task.Run(() => loop(_stop.Token), _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
#pragma warning disable CA1031 // Written down here, because nobody awaits a loop; the queue then fills and acts are refused.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.Stopped(_logger, name, e);
        }
    }
}
