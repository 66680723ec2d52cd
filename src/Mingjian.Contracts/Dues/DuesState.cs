using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>State tables of the contract <c>dues</c>.</summary>
public static class DuesState
{
    /// <summary><c>dues/policy/o-…</c>.</summary>
    public static StateTable<PolicyRecord> Policies { get; } = new("dues/policy/", DuesJson.Forms.Of<PolicyRecord>());

    /// <summary><c>dues/standard/m-…</c>.</summary>
    public static StateTable<StandardsRecord> Standards { get; } = new("dues/standard/", DuesJson.Forms.Of<StandardsRecord>());

    /// <summary><c>dues/reduction/m-…</c>.</summary>
    public static StateTable<ReductionsRecord> Reductions { get; } = new("dues/reduction/", DuesJson.Forms.Of<ReductionsRecord>());

    /// <summary><c>dues/month/m-…/yyyy-MM</c>.</summary>
    public static StateTable<MonthRecord> Months { get; } = new("dues/month/", DuesJson.Forms.Of<MonthRecord>());

    /// <summary><c>dues/payment/p-…</c>.</summary>
    public static StateTable<PaymentRecord> Payments { get; } = new("dues/payment/", DuesJson.Forms.Of<PaymentRecord>());

    /// <summary><c>dues/answer/p-…</c>.</summary>
    public static StateTable<DisputeAnswerRecord> DisputeAnswers { get; } = new("dues/answer/", DuesJson.Forms.Of<DisputeAnswerRecord>());

    public static StandardsRecord? StandardsOf(this IStateReader state, MemberId member) => state.Get(Standards.Key(member));

    public static ReductionsRecord? ReductionsOf(this IStateReader state, MemberId member) =>
        state.Get(Reductions.Key(member));

    public static MonthRecord? DuesMonth(this IStateReader state, MemberId member, Month month) =>
        state.Get(Months.Key(member, month));

    public static PaymentRecord? Payment(this IStateReader state, PaymentId payment) => state.Get(Payments.Key(payment));

    /// <summary>What was answered to the newest dispute of a payment, or null.</summary>
    public static DisputeAnswerRecord? DisputeAnswer(this IStateReader state, PaymentId payment) => state.Get(DisputeAnswers.Key(payment));

    /// <summary>The policy that applies to an organisation: its own, else the nearest above, else <see cref="PolicyRecord.Default"/>.</summary>
    public static PolicyRecord PolicyFor(this IStateReader state, OrganizationId organization)
    {
        OrganizationId? current = organization;
        for (var depth = 0; current is { } id && depth <= OrganizationRecord.MaxDepth; depth++)
        {
            if (state.Get(Policies.Key(id)) is { } policy)
            {
                return policy;
            }

            current = state.Organization(id)?.Higher;
        }

        return PolicyRecord.Default;
    }
}

/// <summary>How an organisation computes dues.</summary>
/// <param name="Components">SHA-256 of the canonical JSON of the table of base components; null for the default policy.</param>
public sealed record PolicyRecord(RoundingMode Rounding, RoundingUnit Unit, BaseChangeMode BaseChange, Hash32? Components)
{
    /// <summary>Half up to the fen, a new base from the month it is first received (facts 1.2 and Art. 10).</summary>
    public static PolicyRecord Default { get; } = new(RoundingMode.HalfUp, RoundingUnit.Fen, BaseChangeMode.MonthFirstReceived, null);
}

/// <summary>A member's standards, ascending by month; each holds until the next begins.</summary>
/// <remarks>Entries that ended more than <see cref="DuesLimits.MonthsBack"/> months ago are dropped; the log keeps them.</remarks>
public sealed record StandardsRecord(IReadOnlyList<Standard> Standards)
{
    /// <summary>The standard in force in a month, or null.</summary>
    public Standard? InForce(Month month)
    {
        Standard? found = null;
        for (var i = 0; i < Standards.Count; i++)
        {
            if (Standards[i].From <= month)
            {
                found = Standards[i];
            }
        }

        return found;
    }
}

/// <param name="Monthly">What is due each month.</param>
/// <param name="Base">Commitment to the base; null for classes without one.</param>
public sealed record Standard(Month From, DuesClass Class, Amount Monthly, Hash32? Base);

/// <summary>A member's reductions, ascending by first month.</summary>
public sealed record ReductionsRecord(IReadOnlyList<Reduction> Reductions)
{
    /// <summary>The approved reduction that covers a month, or null.</summary>
    public Reduction? Approved(Month month)
    {
        foreach (var reduction in Reductions)
        {
            if (reduction.Outcome == ReductionOutcome.Approved && reduction.From <= month && month <= reduction.Until)
            {
                return reduction;
            }
        }

        return null;
    }

    /// <summary>The reduction from a month on that nobody has decided yet, or null.</summary>
    internal Reduction? Undecided(Month from)
    {
        foreach (var reduction in Reductions)
        {
            if (reduction.Outcome == ReductionOutcome.Proposed && reduction.From == from)
            {
                return reduction;
            }
        }

        return null;
    }
}

/// <param name="Monthly">Reduced amount; zero = waived.</param>
/// <param name="ProposedBy">The branch secretary.</param>
/// <param name="DecidedBy">Null while proposed.</param>
public sealed record Reduction(
    Month From, Month Until, Amount Monthly, ReductionOutcome Outcome, MemberId ProposedBy, MemberId? DecidedBy)
{
    internal bool Overlaps(Reduction other) => From <= other.Until && other.From <= Until;
}

public enum ReductionOutcome
{
    Proposed = 1,
    Approved = 2,
    Refused = 3,
}

/// <summary>One assessed month of one member.</summary>
/// <param name="Branch">The branch that held the membership when the month was assessed.</param>
/// <param name="Due">After any reduction.</param>
/// <param name="Paid">Sum of the payments in force; never above <paramref name="Due"/>.</param>
/// <param name="Class">Class at assessment.</param>
/// <param name="Base">Commitment to the base; null for classes without one.</param>
/// <param name="Rule">The rule that gave the amount.</param>
/// <param name="Reduced">An approved reduction applied.</param>
/// <param name="Payments">Payments in force, oldest first.</param>
public sealed record MonthRecord(
    MemberId Member, Month Month, OrganizationId Branch, Amount Due, Amount Paid, DuesClass Class, Hash32? Base, RuleId Rule, bool Reduced,
    IReadOnlyList<PaymentId> Payments)
{
    /// <summary>Most part payments of one month.</summary>
    public const int MaxPayments = 16;
}

/// <summary>One recorded payment; a reversal marks it, nothing removes it.</summary>
/// <param name="Collector">Who signed for the money.</param>
/// <param name="Payer">Who handed it over.</param>
/// <param name="Basis">Null for a voluntary payment.</param>
/// <param name="Items">Months paid; empty for a voluntary payment.</param>
/// <param name="Total">Sum of the items, or the voluntary amount.</param>
/// <param name="Fund">Where the money belongs.</param>
/// <param name="Reversed">Null while in force.</param>
/// <param name="Answer">What the member says about the entry.</param>
/// <param name="Dispute">Only while disputed.</param>
public sealed record PaymentRecord(
    PaymentId Payment, MemberId Member, OrganizationId Branch, MemberId Collector, DateOnly Date, PaymentMethod Method, Payer Payer,
    PaymentBasis? Basis, IReadOnlyList<PaymentItem> Items, Amount Total, DuesFund Fund, ReversalReason? Reversed,
    MemberAnswer Answer, DisputeReason? Dispute)
{
    /// <summary>True for an extra payment by Art. 11.</summary>
    public bool IsVoluntary() => Basis is null;
}

/// <summary>Where money belongs.</summary>
public enum DuesFund
{
    /// <summary>Dues: kept and passed up by the organisation's percentages.</summary>
    Branch = 1,

    /// <summary>A single voluntary payment of 1,000 yuan or more: wholly for the Centre, outside retention and spending (Art. 11).</summary>
    Centre = 2,
}

/// <summary>The member's own word on an entry.</summary>
public enum MemberAnswer
{
    None = 1,
    Confirmed = 2,
    Disputed = 3,
}

/// <summary>Bounds that are ours, not the regulation's.</summary>
public static class DuesLimits
{
    /// <summary>Oldest month that can still be assessed, counted back from the block's month.</summary>
    public const int MonthsBack = 60;

    /// <summary>Furthest month that can be assessed or given a standard: lets a quarter be assessed at once.</summary>
    public const int MonthsAhead = 3;

    /// <summary>Longest reduction by one decision.</summary>
    public const int ReductionMonths = 12;

    /// <summary>Largest single amount: ten million yuan. Keeps every sum far from overflow.</summary>
    public static readonly Amount Largest = new(1_000_000_000);
}
