using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Members;

/// <summary>A second official agrees that a member who has or had a key gets a further one; it can be redeemed 24 hours later.</summary>
/// <param name="Member">As in the invitation, so that whoever signs reads for whom.</param>
/// <param name="Invitation">Id of the invitation's key.</param>
public sealed record ConfirmInvitation(MemberId Member, KeyId Invitation) : MembersCommand;

/// <summary>A second official agreed; the invitation can be redeemed from <paramref name="Opens"/> on.</summary>
public sealed record InvitationConfirmed(KeyId Invitation, MemberId Member, LedgerTime Opens, MemberId By, KeyId With) : MembersEvent;

internal static class ConfirmInvitationRules
{
    /// <summary>From the confirmation to the first moment at which a further key can be bound: time to object.</summary>
    private const long Notice = 24L * 3600 * 1000;

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

    public static void Apply(IStateReader state, InvitationConfirmed confirmed, DecisionContext context, IStateWriter writes) =>
        writes.Put(
            KeysState.Invitations.Key(confirmed.Invitation),
            state.Invitation(confirmed.Invitation)! with
            {
                Confirmed = new InvitationConfirmation(confirmed.By, confirmed.With, confirmed.Opens),
            });
}
