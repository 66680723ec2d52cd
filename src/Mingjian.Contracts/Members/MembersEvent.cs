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

/// <summary>A member may bind one key with the code behind the hash.</summary>
public sealed record InvitationIssued(MemberId Member, Hash32 CodeHash, LedgerTime Expires, MemberId By) : MembersEvent;

/// <summary>The key speaks for the member from now on.</summary>
public sealed record KeyBound(MemberId Member, PublicKeyValue Key, Hash32 CodeHash) : MembersEvent;

/// <summary>The key speaks for nobody from the next act on.</summary>
public sealed record KeyRevoked(KeyId Key, MemberId Member, KeyRevocationReason Reason, MemberId By) : MembersEvent;
