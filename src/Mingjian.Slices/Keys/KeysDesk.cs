using Microsoft.EntityFrameworkCore;
using Mingjian.Contracts;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Desk;
using Mingjian.Slices.Members;
using Mingjian.Slices.Organizations;
using Mingjian.Views.Desk;
using Mingjian.Views.Keys;

namespace Mingjian.Slices.Keys;

/// <summary>Members without a key, and invitations to further keys.</summary>
internal sealed class KeysDesk(LedgerAccess access, IInvitations invitations) : IDeskSource
{
    public async Task<IReadOnlyList<DeskItem>> ReadAsync(DeskReading desk, CancellationToken cancellationToken)
    {
        var items = new List<DeskItem>();
        var inviting = (await HeldRights.ReadAsync(desk, access, cancellationToken)).Branches(Right.IssueInvitation);
        if (inviting.Count == 0)
        {
            return items;
        }

        var keys = desk.Context.Keys();
        var without = await desk.Context.Members().AsNoTracking().CountAsync(
            m => m.Import != null && inviting.Contains(m.Branch) && !keys.Any(k => k.Member == m.Member && k.Revoked == null), cancellationToken);
        items.AddIf(without, $"{without} 名党员还没有绑定密钥，不能登录、确认党费。", "邀请", "/staff/invitations", false);

        // A further key opens what its owner may do: everybody over the owner hears of it while there is time to object.
        var open = await invitations.ListAsync(cancellationToken);
        var mine = open.Count(i => i.MayConfirm);
        items.AddIf(mine, $"{mine} 个补发密钥的邀请等第二个人确认，请先向本人核实。", "核实", "/staff/invitations", true);
        var others = open.Count(i => i.Stage != InvitationStage.Open && !i.MayConfirm);
        items.AddIf(others, $"{others} 名党员正在补发密钥。不是本人要求的，请撤回。", "查看", "/staff/invitations", false);
        return items;
    }
}
