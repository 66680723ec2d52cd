using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Mingjian.Engine.Ordering;
using Mingjian.Ordering.Etcd.Wire;
using Mingjian.Primitives;

namespace Mingjian.Ordering.Etcd;

/// <summary>Reads all nodes' batches and votes in the order of etcd's revisions, over whichever member answers. Used by one caller.</summary>
/// <remarks>
/// Every follower of a network delivers the same items, whenever it started and however often it had to reconnect. Therefore what is
/// delivered depends on the event alone: a batch counts when its key was new, and only the first of one revision does.
/// </remarks>
internal sealed class EtcdFollower(
    EtcdConnection connection, EtcdKeys keys, EtcdOrigin origin, EtcdOrderingOptions options, Action<int, OrderProgress> progressed, EtcdMetrics metrics,
    TimeProvider clock, ILogger logger, long position) : IAsyncDisposable
{
    private const int ValuesPerRead = 16;

    private readonly List<Event> _revision = [];
    private readonly Backoff _backoff = connection.CreateBackoff();
    private AsyncDuplexStreamingCall<WatchRequest, WatchResponse>? _watch;
    private EtcdPeer? _peer;
    private Task<bool>? _next;
    private bool _asked;
    private bool _compacted;
    private Queue<(long Revision, ByteString Key)>? _left;
    private long _leftAt;
    private long _lastBatch;
    private long _from;

    /// <summary>Everything up to this position has been delivered. Set by this class, and by a test that takes the part of a forgetful etcd.</summary>
    public long Position { get; internal set; } = position;

    /// <summary>The next items; waits for them.</summary>
    /// <exception cref="OrderCompactedException">Something after <see cref="Position"/> has been removed.</exception>
    /// <exception cref="EtcdOrderLostException">The order ends before <see cref="Position"/>.</exception>
    public async Task<IReadOnlyList<OrderedItem>> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if (await BeginAsync(cancellationToken) is { } due)
                {
                    return [due];
                }

                var items = _compacted ? await ReadLeftAsync(cancellationToken) : await ReadWatchAsync(cancellationToken);
                if (items.Count > 0)
                {
                    return items;
                }
            }
            catch (RpcException e) when (_left is not null && e.StatusCode == StatusCode.OutOfRange)
            {
                // Compacted again meanwhile: look anew at what is there.
                _left = null;
            }
            catch (Exception e) when (EtcdConnection.IsPassing(e))
            {
                cancellationToken.ThrowIfCancellationRequested();
                Log.WatchAgain(logger, Position, e.Message);
                if (_peer is { } peer)
                {
                    connection.Failed(peer, e);
                }

                CloseWatch();
                await _backoff.WaitAsync(cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        CloseWatch();
        return ValueTask.CompletedTask;
    }

    /// <summary>The first revision that has not been delivered.</summary>
    private long NextRevision => Math.Max(1, Position - _from + 1);

    /// <summary>An order that took the place of a lost one begins with what the nodes had voted for.</summary>
    /// <exception cref="OrderCompactedException">The position lies before where this order begins.</exception>
    /// <exception cref="EtcdOrderLostException">It lies where this order has nothing: more had become final than its operators knew of.</exception>
    private async Task<OrderedItem?> BeginAsync(CancellationToken cancellationToken)
    {
        var start = await origin.ReadAsync(cancellationToken);
        _from = start.From;
        if (Position >= start.From)
        {
            return null;
        }

        if (Position < start.After.Position)
        {
            throw new OrderCompactedException(start.After.Position + 1);
        }

        if (Position > start.After.Position && Position != start.Due?.Position)
        {
            throw new EtcdOrderLostException(Position, start.From);
        }

        var due = Position < start.Due?.Position ? new ReceivedBatch(start.Due.Position, start.Due.Node, start.Due.Bytes) : null;
        Position = due?.Position ?? start.From;
        return due;
    }

    private void CloseWatch()
    {
        _watch?.Dispose();
        _ = _next?.ContinueWith(t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        _watch = null;
        _next = null;
        _peer = null;
        _asked = false;
        _revision.Clear();
    }

    private async Task<IReadOnlyList<OrderedItem>> ReadWatchAsync(CancellationToken cancellationToken)
    {
        if (_watch is null)
        {
            await OpenWatchAsync(cancellationToken);
        }

        if (await ReceiveAsync(cancellationToken) is not { } response)
        {
            return [];
        }

        if (response.CompactRevision > 0 || (HasGap(response) && await IsCompactedAsync(cancellationToken)))
        {
            CloseWatch();
            _compacted = true;
            return [];
        }

        if (response.Canceled)
        {
            throw new EtcdWatchEndedException($"etcd ended the watch: {response.CancelReason}");
        }

        _backoff.Reset();
        return Take(response);
    }

    /// <summary>Whether revisions are missing before or between the events; those of other networks on the same etcd are, too.</summary>
    private bool HasGap(WatchResponse response)
    {
        var last = _revision.Count > 0 ? _revision[0].Kv.ModRevision : Position - _from;
        foreach (var e in response.Events)
        {
            if (e.Kv.ModRevision > last + 1)
            {
                return true;
            }

            last = Math.Max(last, e.Kv.ModRevision);
        }

        return false;
    }

    /// <summary>
    /// Whether history after <see cref="Position"/> has been compacted. etcd before 3.4.31 and 3.5.13 can drop events of a slow
    /// watch then, without a word (etcd-io/etcd pull 17555): what came after a gap is thrown away.
    /// </summary>
    private async Task<bool> IsCompactedAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.CallTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var request = new RangeRequest { Key = keys.All, Revision = NextRevision, KeysOnly = true, Limit = 1, Serializable = true };
        try
        {
            await _peer!.Keys.RangeAsync(request, new CallOptions(cancellationToken: either.Token));
            return false;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.OutOfRange)
        {
            return true;
        }
    }

    private async Task OpenWatchAsync(CancellationToken cancellationToken)
    {
        EtcdPeer peer = null!;
        var head = await connection.CallAsync(
            (p, o) => (peer = p).Keys.RangeAsync(new RangeRequest { Key = keys.All, RangeEnd = keys.AllEnd, CountOnly = true }, o),
            cancellationToken);
        connection.CheckCluster(peer, head.Header);

        // Read through the cluster's majority: a member that lags cannot make the order look short.
        if (_from + head.Header.Revision < Position)
        {
            throw new EtcdOrderLostException(Position, _from + head.Header.Revision);
        }

        _peer = peer;

        // A member that loses touch with its cluster ends the watch instead of keeping quiet.
        _watch = peer.Watch.Watch(new CallOptions(new Metadata { { "hasleader", "true" } }, cancellationToken: CancellationToken.None));

        // Deletions come, too: only so are the revisions of a network that has etcd for itself without gaps.
        var create = new WatchCreateRequest { Key = keys.All, RangeEnd = keys.AllEnd, StartRevision = NextRevision, Fragment = true };
        await _watch.RequestStream.WriteAsync(new WatchRequest { CreateRequest = create }, cancellationToken)
            .WaitAsync(options.CallTimeout, clock, cancellationToken);
        metrics.WatchOpened();
        Log.Following(logger, Position, peer.Endpoint);
    }

    /// <summary>The next response; null when there was none for a while and the member has been asked for a sign of life.</summary>
    private async Task<WatchResponse?> ReceiveAsync(CancellationToken cancellationToken)
    {
        var stream = _watch!.ResponseStream;
        _next ??= stream.MoveNext(CancellationToken.None);
        try
        {
            if (!await _next.WaitAsync(options.MaxSilence, clock, cancellationToken))
            {
                throw new EtcdWatchEndedException("etcd closed the watch.");
            }
        }
        catch (TimeoutException) when (!_asked)
        {
            _asked = true;
            await _watch.RequestStream.WriteAsync(new WatchRequest { ProgressRequest = new WatchProgressRequest() }, cancellationToken)
                .WaitAsync(options.CallTimeout, clock, cancellationToken);
            return null;
        }

        _next = null;
        _asked = false;
        metrics.Reached(clock.GetUtcNow());
        return stream.Current;
    }

    /// <summary>The items of all revisions that are complete: a fragment may end in the middle of one.</summary>
    private List<OrderedItem> Take(WatchResponse response)
    {
        var items = new List<OrderedItem>();
        foreach (var e in response.Events)
        {
            if (_revision.Count > 0 && e.Kv.ModRevision != _revision[0].Kv.ModRevision)
            {
                TakeRevision(items);
            }

            // Old members repeat events, and go back in time after a snapshot (3.4.24, 3.4.25): never twice, never backwards.
            if (_from + e.Kv.ModRevision > Position)
            {
                _revision.Add(e);
            }
        }

        if (!response.Fragment)
        {
            TakeRevision(items);
        }

        return items;
    }

    private void TakeRevision(List<OrderedItem> items)
    {
        if (_revision.Count == 0)
        {
            return;
        }

        _revision.Sort((a, b) => a.Kv.Key.Span.SequenceCompareTo(b.Kv.Key.Span));
        foreach (var e in _revision)
        {
            if (e.Type == Event.Types.EventType.Put && Read(e.Kv) is { } item)
            {
                items.Add(item);
            }
        }

        Position = _from + _revision[0].Kv.ModRevision;
        _revision.Clear();
    }

    private OrderedItem? Read(KeyValue pair)
    {
        var kind = keys.Read(pair.Key, out var node, out _);
        switch (kind)
        {
            case EtcdKeyKind.Batch when pair.Version != 1:
                return Skip(pair, node, "a batch's key is used once");
            case EtcdKeyKind.Batch when _lastBatch == pair.ModRevision:
                return Skip(pair, node, "one revision holds one batch");
            case EtcdKeyKind.Batch when pair.Value.Length is 0 or > SignedBatch.MaxSize:
            case EtcdKeyKind.Vote when pair.Value.Length is 0 or > VoteMessage.MaxSize:
                return Skip(pair, node, $"{pair.Value.Length} bytes");
            case EtcdKeyKind.Batch:
                _lastBatch = pair.ModRevision;
                return new ReceivedBatch(_from + pair.ModRevision, node, pair.Value.Memory);
            case EtcdKeyKind.Vote:
                return new ReceivedVote(_from + pair.ModRevision, node, pair.Value.Memory);
            case EtcdKeyKind.Progress:
                if (EtcdJson.TryDecode(pair.Value) is { } progress)
                {
                    progressed(node, progress);
                }

                return null;
            case EtcdKeyKind.Removed:
                return null;
            case EtcdKeyKind.Start:
                return origin.Is(pair.Value) ? null : throw new EtcdOrderLostException(Position, _from + pair.ModRevision);
            default:
                return Skip(pair, 0, "no key of this network");
        }
    }

    private OrderedItem? Skip(KeyValue pair, int node, string reason)
    {
        metrics.Skip(node);
        Log.Skipped(logger, pair.ModRevision, node, reason);
        return null;
    }

    /// <summary>
    /// After a compaction: the history is gone, but what has not been removed still stands under its key. When nothing after
    /// <see cref="Position"/> has been removed, that is all there was.
    /// </summary>
    private async Task<IReadOnlyList<OrderedItem>> ReadLeftAsync(CancellationToken cancellationToken)
    {
        if (_left is null)
        {
            Log.ReadingWhatIsThere(logger, Position);
            await FindLeftAsync(cancellationToken);
        }

        var items = new List<OrderedItem>();
        for (var n = 0; n < ValuesPerRead && _left!.TryPeek(out var next); n++)
        {
            var at = _leftAt;
            RangeResponse range;
            try
            {
                range = await connection.CallAsync(
                    (peer, o) => peer.Keys.RangeAsync(new RangeRequest { Key = next.Key, Revision = at }, o), cancellationToken);
            }
            catch (Exception e) when (items.Count > 0 && EtcdConnection.IsPassing(e))
            {
                // What was read is handed over first: Position is behind it. The fault comes again, or it has passed.
                return items;
            }

            if (range.Kvs is [var pair] && Read(pair) is { } item)
            {
                items.Add(item);
            }

            _left.Dequeue();
            Position = _from + next.Revision;
        }

        if (_left!.Count == 0)
        {
            Position = Math.Max(Position, _from + _leftAt);
            _left = null;
            _compacted = false;
        }

        return items;
    }

    private async Task FindLeftAsync(CancellationToken cancellationToken)
    {
        var there = await EtcdScan.KeysAsync(connection, keys.All, keys.AllEnd, cancellationToken);
        connection.CheckCluster(connection.Current, there.Header);
        var left = new List<(long Revision, ByteString Key)>();
        foreach (var pair in there.Keys)
        {
            var kind = keys.Read(pair.Key, out var node, out _);
            if (kind == EtcdKeyKind.Removed)
            {
                var at = there.Header.Revision;
                var value = await connection.CallAsync(
                    (peer, o) => peer.Keys.RangeAsync(new RangeRequest { Key = pair.Key, Revision = at }, o), cancellationToken);
                if (value.Kvs is [var removed] && EtcdJson.TryDecode(removed.Value) is { } until && until.Position > Position && until.Position <= _from + at)
                {
                    throw new OrderCompactedException(until.Position + 1);
                }
            }
            else if (kind == EtcdKeyKind.Batch && pair.Version > 1 && _from + pair.CreateRevision > Position)
            {
                // Overwritten: others have seen the first version, here it is gone.
                throw new OrderCompactedException(_from + pair.ModRevision);
            }
            else if (_from + pair.ModRevision > Position && kind is EtcdKeyKind.Batch or EtcdKeyKind.Vote or EtcdKeyKind.Progress)
            {
                left.Add((pair.ModRevision, pair.Key));
            }
        }

        left.Sort((a, b) => a.Revision != b.Revision ? a.Revision.CompareTo(b.Revision) : a.Key.Span.SequenceCompareTo(b.Key.Span));
        _left = new Queue<(long, ByteString)>(left);
        _leftAt = there.Header.Revision;
    }
}

/// <summary>etcd holds less than this node has already taken from it: it was made anew, or restored from an older copy.</summary>
/// <remarks>Following it would give this node other blocks than it has signed, so it does not.</remarks>
public sealed class EtcdOrderLostException(long position, long end)
    : Exception($"The order ends at {end}, before {position}, which this node has taken from it: etcd was made anew or restored from an older copy.")
{
    /// <summary>The position that was asked for.</summary>
    public long Position { get; } = position;

    /// <summary>etcd's newest revision.</summary>
    public long End { get; } = end;
}
