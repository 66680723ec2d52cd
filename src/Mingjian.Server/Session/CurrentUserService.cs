using Mingjian.Client.Session;

namespace Mingjian.Server.Session;

/// <summary>Nobody can be signed in until identity is wired to the ledger: denies everything.</summary>
internal sealed class CurrentUserService : ICurrentUser
{
    public ValueTask<CurrentUser?> GetAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<CurrentUser?>(null);
}
