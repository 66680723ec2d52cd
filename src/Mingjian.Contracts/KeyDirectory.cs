using Mingjian.Contracts.Members;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts;

/// <summary>Finds the member behind a key in the table that <c>members</c> keeps.</summary>
public sealed class KeyDirectory : IKeyDirectory
{
    /// <inheritdoc/>
    public Actor? Find(IStateReader state, KeyId key) =>
        state.KeyRecord(key) is { Revoked: null } record ? new Actor(key, record.Key, record.Member) : null;
}
