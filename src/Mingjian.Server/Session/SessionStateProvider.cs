using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace Mingjian.Server.Session;

/// <summary>The principal of a request or of an interactive circuit; a circuit loses it within half a minute of the session's end.</summary>
internal sealed class SessionStateProvider(ILoggerFactory loggers, IHttpContextAccessor accessor, SessionManager sessions)
    : RevalidatingServerAuthenticationStateProvider(loggers), IHostEnvironmentAuthenticationStateProvider
{
    private static readonly Task<AuthenticationState> Nobody = Task.FromResult(new AuthenticationState(new ClaimsPrincipal()));
    private bool _isSet;

    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public override Task<AuthenticationState> GetAuthenticationStateAsync() =>
        _isSet ? base.GetAuthenticationStateAsync()
        : accessor.HttpContext is { } context ? Task.FromResult(new AuthenticationState(context.User))
        : Nobody;

    void IHostEnvironmentAuthenticationStateProvider.SetAuthenticationState(Task<AuthenticationState> authenticationStateTask)
    {
        _isSet = true;
        SetAuthenticationState(authenticationStateTask);
    }

    protected override async Task<bool> ValidateAuthenticationStateAsync(
        AuthenticationState authenticationState, CancellationToken cancellationToken) =>
        await sessions.CheckAsync(authenticationState.User, cancellationToken) is not null;
}
