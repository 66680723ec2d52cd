using Microsoft.EntityFrameworkCore;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Log.Entries;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Slices.Kernel.Subjects;
using Mingjian.Views.Explorer;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Dues;

/// <summary>Payments.</summary>
internal sealed class DuesSubjects(LedgerAccess access, IDbContextFactory<ReadModelContext> readModels) : IEntrySubjects
{
    private const string Prefix = "dues.";

    public async Task<long?> FindAsync(string id, CurrentUser user, CancellationToken cancellationToken)
    {
        if (!PaymentId.TryParse(id, out var payment) || !MaySee(user, payment))
        {
            return null;
        }

        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        return await context.Payments().AsNoTracking().Where(p => p.Payment == payment).Select(p => (long?)p.Index).SingleOrDefaultAsync(cancellationToken);
    }

    public IEnumerable<EntrySubject> Of(TransactionEntry entry, CurrentUser user) => entry.Events
        .Where(e => e.Name.StartsWith(Prefix, StringComparison.Ordinal) && e.Body.TryGetProperty("payment", out _))
        .Select(e => PaymentId.TryParse(e.Body.GetProperty("payment").GetString() ?? "", out var payment) ? payment : (PaymentId?)null)
        .OfType<PaymentId>().Distinct().Where(p => MaySee(user, p))
        .Select(p => new EntrySubject("缴纳", p.ToString(), $"/receipts/{p}", "缴纳凭证（可离线核验）"));

    private bool MaySee(CurrentUser user, PaymentId payment) =>
        access.State.Payment(payment) is { } record && (user.Member == record.Member || access.Allows(user, Right.ViewDues, record.Branch));
}
