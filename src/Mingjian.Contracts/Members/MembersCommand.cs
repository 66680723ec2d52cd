using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Members;

/// <summary>Commands of the contract <c>members</c>.</summary>
public abstract record MembersCommand : ICommand;

/// <summary>One chunk of a roster import. All chunks of an import are signed with one gesture (batch signature).</summary>
/// <param name="Import">Same in every chunk.</param>
/// <param name="Chunk">0-based.</param>
/// <param name="Chunks">How many chunks the import has.</param>
/// <param name="Rows">1 to <see cref="MaxRows"/> rows.</param>
public sealed record ImportMembers(ImportId Import, int Chunk, int Chunks, IReadOnlyList<MemberRow> Rows) : MembersCommand
{
    /// <summary>Keeps command and event within a 65,535-byte log entry.</summary>
    public const int MaxRows = 40;
}

/// <summary>What the ledger holds of one person.</summary>
/// <param name="Member">Random.</param>
/// <param name="Branch">The branch that holds the membership.</param>
/// <param name="Standing">Full or probationary.</param>
/// <param name="Admitted">Day the branch meeting adopted the admission.</param>
/// <param name="FullSince">Day of full membership; null for probationers.</param>
/// <param name="Identity">Keyed blind index of the ID number (HMAC-SHA-256 made in the vault): one person, one record.</param>
/// <param name="Name">Commitment to the name, context <c>m-…/name/1</c>.</param>
/// <param name="Record">Commitment to the whole personal record as stored in the vault, context <c>m-…/record/1</c>.</param>
public sealed record MemberRow(
    MemberId Member, OrganizationId Branch, MemberStanding Standing, DateOnly Admitted, DateOnly? FullSince,
    Hash32 Identity, Hash32 Name, Hash32 Record);

/// <summary>Withdraws a whole import while nothing depends on it (no assessment, key, or post of any of its members).</summary>
public sealed record WithdrawImport(ImportId Import) : MembersCommand;

/// <summary>Lets one member bind one key: the ledger holds only the public key that is derived from the one-time code.</summary>
/// <remarks>
/// By an official for somebody who never had a key; by the member for a further device; by an official for a member who has or had a key, but
/// then a second official confirms (<see cref="ConfirmInvitation"/>).
/// </remarks>
/// <param name="Member">For whom.</param>
/// <param name="Key">Derived from the code, scheme <c>es256</c>; it can sign one <see cref="BindKey"/> for the member and nothing else.</param>
/// <param name="Expires">Refused from this time on.</param>
public sealed record IssueInvitation(MemberId Member, PublicKeyValue Key, LedgerTime Expires) : MembersCommand;

/// <summary>A second official agrees that a member who has or had a key gets a further one; it can be redeemed 24 hours later.</summary>
/// <param name="Member">As in the invitation, so that whoever signs reads for whom.</param>
/// <param name="Invitation">Id of the invitation's key.</param>
public sealed record ConfirmInvitation(MemberId Member, KeyId Invitation) : MembersCommand;

/// <summary>Ends an invitation before it is redeemed; by the member, its issuer or an official over the member.</summary>
/// <param name="Member">As in the invitation.</param>
/// <param name="Invitation">Id of the invitation's key.</param>
public sealed record WithdrawInvitation(MemberId Member, KeyId Invitation) : MembersCommand;

/// <summary>Redeems an invitation: binds a new key to the member. Signed by the new key and by the invitation's.</summary>
/// <param name="Member">As in the invitation.</param>
/// <param name="Key">The new key.</param>
public sealed record BindKey(MemberId Member, PublicKeyValue Key) : MembersCommand, IIntroducesKey;

/// <summary>Revokes a key from the next block on; by its owner or by the organisation's officer.</summary>
public sealed record RevokeKey(KeyId Key, KeyRevocationReason Reason) : MembersCommand;

public enum MemberStanding
{
    FullMember = 1,
    ProbationaryMember = 2,
}

public enum KeyRevocationReason
{
    Lost = 1,
    Compromised = 2,
    Replaced = 3,
    LeftOffice = 4,
}
