using Microsoft.AspNetCore.Components.Authorization;
using Mingjian.Contracts.Organizations;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Views.Directory;
using Mingjian.Views.Session;

namespace Mingjian.Server.Session;

/// <summary>Checks the session anew at every call and reads the posts from the ledger's head.</summary>
/// <remarks>No use of the session: pages call it from timers, too. What a person did was noted when it arrived.</remarks>
internal sealed class CurrentUserService(
    AuthenticationStateProvider state, SessionManager sessions, ILedger ledger, INameDirectory names, TimeProvider clock) : ICurrentUser
{
    public async ValueTask<CurrentUser?> GetAsync(CancellationToken cancellationToken = default)
    {
        if (await FindAsync(cancellationToken) is not { } user)
        {
            return null;
        }

        var known = await names.FindAsync([user.Member], cancellationToken);
        return known.TryGetValue(user.Member, out var name) ? user with { DisplayName = name } : user;
    }

    /// <summary>As <see cref="GetAsync"/> but with a short id for a name: whether a request may pass has nothing to do with the vault.</summary>
    public async ValueTask<CurrentUser?> FindAsync(CancellationToken cancellationToken)
    {
        var principal = (await state.GetAuthenticationStateAsync()).User;
        if (principal.Identity?.IsAuthenticated != true || await sessions.CheckAsync(principal, cancellationToken) is not { } session)
        {
            return null;
        }

        return Of(session);
    }

    /// <summary>Whose session it is, with the posts that the ledger's head says, and a short id for a name.</summary>
    public CurrentUser Of(LiveSession session)
    {
        var today = LedgerTime.From(clock.GetUtcNow()).BeijingDate;
        var posts = ledger.ReadState().PostsOf(session.Member)?.Appointments
            .Where(a => a.HoldsOn(today))
            .Select(a => new HeldPost(a.Organization, a.Post, a.From, a.Until))
            .ToArray() ?? [];
        return new CurrentUser(session.Member, ShortId.Of(session.Member), session.Key, session.Scheme, posts);
    }
}
