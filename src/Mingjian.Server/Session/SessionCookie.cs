using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Mingjian.Server.Configuration;
using Mingjian.Slices.Kernel.Http;

namespace Mingjian.Server.Session;

/// <summary>The cookie that names a session: encrypted, HttpOnly, SameSite=Strict, gone with the browser.</summary>
/// <remarks>The limits are the session row's; the cookie only ever carries a random id.</remarks>
internal sealed class SessionCookie(SessionManager sessions) : CookieAuthenticationEvents
{
    public const string Scheme = "mingjian";

    public static void Configure(CookieAuthenticationOptions cookie, ServerOptions options, TimeProvider clock)
    {
        cookie.Cookie.Name = "mj-session";
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Strict;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        cookie.Cookie.IsEssential = true;
        cookie.ExpireTimeSpan = options.Sessions.Absolute;
        cookie.SlidingExpiration = false;
        cookie.TimeProvider = clock;
        cookie.LoginPath = "/sign-in";
        cookie.ReturnUrlParameter = "returnUrl";
        cookie.EventsType = typeof(SessionCookie);
    }

    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        var aborted = context.HttpContext.RequestAborted;
        var session = PersonsRequest.Is(context.HttpContext)
            ? await sessions.UseAsync(context.Principal, aborted)
            : await sessions.CheckAsync(context.Principal, aborted);
        if (session is null)
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(Scheme);
        }
        else
        {
            context.HttpContext.Features.Set(session);
        }
    }

    public override Task RedirectToLogin(RedirectContext<CookieAuthenticationOptions> context) =>
        Answer(context, StatusCodes.Status401Unauthorized, base.RedirectToLogin);

    public override Task RedirectToAccessDenied(RedirectContext<CookieAuthenticationOptions> context)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    // Programs get a status; people who follow a link get the sign-in page.
    private static Task Answer(
        RedirectContext<CookieAuthenticationOptions> context, int status, Func<RedirectContext<CookieAuthenticationOptions>, Task> redirect)
    {
        if (!context.HttpContext.IsForPrograms() && HttpMethods.IsGet(context.Request.Method))
        {
            return redirect(context);
        }

        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
