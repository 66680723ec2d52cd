using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Dues;

public sealed class DuesArrearsTests
{
    [Theory]
    [InlineData(0, ArrearsLevel.None)]
    [InlineData(1, ArrearsLevel.Reminder)]
    [InlineData(2, ArrearsLevel.Reminder)]
    [InlineData(3, ArrearsLevel.SecretaryTask)]
    [InlineData(4, ArrearsLevel.SecretaryTask)]
    [InlineData(5, ArrearsLevel.Warning)]
    [InlineData(6, ArrearsLevel.CaseFile)]
    [InlineData(7, ArrearsLevel.CaseFile)]
    public void Levels_follow_the_number_of_consecutive_unpaid_months(int unpaid, ArrearsLevel level)
    {
        var months = Enumerable.Range(1, 10).Select(back => Record(back, paid: back > unpaid)).ToList();
        var report = DuesArrears.Assess(months, M("2026-11"));
        Assert.Equal((unpaid, level), (report.Unpaid.Count, report.Level));
    }

    [Fact]
    public void The_month_in_progress_does_not_count() =>
        Assert.Equal(ArrearsLevel.None, DuesArrears.Assess([Record(0, paid: false), Record(1, paid: true)], M("2026-11")).Level);

    [Fact]
    public void A_paid_month_between_ends_the_count() =>
        Assert.Equal([M("2026-10")], DuesArrears.Assess([Record(1, false), Record(2, true), Record(3, false)], M("2026-11")).Unpaid);

    [Fact]
    public void A_month_that_was_never_assessed_ends_the_count() =>
        Assert.Equal([M("2026-10")], DuesArrears.Assess([Record(1, false), Record(3, false)], M("2026-11")).Unpaid);

    [Fact]
    public void A_waived_month_is_not_unpaid() =>
        Assert.Empty(DuesArrears.Assess([Record(1, false) with { Due = Amount.Zero, Reduced = true }], M("2026-11")).Unpaid);

    [Fact]
    public void A_reduction_and_a_part_payment_are_evidence_of_a_proper_reason()
    {
        var report = DuesArrears.Assess([Record(1, false) with { Paid = Y("1.00") }, Record(2, false) with { Reduced = true }], M("2026-11"));
        Assert.Equal(ArrearsLevel.Reminder, report.Level);
        Assert.Equal(
            [
                new ProperReasonEvidence(M("2026-09"), ProperReasonKind.ApprovedReduction),
                new ProperReasonEvidence(M("2026-10"), ProperReasonKind.PartPayment),
            ],
            report.Evidence);
    }

    [Fact]
    public void Read_from_the_state_it_gives_the_same()
    {
        var report = DuesArrears.Read(World.Open(), World.Wang, M("2026-11"));
        Assert.Equal([M("2026-10")], report.Unpaid);
        Assert.Equal([new ProperReasonEvidence(M("2026-10"), ProperReasonKind.PartPayment)], report.Evidence);
    }

    private static MonthRecord Record(int back, bool paid) => new(
        World.Wang, M("2026-11").AddMonths(-back), World.BranchA, Y("48.00"), paid ? Y("48.00") : Amount.Zero, DuesClass.SalariedMonthly, null,
        RuleId.Parse("dues-2008/2@1"), false, []);
}
