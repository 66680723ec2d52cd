using Mingjian.Contracts;
using Mingjian.Contracts.Sdk;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Views.Directory;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Kernel.Access;

/// <summary>Asks the ledger at its head whether the signed-in person may; everything else is refused.</summary>
internal sealed class LedgerAccess(ICurrentUser users, ILedger ledger, INameDirectory names, TimeProvider time)
{
    private const string Unnamed = "姓名未登记";

    /// <summary>Today in Beijing.</summary>
    public DateOnly Today => Now.BeijingDate;

    public LedgerTime Now => LedgerTime.From(time.GetUtcNow());

    /// <summary>The newest final block.</summary>
    public long Height => ledger.Head.Height;

    public IStateReader State => ledger.ReadState();

    public async Task<CurrentUser> UserAsync(CancellationToken cancellationToken) =>
        await users.GetAsync(cancellationToken) ?? throw new AccessDeniedException("请先登录。");

    public async Task<CurrentUser> RequireAsync(Right right, OrganizationId organization, CancellationToken cancellationToken)
    {
        var user = await UserAsync(cancellationToken);
        return Allows(user, right, organization) ? user : throw new AccessDeniedException("您当前的任职没有这项权限，或者不在这个组织的范围内。");
    }

    public bool Allows(CurrentUser user, Right right, OrganizationId organization) =>
        Rights.Allows(State, user.Member, right, organization, Today);

    /// <summary>
    /// Whether a person may see, beside amounts, the class of somebody in a branch, the article and the standard: only where the person assesses, sets
    /// standards, or decides on reductions of them.
    /// </summary>
    public bool MaySeeStandards(CurrentUser user, OrganizationId branch) =>
        Allows(user, Right.AssessDues, branch) || Allows(user, Right.SetStandards, branch) || Allows(user, Right.DecideReduction, branch);

    /// <summary>Names; in place of unknown ones the short id for whoever holds a post, and for others nothing that leads to an id.</summary>
    public async Task<Func<MemberId, string>> MemberNamesAsync(IReadOnlyCollection<MemberId> members, CancellationToken cancellationToken)
    {
        var found = await names.FindAsync(members, cancellationToken);
        var isStaff = (await users.GetAsync(cancellationToken))?.IsStaff == true;
        return id => found.TryGetValue(id, out var name) ? name : isStaff ? ShortId.Of(id) : Unnamed;
    }

    public async Task<Func<OrganizationId, string>> OrganizationNamesAsync(
        IReadOnlyCollection<OrganizationId> organizations, CancellationToken cancellationToken)
    {
        var found = await names.FindAsync(organizations, cancellationToken);
        return id => found.TryGetValue(id, out var name) ? name : ShortId.Of(id);
    }
}
