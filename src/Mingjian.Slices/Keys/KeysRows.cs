using Mingjian.Contracts.Members;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Projections;

namespace Mingjian.Slices.Keys;

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

/// <summary>The tables of the slice.</summary>
internal static class KeysTables
{
    public static IQueryable<ProjectedKey> Keys(this ReadModelContext context) => context.Set<ProjectedKey>();

    public static IQueryable<ProjectedInvitation> Invitations(this ReadModelContext context) => context.Set<ProjectedInvitation>();
}
