using Mingjian.Contracts;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Desk;
using Mingjian.Slices.Organizations;
using Mingjian.Views.Desk;
using Mingjian.Views.Networks;
using Mingjian.Views.ReadModels;

namespace Mingjian.Slices.Check;

/// <summary>What the check of the tables and the network's own state call for.</summary>
internal sealed class CheckDesk(LedgerAccess access, IReadModelCheck check, INetworkStatus network) : IDeskSource
{
    public async Task<IReadOnlyList<DeskItem>> ReadAsync(DeskReading desk, CancellationToken cancellationToken)
    {
        // The check is of the whole database, so it is the top committee's matter.
        var held = await HeldRights.ReadAsync(desk, access, cancellationToken);
        var items = new List<DeskItem>();
        if (held.Top is not { } top || !held.Allows(Right.ViewAudit, top))
        {
            return items;
        }

        if (await check.ReadResultsAsync(cancellationToken: cancellationToken) is not [var last, ..])
        {
            items.Add(new("还没有核对过数据库与账本是否一致。", "核对", "/staff/check", false));
        }
        else if (!last.IsClean)
        {
            items.Add(new($"最近一次数据核对有 {last.FaultCount} 处与账本不一致。", "查看", "/staff/check", true));
        }

        // The check has a line of its own.
        var alerts = (await network.ReadAsync(cancellationToken)).Alerts.Where(a => a.Code != "check-faults").ToList();
        items.AddIf(alerts.Count, $"网络状态有 {alerts.Count} 条提醒。", "查看", "/staff/network", alerts.Any(a => a.IsUrgent));
        return items;
    }
}
