using Microsoft.AspNetCore.Antiforgery;
using Mingjian.Client.Session;
using Mingjian.Primitives;
using Mingjian.Server.Configuration;

namespace Mingjian.Server.Session;

/// <summary>What the frame of a page shows, for one request.</summary>
internal sealed class PageContext(IHttpContextAccessor accessor, IAntiforgery antiforgery, ServerOptions options) : IPageContext
{
    private AntiforgeryTokenSet? _tokens;

    public NetworkId? Network => null;

    public bool IsDemo => options.Start == StartMode.Demo;

    public bool NeedsSetup => false;

    public string CsrfToken => Tokens?.RequestToken ?? string.Empty;

    public string CsrfField => Tokens?.FormFieldName ?? "__RequestVerificationToken";

    // In a circuit there is no request to store the cookie with; the frame is rendered statically and never asks there.
    private AntiforgeryTokenSet? Tokens =>
        _tokens ??= accessor.HttpContext is { Response.HasStarted: false } context ? antiforgery.GetAndStoreTokens(context) : null;

    public ValueTask<string?> FindCredentialAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(null);
}
