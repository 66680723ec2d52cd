using Mingjian.Slices.Kernel.Http;


namespace Mingjian.Server.Session;

/// <summary>Tells what a person does from what an open page does by itself: only the first keeps a session from idling out.</summary>
/// <remarks>
/// A person's: any unsafe method, and opening a page or a download. Never: answers to programs (polling, live updates), files, Blazor's own
/// endpoints (a circuit tells for itself, see <see cref="CircuitUse"/>), what a browser fetches ahead, and what live.js reloads by itself.
/// </remarks>
internal static class PersonsRequest
{
    /// <summary>live.js sets it for some seconds before it reloads a page without having been asked.</summary>
    public const string RefreshCookie = "page-refresh";

    public static bool Is(HttpContext context)
    {
        var request = context.Request;
        if (request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase)
            || request.Path.StartsWithSegments("/_framework", StringComparison.OrdinalIgnoreCase)
            || request.Path.StartsWithSegments("/_content", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        if (!HttpMethods.IsGet(request.Method))
        {
            return HttpMethods.IsPost(request.Method);
        }

        return !context.IsForPrograms() && !request.Cookies.ContainsKey(RefreshCookie)
            && !request.Headers.ContainsKey("Sec-Purpose") && !request.Headers.ContainsKey("Purpose")
            // Old browsers and programs do not say what they want it for.
            && request.Headers["Sec-Fetch-Dest"].ToString() is "" or "document";
    }
}
