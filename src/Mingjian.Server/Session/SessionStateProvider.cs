using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Mingjian.Primitives;

namespace Mingjian.Server.Session;

/// <summary>The principal of a request or of an interactive circuit.</summary>
internal sealed class SessionStateProvider(IHttpContextAccessor accessor) : ServerAuthenticationStateProvider, IHostEnvironmentAuthenticationStateProvider
{
    private static readonly Task<AuthenticationState> Nobody = Task.FromResult(new AuthenticationState(new ClaimsPrincipal()));
    private bool _isSet;

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

    /// <summary>From now on nobody is signed in here; whoever listens is told.</summary>
    public void End() => SetAuthenticationState(Nobody);
}

/// <summary>Takes a circuit's principal away when its session has ended: at once when it was ended in this process, else within half a minute.</summary>
/// <remarks>Looking is no use of the session: an open page that nobody touches idles out. The page itself leaves, see CircuitReady.</remarks>
internal sealed partial class SessionWatch(
    AuthenticationStateProvider state, SessionManager sessions, TimeProvider clock, ILogger<SessionWatch> logger) : CircuitHandler, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private ITimer? _timer;
    private int _ended;

    public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        sessions.Ended += Note;
        _timer = clock.CreateTimer(_ => _ = LookAsync(null), null, Interval, Interval);
        return Task.CompletedTask;
    }

    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        sessions.Ended -= Note;
        _timer?.Dispose();
    }

    private void Note(object? sender, SessionEnded ended) => _ = LookAsync(ended.Session);

    private async Task LookAsync(Hash32? ended)
    {
        try
        {
            var principal = (await state.GetAuthenticationStateAsync()).User;
            if (principal.Identity?.IsAuthenticated == true && (ended is not { } id || SessionManager.IsOf(principal, id))
                && await sessions.CheckAsync(principal, CancellationToken.None) is null
                && Interlocked.Exchange(ref _ended, 1) == 0)
            {
                Dispose();
                ((SessionStateProvider)state).End();
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The database is away. Nothing is allowed by what is shown: every act asks anew, and this asks again.
            LogFault(logger, e);
        }
    }

    [LoggerMessage(EventId = 50, Level = LogLevel.Warning, Message = "A page's session could not be looked up; it is tried again.")]
    private static partial void LogFault(ILogger logger, Exception fault);
}
