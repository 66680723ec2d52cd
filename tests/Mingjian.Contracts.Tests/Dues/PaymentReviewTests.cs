using CsCheck;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Tests.Histories;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Dues;

public sealed class PaymentReviewTests
{
    private static readonly PaidMonth Item = new(
        M("2026-11"), Y("48.00"), Y("48.00"), Y("48.00"), DuesClass.SalariedMonthly, RuleId.Parse("dues-2008/2@1"), false);

    private static readonly PaymentRecorded Sound = new(
        Payment(1), World.Wang, World.BranchA, World.CollectorA, D("2026-11-22"), PaymentMethod.Cash, Payer.Member, PaymentBasis.Ordinary, [Item],
        RuleId.Parse("dues-2008/9@1"), Hash(1));

    private static readonly VoluntaryPaymentRecorded Extra = new(
        Payment(2), World.Wang, World.BranchA, World.CollectorA, D("2026-11-22"), PaymentMethod.Cash, Y("1000.00"), DuesFund.Centre,
        RuleId.Parse("dues-2008/11@1"), Hash(1));

    public static TheoryData<string, PaymentRecorded, PaymentReviewFault> Altered => new()
    {
        { "nothing", Sound, PaymentReviewFault.None },
        { "no items", Sound with { Items = [] }, PaymentReviewFault.Malformed },
        { "negative", Sound with { Items = [Item with { Amount = Y("-1.00") }] }, PaymentReviewFault.Malformed },
        { "payroll", Sound with { Payer = Payer.PayrollDeduction }, PaymentReviewFault.Payer },
        { "advance", Sound with { Payer = Payer.OrganizationFunds }, PaymentReviewFault.Payer },
        { "old month", Sound with { Items = [Item with { Month = M("2026-09") }] }, PaymentReviewFault.Basis },
        { "other article", Sound with { Rule = RuleId.Parse("dues-2008/12@1") }, PaymentReviewFault.Rule },
        { "unknown rule", Sound with { Rule = RuleId.Parse("dues-2099/9@1") }, PaymentReviewFault.Rule },
        { "other class", Sound with { Items = [Item with { Class = DuesClass.Retired }] }, PaymentReviewFault.Rule },
        { "impossible", Sound with { Items = [Item with { Due = Y("60.00") }] }, PaymentReviewFault.AmountImpossible },
        { "reduced", Sound with { Items = [Item with { Due = Y("60.00"), Reduced = true }] }, PaymentReviewFault.None },
        { "overpaid", Sound with { Items = [Item with { Amount = Y("48.01"), Paid = Y("48.01") }] }, PaymentReviewFault.Overpaid },
        { "sum too small", Sound with { Items = [Item with { Paid = Y("47.99") }] }, PaymentReviewFault.Overpaid },
    };

    [Theory]
    [MemberData(nameof(Altered))]
    public void A_payment_event_is_checked_without_the_ledger(string what, PaymentRecorded recorded, PaymentReviewFault fault) =>
        Assert.Equal((what, fault), (what, PaymentReview.Check(recorded)));

    [Fact]
    public void A_voluntary_payment_is_checked_for_rule_and_fund()
    {
        Assert.Equal(PaymentReviewFault.None, PaymentReview.Check(Extra));
        Assert.Equal(PaymentReviewFault.Fund, PaymentReview.Check(Extra with { Fund = DuesFund.Branch }));
        Assert.Equal(PaymentReviewFault.Fund, PaymentReview.Check(Extra with { Amount = Y("999.99") }));
        Assert.Equal(PaymentReviewFault.Rule, PaymentReview.Check(Extra with { Rule = RuleId.Parse("dues-2008/9@1") }));
        Assert.Equal(PaymentReviewFault.Malformed, PaymentReview.Check(Extra with { Amount = Amount.Zero }));
    }

    [Fact]
    public void Every_payment_that_the_rules_accept_passes_the_review() => Gen.ULong.Sample(
        seed => Assert.All(History.Run(seed).Events, e => Assert.Equal(
            PaymentReviewFault.None,
            e switch
            {
                PaymentRecorded recorded => PaymentReview.Check(recorded),
                VoluntaryPaymentRecorded voluntary => PaymentReview.Check(voluntary),
                _ => PaymentReviewFault.None,
            })),
        iter: 100);
}
