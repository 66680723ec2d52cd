using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Nodes;

/// <summary>Events of the contract <c>nodes</c>; stored for ever, fields are added, never renamed.</summary>
public abstract record NodesEvent : IEvent;

/// <summary>Every founding organisation has signed the network agreement.</summary>
/// <param name="Charter">As signed.</param>
/// <param name="Nodes">As signed.</param>
/// <param name="Protocol">By which the next block is made; 1 is what every ledger begins with.</param>
public sealed record NodesFounded(Hash32 Charter, IReadOnlyList<Seat> Nodes, int Protocol) : NodesEvent;

/// <param name="Charter">Of the list.</param>
/// <param name="Version">Of the charter.</param>
/// <param name="Nodes">The whole list.</param>
/// <param name="From">First height that these nodes sign: two after the block of the decision.</param>
public sealed record NodesChanged(Hash32 Charter, int Version, IReadOnlyList<Seat> Nodes, long From) : NodesEvent;

/// <param name="From">First height made by it.</param>
/// <param name="Version">The protocol.</param>
public sealed record ProtocolActivated(long From, int Version) : NodesEvent;

/// <param name="Epoch">The epoch that began.</param>
/// <param name="Height">The block that had stalled.</param>
/// <param name="Skip">Positions never executed; empty when the batch was voted on again.</param>
/// <param name="Root">The only root that an honest node may vote for in the new epoch at that height; null = what it comes to.</param>
public sealed record HeightRestarted(int Epoch, long Height, IReadOnlyList<long> Skip, Hash32? Root) : NodesEvent, IHeightRestarted;
