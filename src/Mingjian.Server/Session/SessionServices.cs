using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Mingjian.Client.Session;
using Mingjian.Contracts.Organizations;
using Mingjian.Server.Configuration;
using Mingjian.Web;

namespace Mingjian.Server.Session;

/// <summary>Sessions, policies and small preferences.</summary>
internal static class SessionServices
{
    public static void AddSessions(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.SignedIn, p => p.RequireCurrentUser(_ => true))
            .AddPolicy(Policies.Staff, p => p.RequireCurrentUser(u => u.IsStaff))
            .AddPolicy(Policies.Officer, p => p.RequireCurrentUser(u => u.Holds(Post.OrganizationOfficer)))
            .AddPolicy(Policies.Branch, p => p.RequireCurrentUser(u => u.Holds(Post.BranchSecretary) || u.Holds(Post.DuesCollector)))
            .AddPolicy(Policies.Oversight, p => p.RequireCurrentUser(u => u.Holds(Post.OrganizationOfficer) || u.Holds(Post.Auditor)));
        services.AddScoped<IAuthorizationHandler, CurrentUserHandler>();
        services.AddCascadingAuthenticationState();
        services.AddScoped<ICurrentUser, CurrentUserService>();
        services.AddScoped<IPageContext, PageContext>();
    }

    public static void MapSessions(this WebApplication app) =>
        app.MapPost("/preferences/large-text", SetLargeText).AllowAnonymous();

    private static async Task<IResult> SetLargeText(HttpContext context, IAntiforgery antiforgery)
    {
        if (!await antiforgery.IsRequestValidAsync(context))
        {
            return Results.StatusCode(StatusCodes.Status400BadRequest);
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        context.Response.Cookies.Append(LargeText.CookieName, form["on"] == "1" ? "1" : "0", new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = context.Request.IsHttps,
            MaxAge = TimeSpan.FromDays(400),
            IsEssential = true,
        });
        return Results.LocalRedirect(LocalPath.OrHome(form["returnUrl"]));
    }
}

/// <summary>Return addresses that come from outside.</summary>
internal static class LocalPath
{
    /// <summary>The path when it stays on this site, else the home page.</summary>
    public static string OrHome(string? path) =>
        path is { Length: > 0 and < 500 } && path[0] == '/' && (path.Length == 1 || path[1] is not ('/' or '\\')) && !path.Any(char.IsControl)
            ? path
            : "/";
}
