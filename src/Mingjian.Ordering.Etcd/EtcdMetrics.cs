using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Mingjian.Ordering.Etcd;

/// <summary>How the way to etcd is, for the network page and the health endpoint.</summary>
/// <remarks>Addresses and errors, which name addresses, are for the log file alone.</remarks>
/// <param name="LastContact">When a member answered last; null before the first answer.</param>
/// <param name="Position">The newest position delivered to a follower.</param>
/// <param name="Skipped">Values that no node may put, seen since the start.</param>
/// <param name="Unconfirmed">Own batches in the order that are not final yet.</param>
/// <param name="Heights">The newest final block that each node reports of itself; a node can claim what it likes.</param>
public sealed record EtcdOrderingStatus(
    DateTimeOffset? LastContact, long Position, long Skipped, int Unconfirmed,
    IReadOnlyDictionary<int, long> Heights);

/// <summary>Counts what happens, for metrics and for <see cref="EtcdOrderingStatus"/>.</summary>
internal sealed class EtcdMetrics : IDisposable
{
    private readonly Meter _meter = new(EtcdOrdering.MeterName);
    private readonly Counter<long> _batches;
    private readonly Counter<long> _batchBytes;
    private readonly Counter<long> _votes;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _watches;
    private readonly Counter<long> _skipped;
    private readonly Counter<long> _removed;
    private volatile Contact? _contact;
    private long _skippedTotal;
    private long _position;

    public EtcdMetrics()
    {
        _batches = _meter.CreateCounter<long>("mingjian.etcd.batches", description: "Own batches put.");
        _batchBytes = _meter.CreateCounter<long>("mingjian.etcd.batch.bytes", "By", "Bytes of own batches put.");
        _votes = _meter.CreateCounter<long>("mingjian.etcd.votes", description: "Own votes put.");
        _retries = _meter.CreateCounter<long>("mingjian.etcd.retries", description: "Calls that had to be repeated.");
        _failures = _meter.CreateCounter<long>("mingjian.etcd.failures", description: "Calls and watches that failed, by member.");
        _watches = _meter.CreateCounter<long>("mingjian.etcd.watches", description: "Watches opened; more than one a start means reconnects.");
        _skipped = _meter.CreateCounter<long>("mingjian.etcd.skipped", description: "Values of impossible size or form, by node.");
        _removed = _meter.CreateCounter<long>("mingjian.etcd.removed", description: "Own keys removed because every node has what they held.");
        _meter.CreateObservableGauge("mingjian.etcd.position", () => Volatile.Read(ref _position), description: "Newest position delivered.");
    }

    public EtcdOrderingStatus Status(int unconfirmed, IReadOnlyDictionary<int, long> heights) => new(
        _contact?.Time, Volatile.Read(ref _position), Volatile.Read(ref _skippedTotal), unconfirmed, heights);

    public void Reached(DateTimeOffset now) => _contact = new Contact(now);

    /// <param name="member">Its place among the configured addresses, from 1: labels name no machines.</param>
    public void Failed(int member) => _failures.Add(1, new KeyValuePair<string, object?>("member", member));

    public void Retried(string what) => _retries.Add(1, new KeyValuePair<string, object?>("call", what));

    public void WatchOpened() => _watches.Add(1);

    public void BatchPut(int bytes)
    {
        _batches.Add(1);
        _batchBytes.Add(bytes);
    }

    public void VotePut() => _votes.Add(1);

    public void Removed(int keys) => _removed.Add(keys);

    public void Delivered(long position) => Volatile.Write(ref _position, position);

    /// <param name="node">0 when the key does not say.</param>
    public void Skip(int node)
    {
        Interlocked.Increment(ref _skippedTotal);
        _skipped.Add(1, new KeyValuePair<string, object?>("node", node));
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private sealed record Contact(DateTimeOffset Time);
}

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "etcd: {What} is tried again: {Error}")]
    public static partial void Again(ILogger logger, string what, string error);

    [LoggerMessage(2, LogLevel.Warning, "etcd: the watch at position {Position} is opened again: {Error}")]
    public static partial void WatchAgain(ILogger logger, long position, string error);

    [LoggerMessage(3, LogLevel.Information, "etcd: following from position {Position} at {Endpoint}")]
    public static partial void Following(ILogger logger, long position, Uri endpoint);

    [LoggerMessage(4, LogLevel.Warning, "etcd: skipped at position {Position}, node {Node}: {Reason}")]
    public static partial void Skipped(ILogger logger, long position, int node, string reason);

    [LoggerMessage(5, LogLevel.Information, "etcd: history before {Position} is compacted; what is still there is read instead")]
    public static partial void ReadingWhatIsThere(ILogger logger, long position);

    [LoggerMessage(6, LogLevel.Warning, "etcd: could not compact to {Position}: {Error}")]
    public static partial void NotCompacted(ILogger logger, long position, string error);

    [LoggerMessage(7, LogLevel.Warning, "etcd: {Batches} own batches are not final yet; putting no more for {Wait}")]
    public static partial void Unconfirmed(ILogger logger, int batches, TimeSpan wait);

    [LoggerMessage(8, LogLevel.Error, "etcd: {Loop} has stopped")]
    public static partial void Stopped(ILogger logger, string loop, Exception exception);

    [LoggerMessage(10, LogLevel.Information, "etcd: nodes may not compact, etcd does it by itself")]
    public static partial void LeftToEtcd(ILogger logger);

    [LoggerMessage(11, LogLevel.Information, "etcd: the member at {Endpoint} failed: {Error}")]
    public static partial void Failed(ILogger logger, Uri endpoint, string error);

    [LoggerMessage(9, LogLevel.Warning, "etcd: vote for height {Height} dropped, {Count} newer ones wait")]
    public static partial void VoteDropped(ILogger logger, long height, int count);
}
