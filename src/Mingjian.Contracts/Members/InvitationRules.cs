using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Members;

/// <summary>How somebody gets a key: the first by one official, a further one by the owner or by two officials and a day's notice.</summary>
internal static class InvitationRules
{
    private const long Hour = 3600L * 1000;

    /// <summary>A code on paper should not lie about for longer.</summary>
    private const long LongestInvitation = 30 * 24 * Hour;

    /// <summary>From the confirmation to the first moment at which a further key can be bound: time to object.</summary>
    private const long Notice = 24 * Hour;

    public static Decision Decide(IStateReader state, IssueInvitation command, DecisionContext context)
    {
        // Another scheme cannot be derived from a code.
        if (command.Key.Scheme != "es256")
        {
            return Reject(MembersRejection.Malformed);
        }

        if (!context.HasMember())
        {
            return Reject(MembersRejection.SignerNotAMember);
        }

        if (state.Member(command.Member) is not { } member)
        {
            return Reject(MembersRejection.MemberUnknown);
        }

        if (!state.IsActive(member))
        {
            return Reject(MembersRejection.MemberWithdrawn);
        }

        if (FindInviter(state, member, context, out var issuer) is { } reason)
        {
            return Reject(reason);
        }

        if (command.Expires <= context.Time)
        {
            return Reject(MembersRejection.ExpiryPast);
        }

        if (command.Expires > context.Time.AddMilliseconds(LongestInvitation))
        {
            return Reject(MembersRejection.ExpiryTooFar);
        }

        return IsKnown(state, command.Key.Id)
            ? Reject(MembersRejection.CodeRepeated)
            : Decision.Accept(new InvitationIssued(command.Member, command.Key, command.Expires, issuer!.Member!.Value, issuer.Key));
    }

    public static Decision Decide(IStateReader state, ConfirmInvitation command, DecisionContext context)
    {
        if (!context.HasMember())
        {
            return Reject(MembersRejection.SignerNotAMember);
        }

        if (state.Invitation(command.Invitation) is not { } invitation || invitation.Member != command.Member
            || state.Member(command.Member) is not { } member)
        {
            return Reject(MembersRejection.InvitationUnknown);
        }

        if (!invitation.IsOpen || context.Time >= invitation.Expires)
        {
            return Reject(MembersRejection.InvitationClosed);
        }

        if (!Inviting.NeedsConfirmation(state, invitation) || invitation.Confirmed is not null)
        {
            return Reject(MembersRejection.NothingToConfirm);
        }

        var reason = MembersRejection.MayNotConfirm;
        Actor? second = null;
        foreach (var actor in context.Actors)
        {
            if (actor.Member is { } official && official != invitation.By && official != invitation.Member
                && Inviting.MayInvite(state, official, member, context.Today))
            {
                if (KeyChain.AreIndependent(state, official, invitation.By))
                {
                    second = actor;
                    break;
                }

                reason = MembersRejection.ConfirmerNotIndependent;
            }
        }

        if (second is null)
        {
            return Reject(reason);
        }

        var opens = context.Time.AddMilliseconds(Notice);
        return opens >= invitation.Expires
            ? Reject(MembersRejection.ExpiresBeforeOpening)
            : Decision.Accept(new InvitationConfirmed(command.Invitation, invitation.Member, opens, second.Member!.Value, second.Key));
    }

    public static Decision Decide(IStateReader state, WithdrawInvitation command, DecisionContext context)
    {
        if (!context.HasMember())
        {
            return Reject(MembersRejection.SignerNotAMember);
        }

        if (state.Invitation(command.Invitation) is not { } invitation || invitation.Member != command.Member
            || state.Member(command.Member) is not { } member)
        {
            return Reject(MembersRejection.InvitationUnknown);
        }

        // Saying no is safe, so nobody is asked whether he or she reaches the member's posts.
        if ((FindSigner(context, invitation.Member) ?? FindSigner(context, invitation.By))?.Member is not { } by)
        {
            if (Rights.Signer(state, context, Right.IssueInvitation, member.Branch) is not { } official)
            {
                return Reject(MembersRejection.MayNotWithdrawInvitation);
            }

            by = official;
        }

        return !invitation.IsOpen || context.Time >= invitation.Expires
            ? Reject(MembersRejection.InvitationClosed)
            : Decision.Accept(new InvitationWithdrawn(command.Invitation, invitation.Member, by));
    }

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

        if (IsKnown(state, command.Key.Id))
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
            MembersState.Keys.Key(bound.Key.Id),
            new KeyRecord(bound.Key, bound.Member, context.Time, null, null, bound.By, bound.ConfirmedBy));
        writes.Put(
            MembersState.MemberKeys.Key(bound.Member),
            new MemberKeysRecord(
                [.. state.KeysOf(bound.Member)?.Keys ?? [], bound.Key.Id],
                KeyChain.Extend(state, bound.Member, bound.By, bound.ConfirmedBy)));
        writes.Put(MembersState.Invitations.Key(bound.Invitation), state.Invitation(bound.Invitation)! with { Used = bound.Key.Id });
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

    /// <summary>The member, or else the first official who may invite the member.</summary>
    private static MembersRejection? FindInviter(IStateReader state, MemberRecord member, DecisionContext context, out Actor? issuer)
    {
        issuer = FindSigner(context, member.Member);
        if (issuer is not null)
        {
            return null;
        }

        if (Rights.Signer(state, context, Right.IssueInvitation, member.Branch) is not { } official)
        {
            return MembersRejection.MayNotInvite;
        }

        issuer = FindSigner(context, official);
        return MembersRules.Reaches(state, official, Right.IssueInvitation, member.Member, context.Today)
            ? null
            : MembersRejection.InviteeOutranksSigner;
    }

    private static Actor? FindSigner(DecisionContext context, MemberId member)
    {
        foreach (var actor in context.Actors)
        {
            if (actor.Member == member)
            {
                return actor;
            }
        }

        return null;
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

    private static bool IsKnown(IStateReader state, KeyId key) =>
        state.KeyRecord(key) is not null || state.Invitation(key) is not null || state.Get(NodesState.OrganizationKeys.Key(key)) is not null;

    private static Decision Reject(MembersRejection reason) => MembersRules.Reject(reason);
}
