namespace Mingjian.Server.Hosting;

/// <summary>Headers that every answer carries: faults, static files and requests for a foreign host name included.</summary>
/// <remarks>
/// No nonces: nothing inline is ever executed. <c>'wasm-unsafe-eval'</c> lets the trust module compile its WebAssembly and nothing else.
/// <c>style-src 'unsafe-inline'</c> is needed by MudBlazor: its theme provider writes a style element, its pop-overs set style
/// attributes; styles cannot run code. See docs/operating/security-headers.md.
/// They are set when the answer starts: what writes a fault clears all headers that were set before. Kestrel's own bare refusals of what is
/// no HTTP request (400, 408, 431, no body) never come here.
/// </remarks>
internal sealed class SecurityHeaders : IStartupFilter
{
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self' 'unsafe-inline'; "
        + "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; media-src 'self' blob:; "
        + "base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

    /// <summary>A year; without subdomains and preloading, which are the domain's owner's to decide.</summary>
    public const string StrictTransport = "max-age=31536000";

    /// <summary>Puts the headers outside of everything, the framework's check of the host name included.</summary>
    public static void Add(IServiceCollection services) => services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, SecurityHeaders>());

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (context, inner) =>
        {
            context.Response.OnStarting(static state => Set((HttpContext)state), context);
            await inner(context);
            // A foreign host name was refused before anything of ours; all else has written its answer.
            if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status400BadRequest, ContentLength: null, ContentType: null })
            {
                await StatusAnswer.WriteAsync(context);
            }
        });
        next(app);
    };

    private static Task Set(HttpContext context)
    {
        // Over what others have written: antiforgery sets a weaker X-Frame-Options where it finds none.
        var headers = context.Response.Headers;
        headers["Content-Security-Policy"] = ContentSecurityPolicy;
        headers["X-Content-Type-Options"] = "nosniff";
        headers["X-Frame-Options"] = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] =
            "camera=(self), publickey-credentials-get=(self), publickey-credentials-create=(self), geolocation=(), microphone=(), payment=()";
        if (context.Request.IsHttps)
        {
            headers["Strict-Transport-Security"] = StrictTransport;
        }

        return Task.CompletedTask;
    }
}
