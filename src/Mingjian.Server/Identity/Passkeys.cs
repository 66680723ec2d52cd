using Microsoft.AspNetCore.Identity;
using Mingjian.Cryptography;
using Mingjian.Primitives;
using Mingjian.Server.Configuration;

namespace Mingjian.Server.Identity;

/// <summary>Passkeys through ASP.NET Core Identity, with one-time state kept here instead of in a cookie, so nothing can be replayed.</summary>
internal sealed partial class Passkeys(
    IPasskeyHandler<Account> handler, UserManager<Account> users, PasskeyStates states, ServerOptions options, ILogger<Passkeys> logger)
{
    /// <summary>WebAuthn creation options (JSON) for a member, and the name of the state to send back with the credential.</summary>
    public async Task<(string OptionsJson, string State)> BeginCreateAsync(MemberId member, HttpContext context)
    {
        // The authenticator shows this name; the account's random id says nothing to strangers.
        var result = await handler.MakeCreationOptionsAsync(
            new PasskeyUserEntity { Id = member.ToString(), Name = "明鉴", DisplayName = "明鉴" }, context);
        return (result.CreationOptionsJson, states.Creations.Put((result.AttestationState, member), options.Sessions.Challenge));
    }

    /// <summary>Checks the attestation, keeps the passkey and gives its key as the ledger writes it; null when it does not hold.</summary>
    public async Task<(PublicKeyValue Key, string CredentialId)?> CreateAsync(string? state, string credentialJson, HttpContext context)
    {
        if (!states.Creations.TryTake(state, out var begun))
        {
            return null;
        }

        var result = await handler.PerformAttestationAsync(new PasskeyAttestationContext
        {
            HttpContext = context,
            CredentialJson = credentialJson,
            AttestationState = begun.State,
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

        var account = await users.FindByIdAsync(begun.Member.ToString());
        if (account is null)
        {
            account = Account.Of(begun.Member);
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
        return (result.RequestOptionsJson, states.Assertions.Put(result.AssertionState, options.Sessions.Challenge));
    }

    /// <summary>Checks the assertion; gives the key's id, or null.</summary>
    public async Task<KeyId?> AssertAsync(string? state, string credentialJson, HttpContext context)
    {
        if (!states.Assertions.TryTake(state, out var begun))
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

/// <summary>Challenges under way.</summary>
internal sealed class PasskeyStates(TimeProvider clock)
{
    public OneTimeValues<(string? State, MemberId Member)> Creations { get; } = new(clock);

    public OneTimeValues<string?> Assertions { get; } = new(clock);
}
