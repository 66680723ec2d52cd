using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Dues;

public sealed class PaymentTests
{
    internal const string Payments = """
        form    | signed     | member    | branch | months          | date       | payer | payment | basis | amount | outcome
        method  | nobody     | unknown   | B      | 2026-11+2026-11 | 2008-03-31 | 4     | taken   | 1     | 48.01  | Malformed
        payer   | nobody     | unknown   | B      | 2026-11+2026-11 | 2008-03-31 | 6     | taken   | 1     | 48.01  | Malformed
        basis   | nobody     | unknown   | B      | 2026-11+2026-11 | 2008-03-31 | 4     | taken   | 5     | 48.01  | Malformed
        empty   | nobody     | unknown   | B      | 2026-11+2026-11 | 2008-03-31 | 4     | taken   | 1     | 48.01  | Malformed
        many    | nobody     | unknown   | B      | 2026-11+2026-11 | 2008-03-31 | 4     | taken   | 1     | 48.01  | Malformed
        null    | nobody     | unknown   | B      | 2026-11+2026-11 | 2008-03-31 | 4     | taken   | 1     | 48.01  | Malformed
        sound   | nobody     | unknown   | B      | 2026-11+2026-10 | 2008-03-31 | 4     | taken   | 1     | 48.01  | Malformed
        sound   | nobody     | unknown   | B      | 2026-11+2026-11 | 2008-03-31 | 4     | taken   | 1     | 0.00   | Malformed
        sound   | nobody     | unknown   | B      | 2026-11+2026-11 | 2008-03-31 | 4     | taken   | 1     | -1.00  | Malformed
        sound   | nobody     | unknown   | B      | 2026-11+2026-11 | 2008-03-31 | 4     | taken   | 1     | 48.01  | SignerNotAMember
        sound   | collectorB | unknown   | B      | 2026-11+2026-11 | 2008-03-31 | 4     | taken   | 1     | 48.01  | MemberUnknown
        sound   | collectorB | wang      | B      | 2026-11+2026-11 | 2008-03-31 | 4     | taken   | 1     | 48.01  | NotInBranch
        sound   | collectorB | wang      | A      | 2026-11+2026-11 | 2008-03-31 | 4     | taken   | 1     | 48.01  | NotEntitled
        sound   | wang       | wang      | A      | 2026-11+2026-11 | 2008-03-31 | 4     | taken   | 1     | 48.01  | NotEntitled
        sound   | officerTop | wang      | A      | 2026-11+2026-11 | 2008-03-31 | 4     | taken   | 1     | 48.01  | NotEntitled
        sound   | collectorA | wang      | A      | 2026-11+2026-11 | 2008-03-31 | 4     | taken   | 1     | 48.01  | NoRuleInForce
        sound   | collectorA | wang      | A      | 2026-11+2026-11 | 2026-11-23 | 4     | taken   | 1     | 48.01  | Repeated
        sound   | collectorA | wang      | A      | 2027-01         | 2026-11-23 | 4     | taken   | 1     | 48.01  | PayrollDeduction
        sound   | collectorA | wang      | A      | 2027-01         | 2026-11-23 | 5     | taken   | 1     | 48.01  | OrganizationFunds
        sound   | collectorA | wang      | A      | 2027-01         | 2026-11-23 | 2     | taken   | 1     | 48.01  | PaymentExists
        sound   | collectorA | wang      | A      | 2027-01         | 2026-11-23 | 2     | new     | 1     | 48.01  | PaidInFuture
        sound   | collectorA | wang      | A      | 2027-01         | 2020-06-30 | 2     | new     | 1     | 48.01  | PaidBeforeAdmission
        sound   | collectorA | wang      | A      | 2027-01         | 2020-07-01 | 2     | new     | 1     | 48.01  | NotAssessed
        sound   | collectorA | withdrawn | A      | 2026-11         | 2026-11-22 | 1     | new     | 1     | 48.01  | NotAssessed
        # ordinary: this month and the last
        sound   | collectorA | wang      | A      | 2026-12         | 2026-11-22 | 2     | new     | 1     | 48.01  | OrdinaryCoversTwoMonths
        sound   | collectorA | wang      | A      | 2026-09         | 2026-11-22 | 2     | new     | 1     | 48.01  | OrdinaryCoversTwoMonths
        # quarterly: the quarter of the day of payment
        sound   | collectorA | wang      | A      | 2026-09+2026-12 | 2026-11-22 | 2     | new     | 2     | 48.01  | OutsideQuarter
        sound   | collectorA | wang      | A      | 2026-12         | 2026-09-30 | 2     | new     | 2     | 48.01  | OutsideQuarter
        # back payment: up to six months, none ahead
        sound   | collectorA | wang      | A      | 2026-04+2026-12 | 2026-11-22 | 2     | new     | 3     | 48.01  | MonthAhead
        sound   | collectorA | wang      | A      | 2026-04+2026-12 | 2026-11-22 | 2     | new     | 4     | 48.01  | MonthAhead
        sound   | collectorA | wang      | A      | 2026-04         | 2026-11-22 | 2     | new     | 3     | 48.01  | BackPaymentTooLong
        sound   | collectorA | wang      | A      | 2026-05         | 2026-11-22 | 2     | new     | 3     | 48.01  | BranchConsentMissing
        sound   | collectorA | wang      | A      | 2026-04         | 2026-11-22 | 2     | new     | 4     | 48.01  | BranchConsentMissing
        sound   | collectorA | wang      | A      | 2026-11         | 2026-11-22 | 2     | new     | 1     | 48.01  | BranchConsentMissing
        sound   | collectorA | wang      | A      | 2026-11         | 2026-11-22 | 3     | new     | 1     | 48.01  | BranchConsentMissing
        sound   | collectorA | wang      | A      | 2026-10+2026-11+2026-12 | 2026-11-22 | 1 | new | 2    | 48.01  | BranchConsentMissing
        # one person does not consent for branch and committee
        sound   | secretaryA | wang      | A      | 2026-04         | 2026-11-22 | 1     | new     | 4     | 48.01  | CommitteeConsentMissing
        sound   | collectorA+secretaryA | wang | A | 2026-04        | 2026-11-22 | 1     | new     | 4     | 48.01  | CommitteeConsentMissing
        sound   | collectorA+officerTop | wang | A | 2026-04        | 2026-11-22 | 1     | new     | 4     | 48.01  | BranchConsentMissing
        sound   | collectorA+secretaryA+officerTop | wang | A | 2026-04 | 2026-11-22 | 1 | new     | 4     | 48.01  | Overpaid
        sound   | collectorA | wang      | A      | 2026-10+2026-11 | 2026-11-22 | 1     | new     | 1     | 28.01  | Overpaid
        sound   | collectorA | wang      | A      | 2026-11         | 2026-11-22 | 1     | new     | 1     | 48.01  | Overpaid
        sound   | collectorA+secretaryA | wang | A | 2026-07        | 2026-11-22 | 1     | new     | 3     | 0.01   | TooManyPayments
        # the founder invited the secretary: the two are no two
        sound   | collectorA+secretaryA+founder | wang | A | 2026-04 | 2026-11-22 | 1 | new     | 4     | 48.00  | ConsentsNotIndependent
        sound   | founder+secretaryA+officerTop | wang | A | 2026-04 | 2026-11-22 | 1 | new     | 4     | 48.00  | accepted
        # accepted, at the boundaries
        sound   | collectorA | wang      | A      | 2026-11         | 2026-11-22 | 1     | new     | 1     | 48.00  | accepted
        sound   | collectorA | wang      | A      | 2026-11         | 2026-11-22 | 1     | new     | 1     | 47.99  | accepted
        sound   | secretaryA | wang      | A      | 2026-11         | 2026-11-22 | 1     | new     | 1     | 48.00  | accepted
        sound   | collectorA | wang      | A      | 2026-10+2026-11 | 2026-11-22 | 1     | new     | 1     | 28.00  | accepted
        sound   | collectorA+secretaryA | wang | A | 2026-11        | 2026-11-22 | 3     | new     | 1     | 48.00  | accepted
        sound   | collectorA+secretaryA | wang | A | 2026-05+2026-06+2026-11 | 2026-11-22 | 1 | new | 3   | 48.00  | accepted
        sound   | collectorA+secretaryA | wang | A | 2026-10+2026-11+2026-12 | 2026-11-22 | 1 | new | 2   | 28.00  | accepted
        sound   | collectorA+secretaryA+officerTop | wang | A | 2026-04 | 2026-11-22 | 1 | new     | 4     | 48.00  | accepted
        sound   | officerTop+collectorA | wang | A | 2026-11        | 2026-11-22 | 1     | new     | 1     | 48.00  | accepted
        """;

    internal const string Voluntary = """
        method | signed     | member    | branch | date       | payment | amount      | outcome
        3      | nobody     | unknown   | B      | 2008-03-31 | taken   | 100.00      | Malformed
        1      | nobody     | unknown   | B      | 2008-03-31 | taken   | 0.00        | Malformed
        1      | nobody     | unknown   | B      | 2008-03-31 | taken   | 10000000.01 | Malformed
        1      | nobody     | unknown   | B      | 2008-03-31 | taken   | 100.00      | SignerNotAMember
        1      | collectorB | unknown   | B      | 2008-03-31 | taken   | 100.00      | MemberUnknown
        1      | collectorB | wang      | B      | 2008-03-31 | taken   | 100.00      | NotInBranch
        1      | collectorB | wang      | A      | 2008-03-31 | taken   | 100.00      | NotEntitled
        1      | collectorA | wang      | A      | 2008-03-31 | taken   | 100.00      | NoRuleInForce
        1      | collectorA | withdrawn | A      | 2026-11-22 | taken   | 100.00      | MemberWithdrawn
        1      | collectorA | wang      | A      | 2026-11-23 | taken   | 100.00      | PaymentExists
        1      | collectorA | wang      | A      | 2026-11-23 | new     | 100.00      | PaidInFuture
        1      | collectorA | wang      | A      | 2020-06-30 | new     | 100.00      | PaidBeforeAdmission
        1      | collectorA | wang      | A      | 2020-07-01 | new     | 0.01        | accepted
        2      | collectorA | wang      | A      | 2026-11-22 | new     | 10000000.00 | accepted
        """;

    internal const string Reversals = """
        reason | signed     | payment | outcome
        0      | nobody     | 999     | Malformed
        7      | nobody     | 999     | Malformed
        1      | nobody     | 999     | SignerNotAMember
        1      | collectorB | 999     | PaymentUnknown
        1      | collectorB | 2       | MayNotReverse
        1      | wang       | 2       | MayNotReverse
        1      | auditor    | 2       | MayNotReverse
        1      | officerGeneral | 2   | MayNotReverse
        1      | collectorA | 2       | AlreadyReversed
        1      | collectorA | 1       | accepted
        6      | secretaryA | 5       | accepted
        1      | officerTop | 3       | accepted
        """;

    internal const string Answers = """
        command  | signed     | payment | outcome
        malform  | nobody     | 999     | Malformed
        dispute  | nobody     | 999     | SignerNotAMember
        dispute  | collectorA | 999     | PaymentUnknown
        dispute  | collectorA | 2       | NotOwnPayment
        dispute  | wang       | 2       | PaymentReversed
        dispute  | wang       | 5       | AlreadyDisputed
        dispute  | wang       | 4       | accepted
        dispute  | wang       | 3       | accepted
        confirm  | nobody     | 999     | SignerNotAMember
        confirm  | secretaryA | 999     | PaymentUnknown
        confirm  | secretaryA | 2       | NotOwnPayment
        confirm  | wang       | 2       | PaymentReversed
        confirm  | wang       | 4       | AlreadyConfirmed
        confirm  | wang       | 5       | AlreadyDisputed
        confirm  | wang       | 1       | accepted
        withdraw | nobody     | 999     | SignerNotAMember
        withdraw | officerTop | 999     | PaymentUnknown
        withdraw | officerTop | 2       | NotOwnPayment
        withdraw | wang       | 2       | PaymentReversed
        withdraw | wang       | 1       | NotDisputed
        withdraw | wang       | 5       | accepted
        """;

    // Payment 5 is disputed and unanswered, 6 answered, 7 answered and kept, 8 answered and accepted, with a reversal to come.
    internal const string BranchAnswers = """
        command  | signed     | payment | outcome
        malform  | nobody     | 999     | Malformed
        answer   | nobody     | 999     | SignerNotAMember
        answer   | collectorA | 999     | PaymentUnknown
        answer   | collectorB | 2       | NotEntitled
        answer   | wang       | 5       | NotEntitled
        answer   | officerTop | 5       | NotEntitled
        answer   | collectorA | 2       | PaymentReversed
        answer   | collectorA | 1       | NotDisputed
        answer   | collectorA | 9       | OwnDispute
        answer   | secretaryA | 9       | accepted
        answer   | collectorA | 6       | AlreadyAnswered
        answer   | collectorA | 8       | AlreadyAnswered
        answer   | collectorA | 7       | accepted
        answer   | collectorA | 5       | accepted
        accept   | nobody     | 999     | SignerNotAMember
        accept   | wang       | 999     | PaymentUnknown
        accept   | collectorA | 6       | NotOwnPayment
        accept   | wang       | 2       | PaymentReversed
        accept   | wang       | 1       | NotDisputed
        accept   | wang       | 5       | NotAnswered
        accept   | wang       | 7       | AlreadyReplied
        keep     | wang       | 8       | AlreadyReplied
        keep     | wang       | 6       | accepted
        accept   | wang       | 6       | accepted
        """;

    [Fact]
    public void Payments_are_refused_in_order_of_precedence() =>
        Table.Parse(Payments).Check(row => World.Open().Decide(Build(row), World.Signed(row["signed"])));

    [Fact]
    public void Voluntary_payments_are_refused_in_order_of_precedence() =>
        Table.Parse(Voluntary).Check(row => World.Open().Decide(
            new RecordVoluntaryPayment(
                Payment(row["payment"] == "taken" ? 1 : 500), World.Person(row["member"]), World.Place(row["branch"]), D(row["date"]),
                (PaymentMethod)int.Parse(row["method"]), Y(row["amount"])),
            World.Signed(row["signed"])));

    [Fact]
    public void Reversals_are_refused_in_order_of_precedence() =>
        Table.Parse(Reversals).Check(row => World.Open().Decide(
            new ReversePayment(Payment(int.Parse(row["payment"])), (ReversalReason)int.Parse(row["reason"])), World.Signed(row["signed"])));

    [Fact]
    public void Answers_are_refused_in_order_of_precedence() =>
        Table.Parse(Answers).Check(row =>
        {
            var payment = Payment(int.Parse(row["payment"]));
            DuesCommand command = row["command"] switch
            {
                "malform" => new DisputePayment(payment, (DisputeReason)99),
                "dispute" => new DisputePayment(payment, DisputeReason.NotPaid),
                "confirm" => new ConfirmPayment(payment),
                _ => new WithdrawDispute(payment),
            };
            return World.Open().Decide(command, World.Signed(row["signed"]));
        });

    [Fact]
    public void Answers_of_the_branch_are_refused_in_order_of_precedence() =>
        Table.Parse(BranchAnswers).Check(row =>
        {
            var payment = Payment(int.Parse(row["payment"]));
            DuesCommand command = row["command"] switch
            {
                "malform" => new AnswerDispute(payment, (DisputeAnswer)99),
                "answer" => new AnswerDispute(payment, DisputeAnswer.EntryIsRight),
                "accept" => new ReplyToAnswer(payment, Accepted: true),
                _ => new ReplyToAnswer(payment, Accepted: false),
            };
            return Disputed().Decide(command, World.Signed(row["signed"]));
        });

    [Fact]
    public void Accepting_an_answer_confirms_the_entry_unless_a_reversal_is_promised()
    {
        var ledger = Disputed();
        ledger.Must(new ReplyToAnswer(Payment(6), Accepted: true), By(World.Wang));
        Assert.Equal((MemberAnswer.Confirmed, null), (ledger.Payment(Payment(6))!.Answer, ledger.Payment(Payment(6))!.Dispute));
        Assert.Equal(MemberAnswer.Disputed, ledger.Payment(Payment(7))!.Answer);
        Assert.Equal(MemberAnswer.Disputed, ledger.Payment(Payment(8))!.Answer);
    }

    [Fact]
    public void A_new_dispute_begins_without_the_answer_to_an_earlier_one()
    {
        var ledger = Disputed();
        ledger.Must(new ReplyToAnswer(Payment(6), Accepted: true), By(World.Wang));
        ledger.Must(new DisputePayment(Payment(6), DisputeReason.NotPaid), By(World.Wang));
        Assert.Null(ledger.DisputeAnswer(Payment(6)));
        ledger.Must(new AnswerDispute(Payment(6), DisputeAnswer.CheckTogether), By(World.CollectorA));
        Assert.Equal(
            new DisputeAnswerRecord(Payment(6), DisputeAnswer.CheckTogether, World.CollectorA, null), ledger.DisputeAnswer(Payment(6)));
    }

    [Fact]
    public void Answers_exist_since_protocol_2() => Assert.Equal(
        [("dues.AnswerDispute", 2), ("dues.ReplyToAnswer", 2)],
        new DuesContract().Commands.Where(c => c.Since > 1).Select(c => (c.Name, c.Since)));

    private static TestLedger Disputed()
    {
        var ledger = World.Open();
        foreach (var (id, month) in new[] { (6, "2026-11"), (7, "2026-06"), (8, "2026-05") })
        {
            ledger.Must(
                new RecordPayment(
                    Payment(id), World.Wang, World.BranchA, D("2026-11-20"), PaymentMethod.Cash, Payer.Member,
                    month == "2026-11" ? PaymentBasis.Ordinary : PaymentBasis.BackPayment, [new PaymentItem(M(month), Y("1.00"))]),
                By(World.SecretaryA));
            ledger.Must(new DisputePayment(Payment(id), DisputeReason.WrongDate), By(World.Wang));
            ledger.Must(
                new AnswerDispute(Payment(id), id == 8 ? DisputeAnswer.WillBeReversed : DisputeAnswer.EntryIsRight), By(World.CollectorA));
        }

        ledger.Must(new ReplyToAnswer(Payment(7), Accepted: false), By(World.Wang));
        ledger.Must(new ReplyToAnswer(Payment(8), Accepted: true), By(World.Wang));
        ledger.Must(
            new RecordVoluntaryPayment(Payment(9), World.CollectorA, World.BranchA, D("2026-11-20"), PaymentMethod.Cash, Y("5.00")), By(World.SecretaryA));
        ledger.Must(new DisputePayment(Payment(9), DisputeReason.WrongAmount), By(World.CollectorA));
        return ledger;
    }

    [Fact]
    public void A_payment_of_one_month_costs_four_reads_to_decide_and_two_writes()
    {
        var ledger = World.Open();
        ledger.Must(One(World.Wang, "2026-11", "48.00"), By(World.CollectorA));
        Assert.Equal(2, ledger.Writes);

        var decided = World.Open();
        var before = decided.Reads;
        decided.Decide(One(World.Wang, "2026-11", "48.00"), By(World.CollectorA));
        Assert.Equal(4, decided.Reads - before);
    }

    [Fact]
    public void A_payment_event_shows_month_amount_rule_collector_and_the_commitment_to_the_name()
    {
        var ledger = World.Open();
        ledger.Must(One(World.Wang, "2026-10", "28.00"), By(World.CollectorA));
        var happened = Assert.IsType<PaymentRecorded>(Assert.Single(ledger.LastEvents));
        Assert.Equal(World.CollectorA, happened.Collector);
        Assert.Equal("dues-2008/9@1", happened.Rule.ToString());
        Assert.Equal(World.NewRow(13, World.BranchA).Name, happened.Name);
        Assert.Equal(
            new PaidMonth(
                M("2026-10"), Y("28.00"), Y("48.00"), Y("48.00"), DuesClass.SalariedMonthly, RuleId.Parse("dues-2008/2@1"), false),
            Assert.Single(happened.Items));
    }

    [Theory]
    [InlineData("999.99", DuesFund.Branch)]
    [InlineData("1000.00", DuesFund.Centre)]
    [InlineData("1000.01", DuesFund.Centre)]
    public void A_single_voluntary_payment_of_1000_yuan_goes_wholly_to_the_Centre(string amount, DuesFund fund)
    {
        var ledger = World.Open();
        ledger.Must(
            new RecordVoluntaryPayment(Payment(500), World.Wang, World.BranchA, D("2026-11-22"), PaymentMethod.Transfer, Y(amount)),
            By(World.CollectorA));
        Assert.Equal(fund, ledger.Payment(Payment(500))!.Fund);
        Assert.Equal("dues-2008/11@1", Assert.IsType<VoluntaryPaymentRecorded>(ledger.LastEvents[0]).Rule.ToString());
    }

    [Fact]
    public void A_reversal_takes_the_money_back_and_keeps_the_entry()
    {
        var ledger = World.Open();
        ledger.Must(new ReversePayment(Payment(4), ReversalReason.WrongMonth), By(World.SecretaryA));
        var month = ledger.DuesMonth(World.Wang, M("2026-10"))!;
        Assert.Equal(Amount.Zero, month.Paid);
        Assert.Empty(month.Payments);
        Assert.Equal(ReversalReason.WrongMonth, ledger.Payment(Payment(4))!.Reversed);
        ledger.Must(One(World.Wang, "2026-10", "48.00"), By(World.CollectorA));
    }

    [Fact]
    public void The_last_day_of_a_collectors_term_is_the_last_day_of_collecting()
    {
        var ledger = World.Open();
        ledger.Must(
            new Mingjian.Contracts.Organizations.EndAppointment(
                World.CollectorA, World.BranchA, Mingjian.Contracts.Organizations.Post.DuesCollector, D("2026-11-22")),
            By(World.Founder));
        Assert.Null(ledger.Decide(One(World.Wang, "2026-11", "48.00"), By(World.CollectorA)).Rejection);
        ledger.Time = TestLedger.At(2026, 11, 23);
        Assert.Equal("NotEntitled", ledger.Decide(One(World.Wang, "2026-11", "48.00"), By(World.CollectorA)).Rejection?.Name);
    }

    [Fact]
    public void A_waived_month_takes_no_money()
    {
        var ledger = World.Open();
        ledger.Must(new AssessDues(World.BranchA, M("2026-11"), [World.CollectorA]), By(World.OfficerTop));
        Assert.Equal("Overpaid", ledger.Decide(One(World.CollectorA, "2026-11", "0.01"), By(World.SecretaryA)).Rejection?.Name);
    }

    private static RecordPayment One(MemberId member, string month, string amount) => new(
        Payment(500), member, World.BranchA, D("2026-11-22"), PaymentMethod.Cash, Payer.Member, PaymentBasis.Ordinary,
        [new PaymentItem(M(month), Y(amount))]);

    private static RecordPayment Build(Row row)
    {
        var items = row["months"].Split('+').Select(m => new PaymentItem(M(m), Y(row["amount"]))).ToList();
        IReadOnlyList<PaymentItem> form = row["form"] switch
        {
            "empty" => [],
            "null" => [.. items, null!],
            "many" => Enumerable.Range(0, 13).Select(n => items[0] with { Month = items[0].Month.AddMonths(n) }).ToList(),
            _ => items,
        };
        return new RecordPayment(
            Payment(row["payment"] == "taken" ? 1 : 500), World.Person(row["member"]), World.Place(row["branch"]), D(row["date"]),
            row["form"] == "method" ? (PaymentMethod)3 : PaymentMethod.Cash, (Payer)int.Parse(row["payer"]),
            (PaymentBasis)int.Parse(row["basis"]), form);
    }
}
