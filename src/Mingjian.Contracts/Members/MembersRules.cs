using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Members;

/// <summary>The rules of <c>members</c>; checks stand in the order of <see cref="MembersRejection"/>.</summary>
internal static class MembersRules
{
    /// <summary>A code on paper should not lie about for longer.</summary>
    private const long LongestInvitation = 30L * 24 * 3600 * 1000;

    public static Decision Decide(IStateReader state, MembersCommand command, DecisionContext context) => command switch
    {
        ImportMembers import => ImportRules.Decide(state, import, context),
        WithdrawImport withdraw => ImportRules.Decide(state, withdraw, context),
        IssueInvitation issue => Decide(state, issue, context),
        BindKey bind => Decide(state, bind, context),
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
                    MembersState.Invitations.Key(issued.CodeHash.ToHex()), new InvitationRecord(issued.Member, issued.Expires, issued.By, null));
                break;
            case KeyBound bound:
                Apply(state, bound, context, writes);
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
        PutKey(writes, founded.Officer, founded.Key, [], context);
    }

    private static Decision Decide(IStateReader state, IssueInvitation command, DecisionContext context)
    {
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

        if (Rights.Signer(state, context, Right.IssueInvitation, member.Branch) is not { } by)
        {
            return Reject(MembersRejection.MayNotInvite);
        }

        if (!Reaches(state, by, Right.IssueInvitation, command.Member, context.Today))
        {
            return Reject(MembersRejection.InviteeOutranksSigner);
        }

        if (command.Expires <= context.Time)
        {
            return Reject(MembersRejection.ExpiryPast);
        }

        if (command.Expires > context.Time.AddMilliseconds(LongestInvitation))
        {
            return Reject(MembersRejection.ExpiryTooFar);
        }

        return state.Invitation(command.CodeHash) is not null
            ? Reject(MembersRejection.CodeRepeated)
            : Decision.Accept(new InvitationIssued(command.Member, command.CodeHash, command.Expires, by));
    }

    private static Decision Decide(IStateReader state, BindKey command, DecisionContext context)
    {
        if (state.Member(command.Member) is not { } member)
        {
            return Reject(MembersRejection.MemberUnknown);
        }

        if (!state.IsActive(member))
        {
            return Reject(MembersRejection.MemberWithdrawn);
        }

        var hash = MembersState.CodeHash(command.Code);
        if (state.Invitation(hash) is not { } invitation)
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

        if (state.KeyRecord(command.Key.Id) is not null || state.Get(NodesState.OrganizationKeys.Key(command.Key.Id)) is not null)
        {
            return Reject(MembersRejection.KeyTaken);
        }

        if (state.KeysOf(command.Member) is { } keys && keys.Keys.Count >= MemberKeysRecord.Max)
        {
            return Reject(MembersRejection.TooManyKeys);
        }

        // A code kept back until the member is promoted, or its issuer dismissed, must not open the post.
        return !Rights.Allows(state, invitation.By, Right.IssueInvitation, member.Branch, context.Today)
            || !Reaches(state, invitation.By, Right.IssueInvitation, command.Member, context.Today)
            ? Reject(MembersRejection.InvitationLapsed)
            : Decision.Accept(new KeyBound(command.Member, command.Key, hash));
    }

    private static void Apply(IStateReader state, KeyBound bound, DecisionContext context, IStateWriter writes)
    {
        PutKey(writes, bound.Member, bound.Key, state.KeysOf(bound.Member)?.Keys ?? [], context);
        var invitation = state.Invitation(bound.CodeHash)!;
        writes.Put(MembersState.Invitations.Key(bound.CodeHash.ToHex()), invitation with { Used = bound.Key.Id });
        MembersState.MarkInUse(state, bound.Member, writes);
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
        var left = new List<KeyId>();
        foreach (var id in state.KeysOf(revoked.Member)?.Keys ?? [])
        {
            if (id != revoked.Key)
            {
                left.Add(id);
            }
        }

        writes.Put(MembersState.MemberKeys.Key(revoked.Member), new MemberKeysRecord(left));
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
    private static bool Reaches(IStateReader state, MemberId signer, Right right, MemberId other, DateOnly today)
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

    private static void PutKey(
        IStateWriter writes, MemberId member, PublicKeyValue key, IReadOnlyList<KeyId> others, DecisionContext context)
    {
        writes.Put(MembersState.Keys.Key(key.Id), new KeyRecord(key, member, context.Time, null, null));
        writes.Put(MembersState.MemberKeys.Key(member), new MemberKeysRecord([.. others, key.Id]));
    }

    private static Decision Reject(MembersRejection reason) => Decision.Reject(MembersContract.ContractName, reason);
}
