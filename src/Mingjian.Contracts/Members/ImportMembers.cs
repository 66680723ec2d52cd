using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Members;

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

public enum MemberStanding
{
    FullMember = 1,
    ProbationaryMember = 2,
}

/// <summary>One chunk of a roster came in.</summary>
/// <param name="By">The officer who signed.</param>
public sealed record MembersImported(ImportId Import, int Chunk, int Chunks, IReadOnlyList<MemberRow> Rows, MemberId By) : MembersEvent;

internal static class ImportMembersRules
{
    public static Decision Decide(IStateReader state, ImportMembers command, DecisionContext context)
    {
        if (!IsWellFormed(command))
        {
            return Reject(MembersRejection.Malformed);
        }

        if (!context.HasMember())
        {
            return Reject(MembersRejection.SignerNotAMember);
        }

        var import = state.Import(command.Import);
        if (CheckChunk(state, import, command, context) is { } reason)
        {
            return Reject(reason);
        }

        var by = import?.By;
        for (var i = 0; i < command.Rows.Count; i++)
        {
            var row = command.Rows[i];
            var sameBranch = i > 0 && row.Branch == command.Rows[i - 1].Branch;
            if ((sameBranch ? null : CheckBranch(state, row, ref by, context)) is { } branchReason)
            {
                return Reject(branchReason);
            }

            if (CheckRow(state, command.Rows, i, context.Today) is { } rowReason)
            {
                return Reject(rowReason);
            }
        }

        return Decision.Accept(new MembersImported(command.Import, command.Chunk, command.Chunks, command.Rows, by!.Value));
    }

    public static void Apply(IStateReader state, MembersImported imported, DecisionContext context, IStateWriter writes)
    {
        var id = imported.Import.ToString();
        var import = state.Import(imported.Import)
            ?? new ImportRecord(imported.Import, imported.Chunks, 0, 0, imported.Rows[0].Branch, imported.By, false);
        var received = import with { Received = import.Received + 1, Members = import.Members + imported.Rows.Count };
        writes.Put(MembersState.Imports.Key(id), received);
        writes.Put(ChunkKey(imported.Import, imported.Chunk), new ImportChunkRecord(imported.Rows.Count));
        foreach (var row in imported.Rows)
        {
            writes.Put(
                MembersState.Members.Key(row.Member),
                new MemberRecord(
                    row.Member, row.Branch, row.Standing, row.Admitted, row.FullSince, row.Name, row.Record, imported.Import));
            writes.Put(MembersState.Identities.Key(row.Identity.ToHex()), new IdentityRecord(row.Member, imported.Import));
        }
    }

    private static bool IsWellFormed(ImportMembers command)
    {
        if (command.Chunks is < 1 or > ImportRecord.MaxChunks || command.Chunk < 0 || command.Chunk >= command.Chunks
            || !Form.IsList(command.Rows, ImportMembers.MaxRows))
        {
            return false;
        }

        foreach (var row in command.Rows)
        {
            if (!Form.IsDefined(row.Standing) || !Form.IsDate(row.Admitted) || !Form.IsDate(row.FullSince))
            {
                return false;
            }
        }

        return true;
    }

    private static MembersRejection? CheckChunk(
        IStateReader state, ImportRecord? import, ImportMembers command, DecisionContext context)
    {
        if (import is null)
        {
            return null;
        }

        if (import.Withdrawn)
        {
            return MembersRejection.ImportWithdrawn;
        }

        if (!context.IsSignedBy(import.By))
        {
            return MembersRejection.AnotherOfficersImport;
        }

        if (import.Chunks != command.Chunks)
        {
            return MembersRejection.ChunkCountDiffers;
        }

        return state.Get(ChunkKey(command.Import, command.Chunk)) is not null ? MembersRejection.ChunkRepeated : null;
    }

    private static MembersRejection? CheckBranch(IStateReader state, MemberRow row, ref MemberId? by, DecisionContext context)
    {
        if (state.Organization(row.Branch) is not { } branch)
        {
            return MembersRejection.BranchUnknown;
        }

        if (branch.Kind != OrganizationKind.PartyBranch)
        {
            return MembersRejection.NotABranch;
        }

        by ??= MembersRights.ImportMembers.Signer(state, context, row.Branch);
        return by is { } officer && MembersRights.ImportMembers.Allows(state, officer, row.Branch, context.Today)
            ? null
            : MembersRejection.MayNotImport;
    }

    private static MembersRejection? CheckRow(IStateReader state, IReadOnlyList<MemberRow> rows, int index, DateOnly today)
    {
        var row = rows[index];
        for (var i = 0; i < index; i++)
        {
            if (rows[i].Member == row.Member || rows[i].Identity == row.Identity)
            {
                return MembersRejection.RowRepeated;
            }
        }

        if (state.Member(row.Member) is not null)
        {
            return MembersRejection.MemberIdTaken;
        }

        if (state.Get(MembersState.Identities.Key(row.Identity.ToHex())) is { } holder
            && state.Import(holder.Import) is { Withdrawn: false })
        {
            return MembersRejection.IdentityTaken;
        }

        if (row.Admitted > today)
        {
            return MembersRejection.AdmittedInFuture;
        }

        if (row.Standing == MemberStanding.FullMember != row.FullSince.HasValue)
        {
            return MembersRejection.StandingDoesNotFit;
        }

        return row.FullSince is { } since && (since < row.Admitted || since > today) ? MembersRejection.FullSinceOutOfRange : null;
    }

    private static StateKey<ImportChunkRecord> ChunkKey(ImportId import, int chunk) =>
        MembersState.ImportChunks.Key(import.ToString(), chunk.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
