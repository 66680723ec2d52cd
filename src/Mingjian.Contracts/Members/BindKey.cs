using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Members;

/// <summary>Redeems an invitation: binds a new key to the member. Signed by the new key and by the invitation's.</summary>
/// <param name="Member">As in the invitation.</param>
/// <param name="Key">The new key.</param>
public sealed record BindKey(MemberId Member, PublicKeyValue Key) : MembersCommand, IIntroducesKey;

/// <summary>The key speaks for the member from the next block on.</summary>
/// <param name="Invitation">Id of the invitation's key.</param>
/// <param name="By">Who invited: an official, or the member with a key of his or her own.</param>
/// <param name="ConfirmedBy">The second official; null where none is asked for.</param>
public sealed record KeyBound(
    MemberId Member, PublicKeyValue Key, KeyId Invitation, MemberId By, MemberId? ConfirmedBy) : MembersEvent;

internal static class BindKeyRules
{
    public static Decision Decide(IStateReader state, BindKey command, DecisionContext context)
    {
        if (state.Member(command.Member) is not { } member)
        {
            return Reject(MembersRejection.MemberUnknown);
        }

        if (!state.IsActive(member))
        {
            return Reject(MembersRejection.MemberWithdrawn);
        }

        if (FindInvitation(state, context) is not { } invitation)
        {
            return Reject(MembersRejection.CodeUnknown);
        }

        if (invitation.Member != command.Member)
        {
            return Reject(MembersRejection.WrongMember);
        }

        if (invitation.Used is not null)
        {
            return Reject(MembersRejection.CodeUsed);
        }

        if (context.Time >= invitation.Expires)
        {
            return Reject(MembersRejection.CodeExpired);
        }

        if (!context.IsSignedBy(command.Key))
        {
            return Reject(MembersRejection.KeyDidNotSign);
        }

        if (Inviting.IsKnown(state, command.Key.Id))
        {
            return Reject(MembersRejection.KeyTaken);
        }

        if (state.KeysOf(command.Member) is { } keys && keys.Keys.Count >= MemberKeysRecord.Max)
        {
            return Reject(MembersRejection.TooManyKeys);
        }

        return CheckStanding(state, invitation, member, context) is { } reason
            ? Reject(reason)
            : Decision.Accept(new KeyBound(
                command.Member, command.Key, invitation.Key.Id, invitation.By,
                Inviting.NeedsConfirmation(state, invitation) ? invitation.Confirmed?.By : null));
    }

    public static void Apply(IStateReader state, KeyBound bound, DecisionContext context, IStateWriter writes)
    {
        writes.Put(
            KeysState.Keys.Key(bound.Key.Id),
            new KeyRecord(bound.Key, bound.Member, context.Time, null, null, bound.By, bound.ConfirmedBy));
        writes.Put(
            KeysState.MemberKeys.Key(bound.Member),
            new MemberKeysRecord(
                [.. state.KeysOf(bound.Member)?.Keys ?? [], bound.Key.Id],
                KeyChain.Extend(state, bound.Member, bound.By, bound.ConfirmedBy)));
        writes.Put(KeysState.Invitations.Key(bound.Invitation), state.Invitation(bound.Invitation)! with { Used = bound.Key.Id });
        MembersState.MarkInUse(state, bound.Member, writes);
    }

    /// <summary>Asked when it is redeemed: a code kept back until the member is promoted, or its issuer dismissed or robbed, must not open the post.</summary>
    private static MembersRejection? CheckStanding(
        IStateReader state, InvitationRecord invitation, MemberRecord member, DecisionContext context)
    {
        if (IsRevoked(state, invitation.With)
            || (invitation.By != invitation.Member && !Inviting.MayInvite(state, invitation.By, member, context.Today)))
        {
            return MembersRejection.InvitationLapsed;
        }

        var needed = Inviting.NeedsConfirmation(state, invitation);
        if (needed && invitation.Confirmed is { } second
            && (IsRevoked(state, second.With) || !Inviting.MayInvite(state, second.By, member, context.Today)
                || !KeyChain.AreIndependent(state, invitation.By, second.By)))
        {
            return MembersRejection.InvitationLapsed;
        }

        if (invitation.Withdrawn is not null)
        {
            return MembersRejection.CodeWithdrawn;
        }

        if (!needed)
        {
            return null;
        }

        if (invitation.Confirmed is not { } confirmed)
        {
            return MembersRejection.NotConfirmed;
        }

        return context.Time < confirmed.Opens ? MembersRejection.NotOpenYet : null;
    }

    /// <summary>Of the first signer that is an invitation's key.</summary>
    private static InvitationRecord? FindInvitation(IStateReader state, DecisionContext context)
    {
        foreach (var actor in context.Actors)
        {
            if (actor.Member is null && state.Invitation(actor.Key) is { } invitation)
            {
                return invitation;
            }
        }

        return null;
    }

    private static bool IsRevoked(IStateReader state, KeyId key) => state.KeyRecord(key) is { Revoked: not null };
}
