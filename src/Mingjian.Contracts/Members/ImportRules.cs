using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Members;

/// <summary>Rosters in, and out again as a whole.</summary>
internal static class ImportRules
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

    public static Decision Decide(IStateReader state, WithdrawImport command, DecisionContext context)
    {
        if (!context.HasMember())
        {
            return Reject(MembersRejection.SignerNotAMember);
        }

        if (state.Import(command.Import) is not { } import)
        {
            return Reject(MembersRejection.ImportUnknown);
        }

        if (Withdrawer(state, import, context) is not { } by)
        {
            return Reject(MembersRejection.MayNotWithdraw);
        }

        if (import.Withdrawn)
        {
            return Reject(MembersRejection.AlreadyWithdrawn);
        }

        return state.Get(MembersState.ImportUses.Key(command.Import)) is not null
            ? Reject(MembersRejection.ImportInUse)
            : Decision.Accept(new ImportWithdrawn(command.Import, by));
    }

    public static void Apply(IStateReader state, MembersImported imported, IStateWriter writes)
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

        by ??= Rights.Signer(state, context, Right.ImportMembers, row.Branch);
        return by is { } officer && Rights.Allows(state, officer, Right.ImportMembers, row.Branch, context.Today)
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

    /// <summary>The officer of the import while still in office over its first branch, or an officer of the top committee.</summary>
    private static MemberId? Withdrawer(IStateReader state, ImportRecord import, DecisionContext context)
    {
        if (context.IsSignedBy(import.By) && Rights.Allows(state, import.By, Right.WithdrawImport, import.Branch, context.Today))
        {
            return import.By;
        }

        return state.Get(OrganizationsState.TopKey) is { } top
            ? Rights.Signer(state, context, Right.WithdrawImport, top.Committee)
            : null;
    }

    private static StateKey<ImportChunkRecord> ChunkKey(ImportId import, int chunk) =>
        MembersState.ImportChunks.Key(import.ToString(), chunk.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static Decision Reject(MembersRejection reason) => Decision.Reject(MembersContract.ContractName, reason);
}
