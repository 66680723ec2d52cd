using Microsoft.AspNetCore.Antiforgery;
using Mingjian.Contracts.Organizations;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Server.Channel;
using Mingjian.Server.Configuration;
using Mingjian.Server.Identity;
using Mingjian.Server.LedgerApi;
using Mingjian.Views.Session;

namespace Mingjian.Server.Session;

/// <summary>What the frame of a page shows, for one request.</summary>
internal sealed class PageContext(
    IHttpContextAccessor accessor, IAntiforgery antiforgery, ServerOptions options, FinalLedger ledger, INodeStanding node, ICurrentUser currentUser,
    Passkeys passkeys, PasskeySite site) : IPageContext
{
    private AntiforgeryTokenSet? _tokens;

    public NetworkId? Network => ledger.Network;

    public bool IsDemo => options.Start == StartMode.Demo;

    // In a network the first node sets up; the others follow it.
    public bool NeedsSetup => node.Place is { Shared: false } or { Number: 1 } && ledger.ReadState().Get(OrganizationsState.TopKey) is null;

    // In a circuit there is no request; the frame is rendered statically and never asks there.
    public bool PasskeysWork => accessor.HttpContext is { } context && site.IsUsable(context.Request);

    public bool IsNodeAway => !ledger.TakesActs;

    public string CsrfToken => Tokens?.RequestToken ?? string.Empty;

    public string CsrfField => Tokens?.FormFieldName ?? "__RequestVerificationToken";

    // In a circuit there is no request to store the cookie with; the frame is rendered statically and never asks there.
    private AntiforgeryTokenSet? Tokens =>
        _tokens ??= accessor.HttpContext is { Response.HasStarted: false } context ? antiforgery.GetAndStoreTokens(context) : null;

    public async ValueTask<string?> FindCredentialAsync(CancellationToken cancellationToken = default) =>
        await currentUser.GetAsync(cancellationToken) is { Scheme: SchemeNames.WebAuthnEs256 } user
            ? await passkeys.FindCredentialAsync(user.Member, user.Key)
            : null;
}
