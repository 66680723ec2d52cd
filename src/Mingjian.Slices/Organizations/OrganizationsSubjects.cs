using Microsoft.EntityFrameworkCore;
using Mingjian.Contracts;
using Mingjian.Log.Entries;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Slices.Kernel.Subjects;
using Mingjian.Views.Explorer;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Organizations;

/// <summary>Organisations: the entry that established them.</summary>
internal sealed class OrganizationsSubjects(LedgerAccess access, IDbContextFactory<ReadModelContext> readModels) : IEntrySubjects
{
    public async Task<long?> FindAsync(string id, CurrentUser user, CancellationToken cancellationToken)
    {
        if (!OrganizationId.TryParse(id, out var wanted) || !MaySee(user, wanted))
        {
            return null;
        }

        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        return await context.Organizations().AsNoTracking().Where(o => o.Organization == wanted).Select(o => (long?)o.Index).SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>None: entries name them in words.</summary>
    public IEnumerable<EntrySubject> Of(TransactionEntry entry, CurrentUser user) => [];

    private bool MaySee(CurrentUser user, OrganizationId wanted) =>
        access.Allows(user, Right.ViewMembers, wanted);
}
