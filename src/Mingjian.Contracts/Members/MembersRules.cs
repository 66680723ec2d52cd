using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Members;

/// <summary>The rules of <c>members</c>; checks stand in the order of <see cref="MembersRejection"/>.</summary>
internal static class MembersRules
{
    public static Decision Decide(IStateReader state, MembersCommand command, DecisionContext context) => command switch
    {
        ImportMembers import => ImportRules.Decide(state, import, context),
        WithdrawImport withdraw => ImportRules.Decide(state, withdraw, context),
        IssueInvitation issue => InvitationRules.Decide(state, issue, context),
        ConfirmInvitation confirm => InvitationRules.Decide(state, confirm, context),
        WithdrawInvitation withdraw => InvitationRules.Decide(state, withdraw, context),
        BindKey bind => InvitationRules.Decide(state, bind, context),
        RevokeKey revoke => Decide(state, revoke, context),
        _ => throw new ArgumentException("Not a command of this contract.", nameof(command)),
    };

    public static void Apply(IStateReader state, MembersEvent happened, DecisionContext context, IStateWriter writes)
    {
        switch (happened)
        {
            case MembersImported imported:
                ImportRules.Apply(state, imported, writes);
                break;
            case ImportWithdrawn withdrawn:
                var import = state.Import(withdrawn.Import)!;
                writes.Put(MembersState.Imports.Key(withdrawn.Import), import with { Withdrawn = true });
                break;
            case InvitationIssued issued:
                writes.Put(
                    MembersState.Invitations.Key(issued.Key.Id),
                    new InvitationRecord(issued.Member, issued.Key, issued.Expires, issued.By, issued.With, null, null, null));
                break;
            case InvitationConfirmed confirmed:
                writes.Put(
                    MembersState.Invitations.Key(confirmed.Invitation),
                    state.Invitation(confirmed.Invitation)! with
                    {
                        Confirmed = new InvitationConfirmation(confirmed.By, confirmed.With, confirmed.Opens),
                    });
                break;
            case InvitationWithdrawn gone:
                writes.Put(
                    MembersState.Invitations.Key(gone.Invitation), state.Invitation(gone.Invitation)! with { Withdrawn = context.Time });
                break;
            case KeyBound bound:
                InvitationRules.Apply(state, bound, context, writes);
                break;
            case KeyRevoked revoked:
                Apply(state, revoked, context, writes);
                break;
            default:
                throw new ArgumentException("Not an event of this contract.", nameof(happened));
        }
    }

    internal static void PutFounder(IStateWriter writes, NetworkFounded founded, DecisionContext context)
    {
        writes.Put(
            MembersState.Members.Key(founded.Officer),
            new MemberRecord(
                founded.Officer, founded.Committee, MemberStanding.FullMember, context.Today, context.Today, null, null, null));
        writes.Put(MembersState.Keys.Key(founded.Key.Id), new KeyRecord(founded.Key, founded.Officer, context.Time, null, null, null, null));
        writes.Put(MembersState.MemberKeys.Key(founded.Officer), new MemberKeysRecord([founded.Key.Id], []));
    }

    private static Decision Decide(IStateReader state, RevokeKey command, DecisionContext context)
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

    private static void Apply(IStateReader state, KeyRevoked revoked, DecisionContext context, IStateWriter writes)
    {
        var key = state.KeyRecord(revoked.Key)!;
        writes.Put(MembersState.Keys.Key(revoked.Key), key with { Revoked = context.Time, Reason = revoked.Reason });
        var keys = state.KeysOf(revoked.Member)!;
        var left = new List<KeyId>();
        foreach (var id in keys.Keys)
        {
            if (id != revoked.Key)
            {
                left.Add(id);
            }
        }

        writes.Put(MembersState.MemberKeys.Key(revoked.Member), keys with { Keys = left });
    }

    private static MemberId? Revoker(IStateReader state, MemberId owner, DecisionContext context)
    {
        if (context.IsSignedBy(owner))
        {
            return owner;
        }

        return state.Member(owner) is { } member
            && Rights.Signer(state, context, Right.RevokeKey, member.Branch) is { } by
            && Reaches(state, by, Right.RevokeKey, owner, context.Today)
            ? by
            : null;
    }

    /// <summary>
    /// Whether a signer's right covers every organisation in which somebody holds a post: whoever hands out or takes away a key hands out or
    /// takes away the posts behind it.
    /// </summary>
    internal static bool Reaches(IStateReader state, MemberId signer, Right right, MemberId other, DateOnly today)
    {
        foreach (var held in state.PostsOf(other)?.Appointments ?? [])
        {
            var ended = held.Until is { } until && until < today;
            if (!ended && !Rights.Allows(state, signer, right, held.Organization, today))
            {
                return false;
            }
        }

        return true;
    }

    internal static Decision Reject(MembersRejection reason) => Decision.Reject(MembersContract.ContractName, reason);
}
