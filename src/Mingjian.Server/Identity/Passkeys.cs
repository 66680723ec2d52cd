using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Identity;
using Mingjian.Acts.Signing;
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
    private const string Made = "passkey-made";

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

    /// <summary>
    /// Checks the attestation and gives the key as the ledger writes it; null when it does not hold. The passkey is only remembered for some
    /// minutes, under the name given last: <see cref="KeepAsync"/> stores it once the ledger has its key.
    /// </summary>
    public async Task<(PublicKeyValue Key, string CredentialId, string Pending)?> CreateAsync(
        string? state, string credentialJson, HttpContext context)
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

        var passkey = result.Passkey;
        if (!CoseKeys.TryRead(passkey.PublicKey, out var key))
        {
            LogAttestation(logger, "not a P-256 key for ES256");
            return null;
        }

        var made = new MadePasskey(
            member.ToString(), passkey.CredentialId, passkey.PublicKey, passkey.CreatedAt, passkey.SignCount, passkey.Transports,
            passkey.IsUserVerified, passkey.IsBackupEligible, passkey.IsBackedUp);
        var pending = await states.PutAsync(
            Made, JsonSerializer.Serialize(made, PasskeyJson.Default.MadePasskey), options.Sessions.Challenge, context.RequestAborted);
        return (key, Base64Url.EncodeToString(passkey.CredentialId), pending);
    }

    /// <summary>Stores a passkey that was made before, once its key is bound; does nothing when the act was refused or binds another key.</summary>
    /// <param name="pending">Its name from <see cref="CreateAsync"/>; null for a device key.</param>
    /// <param name="answer">How the act ended that binds the key. While that is open the passkey is kept: the code's owner has signed for it.</param>
    public async Task KeepAsync(string? pending, MemberId member, KeyId key, SubmissionAnswer answer, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(pending) || answer.Results.Any(r => r.Code is not null)
            || await states.TakeAsync(Made, pending, cancellationToken) is not { } text
            || JsonSerializer.Deserialize(text, PasskeyJson.Default.MadePasskey) is not { } made
            || made.Member != member.ToString() || !CoseKeys.TryRead(made.PublicKey, out var value) || value.Id != key)
        {
            return;
        }

        var account = await users.FindByIdAsync(made.Member);
        if (account is null)
        {
            account = Account.Of(member);
            if (!(await users.CreateAsync(account)).Succeeded)
            {
                return;
            }
        }

        // What the authenticator attested has been checked and serves nothing later.
        await users.AddOrUpdatePasskeyAsync(account, new UserPasskeyInfo(
            made.CredentialId, made.PublicKey, made.CreatedAt, made.SignCount, made.Transports, made.IsUserVerified, made.IsBackupEligible,
            made.IsBackedUp, [], []));
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
            credential = Base64Url.DecodeFromChars(answer.Credential);
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
                return Base64Url.EncodeToString(passkey.CredentialId);
            }
        }

        return null;
    }

    [LoggerMessage(EventId = 30, Level = LogLevel.Warning, Message = "A new passkey was not accepted: {Reason}")]
    private static partial void LogAttestation(ILogger logger, string reason);
}

/// <summary>A passkey that has been attested, and whose key is not on the ledger yet.</summary>
internal sealed record MadePasskey(
    string Member, byte[] CredentialId, byte[] PublicKey, DateTimeOffset CreatedAt, uint SignCount, string[]? Transports, bool IsUserVerified,
    bool IsBackupEligible, bool IsBackedUp);

[JsonSerializable(typeof(MadePasskey))]
internal sealed partial class PasskeyJson : JsonSerializerContext;
