using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Keys;

/// <summary>Every key that the ledger knows, whoever it speaks for; the contracts that bind them (<c>members</c>, <c>nodes</c>) keep their own prefixes.</summary>
public static class KeysState
{
    /// <summary><c>members/key/k-…</c>.</summary>
    public static StateTable<KeyRecord> Keys { get; } = new("members/key/", KeysJson.Forms.Of<KeyRecord>());

    /// <summary><c>members/keys/m-…</c>: the keys of one member; there once the member has had one.</summary>
    public static StateTable<MemberKeysRecord> MemberKeys { get; } = new("members/keys/", KeysJson.Forms.Of<MemberKeysRecord>());

    /// <summary><c>members/invitation/k-…</c>, by the id of the invitation's key.</summary>
    public static StateTable<InvitationRecord> Invitations { get; } =
        new("members/invitation/", KeysJson.Forms.Of<InvitationRecord>());

    /// <summary><c>nodes/organization-key/k-…</c>: every network key that an organisation ever had.</summary>
    public static StateTable<OrganizationKeyRecord> OrganizationKeys { get; } =
        new("nodes/organization-key/", KeysJson.Forms.Of<OrganizationKeyRecord>());

    public static KeyRecord? KeyRecord(this IStateReader state, KeyId id) => state.Get(Keys.Key(id));

    public static MemberKeysRecord? KeysOf(this IStateReader state, MemberId member) => state.Get(MemberKeys.Key(member));

    public static InvitationRecord? Invitation(this IStateReader state, KeyId id) => state.Get(Invitations.Key(id));
}

/// <summary>A key bound to a member.</summary>
/// <param name="Since">Block time of the binding.</param>
/// <param name="Revoked">Block time of the revocation; null while valid.</param>
/// <param name="Reason">Null while valid.</param>
/// <param name="By">Who invited: an official or the member; null for the founding officer's first key.</param>
/// <param name="ConfirmedBy">The second official; null where none was asked for.</param>
public sealed record KeyRecord(
    PublicKeyValue Key, MemberId Member, LedgerTime Since, LedgerTime? Revoked, KeyRevocationReason? Reason, MemberId? By, MemberId? ConfirmedBy);

/// <summary>The keys of one member.</summary>
/// <param name="Keys">The valid ones, oldest first; empty when all are revoked.</param>
/// <param name="Behind">
/// Everybody who stands behind a key that the member has or had: who issued and confirmed its invitation, and who stood behind their keys
/// when it was bound. Without the member; grows only, and by people who may invite, so it is short. See <see cref="KeyChain"/>.
/// </param>
public sealed record MemberKeysRecord(IReadOnlyList<KeyId> Keys, IReadOnlyList<MemberId> Behind)
{
    /// <summary>A phone, a computer, a passkey and two spares.</summary>
    public const int Max = 5;
}

/// <summary>A one-time invitation.</summary>
/// <param name="Key">Derived from the code.</param>
/// <param name="By">Who issued it; the right to do so is asked again when it is redeemed.</param>
/// <param name="With">The key that issued it; must be valid when it is redeemed.</param>
/// <param name="Confirmed">By the second official; null while there is none.</param>
/// <param name="Withdrawn">Block time; null while it stands.</param>
/// <param name="Used">The key it bound; null while unused.</param>
public sealed record InvitationRecord(
    MemberId Member, PublicKeyValue Key, LedgerTime Expires, MemberId By, KeyId With, InvitationConfirmation? Confirmed, LedgerTime? Withdrawn,
    KeyId? Used)
{
    /// <summary>Neither redeemed nor withdrawn; it may have expired.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsOpen => Used is null && Withdrawn is null;
}

/// <summary>A second official's agreement to a further key.</summary>
/// <param name="With">The key that signed it; must be valid when the invitation is redeemed.</param>
/// <param name="Opens">Redeemed from this time on; until then the member and the officials can object.</param>
public sealed record InvitationConfirmation(MemberId By, KeyId With, LedgerTime Opens);

/// <param name="Key">A network key.</param>
/// <param name="Organization">Whose it is or was; it can never become another's.</param>
public sealed record OrganizationKeyRecord(PublicKeyValue Key, OrganizationId Organization);

public enum KeyRevocationReason
{
    Lost = 1,
    Compromised = 2,
    Replaced = 3,
    LeftOffice = 4,
}
