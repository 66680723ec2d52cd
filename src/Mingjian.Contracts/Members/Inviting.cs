using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Members;

/// <summary>Questions about invitations that pages ask the ledger's head, answered as the rules answer them.</summary>
public static class Inviting
{
    /// <summary>The member has or had a key, and did not issue the invitation with one of them.</summary>
    public static bool NeedsConfirmation(IStateReader state, InvitationRecord invitation) =>
        invitation.By != invitation.Member && state.KeysOf(invitation.Member) is not null;

    /// <summary>
    /// Holds the right over the member's branch, and over every organisation in which the member holds a post or will: whoever hands out a key
    /// hands out the posts behind it.
    /// </summary>
    public static bool MayInvite(IStateReader state, MemberId official, MemberRecord member, DateOnly today) =>
        MembersRights.IssueInvitation.Allows(state, official, member.Branch, today)
        && MembersRights.IssueInvitation.Covers(state, official, member.Member, today);

    internal static Actor? FindSigner(DecisionContext context, MemberId member)
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

    internal static bool IsKnown(IStateReader state, KeyId key) =>
        state.KeyRecord(key) is not null || state.Invitation(key) is not null || state.Get(KeysState.OrganizationKeys.Key(key)) is not null;
}
