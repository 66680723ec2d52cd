using Mingjian.Client.Signing;
using Mingjian.Contracts.Members;
using Mingjian.Primitives;

namespace Mingjian.Client.Identity;

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
public sealed record KeyView(
    KeyId Key, string Scheme, LedgerTime Since, LedgerTime? Revoked, bool IsCurrent, long Height, long Index);

/// <summary>Inviting members to bind a key.</summary>
public interface IInvitations
{
    /// <summary>A fresh one-time invitation for a member. The code exists nowhere but in the answer: show it once.</summary>
    /// <exception cref="Session.AccessDeniedException">Not signed in, or no right to invite this member.</exception>
    Task<InvitationDraft> PrepareAsync(MemberId member, CancellationToken cancellationToken = default);

    /// <summary>A full address as an SVG drawing of a QR code.</summary>
    string DrawQr(string address);
}

/// <summary>An invitation before it is signed.</summary>
/// <param name="Acts">Issues the invitation; the link works once this is final.</param>
/// <param name="Path">Local address with the code in its fragment, which browsers do not send to servers.</param>
/// <param name="Expires">The code's end.</param>
public sealed record InvitationDraft(ActsToSign Acts, string Path, LedgerTime Expires);
