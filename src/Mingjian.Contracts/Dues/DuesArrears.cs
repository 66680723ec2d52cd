using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>How far a member is behind, and what speaks for a proper reason (Art. 13). Computed and shown; it never changes a status.</summary>
/// <remarks>
/// Whether there is a proper reason, and what follows, people decide in the procedure of the Constitution. A month that was never assessed
/// ends the count: what nobody asked for was not refused. The month in progress does not count yet.
/// </remarks>
public static class DuesArrears
{
    /// <summary>Months looked at, newest first.</summary>
    public const int MonthsRead = 24;

    /// <summary>Counts back from the month before <paramref name="current"/>.</summary>
    /// <param name="months">Assessed months of one member, in any order, each once.</param>
    public static ArrearsReport Assess(IEnumerable<MonthRecord> months, Month current)
    {
        var assessed = months.Where(m => m.Month < current).OrderByDescending(m => m.Month).ToList();
        var unpaid = new List<Month>();
        var reasons = new List<ProperReasonEvidence>();
        var expected = current.Index - 1;
        foreach (var month in assessed)
        {
            if (month.Month.Index != expected || month.Paid >= month.Due)
            {
                break;
            }

            unpaid.Insert(0, month.Month);
            if (month.Paid > Amount.Zero)
            {
                reasons.Insert(0, new ProperReasonEvidence(month.Month, ProperReasonKind.PartPayment));
            }

            if (month.Reduced)
            {
                reasons.Insert(0, new ProperReasonEvidence(month.Month, ProperReasonKind.ApprovedReduction));
            }

            expected--;
        }

        return new ArrearsReport(unpaid, LevelOf(unpaid.Count), reasons);
    }

    /// <summary>As <see cref="Assess"/>, from the authenticated state.</summary>
    public static ArrearsReport Read(IStateReader state, MemberId member, Month current)
    {
        var months = new List<MonthRecord>();
        for (var back = 1; back <= MonthsRead; back++)
        {
            if (state.DuesMonth(member, current.AddMonths(-back)) is not { } month)
            {
                break;
            }

            months.Add(month);
        }

        return Assess(months, current);
    }

    private static ArrearsLevel LevelOf(int months) => months switch
    {
        >= 6 => ArrearsLevel.CaseFile,
        5 => ArrearsLevel.Warning,
        >= 3 => ArrearsLevel.SecretaryTask,
        >= 1 => ArrearsLevel.Reminder,
        _ => ArrearsLevel.None,
    };
}

/// <param name="Unpaid">Consecutive months not paid in full, ascending, ending with the month before the current one.</param>
/// <param name="Evidence">What speaks for a proper reason, for the people who look at the case.</param>
public sealed record ArrearsReport(IReadOnlyList<Month> Unpaid, ArrearsLevel Level, IReadOnlyList<ProperReasonEvidence> Evidence);

/// <param name="Month">The month it belongs to.</param>
public sealed record ProperReasonEvidence(Month Month, ProperReasonKind Kind);

public enum ProperReasonKind
{
    ApprovedReduction = 1,
    PartPayment = 2,
}

/// <summary>Suggested flags (facts 1.3).</summary>
public enum ArrearsLevel
{
    None = 0,

    /// <summary>One month or two.</summary>
    Reminder = 1,

    /// <summary>Three or four months.</summary>
    SecretaryTask = 3,

    /// <summary>Five months.</summary>
    Warning = 5,

    /// <summary>Six months or more: a case file with the facts, for people to decide.</summary>
    CaseFile = 6,
}
