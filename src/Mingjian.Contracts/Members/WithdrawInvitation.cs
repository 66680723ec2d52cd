using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Members;

/// <summary>Ends an invitation before it is redeemed; by the member, its issuer or an official over the member.</summary>
/// <param name="Member">As in the invitation.</param>
/// <param name="Invitation">Id of the invitation's key.</param>
public sealed record WithdrawInvitation(MemberId Member, KeyId Invitation) : MembersCommand;

/// <summary>The invitation can no longer be redeemed.</summary>
public sealed record InvitationWithdrawn(KeyId Invitation, MemberId Member, MemberId By) : MembersEvent;

internal static class WithdrawInvitationRules
{
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
        if ((Inviting.FindSigner(context, invitation.Member) ?? Inviting.FindSigner(context, invitation.By))?.Member is not { } by)
        {
            if (MembersRights.IssueInvitation.Signer(state, context, member.Branch) is not { } official)
            {
                return Reject(MembersRejection.MayNotWithdrawInvitation);
            }

            by = official;
        }

        return !invitation.IsOpen || context.Time >= invitation.Expires
            ? Reject(MembersRejection.InvitationClosed)
            : Decision.Accept(new InvitationWithdrawn(command.Invitation, invitation.Member, by));
    }

    public static void Apply(IStateReader state, InvitationWithdrawn withdrawn, DecisionContext context, IStateWriter writes) =>
        writes.Put(
            KeysState.Invitations.Key(withdrawn.Invitation), state.Invitation(withdrawn.Invitation)! with { Withdrawn = context.Time });
}
