using Microsoft.AspNetCore.Antiforgery;

namespace Mingjian.Slices.Kernel.Http;

/// <summary>Marks an endpoint whose requests must carry the antiforgery token; a test asks for it on every unsafe method.</summary>
internal sealed class CsrfTokenRequired
{
    public static CsrfTokenRequired Marker { get; } = new();
}

internal static class CsrfToken
{
    /// <summary>Refuses with <c>session/csrf</c> (400) unless header <c>X-CSRF-TOKEN</c> (or the form field) fits the cookie and the user.</summary>
    public static RouteHandlerBuilder RequireCsrfToken(this RouteHandlerBuilder endpoint) =>
        endpoint.WithMetadata(CsrfTokenRequired.Marker).AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            if (await IsValidAsync(http))
            {
                return await next(context);
            }

            return http.IsForPrograms()
                ? Problems.Of(StatusCodes.Status400BadRequest, "session/csrf", "页面已过期或登录状态已改变，请刷新页面后重试。")
                : Results.Redirect("/error/400");
        });

    private static async Task<bool> IsValidAsync(HttpContext http)
    {
        try
        {
            return await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http);
        }
        catch (AntiforgeryValidationException)
        {
            // A form that cannot be read holds no token.
            return false;
        }
    }
}
