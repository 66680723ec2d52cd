using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Server.Hosting;

/// <summary>Whom a request without a session is counted to: a browser in which somebody has signed in before, else the address.</summary>
/// <remarks>
/// Behind one address sits a whole office. Whoever floods sign-in from there uses up the address's share; browsers in which somebody has
/// signed in before carry a sealed cookie that names the key, and have a share of their own. A stranger can neither make such a cookie nor
/// get more than one share with an own key.
/// </remarks>
internal sealed class ClientSource(IDataProtectionProvider protection, TimeProvider clock)
{
    /// <summary>Names no session and opens nothing.</summary>
    public const string CookieName = "mj-device";

    private const int MaxCookie = 512;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(180);
    private readonly IDataProtector _protector = protection.CreateProtector("mingjian.device/v1");

    /// <summary>The name of the share, and whether it is a known browser's.</summary>
    public (string Name, bool IsKnown) Of(HttpContext context) =>
        context.Request.Cookies[CookieName] is { Length: > 0 and < MaxCookie } cookie && TryRead(cookie) is { } key
            ? ("device:" + key, true)
            : ("address:" + AddressShare(context.Connection.RemoteIpAddress), false);

    /// <summary>The key has just signed in with this browser.</summary>
    public void Remember(KeyId key, HttpContext context) => context.Response.Cookies.Append(
        CookieName, _protector.Protect($"{clock.GetUtcNow().ToUnixTimeSeconds()} {key}"), new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = context.Request.IsHttps,
            MaxAge = Kept,
            IsEssential = true,
        });

    /// <summary>One IPv4 address, or the /64 that one subscriber of IPv6 has to himself.</summary>
    public static string AddressShare(IPAddress? address)
    {
        if (address is null)
        {
            return "none";
        }

        var plain = Proxies.Plain(address);
        return plain.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(plain.GetAddressBytes().AsSpan(0, 8)) + "/64"
            : plain.ToString();
    }

    private string? TryRead(string cookie)
    {
        try
        {
            var text = _protector.Unprotect(cookie);
            var space = text.IndexOf(' ', StringComparison.Ordinal);
            return space > 0 && long.TryParse(text.AsSpan(0, space), out var made)
                && clock.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(made) < Kept
                ? text[(space + 1)..]
                : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
