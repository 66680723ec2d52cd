using Microsoft.AspNetCore.Components.Authorization;
using Mingjian.Client.Directory;
using Mingjian.Client.Session;
using Mingjian.Contracts.Organizations;
using Mingjian.Engine;
using Mingjian.Primitives;

namespace Mingjian.Server.Session;

/// <summary>Checks the session anew at every call and reads the posts from the ledger's head.</summary>
internal sealed class CurrentUserService(
    AuthenticationStateProvider state, SessionManager sessions, ILedger ledger, INameDirectory names, TimeProvider clock) : ICurrentUser
{
    public async ValueTask<CurrentUser?> GetAsync(CancellationToken cancellationToken = default)
    {
        var principal = (await state.GetAuthenticationStateAsync()).User;
        if (principal.Identity?.IsAuthenticated != true || await sessions.CheckAsync(principal, cancellationToken) is not { } session)
        {
            return null;
        }

        var today = LedgerTime.From(clock.GetUtcNow()).BeijingDate;
        var posts = ledger.ReadState().PostsOf(session.Member)?.Appointments
            .Where(a => a.HoldsOn(today))
            .Select(a => new HeldPost(a.Organization, a.Post, a.From, a.Until))
            .ToArray() ?? [];
        var known = await names.FindAsync([session.Member], cancellationToken);
        var name = known.TryGetValue(session.Member, out var found) ? found : ShortId.Of(session.Member);
        return new CurrentUser(session.Member, name, session.Key, session.Scheme, posts);
    }
}
