using Microsoft.EntityFrameworkCore;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Views.Desk;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Kernel.Desk;

/// <summary>What waits for a person in one slice.</summary>
internal interface IDeskSource
{
    /// <summary>Only what the person's posts allow doing; empty when nothing waits.</summary>
    Task<IReadOnlyList<DeskItem>> ReadAsync(DeskReading desk, CancellationToken cancellationToken);
}

/// <summary>What one reading of the desk shares.</summary>
internal sealed record DeskReading(ReadModelContext Context, CurrentUser User);

/// <inheritdoc/>
internal sealed class DeskItems(IDbContextFactory<ReadModelContext> readModels, LedgerAccess access, IEnumerable<IDeskSource> sources) : IDesk
{
    public async Task<IReadOnlyList<DeskItem>> ReadAsync(CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);
        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        var desk = new DeskReading(context, user);
        var items = new List<DeskItem>();
        foreach (var source in sources)
        {
            items.AddRange(await source.ReadAsync(desk, cancellationToken));
        }

        return [.. items.OrderBy(i => i.IsUrgent ? 0 : 1)];
    }
}

/// <summary>Items that are there only when they count something.</summary>
internal static class CountedItems
{
    public static void AddIf(this List<DeskItem> items, int count, string what, string action, string href, bool urgent)
    {
        if (count > 0)
        {
            items.Add(new(what, action, href, urgent));
        }
    }
}
