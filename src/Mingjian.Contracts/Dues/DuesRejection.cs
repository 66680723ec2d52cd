using Mingjian.Contracts.Keys;

namespace Mingjian.Contracts.Dues;

/// <summary>Why <c>dues</c> refuses; in order of precedence, numbers never reused.</summary>
public enum DuesRejection
{
    /// <summary>A value is outside what its field can hold.</summary>
    Malformed = 1001,

    /// <summary>None of the signing keys is bound to a member.</summary>
    SignerNotAMember = 1002,

    /// <summary>No such organisation.</summary>
    OrganizationUnknown = 1003,

    /// <summary>No such member.</summary>
    MemberUnknown = 1004,

    /// <summary>The member came with an import that has been withdrawn.</summary>
    MemberWithdrawn = 1005,

    /// <summary>The member belongs to another branch, or to none.</summary>
    NotInBranch = 1006,

    /// <summary>No signer holds a post that may do this here.</summary>
    NotEntitled = 1007,

    /// <summary>The same member or month stands twice in one act.</summary>
    Repeated = 1008,

    /// <summary>The regulation of 2008 was not yet in force.</summary>
    NoRuleInForce = 1009,

    /// <summary>Before the month in which the branch meeting adopted the admission (Art. 8).</summary>
    BeforeAdmission = 1010,

    /// <summary>Further back than <see cref="DuesLimits.MonthsBack"/> months.</summary>
    TooFarBack = 1011,

    /// <summary>Further ahead than <see cref="DuesLimits.MonthsAhead"/> months.</summary>
    TooFarAhead = 1012,

    /// <summary>A class with a base needs the commitment to the base.</summary>
    BaseMissing = 1101,

    /// <summary>A class without a base has no commitment to one.</summary>
    BaseNotExpected = 1102,

    /// <summary>No base of the class gives this amount (Arts 2-6).</summary>
    AmountImpossible = 1103,

    /// <summary>A later standard exists.</summary>
    StandardOutOfOrder = 1104,

    /// <summary>The first month has been assessed with the standard before.</summary>
    StandardMonthAssessed = 1105,

    /// <summary>The organisation fixes the amount for the year: a change begins in January.</summary>
    FixedForYear = 1106,

    /// <summary>No standard holds for the month.</summary>
    NoStandard = 1201,

    /// <summary>The month has been assessed.</summary>
    AlreadyAssessed = 1202,

    /// <summary>The first month is after the last, or there are more than <see cref="DuesLimits.ReductionMonths"/>.</summary>
    ReductionPeriod = 1301,

    /// <summary>A reduction below the standard only: the amount is not lower.</summary>
    NotAReduction = 1302,

    /// <summary>One of the months has been assessed.</summary>
    ReductionMonthAssessed = 1303,

    /// <summary>Another proposed or approved reduction covers one of the months.</summary>
    ReductionOverlaps = 1304,

    /// <summary>There is no undecided proposal that begins in this month.</summary>
    ReductionNotProposed = 1305,

    /// <summary>Nobody decides on a proposal of his or her own, or on his or her own dues.</summary>
    ReductionNeedsAnotherPerson = 1306,

    /// <summary>Who proposed and who decides are not two: one stands behind the other's key (<see cref="KeyChain"/>).</summary>
    ReductionNotIndependent = 1307,

    /// <summary>Dues are not deducted from pay (Art. 14).</summary>
    PayrollDeduction = 1401,

    /// <summary>Organisations do not advance dues (Art. 14).</summary>
    OrganizationFunds = 1402,

    /// <summary>The payment id is taken.</summary>
    PaymentExists = 1403,

    /// <summary>The payment is dated later than the block.</summary>
    PaidInFuture = 1404,

    /// <summary>The payment is dated before the admission.</summary>
    PaidBeforeAdmission = 1405,

    /// <summary>A month has not been assessed.</summary>
    NotAssessed = 1406,

    /// <summary>Without consent only this month and the last can be paid (Art. 9).</summary>
    OrdinaryCoversTwoMonths = 1407,

    /// <summary>Quarterly payment covers the quarter of the day of payment only (Art. 12).</summary>
    OutsideQuarter = 1408,

    /// <summary>Back payment covers no later month.</summary>
    MonthAhead = 1409,

    /// <summary>Back payment covers six months; more needs the higher committee (Art. 12).</summary>
    BackPaymentTooLong = 1410,

    /// <summary>The branch secretary's signature is missing (Art. 12).</summary>
    BranchConsentMissing = 1411,

    /// <summary>The signature of an officer of the higher committee, another person, is missing.</summary>
    CommitteeConsentMissing = 1412,

    /// <summary>More than is still due: the rest is a voluntary payment of its own (Art. 11).</summary>
    Overpaid = 1413,

    /// <summary>The month has <see cref="MonthRecord.MaxPayments"/> part payments.</summary>
    TooManyPayments = 1414,

    /// <summary>The consents of branch and committee are not two people's: one stands behind the other's key (<see cref="KeyChain"/>).</summary>
    ConsentsNotIndependent = 1415,

    /// <summary>No such payment.</summary>
    PaymentUnknown = 1501,

    /// <summary>No signer collects dues in the payment's branch or is an officer above it.</summary>
    MayNotReverse = 1502,

    /// <summary>The payment has been reversed.</summary>
    AlreadyReversed = 1503,

    /// <summary>Only the member whose payment it is may answer.</summary>
    NotOwnPayment = 1601,

    /// <summary>The payment has been reversed: there is nothing to answer.</summary>
    PaymentReversed = 1602,

    /// <summary>The member has confirmed the entry.</summary>
    AlreadyConfirmed = 1603,

    /// <summary>The member has disputed the entry.</summary>
    AlreadyDisputed = 1604,

    /// <summary>The member has not disputed the entry.</summary>
    NotDisputed = 1605,

    /// <summary>Nobody answers a dispute of the own.</summary>
    OwnDispute = 1606,

    /// <summary>The dispute has an answer to which the member has not objected.</summary>
    AlreadyAnswered = 1607,

    /// <summary>There is no answer to reply to.</summary>
    NotAnswered = 1608,

    /// <summary>The member has replied to this answer.</summary>
    AlreadyReplied = 1609,
}
