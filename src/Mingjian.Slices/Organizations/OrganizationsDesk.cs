using Microsoft.EntityFrameworkCore;
using Mingjian.Contracts;
using Mingjian.Contracts.Organizations;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Desk;
using Mingjian.Views.Desk;

namespace Mingjian.Slices.Organizations;

/// <summary>Organisations and posts that are lacking.</summary>
internal sealed class OrganizationsDesk(LedgerAccess access) : IDeskSource
{
    /// <summary>Whoever invites everybody countersigns with nobody, so a network needs two more who may decide and confirm.</summary>
    private const int EnoughOfficers = 3;

    public async Task<IReadOnlyList<DeskItem>> ReadAsync(DeskReading desk, CancellationToken cancellationToken)
    {
        var held = await HeldRights.ReadAsync(desk, access, cancellationToken);
        if (held.Has(Right.EstablishOrganization) && held.Branches(Right.EstablishOrganization).Count == 0)
        {
            return [new("还没有党支部。先设立党支部，才能导入名册。", "设立党支部", "/staff/organizations", true)];
        }

        var items = new List<DeskItem>();
        var appointing = held.Branches(Right.AppointToPost);
        if (appointing.Count == 0)
        {
            return items;
        }

        var today = access.Today;
        var collected = await desk.Context.Posts().AsNoTracking()
            .Where(p => appointing.Contains(p.Organization) && (p.Post == Post.BranchSecretary || p.Post == Post.DuesCollector)
                && p.From <= today && (p.Until == null || p.Until >= today))
            .Select(p => p.Organization).Distinct().CountAsync(cancellationToken);
        var without = appointing.Count - collected;
        items.AddIf(without, $"{without} 个党支部没有支部书记或收缴人，收不了党费。", "任职", "/staff/organizations", false);
        if (held.Top is { } top && held.Allows(Right.AppointToPost, top))
        {
            var officers = await desk.Context.Posts().AsNoTracking()
                .Where(p => p.Organization == top && p.Post == Post.OrganizationOfficer && p.Until == null)
                .Select(p => p.Member).Distinct().CountAsync(cancellationToken);
            items.AddIf(
                Math.Max(0, EnoughOfficers - officers),
                $"最高一级党委只有 {officers} 名组织委员。审批减免、会签、补发密钥要由密钥来源无关的两个人办，建议任命并邀请至少 {EnoughOfficers} 名。",
                "任职", "/staff/organizations", false);
        }

        return items;
    }
}
