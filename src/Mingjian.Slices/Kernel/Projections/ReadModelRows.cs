using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Primitives;

namespace Mingjian.Slices.Kernel.Projections;

/// <summary>How far the projection has come; one row.</summary>
public sealed record ProjectionCursor
{
    public const int TheOne = 1;

    public int Id { get; init; }

    /// <summary>The last block that is in the read models; 0 = none.</summary>
    public long Height { get; init; }
}

/// <summary>A row that one entry of the ledger made.</summary>
public abstract record ProjectedRow
{
    /// <summary>The block of the entry.</summary>
    public long Height { get; private set; }

    /// <summary>The entry.</summary>
    public long Index { get; private set; }

    /// <summary>Says which entry made the row.</summary>
    internal void SetSource(EventPosition at) => (Height, Index) = (at.Height, at.Index);
}

/// <summary>A row that one person's act made.</summary>
public abstract record SignedRow : ProjectedRow
{
    /// <summary>Who signed; of what the founding made, the founding officer.</summary>
    public MemberId Signer { get; private set; }

    /// <summary>Says which entry made the row, and who signed it.</summary>
    internal void SetSource(EventPosition at, MemberId signer)
    {
        SetSource(at);
        Signer = signer;
    }
}

/// <summary>A person as the ledger knows him or her; names come from the vault.</summary>
public sealed record ProjectedMember : SignedRow
{
    public MemberId Member { get; init; }

    public OrganizationId Branch { get; init; }

    public MemberStanding Standing { get; init; }

    /// <summary>Day the branch meeting adopted the admission.</summary>
    public DateOnly Admitted { get; init; }

    /// <summary>Null for probationers.</summary>
    public DateOnly? FullSince { get; init; }

    /// <summary>Null for the founding officer.</summary>
    public ImportId? Import { get; init; }
}

/// <summary>A Party organisation.</summary>
public sealed record ProjectedOrganization : SignedRow
{
    public OrganizationId Organization { get; init; }

    /// <summary>Null for the top committee.</summary>
    public OrganizationId? Higher { get; init; }

    public OrganizationKind Kind { get; init; }
}

/// <summary>One appointment.</summary>
public sealed record ProjectedPost : SignedRow
{
    public MemberId Member { get; init; }

    public OrganizationId Organization { get; init; }

    public Post Post { get; init; }

    public DateOnly From { get; init; }

    /// <summary>Last day; null = until ended.</summary>
    public DateOnly? Until { get; init; }
}

/// <summary>A signing key and whose it is.</summary>
public sealed record ProjectedKey : ProjectedRow
{
    public KeyId Key { get; init; }

    public MemberId Member { get; init; }

    /// <summary>Public key with its scheme.</summary>
    public PublicKeyValue PublicKey { get; init; }

    public LedgerTime Since { get; init; }

    public LedgerTime? Revoked { get; init; }

    public KeyRevocationReason? RevocationReason { get; init; }
}

/// <summary>An invitation to bind a key. What it needs now is the ledger's to say.</summary>
public sealed record ProjectedInvitation : SignedRow
{
    /// <summary>Id of the invitation's key.</summary>
    public KeyId Invitation { get; init; }

    public MemberId Member { get; init; }

    public LedgerTime Issued { get; init; }

    public LedgerTime Expires { get; init; }

    /// <summary>Redeemed or withdrawn at this time; null while it stands.</summary>
    public LedgerTime? Ended { get; init; }
}

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

/// <summary>One log entry, for finding it.</summary>
public sealed record ProjectedEntry : ProjectedRow
{
    public LedgerTime Time { get; init; }

    /// <summary>The command's name; empty for a seal.</summary>
    public string Command { get; init; } = "";

    /// <summary>Null for a seal.</summary>
    public Hash32? Transaction { get; init; }

    /// <summary>First signer's member; null for a seal or a key introduced by the act.</summary>
    public MemberId? Signer { get; init; }

    /// <summary>Stable code of the refusal, for example <c>dues/1203</c>; null when carried out.</summary>
    public string? Refusal { get; init; }

    /// <summary>The payment the entry is about; null for other acts.</summary>
    public PaymentId? Payment { get; init; }

    /// <summary>Bytes of the entry.</summary>
    public int Size { get; init; }
}
