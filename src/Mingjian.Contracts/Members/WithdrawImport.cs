using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Members;

/// <summary>Withdraws a whole import while nothing depends on it (no assessment, key, or post of any of its members).</summary>
public sealed record WithdrawImport(ImportId Import) : MembersCommand;

/// <summary>All members of the import count as never imported.</summary>
public sealed record ImportWithdrawn(ImportId Import, MemberId By) : MembersEvent;

internal static class WithdrawImportRules
{
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

    public static void Apply(IStateReader state, ImportWithdrawn withdrawn, DecisionContext context, IStateWriter writes) =>
        writes.Put(MembersState.Imports.Key(withdrawn.Import), state.Import(withdrawn.Import)! with { Withdrawn = true });

    /// <summary>The officer of the import while still in office over its first branch, or an officer of the top committee.</summary>
    private static MemberId? Withdrawer(IStateReader state, ImportRecord import, DecisionContext context)
    {
        if (context.IsSignedBy(import.By) && MembersRights.WithdrawImport.Allows(state, import.By, import.Branch, context.Today))
        {
            return import.By;
        }

        return state.Get(OrganizationsState.TopKey) is { } top
            ? MembersRights.WithdrawImport.Signer(state, context, top.Committee)
            : null;
    }
}
