using Mingjian.Ordering.Etcd;

namespace Mingjian.Server.Monitoring;

/// <summary>How the way to the shared order is; whoever opens the ledger with one says where to look.</summary>
internal sealed class OrderHealth
{
    /// <summary>Without contact for this long, the order counts as out of reach. etcd answers every few seconds even when nothing happens.</summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    /// <summary>Null on a node that is alone.</summary>
    public Func<EtcdOrderingStatus>? Read { get; set; }

    /// <summary>True when there is an order and it has not been heard of for <see cref="LongestSilence"/>.</summary>
    public bool IsOutOfReach(DateTimeOffset now) =>
        Read?.Invoke() is { } status && (status.LastContact is not { } contact || now - contact > LongestSilence);
}
