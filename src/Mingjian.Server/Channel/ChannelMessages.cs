using Mingjian.Engine;
using Mingjian.Engine.Agreement;
using Mingjian.Ordering.Etcd;

namespace Mingjian.Server.Channel;

/// <summary>How a node stands, as it tells its own organisation's web processes.</summary>
/// <param name="Shared">False when the node is alone with its ledger.</param>
/// <param name="Order">Null on a node that is alone.</param>
/// <param name="IsOrderOutOfReach">By the node's own clock.</param>
/// <param name="Evidence">The newest that it keeps.</param>
internal sealed record NodeStanding(
    LedgerStatus Status, bool Shared, EtcdOrderingStatus? Order, bool IsOrderOutOfReach, IReadOnlyList<Evidence> Evidence)
{
    /// <summary>Evidence told at once; the node's store keeps all.</summary>
    public const int MostEvidence = 100;
}

/// <summary>Where this process asks how the node stands: itself, or the node that a web process belongs to.</summary>
internal interface INodeStanding
{
    /// <summary>Null while a web process has not heard of its node yet.</summary>
    NodeStanding? Read();

    /// <summary>Whether the node is one of several, and its number; null like <see cref="Read"/>. Cheaper.</summary>
    (bool Shared, int Number)? Place { get; }
}
