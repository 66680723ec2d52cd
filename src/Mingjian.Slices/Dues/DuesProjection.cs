using Microsoft.EntityFrameworkCore;
using Mingjian.Contracts.Dues;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Projections;

namespace Mingjian.Slices.Dues;

/// <summary>Policies, standards, reductions, assessed months and payments.</summary>
internal sealed class DuesProjection : Projection
{
    public DuesProjection()
        : base("dues", version: 1, "members", "organizations")
    {
        On<DuesPolicySet>((rows, e) => rows.Put(
                new ProjectedPolicy
                {
                    Organization = e.Organization,
                    Rounding = e.Rounding,
                    Unit = e.Unit,
                    BaseChange = e.BaseChange,
                    Components = e.Components,
                },
                e.By));
        On<StandardSet>((rows, e) => rows.Put(new ProjectedStandard { Member = e.Member, From = e.From, Class = e.Class, Monthly = e.Monthly, Rule = e.Rule }, e.By));
        On<ReductionProposed>((rows, e) => rows.Put(new ProjectedReduction
        {
            Member = e.Member,
            Branch = e.Branch,
            From = e.From,
            Until = e.Until,
            Monthly = e.Monthly,
            Outcome = ReductionOutcome.Proposed,
            Rule = e.Rule,
            ProposedBy = e.By,
        }));
        On<ReductionDecided>((rows, e) => rows.Update<ProjectedReduction>(
                [e.Member, e.From],
                (nameof(ProjectedReduction.Outcome), e.Approved ? ReductionOutcome.Approved : ReductionOutcome.Refused),
                (nameof(ProjectedReduction.DecidedBy), e.By),
                (nameof(ProjectedReduction.DecidedHeight), rows.At.Height),
                (nameof(ProjectedReduction.DecidedIndex), rows.At.Index)));
        On<DuesAssessed>((rows, e) => rows.Put(
                new ProjectedMonth
                {
                    Member = e.Member,
                    Month = e.Month,
                    Branch = e.Branch,
                    Class = e.Class,
                    Due = e.Due,
                    Reduced = e.Reduced,
                    Rule = e.Rule,
                },
                e.By));
        On<PaymentRecorded>(Pay);
        On<VoluntaryPaymentRecorded>(Pay);
        On<PaymentReversed>(Reverse);
        On<PaymentConfirmed>((rows, e) => Answer(rows, e.Payment, MemberAnswer.Confirmed, null));
        On<PaymentDisputed>((rows, e) =>
        {
            Answer(rows, e.Payment, MemberAnswer.Disputed, e.Reason);
            rows.Update<ProjectedPayment>(
                [e.Payment],
                (nameof(ProjectedPayment.BranchAnswer), null),
                (nameof(ProjectedPayment.BranchAnswerBy), null),
                (nameof(ProjectedPayment.BranchAnswerHeight), null),
                (nameof(ProjectedPayment.BranchAnswerIndex), null),
                (nameof(ProjectedPayment.AnswerAccepted), null));
        });
        On<DisputeWithdrawn>((rows, e) => Answer(rows, e.Payment, MemberAnswer.None, null));
        On<DisputeAnswered>((rows, e) => rows.Update<ProjectedPayment>(
                [e.Payment],
                (nameof(ProjectedPayment.BranchAnswer), e.Answer),
                (nameof(ProjectedPayment.BranchAnswerBy), e.By),
                (nameof(ProjectedPayment.BranchAnswerHeight), rows.At.Height),
                (nameof(ProjectedPayment.BranchAnswerIndex), rows.At.Index),
                (nameof(ProjectedPayment.AnswerAccepted), null)));
        On<AnswerReplied>((rows, e) =>
        {
            rows.Update<ProjectedPayment>([e.Payment], (nameof(ProjectedPayment.AnswerAccepted), e.Accepted));
            if (e.Settled)
            {
                Answer(rows, e.Payment, MemberAnswer.Confirmed, null);
            }
        });
    }

    public override void Map(ModelBuilder model)
    {
        model.Entity<ProjectedPolicy>().ToTable("Policies").HasKey(r => r.Organization);
        model.Entity<ProjectedStandard>().ToTable("Standards").HasKey(r => new { r.Member, r.From });
        model.Entity<ProjectedReduction>(e =>
        {
            e.ToTable("Reductions").HasKey(r => new { r.Member, r.From });
            e.HasIndex(r => r.Outcome);
        });
        model.Entity<ProjectedMonth>(e =>
        {
            e.ToTable("Months").HasKey(r => new { r.Member, r.Month });
            e.HasIndex(r => new { r.Branch, r.Month });
        });
        model.Entity<ProjectedPayment>(e =>
        {
            e.ToTable("Payments").HasKey(r => r.Payment);
            e.HasIndex(r => r.Member);
            e.HasIndex(r => new { r.Branch, r.Date });
        });
        model.Entity<ProjectedPaymentItem>(e =>
        {
            // Found by member, like everything that a person asks for; by payment only together with whose it is. So no further index.
            e.ToTable("PaymentItems").HasKey(r => new { r.Member, r.Month, r.Payment });
        });
    }

    private static void Pay(ProjectionRows rows, VoluntaryPaymentRecorded e) => rows.Put(new ProjectedPayment
    {
        Payment = e.Payment,
        Member = e.Member,
        Branch = e.Branch,
        Date = e.Date,
        Method = e.Method,
        Payer = Payer.Member,
        Fund = e.Fund,
        Total = e.Amount,
        Collector = e.Collector,
        Rule = e.Rule,
        Transaction = rows.At.Transaction,
        Time = rows.At.Time,
        Answer = MemberAnswer.None,
    });

    private static void Pay(ProjectionRows rows, PaymentRecorded e)
    {
        rows.Put(new ProjectedPayment
        {
            Payment = e.Payment,
            Member = e.Member,
            Branch = e.Branch,
            Date = e.Date,
            Method = e.Method,
            Payer = e.Payer,
            Basis = e.Basis,
            Fund = DuesFund.Branch,
            Total = e.Items.Aggregate(Amount.Zero, (sum, item) => sum + item.Amount),
            Collector = e.Collector,
            Rule = e.Rule,
            Transaction = rows.At.Transaction,
            Time = rows.At.Time,
            Answer = MemberAnswer.None,
        });
        foreach (var item in e.Items)
        {
            rows.PutPart(new ProjectedPaymentItem { Payment = e.Payment, Month = item.Month, Member = e.Member, Amount = item.Amount });
            rows.Update<ProjectedMonth>([e.Member, item.Month], (nameof(ProjectedMonth.Paid), item.Paid));
        }
    }

    private static void Reverse(ProjectionRows rows, PaymentReversed e)
    {
        rows.Update<ProjectedPayment>(
            [e.Payment],
            (nameof(ProjectedPayment.Reversal), e.Reason),
            (nameof(ProjectedPayment.ReversedBy), e.By),
            (nameof(ProjectedPayment.ReversedHeight), rows.At.Height),
            (nameof(ProjectedPayment.ReversedIndex), rows.At.Index));
        rows.Execute(
            $"""
            UPDATE "Months" SET "Paid" = "Paid" -
            (SELECT "Amount" FROM "PaymentItems" i WHERE i."Member" = {e.Member} AND i."Payment" = {e.Payment} AND i."Month" = "Months"."Month")
            WHERE "Member" = {e.Member} AND "Month" IN (SELECT "Month" FROM "PaymentItems" WHERE "Member" = {e.Member} AND "Payment" = {e.Payment})
            """);
    }

    private static void Answer(ProjectionRows rows, PaymentId payment, MemberAnswer answer, DisputeReason? reason) => rows.Update<ProjectedPayment>(
        [payment],
        (nameof(ProjectedPayment.Answer), answer),
        (nameof(ProjectedPayment.Dispute), reason),
        (nameof(ProjectedPayment.AnswerHeight), rows.At.Height),
        (nameof(ProjectedPayment.AnswerIndex), rows.At.Index));
}
