using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Mingjian.Acts.Signing;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Server.Hosting;
using Mingjian.Server.LedgerApi;
using Mingjian.Server.Session;
using Mingjian.Slices.Kernel.Http;

namespace Mingjian.Server.Identity;

/// <summary>Asks whether an invitation can be redeemed.</summary>
/// <param name="Key">Id of the key that is derived from the code; the code itself travels nowhere.</param>
internal sealed record InvitationQuestion(string Member, string Key);

/// <param name="Valid">It stands; it can be redeemed now unless one of the last two says otherwise.</param>
/// <param name="Expires">Beijing time.</param>
/// <param name="Opens">Beijing time, while that is to come; else null.</param>
/// <param name="AwaitsConfirmation">A second official has not confirmed yet.</param>
internal sealed record InvitationState(bool Valid, string? Expires, string? Opens, bool AwaitsConfirmation);

/// <summary>Asks for a passkey, with proof that the code is at hand.</summary>
/// <param name="Challenge">From <c>/api/v1/session/challenge</c>; good once.</param>
/// <param name="Signature">Base64 of r‖s by the code's key over the challenge's PAE.</param>
internal sealed record InvitationProof(string Member, string Key, string Challenge, string Signature);

/// <summary>A key made by an authenticator, as the ledger writes it.</summary>
/// <param name="Pending">Name under which the server holds it for some minutes; sent back with the act that binds it.</param>
internal sealed record NewPasskey(string Key, string KeyId, string CredentialId, string Pending);

/// <summary>Redeeming an invitation: making a passkey, and submitting the signed <c>members.BindKey</c>, which then opens the session.</summary>
internal static class InvitationEndpoints
{
    /// <summary>Names the passkey that goes with an act.</summary>
    internal const string PasskeyHeader = "X-Passkey";

    /// <summary>A credential with the attestation of a security key is about 2 KB.</summary>
    private const int LargestBody = 16 * 1024;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/invitations/check", Check).AllowAnonymous().RequireCsrfToken()
            .WithMetadata(new RequestSizeLimitAttribute(LargestBody))
            .RequireRateLimiting(RateLimits.SignIn).Produces<InvitationState>();
        app.MapPost("/api/v1/invitations/passkey/options", PasskeyOptionsAsync).AllowAnonymous().RequireCsrfToken()
            .WithMetadata(new RequestSizeLimitAttribute(LargestBody))
            .RequireRateLimiting(RateLimits.SignIn).Produces<PasskeyOptions>().ProducesProblem(422);
        app.MapPost("/api/v1/passkeys", CreatePasskeyAsync).AllowAnonymous().RequireCsrfToken()
            .WithMetadata(new RequestSizeLimitAttribute(LargestBody))
            .RequireRateLimiting(RateLimits.SignIn).Produces<NewPasskey>().ProducesProblem(422);
        app.MapPost("/api/v1/invitations/redeem", RedeemAsync).AllowAnonymous().RequireCsrfToken()
            .RequireRateLimiting(RateLimits.SignIn).Produces<SubmissionAnswer>().ProducesProblem(422);
    }

    private static IResult Check(InvitationQuestion question, ILedger ledger, TimeProvider clock)
    {
        var state = ledger.ReadState();
        if (Find(state, question.Member, question.Key, clock, out _) is not { } invitation)
        {
            return Results.Ok(new InvitationState(false, null, null, false));
        }

        var needed = Inviting.NeedsConfirmation(state, invitation);
        var opens = needed && invitation.Confirmed is { } second && LedgerTime.From(clock.GetUtcNow()) < second.Opens ? second.Opens.ToString() : null;
        return Results.Ok(new InvitationState(true, invitation.Expires.ToString(), opens, needed && invitation.Confirmed is null));
    }

    private static async Task<IResult> PasskeyOptionsAsync(
        InvitationProof proof, ILedger ledger, TimeProvider clock, ChallengeBook challenges, ISignatureVerifier verifier, Passkeys passkeys,
        PasskeySite site, HttpContext context)
    {
        if (!site.IsUsable(context.Request))
        {
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, PasskeySite.Code, PasskeySite.Detail);
        }

        // Ids of invitations are no secret: only who has the code makes the server remember anything.
        var signature = new byte[64];
        if (Find(ledger.ReadState(), proof.Member, proof.Key, clock, out var member) is not { } invitation
            || await challenges.TakeAsync(proof.Challenge, context.RequestAborted) is not { } payload
            || !Convert.TryFromBase64String(proof.Signature ?? string.Empty, signature, out var length) || length != signature.Length
            || verifier.Verify(
                payload.ToPae(), new EnvelopeSignature(invitation.Key.Id, SchemeNames.Es256, signature), invitation.Key) != SignatureFault.None)
        {
            return NotRedeemable();
        }

        var (json, state) = await passkeys.BeginCreateAsync(member, context);
        return Results.Ok(new PasskeyOptions(JsonElement.Parse(json), state));
    }

    private static async Task<IResult> CreatePasskeyAsync(PasskeyAnswer answer, Passkeys passkeys, HttpContext context) =>
        await passkeys.CreateAsync(answer.State, answer.Credential, context) is var (key, credential, pending)
            ? Results.Ok(new NewPasskey(key.ToString(), key.Id.ToString(), credential, pending))
            : Problems.Of(
                StatusCodes.Status422UnprocessableEntity, "session/passkey-refused", "通行密钥没有建立成功，请重试，或改用本机密钥。");

    private static async Task<IResult> RedeemAsync(
        Submissions submissions, ILedger ledger, TimeProvider clock, Passkeys passkeys, SessionManager sessions, HttpContext context)
    {
        var request = await submissions.ReadAsync(context, 1);
        if (request.Fault is { } fault)
        {
            return fault;
        }

        if (request.Acts[0].Command is null)
        {
            // What cannot be read is the ledger's to refuse, with the reason.
            return Submissions.ToResult(await submissions.SubmitAsync(request.Acts, Door.Invitation, context));
        }

        if (CommandRegistry.Find(request.Acts[0].Payload) is not BindKey bind)
        {
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, "session/not-a-binding", "这里只能办理绑定密钥。");
        }

        var state = ledger.ReadState();
        if (!request.Acts[0].Envelope!.Signatures.Any(s => Find(state, bind.Member.ToString(), s.Keyid.ToString(), clock, out _) is not null))
        {
            return NotRedeemable();
        }

        var answer = await submissions.SubmitAsync(request.Acts, Door.Invitation, context);
        await passkeys.KeepAsync(context.Request.Headers[PasskeyHeader], bind.Member, bind.Key.Id, answer, context.RequestAborted);
        if (answer.Ok)
        {
            // The key has just signed a fresh act of its own introduction: that is proof of possession.
            await SignInEndpoints.OpenAsync(bind.Key.Id, sessions, context);
        }

        return Submissions.ToResult(answer);
    }

    private static InvitationRecord? Find(IStateReader state, string? memberText, string? keyText, TimeProvider clock, out MemberId member) =>
        MemberId.TryParse(memberText, out member) && KeyId.TryParse(keyText, out var key)
        && state.Invitation(key) is { IsOpen: true } invitation
        && invitation.Member == member && LedgerTime.From(clock.GetUtcNow()) < invitation.Expires
            ? invitation
            : null;

    private static IResult NotRedeemable() => Problems.Of(
        StatusCodes.Status422UnprocessableEntity, "session/invitation-invalid", "邀请无效、已使用、已撤回或已过期，请向所在支部申请新的邀请。");
}
