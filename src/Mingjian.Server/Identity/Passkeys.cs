using Microsoft.AspNetCore.Identity;
using Mingjian.Client.Signing;
using Mingjian.Cryptography;
using Mingjian.Primitives;
using Mingjian.Server.Configuration;
using Mingjian.Server.LedgerApi;

namespace Mingjian.Server.Identity;

/// <summary>Passkeys through ASP.NET Core Identity, with one-time state kept here instead of in a cookie, so nothing can be replayed.</summary>
internal sealed partial class Passkeys(
    IPasskeyHandler<Account> handler, UserManager<Account> users, IOneTimeStore states, ISignatureVerifier verifier, PasskeySite site, ServerOptions options,
    ILogger<Passkeys> logger)
{
    private const string Creation = "passkey-new";

    /// <summary>Credential ids have at most 1,023 bytes (WebAuthn section 4).</summary>
    private const int MaxText = 2_000;

    /// <summary>WebAuthn creation options (JSON) for a member, and the name of the state to send back with the credential.</summary>
    public async Task<(string OptionsJson, string State)> BeginCreateAsync(MemberId member, HttpContext context)
    {
        // The authenticator shows this name; the account's random id says nothing to strangers.
        var result = await handler.MakeCreationOptionsAsync(
            new PasskeyUserEntity { Id = member.ToString(), Name = "明鉴", DisplayName = "明鉴" }, context);
        return (result.CreationOptionsJson, await states.PutAsync(
            Creation, $"{member} {result.AttestationState}", options.Sessions.Challenge, context.RequestAborted));
    }

    /// <summary>Checks the attestation, keeps the passkey and gives its key as the ledger writes it; null when it does not hold.</summary>
    public async Task<(PublicKeyValue Key, string CredentialId)?> CreateAsync(string? state, string credentialJson, HttpContext context)
    {
        if (await states.TakeAsync(Creation, state, context.RequestAborted) is not { } begun)
        {
            return null;
        }

        var member = LedgerId.Parse<MemberId>(begun[..begun.IndexOf(' ', StringComparison.Ordinal)]);
        var result = await handler.PerformAttestationAsync(new PasskeyAttestationContext
        {
            HttpContext = context,
            CredentialJson = credentialJson,
            AttestationState = begun[(begun.IndexOf(' ', StringComparison.Ordinal) + 1)..],
        });
        if (!result.Succeeded)
        {
            LogAttestation(logger, result.Failure.Message);
            return null;
        }

        if (!CoseKeys.TryRead(result.Passkey.PublicKey, out var key))
        {
            LogAttestation(logger, "not a P-256 key for ES256");
            return null;
        }

        var account = await users.FindByIdAsync(member.ToString());
        if (account is null)
        {
            account = Account.Of(member);
            if (!(await users.CreateAsync(account)).Succeeded)
            {
                return null;
            }
        }

        return (await users.AddOrUpdatePasskeyAsync(account, result.Passkey)).Succeeded
            ? (key, System.Buffers.Text.Base64Url.EncodeToString(result.Passkey.CredentialId))
            : null;
    }

    /// <summary>Checks a passkey's answer to a challenge; gives the key's id, or null.</summary>
    /// <remarks>
    /// The challenge is SHA-256 of the sign-in's own PAE and never bytes that a server chose: what a passkey signs to open a session can then be no act.
    /// The check is the ledger's (<see cref="WebAuthn"/>), person verified; besides, the page must be this site's, and a counter must not go back.
    /// </remarks>
    /// <param name="payload">What was to be signed, as it was issued.</param>
    /// <param name="answer">Never trusted.</param>
    public async Task<KeyId?> AssertAsync(SignInPayload payload, PasskeySignIn answer, HttpContext context)
    {
        if (!TryRead(answer, out var credential, out var assertion, out var signature) || !site.Accepts(assertion, context.Request)
            || await users.FindByPasskeyIdAsync(credential) is not { } account
            || await users.GetPasskeyAsync(account, credential) is not { } passkey
            || !CoseKeys.TryRead(passkey.PublicKey, out var key)
            || verifier.Verify(payload.ToPae(), new EnvelopeSignature(key.Id, SchemeNames.WebAuthnEs256, signature, Webauthn: assertion), key) != SignatureFault.None)
        {
            return null;
        }

        // An authenticator that counts, counts up (section 7.2); one that does not, says 0 for ever.
        var count = WebAuthn.CounterOf(assertion);
        if ((count != 0 || passkey.SignCount != 0) && count <= passkey.SignCount)
        {
            return null;
        }

        passkey.SignCount = count;
        await users.AddOrUpdatePasskeyAsync(account, passkey);
        return key.Id;
    }

    private static bool TryRead(PasskeySignIn answer, out byte[] credential, out WebAuthnAssertion assertion, out byte[] signature)
    {
        credential = signature = [];
        assertion = new WebAuthnAssertion([], []);
        if (new[] { answer.Credential, answer.AuthenticatorData, answer.ClientDataJson, answer.Signature }.Any(t => t is null or { Length: > MaxText }))
        {
            return false;
        }

        try
        {
            credential = System.Buffers.Text.Base64Url.DecodeFromChars(answer.Credential);
            assertion = new WebAuthnAssertion(Convert.FromBase64String(answer.AuthenticatorData), Convert.FromBase64String(answer.ClientDataJson));
            return EcdsaFormat.TryFromDer(Convert.FromBase64String(answer.Signature), out signature!);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>Base64url credential id of the passkey with this key, or null.</summary>
    public async Task<string?> FindCredentialAsync(MemberId member, KeyId key)
    {
        if (await users.FindByIdAsync(member.ToString()) is not { } account)
        {
            return null;
        }

        foreach (var passkey in await users.GetPasskeysAsync(account))
        {
            if (CoseKeys.TryRead(passkey.PublicKey, out var value) && value.Id == key)
            {
                return System.Buffers.Text.Base64Url.EncodeToString(passkey.CredentialId);
            }
        }

        return null;
    }

    [LoggerMessage(EventId = 30, Level = LogLevel.Warning, Message = "A new passkey was not accepted: {Reason}")]
    private static partial void LogAttestation(ILogger logger, string reason);
}
