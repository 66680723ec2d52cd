using Microsoft.EntityFrameworkCore;
using Mingjian.Acts.Signing;
using Mingjian.Contracts;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Sdk;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Views.Directory;
using Mingjian.Views.Keys;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Keys;

/// <summary>Keys from the read models; validity from the ledger's head.</summary>
internal sealed class KeyRing(
    ICurrentUser users, ILedger ledger, IDbContextFactory<ReadModelContext> readModels, INameDirectory names, TimeProvider clock)
    : IKeyRing, IInvitations
{
    /// <summary>Long enough for a branch to hand it over in person, short enough to be worthless soon.</summary>
    private static readonly TimeSpan Validity = TimeSpan.FromDays(7);

    /// <summary>A further key waits for a second official and a day.</summary>
    private static readonly TimeSpan FurtherValidity = TimeSpan.FromDays(14);

    private LedgerTime Now => LedgerTime.From(clock.GetUtcNow());

    public async Task<IReadOnlyList<KeyView>> ListAsync(MemberId? member = null, CancellationToken cancellationToken = default)
    {
        var user = await UserAsync(cancellationToken);
        var whose = member ?? user.Member;
        if (whose != user.Member)
        {
            Require(user, Right.IssueInvitation, whose);
        }

        await using var db = await readModels.CreateDbContextAsync(cancellationToken);
        var keys = await db.Keys().AsNoTracking().Where(k => k.Member == whose).ToListAsync(cancellationToken);
        var state = ledger.ReadState();
        var records = keys.Select(k => state.KeyRecord(k.Key)).OfType<KeyRecord>().ToList();
        var people = await names.FindAsync(
            records.SelectMany(r => new[] { r.By, r.ConfirmedBy }).OfType<MemberId>().Distinct().ToArray(), cancellationToken);
        return
        [
            .. keys.OrderByDescending(k => k.Index).Select(k => new KeyView(
                k.Key, k.PublicKey.Scheme, k.Since, state.KeyRecord(k.Key)?.Revoked ?? k.Revoked, k.Key == user.Key, k.Height, k.Index,
                OriginOf(state.KeyRecord(k.Key), people))),
        ];
    }

    public ActsToSign Revoke(KeyId key, KeyRevocationReason reason) => ActsToSign.Create(new RevokeKey(key, reason));

    public async Task<InvitationDraft> PrepareAsync(MemberId member, string publicKey, CancellationToken cancellationToken = default)
    {
        Require(await UserAsync(cancellationToken), Right.IssueInvitation, member);
        if (!PublicKeyValue.TryParse(publicKey, out var key))
        {
            throw new ArgumentException("Not a public key.", nameof(publicKey));
        }

        var further = ledger.ReadState().KeysOf(member) is not null;
        var expires = LedgerTime.From(clock.GetUtcNow() + (further ? FurtherValidity : Validity));
        return new InvitationDraft(ActsToSign.Create(new IssueInvitation(member, key, expires)), expires, further);
    }

    public async Task<IReadOnlyList<InvitationView>> ListAsync(CancellationToken cancellationToken = default)
    {
        var user = await UserAsync(cancellationToken);
        var state = ledger.ReadState();
        var today = Now.BeijingDate;
        var rows = await ReadAsync(null, cancellationToken);
        return await ShowAsync(
            user,
            rows.Where(r => state.Member(r.Member) is { } member && Rights.Allows(state, user.Member, Right.IssueInvitation, member.Branch, today)),
            state, cancellationToken);
    }

    public async Task<IReadOnlyList<InvitationView>> ListOwnAsync(CancellationToken cancellationToken = default)
    {
        var user = await UserAsync(cancellationToken);
        return await ShowAsync(user, await ReadAsync(user.Member, cancellationToken), ledger.ReadState(), cancellationToken);
    }

    public ActsToSign Confirm(InvitationView invitation) => ActsToSign.Create(new ConfirmInvitation(invitation.Member, invitation.Invitation));

    public ActsToSign Withdraw(InvitationView invitation) => ActsToSign.Create(new WithdrawInvitation(invitation.Member, invitation.Invitation));

    private async Task<List<ProjectedInvitation>> ReadAsync(MemberId? member, CancellationToken cancellationToken)
    {
        var now = Now;
        await using var db = await readModels.CreateDbContextAsync(cancellationToken);
        return await db.Invitations().AsNoTracking()
            .Where(i => i.Ended == null && i.Expires > now && (member == null || i.Member == member))
            .OrderByDescending(i => i.Index).ToListAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<InvitationView>> ShowAsync(
        CurrentUser user, IEnumerable<ProjectedInvitation> rows, IStateReader state, CancellationToken cancellationToken)
    {
        var open = rows.Select(r => (Row: r, Record: state.Invitation(r.Invitation))).Where(r => r.Record is { IsOpen: true }).ToList();
        var people = await names.FindAsync(
            open.SelectMany(r => new[] { r.Row.Member, r.Row.Signer, r.Record!.Confirmed?.By ?? r.Row.Signer }).Distinct().ToArray(),
            cancellationToken);
        var (now, today) = (Now, Now.BeijingDate);
        return
        [
            .. open.Select(r =>
            {
                var (row, record) = (r.Row, r.Record!);
                var needed = Inviting.NeedsConfirmation(state, record);
                var stage = !needed ? InvitationStage.Open
                    : record.Confirmed is not { } second ? InvitationStage.AwaitsConfirmation
                    : now < second.Opens ? InvitationStage.Noticed
                    : InvitationStage.Open;
                return new InvitationView(
                    row.Invitation, row.Member, NameOf(people, row.Member), NameOf(people, row.Signer), row.Signer == row.Member, row.Issued,
                    row.Expires, stage, needed && record.Confirmed is { } by ? NameOf(people, by.By) : null,
                    needed ? record.Confirmed?.Opens : null,
                    stage == InvitationStage.AwaitsConfirmation && user.Member != row.Member
                        && Inviting.MayInvite(state, user.Member, state.Member(row.Member)!, today)
                        && KeyChain.AreIndependent(state, user.Member, row.Signer),
                    row.Height, row.Index);
            }),
        ];
    }

    private static string OriginOf(KeyRecord? record, IReadOnlyDictionary<MemberId, string> people) => record switch
    {
        { By: { } by } when by == record.Member => "由本人添加",
        { By: { } by, ConfirmedBy: { } second } => $"由{NameOf(people, by)}邀请、{NameOf(people, second)}确认",
        { By: { } by } => $"由{NameOf(people, by)}邀请",
        _ => "启用账本时建立",
    };

    private static string NameOf(IReadOnlyDictionary<MemberId, string> known, MemberId member) =>
        known.TryGetValue(member, out var name) ? name : ShortId.Of(member);

    private async Task<CurrentUser> UserAsync(CancellationToken cancellationToken) =>
        await users.GetAsync(cancellationToken) ?? throw new AccessDeniedException("请先登录。");

    private void Require(CurrentUser user, Right right, MemberId member)
    {
        var state = ledger.ReadState();
        if (state.Member(member) is not { } record || !Rights.Allows(state, user.Member, right, record.Branch, Now.BeijingDate))
        {
            throw new AccessDeniedException("这名党员不在您的管理范围内。");
        }
    }
}
