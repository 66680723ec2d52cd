using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Members;

/// <summary>State tables of the contract <c>members</c>.</summary>
public static class MembersState
{
    /// <summary><c>members/member/m-…</c>.</summary>
    public static StateTable<MemberRecord> Members { get; } = new("members/member/", MembersJson.Forms.Of<MemberRecord>());

    /// <summary><c>members/identity/&lt;hex of the blind index&gt;</c>: one person, one record.</summary>
    public static StateTable<IdentityRecord> Identities { get; } = new("members/identity/", MembersJson.Forms.Of<IdentityRecord>());

    /// <summary><c>members/import/i-…</c>.</summary>
    public static StateTable<ImportRecord> Imports { get; } = new("members/import/", MembersJson.Forms.Of<ImportRecord>());

    /// <summary><c>members/import-chunk/i-…/n</c>: the chunk has been carried out.</summary>
    public static StateTable<ImportChunkRecord> ImportChunks { get; } =
        new("members/import-chunk/", MembersJson.Forms.Of<ImportChunkRecord>());

    /// <summary><c>members/import-use/i-…</c>: present once something depends on one of the import's members.</summary>
    public static StateTable<ImportUseRecord> ImportUses { get; } = new("members/import-use/", MembersJson.Forms.Of<ImportUseRecord>());

    public static MemberRecord? Member(this IStateReader state, MemberId id) => state.Get(Members.Key(id));

    public static ImportRecord? Import(this IStateReader state, ImportId id) => state.Get(Imports.Key(id));

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
