using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Mingjian.Engine.Ordering;
using Mingjian.Ordering.Etcd.Wire;
using Mingjian.Primitives;

namespace Mingjian.Ordering.Etcd;

/// <summary>Reports this node's progress, and removes and compacts what every node that is waited for has made durable.</summary>
/// <remarks>
/// Other nodes' reports can delay removal by at most <see cref="EtcdOrderingOptions.MaxLag"/> blocks and can never hasten it beyond
/// this node's own blocks: only their heights are read, and the position of a height is the one that this node came to.
/// </remarks>
internal sealed class OrderKeeper(
    EtcdConnection connection, EtcdKeys keys, EtcdOrigin origin, EtcdOrderingOptions options, EtcdMetrics metrics, TimeProvider clock, ILogger logger)
    : IDisposable
{
    /// <summary>etcd takes 128 operations in one transaction by default.</summary>
    private const int RemovalsAtOnce = 100;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, ByteString> _batches = [];
    private readonly SortedDictionary<long, List<ByteString>> _votes = [];
    private readonly Dictionary<int, long> _heights = [];
    private readonly LinkedList<OrderProgress> _history = new();
    private readonly SemaphoreSlim _signal = new(0);
    private TaskCompletionSource _reported = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private OrderProgress? _compacted;
    private DateTimeOffset _compactAgain;

    /// <summary>Own batches in the order that are not known to be final.</summary>
    public int Unconfirmed
    {
        get
        {
            lock (_lock)
            {
                var final = _history.Last?.Value.Position ?? 0;
                return _batches.Keys.Count(p => p > final);
            }
        }
    }

    /// <summary>The newest final block that each node reports of itself.</summary>
    public IReadOnlyDictionary<int, long> Heights
    {
        get
        {
            lock (_lock)
            {
                return new Dictionary<int, long>(_heights);
            }
        }
    }

    public void BatchPut(long position, ByteString key)
    {
        lock (_lock)
        {
            _batches[position] = key;
        }
    }

    public void VotePut(long height, ByteString key)
    {
        lock (_lock)
        {
            AddVote(height, key);
        }
    }

    /// <summary>Takes another node's word for how far it has come.</summary>
    public void Progressed(int node, OrderProgress progress)
    {
        lock (_lock)
        {
            _heights[node] = progress.Height;
        }

        Wake();
    }

    /// <summary>What this node has made durable; less than before when it had to begin anew.</summary>
    public void Report(OrderProgress progress)
    {
        lock (_lock)
        {
            if (_history.Last is { Value: var last } && progress.Height <= last.Height)
            {
                if (progress == last)
                {
                    return;
                }

                // A node that lost its disk is behind what it once reported, and must be waited for again.
                _history.Clear();
            }

            _history.AddLast(progress);
            _reported.TrySetResult();
            _reported = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        Wake();
    }

    /// <summary>True when a report came within the time.</summary>
    public async Task<bool> WaitForReportAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        Task reported;
        lock (_lock)
        {
            reported = _reported.Task;
        }

        try
        {
            await reported.WaitAsync(time, clock, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        OrderProgress? said = null;
        while (true)
        {
            await _signal.WaitAsync(cancellationToken);
            OrderProgress? mine;
            lock (_lock)
            {
                mine = _history.Last?.Value;
            }

            if (mine is not null && mine != said)
            {
                var put = new PutRequest { Key = keys.Progress(options.Node), Value = EtcdJson.Encode(mine) };
                await connection.InsistAsync("report progress", (peer, o) => peer.Keys.PutAsync(put, o), cancellationToken);
                said = mine;
            }

            await RemoveAsync(cancellationToken);
            await Task.Delay(options.ProgressInterval, clock, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _signal.Dispose();

    private void Wake()
    {
        if (_signal.CurrentCount == 0)
        {
            _signal.Release();
        }
    }

    /// <summary>What stands in etcd from before this start: own keys, and how far everybody had come.</summary>
    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var backoff = connection.CreateBackoff();
        while (true)
        {
            try
            {
                await LoadOnceAsync(cancellationToken);
                return;
            }
            catch (Exception e) when (EtcdConnection.IsPassing(e))
            {
                Log.Again(logger, "read own keys", e.Message);
                await backoff.WaitAsync(cancellationToken);
            }
        }
    }

    private async Task LoadOnceAsync(CancellationToken cancellationToken)
    {
        var from = (await origin.ReadAsync(cancellationToken)).From;
        var scan = await EtcdScan.KeysAsync(connection, keys.All, keys.AllEnd, cancellationToken);
        foreach (var pair in scan.Keys)
        {
            var kind = keys.Read(pair.Key, out var node, out var height);
            if (kind == EtcdKeyKind.Progress)
            {
                var range = await connection.CallAsync((peer, o) => peer.Keys.RangeAsync(new RangeRequest { Key = pair.Key }, o), cancellationToken);
                if (range.Kvs is [var value] && EtcdJson.TryDecode(value.Value) is { } progress)
                {
                    lock (_lock)
                    {
                        _heights.TryAdd(node, progress.Height);
                        if (node == options.Node && _history.Count == 0)
                        {
                            _history.AddLast(progress);
                        }
                    }
                }
            }
            else if (node == options.Node)
            {
                lock (_lock)
                {
                    if (kind == EtcdKeyKind.Batch)
                    {
                        _batches.TryAdd(from + pair.ModRevision, pair.Key);
                    }
                    else if (kind == EtcdKeyKind.Vote)
                    {
                        AddVote(height, pair.Key);
                    }
                }
            }
        }
    }

    private void AddVote(long height, ByteString key)
    {
        if (!_votes.TryGetValue(height, out var ofHeight))
        {
            _votes.Add(height, ofHeight = []);
        }

        if (!ofHeight.Contains(key))
        {
            ofHeight.Add(key);
        }
    }

    private async Task RemoveAsync(CancellationToken cancellationToken)
    {
        if (Durable() is not { } until)
        {
            return;
        }

        while (Removable(until) is { Count: > 0 } removable)
        {
            var request = new TxnRequest();
            foreach (var key in removable)
            {
                request.Success.Add(new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = key } });
            }

            // Said in the same transaction, so that nobody can miss that something is gone.
            request.Success.Add(new RequestOp { RequestPut = new PutRequest { Key = keys.Removed(options.Node), Value = EtcdJson.Encode(until) } });
            await connection.InsistAsync("remove what every node has", (peer, o) => peer.Keys.TxnAsync(request, o), cancellationToken);
            Forget(until, removable);
            metrics.Removed(removable.Count);
        }

        await CompactAsync(until, cancellationToken);
    }

    /// <summary>The newest own block that every node that is waited for has, too; null while that is unknown.</summary>
    private OrderProgress? Durable()
    {
        lock (_lock)
        {
            if (_history.Last is not { Value: var mine })
            {
                return null;
            }

            var least = mine.Height - options.KeptBlocks;
            foreach (var (node, height) in _heights)
            {
                if (node != options.Node && height < least && height >= mine.Height - options.MaxLag)
                {
                    least = height;
                }
            }

            // The first entry stays the newest one that is durable everywhere.
            while (_history.First!.Next is { } second && second.Value.Height <= least)
            {
                _history.RemoveFirst();
            }

            return _history.First.Value is { } first && first.Height <= least ? first : null;
        }
    }

    private List<ByteString> Removable(OrderProgress until)
    {
        var found = new List<ByteString>();
        lock (_lock)
        {
            foreach (var (position, key) in _batches)
            {
                if (position > until.Position || found.Count >= RemovalsAtOnce)
                {
                    break;
                }

                found.Add(key);
            }

            foreach (var (height, ofHeight) in _votes)
            {
                if (height > until.Height || found.Count + ofHeight.Count > RemovalsAtOnce)
                {
                    break;
                }

                found.AddRange(ofHeight);
            }
        }

        return found;
    }

    private void Forget(OrderProgress until, List<ByteString> removed)
    {
        var gone = removed.ToHashSet();
        lock (_lock)
        {
            foreach (var position in _batches.TakeWhile(b => b.Key <= until.Position).Where(b => gone.Contains(b.Value)).Select(b => b.Key).ToList())
            {
                _batches.Remove(position);
            }

            foreach (var height in _votes.TakeWhile(v => v.Key <= until.Height).Where(v => gone.Contains(v.Value[0])).Select(v => v.Key).ToList())
            {
                _votes.Remove(height);
            }
        }
    }

    /// <summary>
    /// Frees the history up to what is durable everywhere. etcd before 3.4.42 lets everybody do this, later ones root alone: then the
    /// members' auto-compaction has to do (<see cref="EtcdCluster.Configuration"/>).
    /// </summary>
    private async Task CompactAsync(OrderProgress until, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var revision = until.Position - (await origin.ReadAsync(cancellationToken)).From;
        if (revision < 1 || until.Position <= (_compacted?.Position ?? 0) || now < _compactAgain)
        {
            return;
        }

        _compactAgain = now + options.CompactionInterval;
        try
        {
            await connection.CallAsync(
                (peer, o) => peer.Keys.CompactAsync(new CompactionRequest { Revision = revision }, o), cancellationToken);
            _compacted = until;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.OutOfRange)
        {
            // Another node was quicker.
            _compacted = until;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.PermissionDenied)
        {
            Log.LeftToEtcd(logger);
            _compactAgain = DateTimeOffset.MaxValue;
        }
        catch (Exception e) when (EtcdConnection.IsPassing(e))
        {
            Log.NotCompacted(logger, until.Position, e.Message);
        }
    }
}
