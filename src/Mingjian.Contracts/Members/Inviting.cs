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
        Rights.Allows(state, official, Right.IssueInvitation, member.Branch, today)
        && MembersRules.Reaches(state, official, Right.IssueInvitation, member.Member, today);
}
