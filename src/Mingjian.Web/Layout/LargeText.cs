using Microsoft.AspNetCore.Http;

namespace Mingjian.Web.Layout;

/// <summary>长辈模式: everything a third larger; remembered in a cookie, so it also holds before sign-in.</summary>
public static class LargeText
{
    /// <summary>Present with the value <c>1</c> when switched on.</summary>
    public const string CookieName = "mj-large-text";

    public static bool IsOn(HttpContext? context) =>
        string.Equals(context?.Request.Cookies[CookieName], "1", StringComparison.Ordinal);
}
