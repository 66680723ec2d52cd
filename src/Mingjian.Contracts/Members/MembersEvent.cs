using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Members;

/// <summary>Events of the contract <c>members</c>; stored for ever, fields are added, never renamed.</summary>
public abstract record MembersEvent : IEvent;

/// <summary>One chunk of a roster came in.</summary>
/// <param name="By">The officer who signed.</param>
public sealed record MembersImported(ImportId Import, int Chunk, int Chunks, IReadOnlyList<MemberRow> Rows, MemberId By) : MembersEvent;

/// <summary>All members of the import count as never imported.</summary>
public sealed record ImportWithdrawn(ImportId Import, MemberId By) : MembersEvent;

/// <summary>A member may bind one key with the code behind this key.</summary>
/// <param name="By">An official, or the member.</param>
/// <param name="With">The issuer's key: once it is revoked the invitation is worthless.</param>
public sealed record InvitationIssued(MemberId Member, PublicKeyValue Key, LedgerTime Expires, MemberId By, KeyId With) : MembersEvent;

/// <summary>A second official agreed; the invitation can be redeemed from <paramref name="Opens"/> on.</summary>
public sealed record InvitationConfirmed(KeyId Invitation, MemberId Member, LedgerTime Opens, MemberId By, KeyId With) : MembersEvent;

/// <summary>The invitation can no longer be redeemed.</summary>
public sealed record InvitationWithdrawn(KeyId Invitation, MemberId Member, MemberId By) : MembersEvent;

/// <summary>The key speaks for the member from the next block on.</summary>
/// <param name="Invitation">Id of the invitation's key.</param>
/// <param name="By">Who invited: an official, or the member with a key of his or her own.</param>
/// <param name="ConfirmedBy">The second official; null where none is asked for.</param>
public sealed record KeyBound(
    MemberId Member, PublicKeyValue Key, KeyId Invitation, MemberId By, MemberId? ConfirmedBy) : MembersEvent;

/// <summary>The key speaks for nobody from the next act on.</summary>
public sealed record KeyRevoked(KeyId Key, MemberId Member, KeyRevocationReason Reason, MemberId By) : MembersEvent;
