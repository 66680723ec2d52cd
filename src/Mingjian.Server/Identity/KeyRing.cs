using Microsoft.EntityFrameworkCore;
using Mingjian.Client.Identity;
using Mingjian.Client.Session;
using Mingjian.Client.Signing;
using Mingjian.Contracts;
using Mingjian.Contracts.Members;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Server.Projections;

namespace Mingjian.Server.Identity;

/// <summary>Keys from the read models; validity from the ledger's head.</summary>
internal sealed class KeyRing(ICurrentUser users, ILedger ledger, IDbContextFactory<ReadModelContext> readModels, TimeProvider clock)
    : IKeyRing, IInvitations
{
    /// <summary>Long enough for a branch to hand it over in person, short enough to be worthless soon.</summary>
    private static readonly TimeSpan Validity = TimeSpan.FromDays(7);

    public async Task<IReadOnlyList<KeyView>> ListAsync(MemberId? member = null, CancellationToken cancellationToken = default)
    {
        var user = await UserAsync(cancellationToken);
        var whose = member ?? user.Member;
        if (whose != user.Member)
        {
            Require(user, Right.IssueInvitation, whose);
        }

        await using var db = await readModels.CreateDbContextAsync(cancellationToken);
        var keys = await db.Keys.AsNoTracking().Where(k => k.Member == whose).ToListAsync(cancellationToken);
        var state = ledger.ReadState();
        return
        [
            .. keys.OrderByDescending(k => k.Index).Select(k => new KeyView(
                k.Key, k.PublicKey.Scheme, k.Since, state.KeyRecord(k.Key)?.Revoked ?? k.Revoked, k.Key == user.Key, k.Height, k.Index)),
        ];
    }

    public ActsToSign Revoke(KeyId key, KeyRevocationReason reason) => ActsToSign.Create(new RevokeKey(key, reason));

    public async Task<InvitationDraft> PrepareAsync(MemberId member, CancellationToken cancellationToken = default)
    {
        Require(await UserAsync(cancellationToken), Right.IssueInvitation, member);
        var code = Salt.New();
        var bytes = Convert.FromBase64String(code.ToString());
        var expires = LedgerTime.From(clock.GetUtcNow() + Validity);
        return new InvitationDraft(
            ActsToSign.Create(new IssueInvitation(member, Hash32.Of(bytes), expires)),
            $"/invite#{member}.{System.Buffers.Text.Base64Url.EncodeToString(bytes)}",
            expires);
    }

    public string DrawQr(string address) => Receipts.QrSvg.Draw(address);

    private async Task<CurrentUser> UserAsync(CancellationToken cancellationToken) =>
        await users.GetAsync(cancellationToken) ?? throw new AccessDeniedException("请先登录。");

    private void Require(CurrentUser user, Right right, MemberId member)
    {
        var state = ledger.ReadState();
        var today = LedgerTime.From(clock.GetUtcNow()).BeijingDate;
        if (state.Member(member) is not { } record || !Rights.Allows(state, user.Member, right, record.Branch, today))
        {
            throw new AccessDeniedException("这名党员不在您的管理范围内。");
        }
    }
}
