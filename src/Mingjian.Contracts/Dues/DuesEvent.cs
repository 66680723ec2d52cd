using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>Events of the contract <c>dues</c>; stored for ever, fields are added, never renamed.</summary>
public abstract record DuesEvent : IEvent;

/// <param name="By">The officer who signed.</param>
public sealed record DuesPolicySet(
    OrganizationId Organization, RoundingMode Rounding, RoundingUnit Unit, BaseChangeMode BaseChange, Hash32 Components, MemberId By)
    : DuesEvent;

/// <summary>A member's monthly dues from a month on.</summary>
/// <param name="Rule">The rule that gives the amount from the base.</param>
/// <param name="By">The officer who signed.</param>
public sealed record StandardSet(
    MemberId Member, OrganizationId Branch, Month From, DuesClass Class, Amount Monthly, Hash32? Base, RuleId Rule, MemberId By) : DuesEvent;

/// <summary>The branch asks for a reduction.</summary>
/// <param name="By">The branch secretary.</param>
public sealed record ReductionProposed(
    MemberId Member, OrganizationId Branch, Month From, Month Until, Amount Monthly, RuleId Rule, MemberId By) : DuesEvent;

/// <summary>The higher committee has decided.</summary>
/// <param name="By">The officer of the higher committee.</param>
public sealed record ReductionDecided(MemberId Member, OrganizationId Branch, Month From, bool Approved, RuleId Rule, MemberId By) : DuesEvent;

/// <summary>A month's dues of one member are fixed.</summary>
/// <param name="Due">After any reduction.</param>
/// <param name="Base">Commitment to the base; null for classes without one.</param>
/// <param name="Rule">The rule that gives the amount.</param>
/// <param name="Reduced">True: <paramref name="Due"/> comes from an approved reduction (Art. 7).</param>
/// <param name="By">Who assessed.</param>
public sealed record DuesAssessed(
    MemberId Member, OrganizationId Branch, Month Month, DuesClass Class, Amount Due, Hash32? Base, RuleId Rule, bool Reduced, MemberId By)
    : DuesEvent;

/// <summary>Money came in for assessed months: what a receipt shows.</summary>
/// <param name="Collector">Who signed for the money.</param>
/// <param name="Items">What was paid for each month, and what that month's dues are.</param>
/// <param name="Rule">The rule on payment that was followed: monthly, or with consent.</param>
/// <param name="Name">Commitment to the member's name, so that a receipt can show it; null where the ledger holds none.</param>
public sealed record PaymentRecorded(
    PaymentId Payment, MemberId Member, OrganizationId Branch, MemberId Collector, DateOnly Date, PaymentMethod Method, Payer Payer,
    PaymentBasis Basis, IReadOnlyList<PaidMonth> Items, RuleId Rule, Hash32? Name) : DuesEvent;

/// <param name="Amount">Paid now.</param>
/// <param name="Due">The month's dues.</param>
/// <param name="Paid">Paid for the month in all, this payment included.</param>
/// <param name="Class">Class at assessment.</param>
/// <param name="Rule">The rule that gave <paramref name="Due"/>.</param>
/// <param name="Reduced">True: an approved reduction gave it.</param>
public sealed record PaidMonth(Month Month, Amount Amount, Amount Due, Amount Paid, DuesClass Class, RuleId Rule, bool Reduced);

/// <summary>A voluntary extra payment came in.</summary>
/// <param name="Fund">The Centre's from 1,000 yuan on.</param>
public sealed record VoluntaryPaymentRecorded(
    PaymentId Payment, MemberId Member, OrganizationId Branch, MemberId Collector, DateOnly Date, PaymentMethod Method, Amount Amount,
    DuesFund Fund, RuleId Rule, Hash32? Name) : DuesEvent;

/// <summary>冲正: the payment no longer counts.</summary>
public sealed record PaymentReversed(PaymentId Payment, MemberId Member, OrganizationId Branch, ReversalReason Reason, MemberId By) : DuesEvent;

public sealed record PaymentConfirmed(PaymentId Payment, MemberId Member) : DuesEvent;

public sealed record PaymentDisputed(PaymentId Payment, MemberId Member, DisputeReason Reason) : DuesEvent;

public sealed record DisputeWithdrawn(PaymentId Payment, MemberId Member) : DuesEvent;
