using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Mingjian.Acts.Signing;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Server.Configuration;
using Mingjian.Server.Hosting;
using Mingjian.Server.LedgerApi;
using Mingjian.Server.Session;
using Mingjian.Slices.Kernel.Http;
using Mingjian.Views.Session;

namespace Mingjian.Server.Identity;

/// <summary>Challenge and answer: the payload to sign (base64 of canonical JSON) and its type.</summary>
internal sealed record ChallengeAnswer(string PayloadType, string Payload);

/// <summary>A device key's answer to a challenge.</summary>
/// <param name="Challenge">From the payload.</param>
/// <param name="Key">The key's id.</param>
/// <param name="Signature">Base64 of r‖s over PAE(type, payload).</param>
internal sealed record DeviceKeySignIn(string Challenge, string Key, string Signature);

/// <summary>WebAuthn options as the browser's JSON functions take them, and the state to send back.</summary>
internal sealed record PasskeyOptions(JsonElement Options, string State);

/// <summary>A newly made passkey.</summary>
/// <param name="Credential">JSON text of the browser's credential (<c>toJSON</c>).</param>
internal sealed record PasskeyAnswer(string State, string Credential);

/// <summary>A passkey's answer to a challenge: an assertion over SHA-256 of PAE(type, payload), as a passkey signs acts.</summary>
/// <param name="Challenge">From the payload.</param>
/// <param name="Credential">Base64url of the credential's id.</param>
/// <param name="Signature">Base64 of DER; the other members are base64, too.</param>
internal sealed record PasskeySignIn(string Challenge, string Credential, string AuthenticatorData, string ClientDataJson, string Signature);

/// <summary>Who is signed in, and what a program needs to go on.</summary>
internal sealed record SessionAnswer(
    bool SignedIn, string? Member, string? Name, string? Key, string? Scheme, string Network, string CsrfHeader, string CsrfToken);

/// <summary>Opens and ends sessions.</summary>
internal static class SignInEndpoints
{
    private const string NotAccepted = "session/not-accepted";

    private const string NotAcceptedDetail = "没有登录成功：密钥未绑定、已停用，或者验证已超时。请重试；若仍不行，请向所在支部申请新的邀请。";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/session", GetSessionAsync).AllowAnonymous().RequireRateLimiting(RateLimits.Api)
            .Produces<SessionAnswer>();
        app.MapPost("/api/v1/session/challenge", ChallengeAsync).AllowAnonymous().RequireCsrfToken()
            .RequireRateLimiting(RateLimits.SignIn).Produces<ChallengeAnswer>();
        app.MapPost("/api/v1/session", SignInAsync).AllowAnonymous().RequireCsrfToken()
            .RequireRateLimiting(RateLimits.SignIn).Produces(204).ProducesProblem(401);
        app.MapPost("/api/v1/session/passkey", PasskeySignInAsync).AllowAnonymous().RequireCsrfToken()
            .RequireRateLimiting(RateLimits.SignIn).Produces(204).ProducesProblem(401);
        app.MapPost("/session/sign-out", SignOutAsync).AllowAnonymous().RequireCsrfToken().ExcludeFromDescription();
    }

    /// <summary>Opens a session for a key that has just proved itself and sets the cookie.</summary>
    public static async Task<IResult> OpenAsync(KeyId key, SessionManager sessions, HttpContext context)
    {
        if (await sessions.OpenAsync(key, context.RequestAborted) is not { } principal)
        {
            return Refuse();
        }

        // One browser, one session: whoever was signed in here is signed out.
        await sessions.EndAsync(context.User, context.RequestAborted);
        await context.SignInAsync(SessionCookie.Scheme, principal);
        context.RequestServices.GetRequiredService<ClientSource>().Remember(key, context);
        return Results.NoContent();
    }

    private static async Task<IResult> GetSessionAsync(ICurrentUser current, IAntiforgery antiforgery, ILedger ledger, HttpContext context)
    {
        var user = await current.GetAsync(context.RequestAborted);
        return Results.Ok(new SessionAnswer(
            user is not null, user?.Member.ToString(), user?.DisplayName, user?.Key.ToString(), user?.Scheme, ledger.Network.ToString(),
            "X-CSRF-TOKEN", antiforgery.GetAndStoreTokens(context).RequestToken!));
    }

    private static async Task<IResult> ChallengeAsync(ChallengeBook challenges, HttpContext context)
    {
        var payload = await challenges.IssueAsync(PasskeySite.OriginOf(context.Request), context.RequestAborted);
        return Results.Ok(new ChallengeAnswer(SignInPayload.Type, Convert.ToBase64String(payload.Encode())));
    }

    private static async Task<IResult> SignInAsync(
        DeviceKeySignIn request, ChallengeBook challenges, ISignatureVerifier verifier, ILedger ledger, SessionManager sessions,
        SignInAttempts attempts, HttpContext context)
    {
        var signature = new byte[64];
        return await challenges.TakeAsync(request.Challenge, context.RequestAborted) is { } payload
            && KeyId.TryParse(request.Key, out var id)
            && Convert.TryFromBase64String(request.Signature ?? string.Empty, signature, out var length) && length == signature.Length
            && ledger.ReadState().KeyRecord(id) is { Revoked: null } record
            && record.Key.Scheme == SchemeNames.Es256
            && verifier.Verify(payload.ToPae(), new EnvelopeSignature(id, SchemeNames.Es256, signature), record.Key) == SignatureFault.None
            ? await OpenAsync(id, sessions, context)
            : attempts.NoteWrong(request.Key, context) ?? Refuse();
    }

    private static async Task<IResult> PasskeySignInAsync(
        PasskeySignIn request, ChallengeBook challenges, Passkeys passkeys, SessionManager sessions, SignInAttempts attempts, HttpContext context) =>
        await challenges.TakeAsync(request.Challenge, context.RequestAborted) is { } payload
            && await passkeys.AssertAsync(payload, request, context) is { } key
            ? await OpenAsync(key, sessions, context)
            : attempts.NoteWrong(request.Credential, context) ?? Refuse();

    private static async Task<IResult> SignOutAsync(SessionManager sessions, HttpContext context)
    {
        await sessions.EndAsync(context.User, context.RequestAborted);
        await context.SignOutAsync(SessionCookie.Scheme);
        return Results.LocalRedirect("/sign-in?left=1");
    }

    private static IResult Refuse() => Problems.Of(StatusCodes.Status401Unauthorized, NotAccepted, NotAcceptedDetail);
}

/// <summary>Device-key challenges under way.</summary>
internal sealed class ChallengeBook(IOneTimeStore store, ILedger ledger, TimeProvider clock, ServerOptions options)
{
    private const string Kind = "challenge";

    /// <summary>A payload that names itself.</summary>
    public async ValueTask<SignInPayload> IssueAsync(string origin, CancellationToken cancellationToken)
    {
        var expires = LedgerTime.From(clock.GetUtcNow() + options.Sessions.Challenge);
        var name = await store.PutAsync(
            Kind, string.Create(CultureInfo.InvariantCulture, $"{expires.Milliseconds} {origin}"), options.Sessions.Challenge, cancellationToken);
        return new SignInPayload(name, expires, ledger.Network, origin);
    }

    /// <summary>The payload that was issued under a name, once.</summary>
    public async ValueTask<SignInPayload?> TakeAsync(string? challenge, CancellationToken cancellationToken)
    {
        if (await store.TakeAsync(Kind, challenge, cancellationToken) is not { } issued)
        {
            return null;
        }

        var space = issued.IndexOf(' ', StringComparison.Ordinal);
        var expires = new LedgerTime(long.Parse(issued.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture));
        return new SignInPayload(challenge!, expires, ledger.Network, issued[(space + 1)..]);
    }
}
