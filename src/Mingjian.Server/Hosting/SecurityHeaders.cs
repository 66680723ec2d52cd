namespace Mingjian.Server.Hosting;

/// <summary>Headers that every answer carries, faults and static files included.</summary>
/// <remarks>
/// No nonces: nothing inline is ever executed. <c>'wasm-unsafe-eval'</c> lets the trust module compile its WebAssembly and nothing else.
/// <c>style-src 'unsafe-inline'</c> is needed by MudBlazor: its theme provider writes a style element, its pop-overs set style
/// attributes; styles cannot run code. See docs/operating/security-headers.md.
/// </remarks>
internal static class SecurityHeaders
{
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self' 'unsafe-inline'; "
        + "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; media-src 'self' blob:; "
        + "base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] =
            "camera=(self), publickey-credentials-get=(self), publickey-credentials-create=(self), geolocation=(), microphone=(), payment=()";
        return next(context);
    });
}
