using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mingjian.Cli.Peer;

/// <summary>
/// The peer of <c>mingjian bench</c> (<see cref="Bench.BenchPeer"/>): the least that takes a signed-in person's bytes over HTTP and keeps them in PostgreSQL.
/// For measuring only: anybody is signed in under any name.
/// </summary>
internal static class PeerApplication
{
    private const string Header = "X-CSRF-TOKEN";
    private const string Insert = "INSERT INTO acts (envelope) VALUES ($1) RETURNING id";
    private const int LargestBody = 64 * 1024;

    /// <summary>The program, not yet started.</summary>
    /// <param name="port">Of loopback.</param>
    /// <param name="database">Npgsql's connection string of a database with the table <c>acts</c>.</param>
    public static WebApplication Build(int port, string database)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
        builder.Services.AddAuthorization();
        builder.Services.AddAntiforgery(o => o.HeaderName = Header);
        builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(database));
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGet("/health/ready", () => "ready");
        app.MapGet("/api/v1/session", Token);
        app.MapPost("/api/v1/session/{name}", SignInAsync);
        app.MapPost("/api/v1/transactions", KeepAsync).RequireAuthorization();
        return app;
    }

    private static IResult Token(IAntiforgery antiforgery, HttpContext context) =>
        Results.Ok(new { csrfHeader = Header, csrfToken = antiforgery.GetAndStoreTokens(context).RequestToken });

    private static async Task<IResult> SignInAsync(string name, IAntiforgery antiforgery, HttpContext context)
    {
        await antiforgery.ValidateRequestAsync(context);
        // The same two claims as in Mingjian's cookie: a name, and 32 random bytes that name a session.
        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.Name, name), new Claim("session", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)))],
            CookieAuthenticationDefaults.AuthenticationScheme);
        await context.SignInAsync(new ClaimsPrincipal(identity));
        return Results.NoContent();
    }

    private static async Task<IResult> KeepAsync(IAntiforgery antiforgery, NpgsqlDataSource database, HttpContext context)
    {
        if (!await antiforgery.IsRequestValidAsync(context) || context.Request.ContentLength is not (> 0 and <= LargestBody and var length))
        {
            return Results.BadRequest();
        }

        var body = new byte[length];
        await context.Request.Body.ReadExactlyAsync(body, context.RequestAborted);
        await using var command = database.CreateCommand(Insert);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = body });
        return Results.Ok(new { ok = true, id = (long)(await command.ExecuteScalarAsync(context.RequestAborted))! });
    }
}
