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

/// <summary>Lets one member bind one key: the ledger holds only the hash of the one-time code.</summary>
/// <param name="Member">For whom.</param>
/// <param name="CodeHash">SHA-256 of the 16 code bytes.</param>
/// <param name="Expires">Refused from this time on.</param>
public sealed record IssueInvitation(MemberId Member, Hash32 CodeHash, LedgerTime Expires) : MembersCommand;

/// <summary>Redeems an invitation: binds the key that signs this transaction to the member.</summary>
/// <param name="Member">As in the invitation.</param>
/// <param name="Code">The 16 code bytes, in a <see cref="Salt"/>'s text form.</param>
/// <param name="Key">The new key.</param>
public sealed record BindKey(MemberId Member, Salt Code, PublicKeyValue Key) : MembersCommand, IIntroducesKey;

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
