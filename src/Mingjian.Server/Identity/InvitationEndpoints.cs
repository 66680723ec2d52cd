using System.Text.Json;
using Mingjian.Contracts.Members;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Server.Hosting;
using Mingjian.Server.LedgerApi;
using Mingjian.Server.Session;

namespace Mingjian.Server.Identity;

/// <summary>Asks whether an invitation can be redeemed; only the code's hash travels before the act itself.</summary>
internal sealed record InvitationQuestion(string Member, string CodeHash);

/// <param name="Expires">Beijing time.</param>
internal sealed record InvitationState(bool Valid, string? Expires);

/// <summary>A key made by an authenticator, as the ledger writes it.</summary>
internal sealed record NewPasskey(string Key, string KeyId, string CredentialId);

/// <summary>Redeeming an invitation: making a passkey, and submitting the signed <c>members.BindKey</c>, which then opens the session.</summary>
internal static class InvitationEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/invitations/check", Check).AllowAnonymous().RequireCsrfToken()
            .RequireRateLimiting(HostingServices.SignInLimit).Produces<InvitationState>();
        app.MapPost("/api/v1/invitations/passkey/options", PasskeyOptionsAsync).AllowAnonymous().RequireCsrfToken()
            .RequireRateLimiting(HostingServices.SignInLimit).Produces<PasskeyOptions>().ProducesProblem(422);
        app.MapPost("/api/v1/passkeys", CreatePasskeyAsync).AllowAnonymous().RequireCsrfToken()
            .RequireRateLimiting(HostingServices.SignInLimit).Produces<NewPasskey>().ProducesProblem(422);
        app.MapPost("/api/v1/invitations/redeem", RedeemAsync).AllowAnonymous().RequireCsrfToken()
            .RequireRateLimiting(HostingServices.SignInLimit).Produces<SubmissionAnswer>().ProducesProblem(422);
    }

    private static IResult Check(InvitationQuestion question, ILedger ledger, TimeProvider clock)
    {
        var invitation = Find(question, ledger, clock, out _);
        return Results.Ok(new InvitationState(invitation is not null, invitation?.Expires.ToString()));
    }

    private static async Task<IResult> PasskeyOptionsAsync(
        InvitationQuestion question, ILedger ledger, TimeProvider clock, Passkeys passkeys, PasskeySite site, HttpContext context)
    {
        if (!site.IsUsable(context.Request))
        {
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, PasskeySite.Code, PasskeySite.Detail);
        }

        if (Find(question, ledger, clock, out var member) is null)
        {
            return NotRedeemable();
        }

        var (json, state) = await passkeys.BeginCreateAsync(member, context);
        return Results.Ok(new PasskeyOptions(JsonElement.Parse(json), state));
    }

    private static async Task<IResult> CreatePasskeyAsync(PasskeyAnswer answer, Passkeys passkeys, HttpContext context) =>
        await passkeys.CreateAsync(answer.State, answer.Credential, context) is var (key, credential)
            ? Results.Ok(new NewPasskey(key.ToString(), key.Id.ToString(), credential))
            : Problems.Of(
                StatusCodes.Status422UnprocessableEntity, "session/passkey-refused", "通行密钥没有建立成功，请重试，或改用本机密钥。");

    private static async Task<IResult> RedeemAsync(
        Submissions submissions, ILedger ledger, SessionManager sessions, HttpContext context)
    {
        var request = await submissions.ReadAsync(context, 1);
        if (request.Fault is { } fault)
        {
            return fault;
        }

        // What cannot be read is the ledger's to refuse, with the reason.
        if (CommandOf(request.Envelopes[0]) is not null and not "members.BindKey")
        {
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, "session/not-a-binding", "这里只能办理绑定密钥。");
        }

        var answer = await submissions.SubmitAsync(request.Envelopes, context);
        if (answer.Ok && Envelope.TryDecode(request.Envelopes[0].Span, out var envelope) == EnvelopeFault.None)
        {
            // The key has just signed a fresh act of its own introduction: that is proof of possession.
            await SignInEndpoints.OpenAsync(envelope!.Signatures[0].Keyid, sessions, context);
        }

        return Submissions.ToResult(answer);
    }

    private static InvitationRecord? Find(InvitationQuestion question, ILedger ledger, TimeProvider clock, out MemberId member) =>
        MemberId.TryParse(question.Member, out member) && Hash32.TryParse(question.CodeHash, out var hash)
        && ledger.ReadState().Invitation(hash) is { Used: null } invitation
        && invitation.Member == member && LedgerTime.From(clock.GetUtcNow()) < invitation.Expires
            ? invitation
            : null;

    private static IResult NotRedeemable() => Problems.Of(
        StatusCodes.Status422UnprocessableEntity, "session/invitation-invalid", "邀请无效、已使用或已过期，请向所在支部申请新的邀请。");

    /// <summary>The command's name, or null for anything that is not a well-formed act.</summary>
    internal static string? CommandOf(ReadOnlyMemory<byte> bytes) =>
        Envelope.TryDecode(bytes.Span, out var envelope) == EnvelopeFault.None
        && TransactionPayload.TryDecode(envelope!.Payload, out var payload) == PayloadFault.None
            ? payload!.Command
            : null;
}
