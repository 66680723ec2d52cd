using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Mingjian.Cryptography;

namespace Mingjian.Server.LedgerApi;

/// <summary>Whether the passkey assertions of an act were made on this site's own pages.</summary>
/// <remarks>
/// The ledger does not ask: it has no list of the network's sites, and a credential answers for its relying party only. What is left is a
/// page under another name of the same domain, which may ask for the same relying party and pass the answer on; the server that receives
/// the act refuses that, as it does at sign-in. Acts signed with device keys name no site and are not concerned.
/// </remarks>
internal sealed class PasskeySite(IOptions<IdentityPasskeyOptions> passkeys)
{
    /// <summary>Code of the refusal.</summary>
    public const string Code = "session/passkey-site";

    /// <summary>False when a signature is an assertion for another relying party or from another origin; what cannot be read is the ledger's question.</summary>
    public bool Accepts(ReadOnlySpan<byte> envelopeBytes, HttpRequest request)
    {
        if (envelopeBytes.IndexOf("\"webauthn\""u8) < 0 || Envelope.TryDecode(envelopeBytes, out var envelope) != EnvelopeFault.None)
        {
            return true;
        }

        var relyingParty = passkeys.Value.ServerDomain ?? request.Host.Host;
        var origin = $"{request.Scheme}://{request.Host}";
        return envelope!.Signatures.All(s => s.Webauthn is not { } assertion || WebAuthn.IsFrom(assertion, relyingParty, origin));
    }
}
