using Microsoft.Extensions.Primitives;

namespace Mingjian.Server.Hosting;

/// <summary>Over HTTPS every cookie of ours travels as <c>__Host-mj-…</c>: browsers then take it from this very host alone, over TLS alone.</summary>
/// <remarks>
/// Browsers refuse such names over plain http, which a node on its loopback speaks; so the rest of the program knows the short names, and
/// this turns them. A cookie <c>mj-…</c> that comes over HTTPS under its short name was planted by another host of the domain, or over http, and is dropped.
/// </remarks>
internal static class HostCookies
{
    private const string Own = "mj-";
    private const string Host = "__Host-";

    public static void UseHostCookies(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (!context.Request.IsHttps)
        {
            return next(context);
        }

        var headers = context.Request.Headers;
        if (headers.Cookie.Count > 0)
        {
            headers.Cookie = string.Join("; ", headers.Cookie.SelectMany(c => (c ?? string.Empty).Split(';', StringSplitOptions.TrimEntries)).Select(Read).OfType<string>());
        }

        // Registered first, so it runs last.
        context.Response.OnStarting(static state =>
        {
            var response = (HttpResponse)state;
            if (response.Headers.SetCookie is { Count: > 0 } cookies)
            {
                response.Headers.SetCookie = new StringValues([.. cookies.Select(Write)]);
            }

            return Task.CompletedTask;
        }, context.Response);
        return next(context);
    });

    private static string? Read(string cookie) =>
        cookie.StartsWith(Host + Own, StringComparison.Ordinal) ? cookie[Host.Length..]
        : cookie.StartsWith(Own, StringComparison.Ordinal) ? null
        : cookie;

    private static string? Write(string? cookie) => cookie?.StartsWith(Own, StringComparison.Ordinal) != true ? cookie
        : cookie.Contains("; secure", StringComparison.OrdinalIgnoreCase) ? Host + cookie
        : Host + cookie + "; secure";
}
