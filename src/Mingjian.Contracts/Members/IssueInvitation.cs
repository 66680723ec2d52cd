using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Members;

/// <summary>Lets one member bind one key: the ledger holds only the public key that is derived from the one-time code.</summary>
/// <remarks>
/// By an official for somebody who never had a key; by the member for a further device; by an official for a member who has or had a key, but
/// then a second official confirms (<see cref="ConfirmInvitation"/>).
/// </remarks>
/// <param name="Member">For whom.</param>
/// <param name="Key">Derived from the code, scheme <c>es256</c>; it can sign one <see cref="BindKey"/> for the member and nothing else.</param>
/// <param name="Expires">Refused from this time on.</param>
public sealed record IssueInvitation(MemberId Member, PublicKeyValue Key, LedgerTime Expires) : MembersCommand;

/// <summary>A member may bind one key with the code behind this key.</summary>
/// <param name="By">An official, or the member.</param>
/// <param name="With">The issuer's key: once it is revoked the invitation is worthless.</param>
public sealed record InvitationIssued(MemberId Member, PublicKeyValue Key, LedgerTime Expires, MemberId By, KeyId With) : MembersEvent;

internal static class IssueInvitationRules
{
    private const long Hour = 3600L * 1000;

    /// <summary>A code on paper should not lie about for longer.</summary>
    private const long LongestInvitation = 30 * 24 * Hour;

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

        return Inviting.IsKnown(state, command.Key.Id)
            ? Reject(MembersRejection.CodeRepeated)
            : Decision.Accept(new InvitationIssued(command.Member, command.Key, command.Expires, issuer!.Member!.Value, issuer.Key));
    }

    public static void Apply(IStateReader state, InvitationIssued issued, DecisionContext context, IStateWriter writes) =>
        writes.Put(
            KeysState.Invitations.Key(issued.Key.Id),
            new InvitationRecord(issued.Member, issued.Key, issued.Expires, issued.By, issued.With, null, null, null));

    /// <summary>The member, or else the first official who may invite the member.</summary>
    private static MembersRejection? FindInviter(IStateReader state, MemberRecord member, DecisionContext context, out Actor? issuer)
    {
        issuer = Inviting.FindSigner(context, member.Member);
        if (issuer is not null)
        {
            return null;
        }

        if (MembersRights.IssueInvitation.Signer(state, context, member.Branch) is not { } official)
        {
            return MembersRejection.MayNotInvite;
        }

        issuer = Inviting.FindSigner(context, official);
        return MembersRights.IssueInvitation.Covers(state, official, member.Member, context.Today)
            ? null
            : MembersRejection.InviteeOutranksSigner;
    }
}
