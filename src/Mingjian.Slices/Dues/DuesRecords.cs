using Microsoft.EntityFrameworkCore;
using Mingjian.Contracts.Dues;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Slices.Members;
using Mingjian.Views.Dues;

namespace Mingjian.Slices.Dues;

/// <summary>Months and payments of some members, read in a handful of queries and put together.</summary>
internal sealed class DuesRecords
{
    private readonly ILookup<MemberId, ProjectedMonth> _months;
    private readonly ILookup<MemberId, ProjectedPayment> _payments;
    private readonly ILookup<PaymentId, ProjectedPaymentItem> _items;
    private readonly Func<MemberId, string> _names;
    private readonly bool _withClass;

    private DuesRecords(
        IEnumerable<ProjectedMonth> months, IEnumerable<ProjectedPayment> payments, IEnumerable<ProjectedPaymentItem> items,
        Func<MemberId, string> names, bool withClass)
    {
        _withClass = withClass;
        _months = months.ToLookup(m => m.Member);
        _payments = payments.ToLookup(p => p.Member);
        _items = items.ToLookup(i => i.Payment);
        _names = names;
    }

    /// <summary>Records of members that a query over the member table picks.</summary>
    /// <param name="context">Open; read only.</param>
    /// <param name="members">The members.</param>
    /// <param name="oldest">Earlier months, and payments dated earlier, are left out.</param>
    /// <param name="access">Gives the names of signers.</param>
    /// <param name="withClass">
    /// Whether months say of which class the member is and by which article the amount was found: beside an amount that gives the pay away. True for
    /// the member, and for whoever assesses the member.
    /// </param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<DuesRecords> ReadAsync(
        ReadModelContext context, IQueryable<ProjectedMember> members, Month oldest, LedgerAccess access, bool withClass, CancellationToken cancellationToken)
    {
        var ids = members.Select(m => m.Member);
        var months = await context.Months().AsNoTracking()
            .Where(m => m.Month >= oldest && ids.Contains(m.Member)).ToListAsync(cancellationToken);
        var items = await context.PaymentItems().AsNoTracking()
            .Where(i => i.Month >= oldest && ids.Contains(i.Member)).ToListAsync(cancellationToken);
        var firstDay = oldest.FirstDay;
        var payments = await context.Payments().AsNoTracking()
            .Where(p => ids.Contains(p.Member)
                && (p.Date >= firstDay || context.PaymentItems().Any(i => i.Member == p.Member && i.Payment == p.Payment && i.Month >= oldest)))
            .ToListAsync(cancellationToken);
        var signers = months.Select(m => m.Signer).Concat(payments.Select(p => p.Collector))
            .Concat(payments.Select(p => p.ReversedBy).OfType<MemberId>()).Concat(payments.Select(p => p.BranchAnswerBy).OfType<MemberId>()).ToHashSet();
        return new DuesRecords(months, payments, items, await access.MemberNamesAsync(signers, cancellationToken), withClass);
    }

    public MemberMonth Month(MemberId member, Month month)
    {
        var payments = Payments(member).Where(p => p.Items.Any(i => i.Month == month)).ToList();
        return _months[member].FirstOrDefault(m => m.Month == month) is not { } row
            ? new MemberMonth(month, MonthState.NotAssessed, null, Amount.Zero, Amount.Zero, false, payments, null)
            : new MemberMonth(month, StateOf(row), _withClass ? row.Class : null, row.Due, row.Paid, row.Reduced, payments, MarkOf(row));
    }

    public IEnumerable<PaymentView> Payments(MemberId member) =>
        _payments[member].OrderBy(p => p.Index).Select(View);

    /// <summary>Assessed months up to one that are not paid in full, ascending.</summary>
    public IReadOnlyList<OpenMonth> Open(MemberId member, Month until) =>
        [.. _months[member].Where(m => m.Month <= until && m.Paid < m.Due).OrderBy(m => m.Month).Select(m => new OpenMonth(m.Month, m.Due - m.Paid))];

    public ArrearsReport Arrears(MemberId member, Month current) => DuesArrears.Assess(
        _months[member].Select(m => new MonthRecord(
            m.Member, m.Month, m.Branch, m.Due, m.Paid, m.Class, null, m.Rule, m.Reduced, [])),
        current);

    private static MonthState StateOf(ProjectedMonth month) => month switch
    {
        _ when month.Due == Amount.Zero => MonthState.Waived,
        _ when month.Paid >= month.Due => MonthState.Paid,
        _ when month.Paid > Amount.Zero => MonthState.PartlyPaid,
        _ => MonthState.Unpaid,
    };

    private TrustMark MarkOf(ProjectedMonth row) => new(row.Signer, _names(row.Signer), _withClass ? row.Rule : null, row.Height, row.Index);

    private PaymentView View(ProjectedPayment row) => new(
        row.Payment, row.Member, row.Date, row.Method, row.Basis, row.Fund, row.Total,
        [.. _items[row.Payment].OrderBy(i => i.Month).Select(i => new PaymentItem(i.Month, i.Amount))],
        _names(row.Collector), row.Answer, row.Dispute, row.Reversal,
        new TrustMark(row.Collector, _names(row.Collector), row.Rule, row.Height, row.Index),
        row.ReversedBy is { } by ? new TrustMark(by, _names(by), null, row.ReversedHeight ?? 0, row.ReversedIndex ?? 0) : null,
        row is { BranchAnswer: { } answer, BranchAnswerBy: { } signer }
            ? new BranchAnswerView(
                answer, row.AnswerAccepted, new TrustMark(signer, _names(signer), null, row.BranchAnswerHeight ?? 0, row.BranchAnswerIndex ?? 0))
            : null);
}
