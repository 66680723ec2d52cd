using Mingjian.Slices.Kernel.Desk;
using Mingjian.Views.Countersigning;
using Mingjian.Views.Desk;

namespace Mingjian.Slices.Kernel.Countersigning;

/// <summary>Acts that wait for a second signature.</summary>
internal sealed class PendingDesk(IPendingActs pending) : IDeskSource
{
    public async Task<IReadOnlyList<DeskItem>> ReadAsync(DeskReading desk, CancellationToken cancellationToken)
    {
        var items = new List<DeskItem>();
        var acts = await pending.ListAsync(cancellationToken);
        var mine = acts.Count(a => a.MaySign);
        items.AddIf(mine, $"{mine} 笔超过 6 个月的补交等您会签。", "会签", "/staff/dues/pending", true);
        var others = acts.Count - mine;
        items.AddIf(others, $"{others} 笔补交等上级党委组织委员会签。", "查看", "/staff/dues/pending", false);
        return items;
    }
}
