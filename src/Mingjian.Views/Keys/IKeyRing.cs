using Mingjian.Acts.Signing;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Primitives;

namespace Mingjian.Views.Keys;

/// <summary>Keys of people: one's own, or those of a member whom the signed-in person may invite.</summary>
public interface IKeyRing
{
    /// <summary>All keys ever bound to the member, newest first.</summary>
    /// <param name="member">Null = oneself.</param>
    /// <exception cref="Session.AccessDeniedException">Not signed in, or no right to invite this member.</exception>
    Task<IReadOnlyList<KeyView>> ListAsync(MemberId? member = null, CancellationToken cancellationToken = default);

    /// <summary>The act that revokes a key. Whether it may is the ledger's to say.</summary>
    ActsToSign Revoke(KeyId key, KeyRevocationReason reason);
}

/// <summary>A key of a member.</summary>
/// <param name="Scheme"><c>es256</c> or <c>webauthn-es256</c>.</param>
/// <param name="Since">Bound at this block time.</param>
/// <param name="Revoked">Null while valid.</param>
/// <param name="IsCurrent">It opened this session.</param>
/// <param name="Height">The block that bound it.</param>
/// <param name="Index">The log entry that bound it.</param>
/// <param name="Origin">Who invited, and who confirmed, in words.</param>
public sealed record KeyView(
    KeyId Key, string Scheme, LedgerTime Since, LedgerTime? Revoked, bool IsCurrent, long Height, long Index, string Origin);

/// <summary>Inviting members to bind a key.</summary>
public interface IInvitations
{
    /// <summary>The act that issues an invitation. The code stays in the browser that made it; only its public key comes here.</summary>
    /// <param name="publicKey">Derived from the code, as the ledger writes it.</param>
    /// <exception cref="Session.AccessDeniedException">Not signed in, or no right to invite this member.</exception>
    /// <exception cref="ArgumentException">Not a public key.</exception>
    Task<InvitationDraft> PrepareAsync(MemberId member, string publicKey, CancellationToken cancellationToken = default);

    /// <summary>Open invitations of members whom the signed-in person may invite, newest first.</summary>
    Task<IReadOnlyList<InvitationView>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Open invitations of the signed-in person, whoever issued them.</summary>
    Task<IReadOnlyList<InvitationView>> ListOwnAsync(CancellationToken cancellationToken = default);

    /// <summary>The act that agrees, as a second official, to a further key.</summary>
    ActsToSign Confirm(InvitationView invitation);

    /// <summary>The act that ends an invitation. Whether it may is the ledger's to say.</summary>
    ActsToSign Withdraw(InvitationView invitation);
}

/// <summary>An invitation before it is signed.</summary>
/// <param name="Acts">Issues the invitation; the link works once this is final.</param>
/// <param name="Expires">The code's end.</param>
/// <param name="NeedsConfirmation">The member has or had a key: a second official confirms, and a day passes.</param>
public sealed record InvitationDraft(ActsToSign Acts, LedgerTime Expires, bool NeedsConfirmation);

/// <summary>What an open invitation waits for.</summary>
public enum InvitationStage
{
    /// <summary>To be redeemed.</summary>
    Open = 1,

    /// <summary>A second official has not agreed yet.</summary>
    AwaitsConfirmation = 2,

    /// <summary>The notice of 24 hours is running.</summary>
    Noticed = 3,
}

/// <summary>An open invitation.</summary>
/// <param name="Invitation">Id of its key.</param>
/// <param name="Name">The member's.</param>
/// <param name="By">Name of who issued it.</param>
/// <param name="IsOwn">Issued by the member, for a further device.</param>
/// <param name="ConfirmedBy">Name of the second official; null while there is none.</param>
/// <param name="Opens">When the notice ends; null where there is none.</param>
/// <param name="MayConfirm">The signed-in person may be the second official.</param>
/// <param name="Height">The block that issued it.</param>
/// <param name="Index">The log entry that issued it.</param>
public sealed record InvitationView(
    KeyId Invitation, MemberId Member, string Name, string By, bool IsOwn, LedgerTime Issued, LedgerTime Expires, InvitationStage Stage,
    string? ConfirmedBy, LedgerTime? Opens, bool MayConfirm, long Height, long Index);
