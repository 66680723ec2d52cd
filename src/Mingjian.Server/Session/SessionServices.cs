using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Mingjian.Contracts.Kernel;
using Mingjian.Server.Configuration;
using Mingjian.Server.Identity;
using Mingjian.Slices.Kernel.Http;
using Mingjian.Storage.Sql;
using Mingjian.Views.Keys;
using Mingjian.Views.Organizations;
using Mingjian.Views.Session;
using Mingjian.Web.Layout;

namespace Mingjian.Server.Session;

/// <summary>Sessions, sign-in, invitations, policies and small preferences.</summary>
internal static class SessionServices
{
    public static void AddSessions(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddMingjianDbContext<IdentityDatabase>(IdentityDatabase.Name);
        services.AddHostedService<IdentitySchema>();
        AddIdentity(services);
        AddPolicies(services);
        services.AddSingleton<SessionManager>();
        services.AddSingleton<ChallengeBook>();
        services.TryAddSingleton<IOneTimeStore, OneTimeMemory>();
        services.AddScoped<Passkeys>();
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, SessionStateProvider>();
        services.AddScoped<CircuitHandler, SessionWatch>();
        services.AddSingleton<CircuitUse>();
        services.Configure<HubOptions>(o => o.AddFilter<CircuitUse>());
        services.AddSingleton<SignInAttempts>();
        services.AddScoped<CurrentUserService>();
        services.AddScoped<ICurrentUser>(provider => provider.GetRequiredService<CurrentUserService>());
        services.AddScoped<IPageContext, PageContext>();
    }

    public static void MapSessions(this WebApplication app)
    {
        SignInEndpoints.Map(app);
        InvitationEndpoints.Map(app);
        app.MapPost("/preferences/large-text", (Delegate)SetLargeText).AllowAnonymous().RequireCsrfToken().ExcludeFromDescription();
    }

    private static void AddIdentity(IServiceCollection services)
    {
        services.AddAuthentication(SessionCookie.Scheme).AddCookie(SessionCookie.Scheme);
        services.AddSingleton<IConfigureOptions<CookieAuthenticationOptions>>(provider =>
            new ConfigureNamedOptions<CookieAuthenticationOptions>(SessionCookie.Scheme, cookie => SessionCookie.Configure(
                cookie, provider.GetRequiredService<ServerOptions>(), provider.GetRequiredService<TimeProvider>())));
        services.AddScoped<SessionCookie>();
        // Version 3 brings the passkey table.
        services.AddIdentityCore<Account>(o => o.Stores.SchemaVersion = IdentitySchemaVersions.Version3)
            .AddEntityFrameworkStores<IdentityDatabase>();
        services.AddScoped<IPasskeyHandler<Account>, PasskeyHandler<Account>>();
        services.Configure<IdentityPasskeyOptions>(o =>
        {
            // The ledger knows P-256 only.
            o.IsAllowedAlgorithm = algorithm => algorithm == -7;
            o.UserVerificationRequirement = "required";
            o.ResidentKeyRequirement = "required";
        });
    }

    private static void AddPolicies(IServiceCollection services)
    {
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.SignedIn, p => p.RequireCurrentUser(_ => true));
        foreach (var right in Enum.GetValues<Right>())
        {
            services.AddAuthorizationBuilder().AddPolicy(
                RequireRightAttribute.PolicyOf(right), p => p.RequireCurrentUser(u => u.Holds(right)));
        }

        services.AddScoped<IAuthorizationHandler, CurrentUserHandler>();
    }

    private static async Task<IResult> SetLargeText(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
        {
            return Results.Redirect("/error/400");
        }

        IFormCollection form;
        try
        {
            form = await context.Request.ReadFormAsync(context.RequestAborted);
        }
        catch (InvalidDataException)
        {
            return Results.Redirect("/error/400");
        }

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

/// <summary>Makes the identity tables before the first request.</summary>
internal sealed class IdentitySchema(Microsoft.EntityFrameworkCore.IDbContextFactory<IdentityDatabase> database) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        await db.MigrateStoreAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Return addresses that come from outside.</summary>
internal static class LocalPath
{
    /// <summary>The path when it stays on this site, else the home page. Browsers write other characters than printable ASCII as %XX.</summary>
    public static string OrHome(string? path) =>
        path is { Length: > 0 and < 500 } && path[0] == '/' && (path.Length == 1 || path[1] is not ('/' or '\\')) && path.All(c => c is > ' ' and < (char)0x7F)
            ? path
            : "/";
}
