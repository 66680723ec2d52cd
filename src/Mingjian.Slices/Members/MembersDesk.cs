using Microsoft.EntityFrameworkCore;
using Mingjian.Contracts;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Desk;
using Mingjian.Slices.Organizations;
using Mingjian.Views.Desk;
using Mingjian.Views.Members;

namespace Mingjian.Slices.Members;

/// <summary>Rosters that are missing or half imported.</summary>
internal sealed class MembersDesk(LedgerAccess access, IRosterImports imports) : IDeskSource
{
    public async Task<IReadOnlyList<DeskItem>> ReadAsync(DeskReading desk, CancellationToken cancellationToken)
    {
        var items = new List<DeskItem>();
        var branches = (await HeldRights.ReadAsync(desk, access, cancellationToken)).Branches(Right.ImportMembers);
        if (branches.Count == 0)
        {
            return items;
        }

        if (!await desk.Context.Members().AnyAsync(m => m.Import != null && branches.Contains(m.Branch), cancellationToken))
        {
            items.Add(new("还没有党员名册。", "导入名册", "/staff/import", true));
        }

        var broken = (await imports.ListAsync(cancellationToken)).Count(i => i.State == ImportState.Partial);
        items.AddIf(broken, $"{broken} 次名册导入没有完成，请再次上传同一文件补齐。", "补齐", "/staff/import", true);
        return items;
    }
}
