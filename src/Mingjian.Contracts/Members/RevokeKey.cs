using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Members;

/// <summary>Revokes a key from the next block on; by its owner or by the organisation's officer.</summary>
public sealed record RevokeKey(KeyId Key, KeyRevocationReason Reason) : MembersCommand;

/// <summary>The key speaks for nobody from the next act on.</summary>
public sealed record KeyRevoked(KeyId Key, MemberId Member, KeyRevocationReason Reason, MemberId By) : MembersEvent;

internal static class RevokeKeyRules
{
    public static Decision Decide(IStateReader state, RevokeKey command, DecisionContext context)
    {
        if (!Form.IsDefined(command.Reason))
        {
            return Reject(MembersRejection.Malformed);
        }

        if (!context.HasMember())
        {
            return Reject(MembersRejection.SignerNotAMember);
        }

        if (state.KeyRecord(command.Key) is not { } key)
        {
            return Reject(MembersRejection.KeyUnknown);
        }

        if (Revoker(state, key.Member, context) is not { } by)
        {
            return Reject(MembersRejection.MayNotRevoke);
        }

        return key.Revoked is not null
            ? Reject(MembersRejection.AlreadyRevoked)
            : Decision.Accept(new KeyRevoked(command.Key, key.Member, command.Reason, by));
    }

    public static void Apply(IStateReader state, KeyRevoked revoked, DecisionContext context, IStateWriter writes)
    {
        var key = state.KeyRecord(revoked.Key)!;
        writes.Put(KeysState.Keys.Key(revoked.Key), key with { Revoked = context.Time, Reason = revoked.Reason });
        var keys = state.KeysOf(revoked.Member)!;
        var left = new List<KeyId>();
        foreach (var id in keys.Keys)
        {
            if (id != revoked.Key)
            {
                left.Add(id);
            }
        }

        writes.Put(KeysState.MemberKeys.Key(revoked.Member), keys with { Keys = left });
    }

    private static MemberId? Revoker(IStateReader state, MemberId owner, DecisionContext context)
    {
        if (context.IsSignedBy(owner))
        {
            return owner;
        }

        return state.Member(owner) is { } member
            && MembersRights.RevokeKey.Signer(state, context, member.Branch) is { } by
            && MembersRights.RevokeKey.Covers(state, by, owner, context.Today)
            ? by
            : null;
    }
}
