using Microsoft.EntityFrameworkCore;
using Mingjian.Contracts;
using Mingjian.Contracts.Members;
using Mingjian.Log.Entries;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Slices.Kernel.Subjects;
using Mingjian.Views.Explorer;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Members;

/// <summary>People: the entry that put them on the ledger.</summary>
internal sealed class MembersSubjects(LedgerAccess access, IDbContextFactory<ReadModelContext> readModels) : IEntrySubjects
{
    public async Task<long?> FindAsync(string id, CurrentUser user, CancellationToken cancellationToken)
    {
        if (!MemberId.TryParse(id, out var wanted) || !MaySee(user, wanted))
        {
            return null;
        }

        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        return await context.Members().AsNoTracking().Where(m => m.Member == wanted).Select(m => (long?)m.Index).SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>None: entries name them in words.</summary>
    public IEnumerable<EntrySubject> Of(TransactionEntry entry, CurrentUser user) => [];

    private bool MaySee(CurrentUser user, MemberId wanted) =>
        user.Member == wanted || (access.State.Member(wanted) is { } record && access.Allows(user, Right.ViewMembers, record.Branch));
}
