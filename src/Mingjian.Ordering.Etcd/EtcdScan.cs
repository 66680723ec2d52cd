using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Google.Protobuf;
using Mingjian.Engine.Ordering;
using Mingjian.Ordering.Etcd.Wire;
using Mingjian.Primitives;

namespace Mingjian.Ordering.Etcd;

/// <summary>The keys of a range, without values, as they stood at one revision.</summary>
internal sealed record EtcdScan(ResponseHeader Header, IReadOnlyList<KeyValue> Keys)
{
    private const int PageSize = 10_000;

    /// <summary>Reads a range page by page; one call more may fail than there are pages.</summary>
    public static async Task<EtcdScan> KeysAsync(EtcdConnection connection, ByteString from, ByteString end, CancellationToken cancellationToken)
    {
        var all = new List<KeyValue>();
        ResponseHeader? header = null;
        while (true)
        {
            var request = new RangeRequest { Key = from, RangeEnd = end, KeysOnly = true, Limit = PageSize, Revision = header?.Revision ?? 0 };
            var page = await connection.CallAsync((peer, o) => peer.Keys.RangeAsync(request, o), cancellationToken);
            header ??= page.Header;
            all.AddRange(page.Kvs);
            if (!page.More || page.Kvs.Count == 0)
            {
                return new EtcdScan(header, all);
            }

            from = ByteString.CopyFrom([.. page.Kvs[^1].Key.Span, 0]);
        }
    }

    /// <summary>The newest that a node has said, and the position at which it was looked for: read through the majority.</summary>
    public static async Task<OrderTrace> TraceAsync(EtcdConnection connection, EtcdKeys keys, long from, int node, CancellationToken cancellationToken)
    {
        var own = keys.Node(node);
        var scan = await KeysAsync(connection, ByteString.CopyFromUtf8(own), EtcdKeys.End(own), cancellationToken);
        (long Height, int Epoch) newest = default;
        foreach (var pair in scan.Keys)
        {
            var said = keys.Read(pair.Key, out _, out var height, out var epoch) switch
            {
                EtcdKeyKind.Vote => (height, epoch),
                EtcdKeyKind.Progress => (await ReadHeightAsync(connection, pair.Key, scan.Header.Revision, cancellationToken), 0),
                _ => default,
            };
            newest = said.CompareTo(newest) > 0 ? said : newest;
        }

        return new OrderTrace(from + scan.Header.Revision, newest.Height, newest.Epoch);
    }

    private static async Task<long> ReadHeightAsync(EtcdConnection connection, ByteString key, long revision, CancellationToken cancellationToken)
    {
        var range = await connection.CallAsync(
            (peer, o) => peer.Keys.RangeAsync(new RangeRequest { Key = key, Revision = revision }, o), cancellationToken);
        return range.Kvs is [var pair] && EtcdJson.TryDecode(pair.Value) is { } progress ? progress.Height : 0;
    }
}

/// <summary>Progress reports as they stand in etcd: canonical JSON.</summary>
[JsonSerializable(typeof(OrderProgress))]
internal sealed partial class EtcdJson : JsonSerializerContext
{
    private const int MaxSize = 256;

    private static readonly JsonTypeInfo<OrderProgress> Canonical =
        (JsonTypeInfo<OrderProgress>)CanonicalJson.CreateOptions(new EtcdJson()).GetTypeInfo(typeof(OrderProgress));

    public static ByteString Encode(OrderProgress progress) => UnsafeByteOperations.UnsafeWrap(CanonicalJson.Encode(progress, Canonical));

    /// <summary>Null for anything but a report; never trusted.</summary>
    public static OrderProgress? TryDecode(ByteString bytes)
    {
        if (bytes.Length > MaxSize)
        {
            return null;
        }

        try
        {
            return CanonicalJson.Decode(bytes.Span, Canonical) is { Height: >= 0, Position: >= 0 } progress ? progress : null;
        }
        catch (CanonicalJsonException)
        {
            return null;
        }
    }
}
