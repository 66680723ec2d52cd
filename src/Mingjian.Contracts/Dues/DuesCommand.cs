using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>Commands of the contract <c>dues</c>.</summary>
public abstract record DuesCommand : ICommand;

/// <summary>How an organisation computes: rounding, unit, base-change mode, and the hash of its table of base components.</summary>
/// <param name="Organization">Applies to it and to all below that have none of their own.</param>
/// <param name="Components">SHA-256 of the canonical JSON of the component table, which is kept off the ledger.</param>
public sealed record SetDuesPolicy(
    OrganizationId Organization, RoundingMode Rounding, RoundingUnit Unit, BaseChangeMode BaseChange, Hash32 Components) : DuesCommand;

/// <summary>Fixes members' monthly dues from a month on (facts 1.1). The base itself never comes here.</summary>
/// <param name="Lines">1 to <see cref="MaxLines"/> lines.</param>
public sealed record SetStandards(IReadOnlyList<StandardLine> Lines) : DuesCommand
{
    public const int MaxLines = 60;
}

/// <param name="Member">The payer.</param>
/// <param name="From">First month it holds for: the month in which the new pay is first received.</param>
/// <param name="Class">Decides the bracket table.</param>
/// <param name="Monthly">Computed from the base off the ledger; amounts that no base of the class can give are refused.</param>
/// <param name="Base">Commitment to the base in yuan, context <c>m-…/base/yyyy-MM/1</c>; null for classes without a base.</param>
public sealed record StandardLine(MemberId Member, Month From, DuesClass Class, Amount Monthly, Hash32? Base);

/// <summary>The branch asks for less in hardship (Art. 7).</summary>
/// <param name="Monthly">Zero = waived.</param>
public sealed record ProposeReduction(MemberId Member, Month From, Month Until, Amount Monthly) : DuesCommand;

/// <summary>The next-higher committee decides on a proposed reduction.</summary>
public sealed record DecideReduction(MemberId Member, Month From, bool Approved) : DuesCommand;

/// <summary>Assesses a month for members of a branch; amounts follow from standards and reductions.</summary>
/// <param name="Members">1 to <see cref="MaxMembers"/>.</param>
public sealed record AssessDues(OrganizationId Branch, Month Month, IReadOnlyList<MemberId> Members) : DuesCommand
{
    public const int MaxMembers = 60;
}

/// <summary>A payment of assessed dues, received by a collector.</summary>
/// <param name="Payment">Fresh and random.</param>
/// <param name="Member">Whose dues.</param>
/// <param name="Branch">The branch that holds the membership and receives the payment.</param>
/// <param name="Date">Day the money was received; not in the future.</param>
/// <param name="Items">1 to 12 months, each once, ascending, with what is paid for it.</param>
/// <param name="Basis">Ordinary, or what needed the branch's (or committee's) consent.</param>
public sealed record RecordPayment(
    PaymentId Payment, MemberId Member, OrganizationId Branch, DateOnly Date, PaymentMethod Method, Payer Payer,
    PaymentBasis Basis, IReadOnlyList<PaymentItem> Items) : DuesCommand;

public sealed record PaymentItem(Month Month, Amount Amount);

/// <summary>A voluntary extra payment (Art. 11); 1,000 yuan or more at once goes wholly to the Centre.</summary>
public sealed record RecordVoluntaryPayment(
    PaymentId Payment, MemberId Member, OrganizationId Branch, DateOnly Date, PaymentMethod Method, Amount Amount) : DuesCommand;

/// <summary>冲正: takes a mistaken payment back by a new entry; the old one stays readable.</summary>
public sealed record ReversePayment(PaymentId Payment, ReversalReason Reason) : DuesCommand;

/// <summary>The member agrees with a payment entry.</summary>
public sealed record ConfirmPayment(PaymentId Payment) : DuesCommand;

/// <summary>The member objects to a payment entry; it stays in force and shows as disputed until reversed or settled.</summary>
public sealed record DisputePayment(PaymentId Payment, DisputeReason Reason) : DuesCommand;

/// <summary>The member withdraws the objection.</summary>
public sealed record WithdrawDispute(PaymentId Payment) : DuesCommand;

/// <summary>Dues class of a member (facts 1.1).</summary>
public enum DuesClass
{
    SalariedMonthly = 1,
    AnnualSalary = 2,
    NoMonthlyIncome = 3,
    Retired = 4,
    Farmer = 5,
    Student = 6,
    Unemployed = 7,
    OnPensionOrRelief = 8,
    OnMinimumLiving = 9,
}

public enum RoundingMode
{
    HalfUp = 1,
    Down = 2,
    Up = 3,
}

public enum RoundingUnit
{
    Fen = 1,
    Jiao = 2,
}

/// <summary>When a changed base takes effect: in the month it is first received (Art. 10), or fixed for the year.</summary>
public enum BaseChangeMode
{
    MonthFirstReceived = 1,
    FixedForYear = 2,
}

public enum PaymentMethod
{
    Cash = 1,
    Transfer = 2,
}

/// <summary>Who handed the money over. The last two are recorded by nobody: they are refused with their own code (Art. 14).</summary>
public enum Payer
{
    Member = 1,
    Relative = 2,
    AnotherMember = 3,
    PayrollDeduction = 4,
    OrganizationFunds = 5,
}

/// <summary>Ordinary, or the consent that the signers give by signing (Art. 12).</summary>
public enum PaymentBasis
{
    /// <summary>This month's dues (or last month's while within the same payment rule), handed over by the member.</summary>
    Ordinary = 1,

    /// <summary>Months of the current quarter at once: needs the branch secretary's signature.</summary>
    Quarterly = 2,

    /// <summary>Up to 6 months back: needs the branch secretary's signature.</summary>
    BackPayment = 3,

    /// <summary>More than 6 months back: needs the higher committee's officer too.</summary>
    LongBackPayment = 4,
}

public enum ReversalReason
{
    WrongMember = 1,
    WrongAmount = 2,
    WrongMonth = 3,
    RecordedTwice = 4,
    MoneyNotReceived = 5,
    MemberDisputed = 6,
}

public enum DisputeReason
{
    NotPaid = 1,
    WrongAmount = 2,
    WrongMonth = 3,
    WrongDate = 4,
}
