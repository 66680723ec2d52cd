using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts;

/// <summary>Finds the member or organisation behind a key, the nodes and the sites in what <c>members</c>, <c>nodes</c> and <c>organizations</c> keep.</summary>
public sealed class KeyDirectory : IKeyDirectory
{
    /// <inheritdoc/>
    public NodePlan? FindNodes(IStateReader state) => state.Nodes() is { } nodes
        ? new NodePlan(nodes.Current.ToNodeSet(), nodes.Next?.ToNodeSet(), nodes.Next?.From ?? 0, nodes.Epoch)
        : null;

    /// <inheritdoc/>
    public NodeSet? FindNodesAt(IStateReader state, long height) => state.AgreementAt(height)?.ToNodeSet();

    /// <inheritdoc/>
    public int FindProtocol(IStateReader state, long height) => state.ProtocolAt(height);

    /// <inheritdoc/>
    public bool IsStated(IStateReader state, NodeSet nodes, ProtocolStatement statement) => Protocols.IsStated(state, nodes, statement);

    /// <inheritdoc/>
    public void State(IStateReader state, NodeSet nodes, long height, ProtocolStatement statement, IStateWriter writes) =>
        Protocols.State(state, nodes, height, statement, writes);

    /// <inheritdoc/>
    /// <remarks>The key of an open invitation is nobody's, and can sign the binding for which it was issued and nothing else.</remarks>
    public Actor? Find(IStateReader state, KeyId key, ICommand command) =>
        Find(state, key) is { } actor ? actor
        : command is BindKey bind && state.Invitation(key) is { IsOpen: true } invitation && invitation.Member == bind.Member
            ? new Actor(key, invitation.Key, null)
            : null;

    /// <inheritdoc/>
    public bool MayFound(IStateReader state, ICommand command) => command switch
    {
        FoundNetwork => state.Get(OrganizationsState.TopKey) is null,
        FoundNodes => state.Nodes() is null,
        _ => false,
    };

    /// <inheritdoc/>
    public bool IsSite(IStateReader state, ICommand command, Hash32 site) =>
        state.IsSite(site) || (command is FoundNetwork { Site: { } own } && own == site && state.Get(OrganizationsState.TopKey) is null);

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
