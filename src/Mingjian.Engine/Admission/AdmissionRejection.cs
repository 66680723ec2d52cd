using Mingjian.Contracts.Sdk;

namespace Mingjian.Engine.Admission;

/// <summary>Why the engine refuses a submission before any contract sees it; code <c>admission/&lt;number&gt;</c>.</summary>
/// <remarks>
/// Up to 15 declared in order of precedence: the first that applies is answered. <see cref="SignerMissing"/> comes after <see cref="MalformedPayload"/>, and
/// <see cref="QuotaExceeded"/>, asked once the contracts have nothing against the act, before <see cref="Busy"/>. Numbers are stable and never reused.
/// </remarks>
public enum AdmissionRejection
{
    /// <summary>More than 40,000 bytes.</summary>
    TooLarge = 1,

    /// <summary>Not the canonical encoding of a DSSE envelope of a transaction with 1 to 31 signatures of different keys.</summary>
    MalformedEnvelope = 2,

    /// <summary>The payload is not the canonical encoding of a transaction.</summary>
    MalformedPayload = 3,

    /// <summary>Signed for another ledger.</summary>
    WrongNetwork = 4,

    /// <summary>This very act is in the log already; the answer carries its height and index. Nothing was done twice.</summary>
    Duplicate = 5,

    /// <summary>The validity ended.</summary>
    Expired = 6,

    /// <summary>Valid for more than 72 hours from now.</summary>
    ExpiresTooLate = 7,

    /// <summary>No contract has this command.</summary>
    UnknownCommand = 8,

    /// <summary>The command exists, but not in the protocol by which the block is made. Answered after <see cref="MalformedCommand"/>.</summary>
    CommandNotActive = 9,

    /// <summary>The body is not the canonical encoding of the command.</summary>
    MalformedCommand = 10,

    /// <summary>A signing key is not bound to anybody, not valid yet, or revoked; an introduced key did not sign, or only keys that the ledger does not know.</summary>
    UnknownKey = 11,

    /// <summary>A signature names another scheme than its key.</summary>
    WrongScheme = 12,

    /// <summary>A signature does not hold.</summary>
    WrongSignature = 13,

    /// <summary>The act and its events do not fit into one log entry of 65,535 bytes. Refused after ordering.</summary>
    EntryTooLarge = 14,

    /// <summary>The queue is full; nothing was taken up, so try again later.</summary>
    Busy = 15,

    /// <summary>The key that the payload names as its signer has not signed: whoever signed cannot use up the act's id in its place.</summary>
    SignerMissing = 16,

    /// <summary>Whoever makes the act has had as many bytes ordered today (Beijing) as one may; opens again at midnight.</summary>
    QuotaExceeded = 17,

    /// <summary>A passkey's assertion has not, byte for byte, the form that is accepted. Answered before <see cref="MalformedPayload"/>.</summary>
    AssertionShape = 18,

    /// <summary>A passkey signed without verifying who uses it. Answered before <see cref="MalformedPayload"/>.</summary>
    UserNotVerified = 19,

    /// <summary>A passkey signed on a page that is no registered site of this network. Answered before <see cref="WrongScheme"/>.</summary>
    UnknownSite = 20,

    /// <summary>The ledger goes on by a protocol that this node's program does not carry: hand the act to another node, or upgrade this one. Answered first.</summary>
    UpgradeNeeded = 21,
}

/// <summary>Codes of <see cref="AdmissionRejection"/>.</summary>
public static class AdmissionRejections
{
    /// <summary>The first part of the codes.</summary>
    public const string Contract = "admission";

    public static Refusal ToRefusal(this AdmissionRejection reason) => new($"{Contract}/{(int)reason}", reason.ToString());

    public static Rejection ToRejection(this AdmissionRejection reason) => new(Contract, (int)reason, reason.ToString());
}
