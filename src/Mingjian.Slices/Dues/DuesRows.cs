using Mingjian.Contracts.Dues;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Projections;

namespace Mingjian.Slices.Dues;

/// <summary>How an organisation computes dues.</summary>
public sealed record ProjectedPolicy : SignedRow
{
    public OrganizationId Organization { get; init; }

    public RoundingMode Rounding { get; init; }

    public RoundingUnit Unit { get; init; }

    public BaseChangeMode BaseChange { get; init; }

    /// <summary>Hash of the component table kept off the ledger.</summary>
    public Hash32 Components { get; init; }
}

/// <summary>A member's monthly dues from a month on.</summary>
public sealed record ProjectedStandard : SignedRow
{
    public MemberId Member { get; init; }

    public Month From { get; init; }

    public DuesClass Class { get; init; }

    public Amount Monthly { get; init; }

    /// <summary>The rule that gives the amount from the base.</summary>
    public RuleId Rule { get; init; }
}

/// <summary>Less dues in hardship: proposed by the branch, decided by the committee above.</summary>
public sealed record ProjectedReduction : ProjectedRow
{
    public MemberId Member { get; init; }

    public OrganizationId Branch { get; init; }

    public Month From { get; init; }

    public Month Until { get; init; }

    public Amount Monthly { get; init; }

    public ReductionOutcome Outcome { get; init; }

    public RuleId Rule { get; init; }

    public MemberId ProposedBy { get; init; }

    /// <summary>Null until decided.</summary>
    public MemberId? DecidedBy { get; init; }

    public long? DecidedHeight { get; init; }

    public long? DecidedIndex { get; init; }
}

/// <summary>A member's assessed month.</summary>
public sealed record ProjectedMonth : SignedRow
{
    public MemberId Member { get; init; }

    public Month Month { get; init; }

    public OrganizationId Branch { get; init; }

    public DuesClass Class { get; init; }

    public Amount Due { get; init; }

    /// <summary>Sum of payments in force.</summary>
    public Amount Paid { get; init; }

    /// <summary>True: a reduction made the amount.</summary>
    public bool Reduced { get; init; }

    /// <summary>The rule that gave the amount.</summary>
    public RuleId Rule { get; init; }
}

/// <summary>One recorded payment.</summary>
public sealed record ProjectedPayment : ProjectedRow
{
    public PaymentId Payment { get; init; }

    public MemberId Member { get; init; }

    public OrganizationId Branch { get; init; }

    public DateOnly Date { get; init; }

    public PaymentMethod Method { get; init; }

    public Payer Payer { get; init; }

    /// <summary>Null for a voluntary payment.</summary>
    public PaymentBasis? Basis { get; init; }

    /// <summary>The Centre's for a single voluntary payment of 1,000 yuan or more (Art. 11).</summary>
    public DuesFund Fund { get; init; }

    public Amount Total { get; init; }

    public MemberId Collector { get; init; }

    /// <summary>The rule on payment that was followed.</summary>
    public RuleId Rule { get; init; }

    public Hash32 Transaction { get; init; }

    public LedgerTime Time { get; init; }

    /// <summary>Null while in force.</summary>
    public ReversalReason? Reversal { get; init; }

    public MemberId? ReversedBy { get; init; }

    public long? ReversedHeight { get; init; }

    public long? ReversedIndex { get; init; }

    public MemberAnswer Answer { get; init; }

    public DisputeReason? Dispute { get; init; }

    /// <summary>Where the member's newest word stands; null while silent.</summary>
    public long? AnswerHeight { get; init; }

    public long? AnswerIndex { get; init; }

    /// <summary>What the branch answered to the newest dispute; null = nothing yet.</summary>
    public DisputeAnswer? BranchAnswer { get; init; }

    public MemberId? BranchAnswerBy { get; init; }

    public long? BranchAnswerHeight { get; init; }

    public long? BranchAnswerIndex { get; init; }

    /// <summary>What the member replied to that; null = nothing yet.</summary>
    public bool? AnswerAccepted { get; init; }
}

/// <summary>The part of a payment that is for one month.</summary>
public sealed record ProjectedPaymentItem
{
    public PaymentId Payment { get; init; }

    public Month Month { get; init; }

    public MemberId Member { get; init; }

    public Amount Amount { get; init; }
}

/// <summary>The tables of the slice.</summary>
internal static class DuesTables
{
    public static IQueryable<ProjectedPolicy> Policies(this ReadModelContext context) => context.Set<ProjectedPolicy>();

    public static IQueryable<ProjectedStandard> Standards(this ReadModelContext context) => context.Set<ProjectedStandard>();

    public static IQueryable<ProjectedReduction> Reductions(this ReadModelContext context) => context.Set<ProjectedReduction>();

    public static IQueryable<ProjectedMonth> Months(this ReadModelContext context) => context.Set<ProjectedMonth>();

    public static IQueryable<ProjectedPayment> Payments(this ReadModelContext context) => context.Set<ProjectedPayment>();

    public static IQueryable<ProjectedPaymentItem> PaymentItems(this ReadModelContext context) => context.Set<ProjectedPaymentItem>();
}
