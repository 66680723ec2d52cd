using Microsoft.AspNetCore.Identity;
using Mingjian.Cryptography;
using Mingjian.Primitives;
using Mingjian.Server.Configuration;

namespace Mingjian.Server.Identity;

/// <summary>Passkeys through ASP.NET Core Identity, with one-time state kept here instead of in a cookie, so nothing can be replayed.</summary>
internal sealed partial class Passkeys(
    IPasskeyHandler<Account> handler, UserManager<Account> users, IOneTimeStore states, ServerOptions options, ILogger<Passkeys> logger)
{
    private const string Creation = "passkey-new";
    private const string Assertion = "passkey";

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

    /// <summary>WebAuthn request options for whoever holds a passkey of this site (discoverable credentials).</summary>
    public async Task<(string OptionsJson, string State)> BeginAssertAsync(HttpContext context)
    {
        var result = await handler.MakeRequestOptionsAsync(null, context);
        return (result.RequestOptionsJson, await states.PutAsync(
            Assertion, result.AssertionState ?? string.Empty, options.Sessions.Challenge, context.RequestAborted));
    }

    /// <summary>Checks the assertion; gives the key's id, or null.</summary>
    public async Task<KeyId?> AssertAsync(string? state, string credentialJson, HttpContext context)
    {
        if (await states.TakeAsync(Assertion, state, context.RequestAborted) is not { } begun)
        {
            return null;
        }

        var result = await handler.PerformAssertionAsync(new PasskeyAssertionContext
        {
            HttpContext = context,
            CredentialJson = credentialJson,
            AssertionState = begun,
        });
        if (!result.Succeeded || !CoseKeys.TryRead(result.Passkey.PublicKey, out var key))
        {
            return null;
        }

        // Keeps the signature counter.
        await users.AddOrUpdatePasskeyAsync(result.User, result.Passkey);
        return key.Id;
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
