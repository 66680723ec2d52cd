using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Primitives;

namespace Mingjian.Views.Dues;

/// <summary>What stands under every record: who signed, by which rule, where it is final.</summary>
/// <param name="Rule">Null where no rule decides.</param>
public sealed record TrustMark(MemberId Signer, string SignerName, RuleId? Rule, long Height, long Index)
{
    /// <summary>The rule's article in Chinese, for example <c>党费规定第二条</c>; null where no rule decides.</summary>
    public string? RuleName => Rule is { } rule && DuesRuleCatalog.Find(rule) is { } row ? $"党费规定{row.Article}" : Rule?.ToString();
}

/// <summary>An organisation that the person may choose on a page.</summary>
public sealed record OrganizationChoice(OrganizationId Id, string Name, OrganizationKind Kind, OrganizationId? Higher);

/// <summary>How a member stands in a month.</summary>
public enum MonthState
{
    /// <summary>Nothing has been assessed.</summary>
    NotAssessed = 1,

    /// <summary>Nothing is due: waived.</summary>
    Waived = 2,
    Unpaid = 3,
    PartlyPaid = 4,
    Paid = 5,
}

/// <summary>One month of one member.</summary>
/// <param name="Payments">All, reversed ones included, oldest first.</param>
/// <param name="Class">Null while not assessed, and for whoever neither is the member nor assesses the member.</param>
/// <param name="Assessment">Null while not assessed; its rule is null where the class is.</param>
public sealed record MemberMonth(
    Month Month, MonthState State, DuesClass? Class, Amount Due, Amount Paid, bool Reduced, IReadOnlyList<PaymentView> Payments,
    TrustMark? Assessment)
{
    public Amount Open => Due - Paid;

    /// <summary>The member objects to a payment in force.</summary>
    public bool IsDisputed => Payments.Any(p => p.IsInForce && p.Answer == MemberAnswer.Disputed);
}

/// <summary>One payment entry.</summary>
/// <param name="Items">Months and amounts; empty for a voluntary payment.</param>
/// <param name="Reversal">Null while in force.</param>
/// <param name="BranchAnswer">Null where the branch has answered no objection.</param>
public sealed record PaymentView(
    PaymentId Payment, MemberId Member, DateOnly Date, PaymentMethod Method, PaymentBasis? Basis, DuesFund Fund, Amount Total,
    IReadOnlyList<PaymentItem> Items, string CollectorName, MemberAnswer Answer, DisputeReason? Dispute, ReversalReason? Reversal,
    TrustMark Mark, TrustMark? ReversalMark, BranchAnswerView? BranchAnswer)
{
    public bool IsInForce => Reversal is null;

    /// <summary>The branch owes the member an answer.</summary>
    public bool AwaitsAnswer => IsInForce && Answer == MemberAnswer.Disputed && BranchAnswer is not { Accepted: not false };

    /// <summary>The member owes the branch a reply.</summary>
    public bool AwaitsReply => IsInForce && Answer == MemberAnswer.Disputed && BranchAnswer is { Accepted: null };

    public bool IsVoluntary => Basis is null;
}

/// <summary>What the branch answered to the member's newest objection.</summary>
/// <param name="Accepted">Null until the member has replied.</param>
public sealed record BranchAnswerView(DisputeAnswer Answer, bool? Accepted, TrustMark Mark);

/// <summary>One line of a branch's month.</summary>
/// <param name="OpenMonths">Assessed months up to this one that are not paid in full, ascending.</param>
/// <param name="LastReminded">Null = never.</param>
public sealed record BranchLine(
    MemberId Member, string Name, MemberStanding Standing, MemberMonth Month, IReadOnlyList<OpenMonth> OpenMonths, ArrearsLevel Arrears,
    LedgerTime? LastReminded);

/// <param name="Open">Still to be paid.</param>
public sealed record OpenMonth(Month Month, Amount Open);

/// <summary>A branch in a month.</summary>
/// <param name="MayRecord">The person may record payments here.</param>
/// <param name="MayConsent">The person is the branch secretary: quarterly and back payment are open.</param>
/// <param name="MayPropose">The person may propose reductions.</param>
/// <param name="MayReverse">The person may reverse payments.</param>
/// <param name="Height">The block that the page shows.</param>
public sealed record BranchMonth(
    OrganizationId Branch, string BranchName, Month Month, IReadOnlyList<BranchLine> Lines, IReadOnlyList<PaymentView> Voluntary,
    bool MayRecord, bool MayConsent, bool MayPropose, bool MayReverse, long Height)
{
    public Amount Due => Lines.Aggregate(Amount.Zero, (sum, l) => sum + l.Month.Due);

    public Amount Paid => Lines.Aggregate(Amount.Zero, (sum, l) => sum + l.Month.Paid);

    public int PaidCount => Lines.Count(l => l.Month.State is MonthState.Paid or MonthState.Waived);

    public int UnpaidCount => Lines.Count(l => l.Month.State is MonthState.Unpaid or MonthState.PartlyPaid);
}

/// <summary>A branch's sums in a committee's month.</summary>
/// <param name="Assessed">Members whose month is assessed.</param>
/// <param name="Arrears">How many members stand at each level.</param>
public sealed record BranchSum(
    OrganizationId Branch, string Name, int Members, int Assessed, int PaidInFull, int Unpaid, int Disputed, Amount Due, Amount Paid,
    Amount Voluntary, Amount ForCentre, IReadOnlyDictionary<ArrearsLevel, int> Arrears)
{
    public int ArrearsOf(ArrearsLevel level) => Arrears.GetValueOrDefault(level);
}

/// <summary>A committee in a month.</summary>
public sealed record CommitteeMonth(OrganizationId Committee, string Name, Month Month, IReadOnlyList<BranchSum> Branches, long Height);

/// <summary>A member who is behind.</summary>
/// <param name="Unpaid">Consecutive months, ascending.</param>
/// <param name="Evidence">What may speak for a proper reason.</param>
public sealed record ArrearsLine(
    MemberId Member, string Name, OrganizationId Branch, string BranchName, ArrearsLevel Level, IReadOnlyList<Month> Unpaid, Amount Open,
    IReadOnlyList<ProperReasonEvidence> Evidence, LedgerTime? LastReminded);

/// <summary>A member's own year.</summary>
/// <param name="Years">Years with any record, newest first.</param>
/// <param name="Reminders">Newest first.</param>
public sealed record MemberYear(
    MemberId Member, string Name, string BranchName, int Year, IReadOnlyList<int> Years, IReadOnlyList<MemberMonth> Months,
    IReadOnlyList<PaymentView> Voluntary, ArrearsLevel Arrears, IReadOnlyList<Month> ArrearsMonths, IReadOnlyList<ReminderView> Reminders,
    long Height);

/// <summary>A reminder in the product.</summary>
public sealed record ReminderView(LedgerTime Time, string FromName, IReadOnlyList<Month> Months);

/// <summary>A reduction, proposed or decided.</summary>
/// <param name="Standard">What was due without it; null where there is no standard, and for whoever neither assesses nor decides.</param>
/// <param name="MayDecide">The person may decide on it.</param>
public sealed record ReductionView(
    MemberId Member, string Name, OrganizationId Branch, string BranchName, Month From, Month Until, Amount Monthly, Amount? Standard,
    ReductionOutcome Outcome, bool MayDecide, TrustMark Proposal, TrustMark? Decision);

/// <summary>A file to download.</summary>
public sealed record ExportFile(string FileName, string ContentType, byte[] Content);
