using Mingjian.Contracts;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Vault;
using Mingjian.Views.Directory;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Members;

/// <summary>Asks the ledger at its head what the signed-in person may do with rosters; everything else is refused.</summary>
internal sealed class RosterAccess(ICurrentUser users, ILedger ledger, VaultAccess vault, TimeProvider time)
{
    public LedgerTime Now => LedgerTime.From(time.GetUtcNow());

    /// <summary>Time of the newest block of this process's ledger, which may be a copy that is behind.</summary>
    public LedgerTime LedgerNow => ledger.Head.Time;

    /// <summary>Today in Beijing.</summary>
    public DateOnly Today => Now.BeijingDate;

    public IStateReader State => ledger.ReadState();

    public ValueTask<PersonVault> VaultAsync(CancellationToken cancellationToken) => vault.GetAsync(cancellationToken);

    public async Task<CurrentUser> UserAsync(CancellationToken cancellationToken) =>
        await users.GetAsync(cancellationToken) ?? throw new AccessDeniedException("请先登录。");

    public bool Allows(CurrentUser user, Right right, OrganizationId organization) =>
        Rights.Allows(State, user.Member, right, organization, Today);

    /// <summary>Organisations on the ledger over which the person holds the right, with their names.</summary>
    public async Task<IReadOnlyList<(OrganizationRecord Record, string Name)>> OrganizationsAsync(
        CurrentUser user, Right right, CancellationToken cancellationToken)
    {
        var names = await (await VaultAsync(cancellationToken)).FindOrganizationsAsync(cancellationToken);
        var state = State;
        var today = Today;
        var found = new List<(OrganizationRecord, string)>();
        // Those where the person holds a post are there even if this organisation's vault has no name for them.
        foreach (var id in names.Keys.Union(user.Posts.Select(p => p.Organization)))
        {
            // A name whose act never became final has no record.
            if (state.Organization(id) is { } record && Rights.Allows(state, user.Member, right, id, today))
            {
                found.Add((record, names.GetValueOrDefault(id) ?? ShortId.Of(id)));
            }
        }

        return found;
    }
}
