using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Google.Protobuf;
using Grpc.Core;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Ordering;
using Mingjian.Ordering.Etcd.Wire;
using Mingjian.Primitives;

namespace Mingjian.Ordering.Etcd;

/// <summary>Where this order begins: at nothing, or where one that was lost had come to. Read once by a process, which then holds to it.</summary>
/// <remarks>A position is a revision plus <see cref="OrderStart.From"/>: a fresh etcd begins to count at one, positions never go back.</remarks>
internal sealed class EtcdOrigin(EtcdConnection connection, EtcdKeys keys)
{
    private static readonly OrderStart First = new(new OrderProgress(0, 0), null, 0);

    private volatile OrderStart? _start;

    /// <exception cref="RpcException">etcd does not answer.</exception>
    /// <exception cref="InvalidDataException">What the operators wrote is no beginning of an order.</exception>
    public async Task<OrderStart> ReadAsync(CancellationToken cancellationToken) =>
        _start ?? Keep(await connection.CallAsync(Call, cancellationToken));

    /// <summary>The same, again and again until etcd answers.</summary>
    /// <exception cref="InvalidDataException">What the operators wrote is no beginning of an order.</exception>
    public async Task<OrderStart> InsistAsync(CancellationToken cancellationToken) =>
        _start ?? Keep(await connection.InsistAsync("read the beginning", Call, cancellationToken));

    /// <summary>Whether this is the beginning that this process holds to.</summary>
    public bool Is(ByteString value) => _start is { } start && start != First && value.Span.SequenceEqual(Encode(start));

    public static byte[] Encode(OrderStart start) => CanonicalJson.Encode(start, OrderStartJson.Canonical);

    public static OrderStart? Decode(ByteString value)
    {
        try
        {
            return CanonicalJson.Decode(value.Span, OrderStartJson.Canonical) is { From: >= 0, After: { Height: >= 0, Position: >= 0 } } start ? start : null;
        }
        catch (CanonicalJsonException)
        {
            return null;
        }
    }

    private AsyncUnaryCall<RangeResponse> Call(EtcdPeer peer, CallOptions options) => peer.Keys.RangeAsync(new RangeRequest { Key = keys.Start }, options);

    private OrderStart Keep(RangeResponse range)
    {
        var read = range.Kvs is [var pair] ? Decode(pair.Value) ?? throw new InvalidDataException($"{keys.Start.ToStringUtf8()} is no beginning of an order.") : First;
        return Interlocked.CompareExchange(ref _start, read, null) ?? read;
    }
}

[JsonSerializable(typeof(OrderStart))]
internal sealed partial class OrderStartJson : JsonSerializerContext
{
    public static JsonTypeInfo<OrderStart> Canonical { get; } =
        (JsonTypeInfo<OrderStart>)CanonicalJson.CreateOptions(new OrderStartJson()).GetTypeInfo(typeof(OrderStart));
}
