using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts;

/// <summary>Finds the member or organisation behind a key, and the nodes, in what <c>members</c> and <c>nodes</c> keep.</summary>
public sealed class KeyDirectory : IKeyDirectory
{
    /// <inheritdoc/>
    public NodePlan? FindNodes(IStateReader state) => state.Nodes() is { } nodes
        ? new NodePlan(nodes.Current.ToNodeSet(), nodes.Next?.ToNodeSet(), nodes.Next?.From ?? 0, nodes.Epoch)
        : null;

    /// <inheritdoc/>
    public NodeSet? FindNodesAt(IStateReader state, long height) => state.AgreementAt(height)?.ToNodeSet();

    /// <inheritdoc/>
    public Actor? Find(IStateReader state, KeyId key)
    {
        if (state.KeyRecord(key) is { } record)
        {
            return record.Revoked is null ? new Actor(key, record.Key, record.Member) : null;
        }

        return state.OrganizationKey(key) is { } network ? new Actor(key, network.Key, null) : null;
    }
}
