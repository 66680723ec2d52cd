using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Slices.Kernel.Http;

namespace Mingjian.Server.Tests;

/// <summary>Whatever is asked, and however: never a fault, always the headers, data for programs and pages for people.</summary>
[Collection(nameof(DemoServer))]
public sealed partial class AnswersTests(DemoServer demo)
{
    private static readonly string?[] Accepts = [null, "text/html", "image/*", "*/*;q=0", "application/json", "\u0001,;;q=x", "text/html,application/xhtml+xml,*/*;q=0.8"];
    private static readonly string[] Methods = ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "BREW"];

    private static readonly string[] Headers =
    [
        "Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy",
        "Cross-Origin-Resource-Policy", "Permissions-Policy",
    ];

    [Fact]
    public async Task No_endpoint_fails_or_forgets_its_headers_whatever_the_accept_header_says()
    {
        var faults = new List<string>();
        foreach (var (method, path) in Requests().Concat(
            [("GET", "/api/v1/nope"), ("GET", "/ledger/nope"), ("GET", "/health/nope"), ("GET", "/openapi/nope"), ("GET", "/metrics/nope"),
            ("GET", "/API/v1/nope"), ("GET", "/nope"), ("POST", "/nope"), ("POST", "/api/nope")]).Distinct())
        {
            foreach (var accept in Accepts)
            {
                foreach (var account in new[] { "anonymous", "member" })
                {
                    await LookAsync(faults, account, method, path, accept, content: null);
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task No_method_makes_an_endpoint_fail()
    {
        var faults = new List<string>();
        foreach (var path in Requests().Select(r => r.Path).Append("/nope").Append("/api/nope").Distinct(StringComparer.Ordinal))
        {
            foreach (var method in Methods)
            {
                await LookAsync(faults, "anonymous", method, path, "text/html", content: null);
                await LookAsync(faults, "member", method, path, null, content: null);
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task No_body_cookie_or_token_makes_an_endpoint_fail()
    {
        var faults = new List<string>();
        var large = new byte[(1 << 20) + 1];
        (string Type, byte[] Body)[] bodies =
        [
            ("application/json", "{"u8.ToArray()), ("application/json", [0xFF, 0xFE, 0x00]), ("application/json; charset=utf-16", "{}"u8.ToArray()),
            ("application/json", large), ("multipart/form-data", "x"u8.ToArray()), ("multipart/form-data; boundary=x", "--x\r\nbroken"u8.ToArray()),
            ("application/x-www-form-urlencoded", "a=%ff%00&__RequestVerificationToken=x"u8.ToArray()), ("no type at all", "x"u8.ToArray()),
        ];
        foreach (var (method, path) in Requests().Where(r => r.Method == "POST").Append(("POST", "/nope")))
        {
            foreach (var (type, body) in bodies)
            {
                foreach (var token in new[] { false, true })
                {
                    var content = new ByteArrayContent(body);
                    content.Headers.TryAddWithoutValidation("Content-Type", type);
                    await LookAsync(faults, "member", method, path, "text/html", content, token);
                }
            }
        }

        foreach (var cookie in new[] { "mj-session=x; mj-csrf=y", "mj-session=\u0001", "=;=;;", "mj-csrf=" + new string('A', 8000), "mj-device=%ff" })
        {
            foreach (var (method, path) in Requests().Where(r => !r.Path.StartsWith("/_blazor", StringComparison.Ordinal)))
            {
                await LookAsync(faults, "cookie:" + cookie, method, path, "text/html", content: null);
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Theory]
    [InlineData("GET /%ff%fe HTTP/1.1\r\nHost: localhost", false)]
    [InlineData("GET /api/v1/receipts/%ff%fe HTTP/1.1\r\nHost: localhost", true)]
    [InlineData("GET /api/v1/transactions/%e4%b8%ad HTTP/1.1\r\nHost: localhost", true)]
    [InlineData("GET /ledger/tile/..%2f..%2fx HTTP/1.1\r\nHost: localhost", true)]
    [InlineData("GET /ledger/tile/%2e%2e/%2e%2e/nope HTTP/1.1\r\nHost: localhost", false)]
    [InlineData("GET /api/v1/ledger/events?act=%ff&act=%00 HTTP/1.1\r\nHost: localhost", true)]
    [InlineData("GET /staff/dues/members/%ff?year=x HTTP/1.1\r\nHost: localhost", false)]
    [InlineData("GET /ledger/network?anchor=%00%ff HTTP/1.1\r\nHost: localhost", true)]
    [InlineData("GET / HTTP/1.1\r\nHost: evil.example", false)]
    [InlineData("GET /api/v1/session HTTP/1.1\r\nHost: evil.example", true)]
    [InlineData("GET /health/ready HTTP/1.1\r\nHost: evil.example\r\nAccept: text/html", true)]
    [InlineData("POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2000000", true)]
    public async Task Strange_bytes_and_foreign_hosts_are_refused_with_all_headers(string request, bool isForPrograms)
    {
        var answer = await RawAsync(request);
        Assert.DoesNotMatch("^HTTP/1.1 5", answer);
        foreach (var header in Headers)
        {
            Assert.Contains("\r\n" + header + ": ", answer, StringComparison.OrdinalIgnoreCase);
        }

        if (!answer.StartsWith("HTTP/1.1 2", StringComparison.Ordinal) && !answer.StartsWith("HTTP/1.1 302", StringComparison.Ordinal))
        {
            Assert.Contains(isForPrograms ? "\r\nContent-Type: application/problem+json" : "\r\nContent-Type: text/html", answer, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("/\t/evil.example/")]
    [InlineData("https://evil.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/中文")]
    [InlineData("~/x")]
    public async Task A_return_address_stays_on_this_site(string address)
    {
        using var outsider = demo.Server.Open();
        var token = (await outsider.SessionAsync()).GetProperty("csrfToken").GetString()!;
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("on", "1"), new("returnUrl", address)]);
        var response = await outsider.Client.PostAsync("/preferences/large-text", form);
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        Assert.Equal("/", response.Headers.Location?.ToString());
    }

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Parameter { get; }

    private IEnumerable<(string Method, string Path)> Requests()
    {
        foreach (var endpoint in demo.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is not null || endpoint.RoutePattern.RawText == "/session/sign-out")
            {
                continue;
            }

            var path = Parameter.Replace("/" + endpoint.RoutePattern.RawText!.TrimStart('/'), m => m.Value.Contains(":int", StringComparison.Ordinal) ? "404" : "1");
            foreach (var method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"])
            {
                yield return (method, path);
            }
        }
    }

    private async Task LookAsync(List<string> faults, string account, string method, string path, string? accept, HttpContent? content, bool withToken = false)
    {
        var what = $"{method} {path} Accept {accept ?? "none"} {content?.Headers.ContentType} as {account}";
        using var anonymous = demo.Server.Open();
        var browser = account == "member" ? demo.People[account] : anonymous;
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        if (account.StartsWith("cookie:", StringComparison.Ordinal))
        {
            request.Headers.TryAddWithoutValidation("Cookie", account["cookie:".Length..]);
        }

        if (withToken)
        {
            request.Headers.Add("X-CSRF-TOKEN", (await browser.SessionAsync()).GetProperty("csrfToken").GetString());
        }

        if (content is not null)
        {
            request.Headers.ExpectContinue = true;
        }

        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        HttpResponseMessage response;
        try
        {
            response = await browser.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
        }
        catch (HttpRequestException) when (content?.Headers.ContentLength > 1 << 20)
        {
            // The server has refused and closed while the body was still being sent; the answer itself is looked at below, with raw bytes.
            return;
        }

        using var answered = response;
        var status = (int)response.StatusCode;
        // "Not there yet" and "full" are answers; a fault is not.
        if (status >= 500 && status != 503)
        {
            faults.Add($"{what}: {status}");
        }

        if (Headers.FirstOrDefault(h => !response.Headers.Contains(h)) is { } missing)
        {
            faults.Add($"{what}: {status} without {missing}");
        }

        if (status < 400)
        {
            return;
        }

        var type = response.Content.Headers.ContentType?.MediaType;
        // The circuit's endpoints answer to a script of the framework's.
        if (path.StartsWith("/_blazor", StringComparison.Ordinal) || path.StartsWith("/_framework", StringComparison.Ordinal))
        {
            return;
        }

        if (!Audience.IsForPrograms(path))
        {
            if (type != "text/html")
            {
                faults.Add($"{what}: {status} as {type ?? "nothing"}, not a page");
            }
        }
        else if (type != "application/problem+json")
        {
            faults.Add($"{what}: {status} as {type ?? "nothing"}, not a problem");
        }
        else if (method != "HEAD")
        {
            var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(timeout.Token)).RootElement;
            if (problem.GetProperty("status").GetInt32() != status || problem.GetProperty("code").GetString() is not { Length: > 3 })
            {
                faults.Add($"{what}: {problem}");
            }
        }
    }

    private async Task<string> RawAsync(string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, demo.Server.Address.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request + "\r\nConnection: close\r\n\r\n"));
        var answer = new StringBuilder();
        var buffer = new byte[16 * 1024];
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (int read; (read = await stream.ReadAsync(buffer, timeout.Token)) > 0;)
        {
            answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
            if (answer.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                break;
            }
        }

        return answer.ToString();
    }
}
