using Mingjian.Contracts.Keys;

namespace Mingjian.Contracts.Members;

/// <summary>Why <c>members</c> refuses; in order of precedence, numbers never reused.</summary>
public enum MembersRejection
{
    /// <summary>A value is outside what its field can hold.</summary>
    Malformed = 1001,

    /// <summary>None of the signing keys is bound to a member.</summary>
    SignerNotAMember = 1002,

    /// <summary>The import has been withdrawn.</summary>
    ImportWithdrawn = 1101,

    /// <summary>Another officer began the import.</summary>
    AnotherOfficersImport = 1102,

    /// <summary>The chunks do not agree on how many there are.</summary>
    ChunkCountDiffers = 1103,

    /// <summary>The chunk has been carried out already.</summary>
    ChunkRepeated = 1104,

    /// <summary>A row names an organisation that does not exist.</summary>
    BranchUnknown = 1111,

    /// <summary>A row names a committee or general branch: only branches hold memberships.</summary>
    NotABranch = 1112,

    /// <summary>No signer may import members into the branch.</summary>
    MayNotImport = 1113,

    /// <summary>Two rows of the chunk have the same member id or the same identity.</summary>
    RowRepeated = 1114,

    /// <summary>The member id is taken.</summary>
    MemberIdTaken = 1115,

    /// <summary>The person is already on this ledger.</summary>
    IdentityTaken = 1116,

    /// <summary>Admission lies in the future.</summary>
    AdmittedInFuture = 1117,

    /// <summary>Full members have a day of full membership, probationary members have none.</summary>
    StandingDoesNotFit = 1118,

    /// <summary>Full membership lies before admission or in the future.</summary>
    FullSinceOutOfRange = 1119,

    /// <summary>No such import.</summary>
    ImportUnknown = 1201,

    /// <summary>Only the officer who imported, or an officer of the top committee, may withdraw.</summary>
    MayNotWithdraw = 1202,

    /// <summary>The import has been withdrawn already.</summary>
    AlreadyWithdrawn = 1203,

    /// <summary>A member of the import has an assessment, a key or a post.</summary>
    ImportInUse = 1204,

    /// <summary>No such member.</summary>
    MemberUnknown = 1301,

    /// <summary>The member came with an import that has been withdrawn.</summary>
    MemberWithdrawn = 1302,

    /// <summary>No signer may invite this member.</summary>
    MayNotInvite = 1303,

    /// <summary>The member holds a post outside the signer's reach: inviting would hand out that post.</summary>
    InviteeOutranksSigner = 1304,

    /// <summary>The invitation has expired before it is issued.</summary>
    ExpiryPast = 1305,

    /// <summary>The invitation would hold for more than 30 days.</summary>
    ExpiryTooFar = 1306,

    /// <summary>The key is an invitation's, a member's or an organisation's already, or was.</summary>
    CodeRepeated = 1307,

    /// <summary>No signing key is an invitation's.</summary>
    CodeUnknown = 1401,

    /// <summary>The invitation is for somebody else.</summary>
    WrongMember = 1402,

    /// <summary>The invitation has been redeemed.</summary>
    CodeUsed = 1403,

    /// <summary>The invitation has expired.</summary>
    CodeExpired = 1404,

    /// <summary>The introduced key did not sign.</summary>
    KeyDidNotSign = 1405,

    /// <summary>The key is or was bound on this ledger, or is an invitation's.</summary>
    KeyTaken = 1406,

    /// <summary>The member has <see cref="MemberKeysRecord.Max"/> valid keys.</summary>
    TooManyKeys = 1407,

    /// <summary>
    /// Who issued or confirmed the invitation may no longer invite this member: out of office, the member got a post out of reach, the key
    /// that signed it was revoked, or the one has meanwhile brought the other's key.
    /// </summary>
    InvitationLapsed = 1408,

    /// <summary>The invitation has been withdrawn.</summary>
    CodeWithdrawn = 1409,

    /// <summary>The member has or had a key, and no second official has confirmed.</summary>
    NotConfirmed = 1410,

    /// <summary>The 24 hours after the confirmation are not over.</summary>
    NotOpenYet = 1411,

    /// <summary>No such key.</summary>
    KeyUnknown = 1501,

    /// <summary>No signer owns the key or is an officer over its owner.</summary>
    MayNotRevoke = 1502,

    /// <summary>The key has been revoked already.</summary>
    AlreadyRevoked = 1503,

    /// <summary>The member has no such invitation.</summary>
    InvitationUnknown = 1601,

    /// <summary>No signer is the member, the issuer or an official over the member.</summary>
    MayNotWithdrawInvitation = 1602,

    /// <summary>The invitation is redeemed, withdrawn or expired.</summary>
    InvitationClosed = 1603,

    /// <summary>The invitation needs no confirmation, or has one.</summary>
    NothingToConfirm = 1604,

    /// <summary>No signer but the issuer and the member may invite the member and reaches the member's posts.</summary>
    MayNotConfirm = 1605,

    /// <summary>Issuer and confirmer are not two: one stands behind the other's key.</summary>
    ConfirmerNotIndependent = 1606,

    /// <summary>The invitation expires within 24 hours.</summary>
    ExpiresBeforeOpening = 1607,
}
