using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Members;

/// <summary>State tables of the contract <c>members</c>.</summary>
public static class MembersState
{
    /// <summary><c>members/member/m-…</c>.</summary>
    public static StateTable<MemberRecord> Members { get; } = new("members/member/", ContractsJson.For<MemberRecord>());

    /// <summary><c>members/identity/&lt;hex of the blind index&gt;</c>: one person, one record.</summary>
    public static StateTable<IdentityRecord> Identities { get; } = new("members/identity/", ContractsJson.For<IdentityRecord>());

    /// <summary><c>members/import/i-…</c>.</summary>
    public static StateTable<ImportRecord> Imports { get; } = new("members/import/", ContractsJson.For<ImportRecord>());

    /// <summary><c>members/import-chunk/i-…/n</c>: the chunk has been carried out.</summary>
    public static StateTable<ImportChunkRecord> ImportChunks { get; } =
        new("members/import-chunk/", ContractsJson.For<ImportChunkRecord>());

    /// <summary><c>members/import-use/i-…</c>: present once something depends on one of the import's members.</summary>
    public static StateTable<ImportUseRecord> ImportUses { get; } = new("members/import-use/", ContractsJson.For<ImportUseRecord>());

    /// <summary><c>members/key/k-…</c>.</summary>
    public static StateTable<KeyRecord> Keys { get; } = new("members/key/", ContractsJson.For<KeyRecord>());

    /// <summary><c>members/keys/m-…</c>: the keys of one member; there once the member has had one.</summary>
    public static StateTable<MemberKeysRecord> MemberKeys { get; } = new("members/keys/", ContractsJson.For<MemberKeysRecord>());

    /// <summary><c>members/invitation/k-…</c>, by the id of the invitation's key.</summary>
    public static StateTable<InvitationRecord> Invitations { get; } =
        new("members/invitation/", ContractsJson.For<InvitationRecord>());

    public static MemberRecord? Member(this IStateReader state, MemberId id) => state.Get(Members.Key(id));

    public static ImportRecord? Import(this IStateReader state, ImportId id) => state.Get(Imports.Key(id));

    public static KeyRecord? KeyRecord(this IStateReader state, KeyId id) => state.Get(Keys.Key(id));

    public static MemberKeysRecord? KeysOf(this IStateReader state, MemberId member) => state.Get(MemberKeys.Key(member));

    public static InvitationRecord? Invitation(this IStateReader state, KeyId id) => state.Get(Invitations.Key(id));

    /// <summary>False when the member's import has been withdrawn.</summary>
    public static bool IsActive(this IStateReader state, MemberRecord member) =>
        member.Import is not { } import || state.Import(import) is { Withdrawn: false };

    /// <summary>Marks a member's import as depended upon; two reads and at most one write.</summary>
    internal static void MarkInUse(IStateReader state, MemberId member, IStateWriter writes)
    {
        if (state.Member(member)?.Import is { } import)
        {
            var key = ImportUses.Key(import);
            if (state.Get(key) is null)
            {
                writes.Put(key, new ImportUseRecord(member));
            }
        }
    }
}

/// <summary>A person as the ledger knows him or her.</summary>
/// <param name="Branch">The branch that holds the membership; for the founding officer the top committee.</param>
/// <param name="Admitted">Day the branch meeting adopted the admission; for the founding officer the founding day.</param>
/// <param name="FullSince">Null for probationers.</param>
/// <param name="Name">Commitment to the name, context <c>m-…/name/1</c>; null for the founding officer.</param>
/// <param name="Record">Commitment to the personal record in the vault; null for the founding officer.</param>
/// <param name="Import">The import that brought the member; null for the founding officer.</param>
public sealed record MemberRecord(
    MemberId Member, OrganizationId Branch, MemberStanding Standing, DateOnly Admitted, DateOnly? FullSince,
    Hash32? Name, Hash32? Record, ImportId? Import);

/// <summary>Who holds a blind index; free again when the import is withdrawn.</summary>
public sealed record IdentityRecord(MemberId Member, ImportId Import);

/// <summary>A roster import.</summary>
/// <param name="Chunks">How many it has.</param>
/// <param name="Received">How many have been carried out.</param>
/// <param name="Members">How many people they brought.</param>
/// <param name="Branch">Branch of the first row: who may import there may withdraw.</param>
/// <param name="By">The officer who signs all chunks.</param>
/// <param name="Withdrawn">True: its members count as never imported.</param>
public sealed record ImportRecord(
    ImportId Import, int Chunks, int Received, int Members, OrganizationId Branch, MemberId By, bool Withdrawn)
{
    /// <summary>200,000 people at 40 a chunk.</summary>
    public const int MaxChunks = 5_000;
}

/// <param name="Rows">People in the chunk.</param>
public sealed record ImportChunkRecord(int Rows);

/// <param name="First">The member something first depended on.</param>
public sealed record ImportUseRecord(MemberId First);

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
