using System.Security.Cryptography;
using System.Text;
using Mingjian.Contracts.Organizations;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Admission;

namespace Mingjian.Server.LedgerApi;

/// <summary>Where passkeys can be used, and whether an assertion was made on this site's own pages.</summary>
/// <remarks>
/// Which origins count, the ledger says: a page of the user's own machine, or a site that an officer of the top committee has registered.
/// So the request's <c>Host</c> header is not believed: under a name that is no site of the network nothing is made, taken or signed with passkeys.
/// What is left is a page under another registered name that passes an assertion on; the server that receives it refuses that here.
/// Device keys name no site and are not concerned.
/// </remarks>
internal sealed class PasskeySite(ILedger ledger)
{
    /// <summary>Code of the refusal.</summary>
    public const string Code = "session/passkey-site";

    /// <summary>What to tell people where passkeys cannot be used.</summary>
    public const string Detail = "通行密钥暂时不能在这个网址使用，请改用本机密钥，或从已登记的正式网址打开。";

    /// <summary>Whether passkeys may be used under the address of a request. Before the founding every address may become the first site.</summary>
    public bool IsUsable(HttpRequest request) => Find(request) is not null;

    /// <summary>False when a signature is an assertion from another page than one of this request's address; what cannot be read is the ledger's question.</summary>
    public bool Accepts(SubmittedAct act, HttpRequest request) =>
        act.Envelope?.Signatures.All(s => s.Webauthn is not { } assertion || Accepts(assertion, request)) ?? true;

    /// <summary>Whether an assertion was made under the address of a request, for a passkey of exactly this host, where passkeys may be used.</summary>
    /// <param name="assertion">Says nothing about the signature: verify that, too.</param>
    public bool Accepts(WebAuthnAssertion assertion, HttpRequest request) =>
        Find(request) is { } own
        && WebAuthn.CheckForm(assertion) == SignatureFault.None
        && WebAuthn.TryReadOrigin(assertion, out var origin) && origin == own
        && assertion.AuthenticatorData.AsSpan(0, SHA256.HashSizeInBytes).SequenceEqual(SHA256.HashData(Encoding.ASCII.GetBytes(own.Host)));

    private SiteOrigin? Find(HttpRequest request)
    {
        if (!SiteOrigin.TryParse(OriginOf(request), out var origin))
        {
            return null;
        }

        var state = ledger.ReadState();
        return origin.IsLocal || state.IsSite(origin.Hash) || state.Get(OrganizationsState.TopKey) is null ? origin : null;
    }

    /// <summary>Scheme, host and port by which the server was addressed.</summary>
    public static string OriginOf(HttpRequest request) => $"{request.Scheme}://{request.Host}";
}
