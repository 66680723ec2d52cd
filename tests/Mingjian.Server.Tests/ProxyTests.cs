using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Mingjian.Server.Hosting;

namespace Mingjian.Server.Tests;

/// <summary>Whose word on a client's address, scheme and host is taken, and what a proxy changes.</summary>
public sealed class ProxyTests
{
    private const string Site = "dangjian.example";

    private static readonly (string Name, string Value)[] Traces =
    [
        ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "localhost"), ("X-Forwarded-Port", "443"),
        ("Forwarded", "for=203.0.113.9;proto=https"), ("Via", "1.1 proxy"), ("X-Real-IP", "203.0.113.9"),
        ("Host", "demo.example"), ("Host", "demo.example:80"), ("Host", "localhost.demo.example"), ("Host", "127.0.0.1.demo.example"),
        ("Origin", "https://demo.example"), ("Origin", "null"), ("Referer", "https://demo.example/demo"),
    ];

    [Fact]
    public async Task The_demo_is_not_there_for_whoever_comes_through_a_proxy_or_under_another_name()
    {
        await using var server = await RunningServer.StartAsync(demo: true, ("AllowedHosts", "*"));
        using var browser = server.Open();
        var token = (await browser.SessionAsync()).GetProperty("csrfToken").GetString()!;
        foreach (var (name, value) in Traces)
        {
            using var page = new HttpRequestMessage(HttpMethod.Get, "/demo");
            using var invitation = new HttpRequestMessage(HttpMethod.Post, "/api/v1/demo/invitation") { Content = JsonContent.Create(new { account = "officer" }) };
            invitation.Headers.Add("X-CSRF-TOKEN", token);
            foreach (var request in new[] { page, invitation })
            {
                request.Headers.TryAddWithoutValidation(name, value);
                Assert.Equal(HttpStatusCode.NotFound, (await browser.Client.SendAsync(request)).StatusCode);
            }
        }

        // HTTP/1.0 is nginx's own way to ask.
        using var old = new HttpRequestMessage(HttpMethod.Get, "/demo") { Version = HttpVersion.Version10 };
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Client.SendAsync(old)).StatusCode);
        // The same browser at the machine itself.
        Assert.Equal(HttpStatusCode.OK, (await browser.Client.GetAsync("/demo")).StatusCode);
    }

    [Fact]
    public async Task The_demo_is_not_there_behind_a_known_proxy()
    {
        await using var server = await RunningServer.StartAsync(demo: true, ("Mingjian:Proxies:0", "127.0.0.1"), ("Mingjian:Proxies:1", "::1"));
        using var browser = server.Open();
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Client.GetAsync("/demo")).StatusCode);
    }

    [Fact]
    public async Task A_known_proxy_s_word_is_taken_for_scheme_host_and_address()
    {
        await using var server = await RunningServer.StartAsync(
            demo: false, ("AllowedHosts", $"{Site};127.0.0.1"), ("Mingjian:Proxies:0", "127.0.0.0/8"), ("Mingjian:Limits:SignInsPerMinute", "5"));
        using var browser = server.Open();
        var answer = await AskAsync(browser, HttpMethod.Get, "/api/v1/session", For("203.0.113.9"));
        Assert.Equal("max-age=31536000", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")));
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("__Host-mj-csrf=", cookie, StringComparison.Ordinal);
        Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; path=/", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("domain", cookie, StringComparison.OrdinalIgnoreCase);

        var (token, jar) = ((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("csrfToken").GetString()!, cookie.Split(';')[0]);
        for (var i = 0; i < 5; i++)
        {
            var challenge = await ChallengeAsync("203.0.113.9");
            var payload = JsonDocument.Parse((await challenge.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("payload").GetBytesFromBase64()).RootElement;
            Assert.Equal($"https://{Site}", payload.GetProperty("origin").GetString());
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await ChallengeAsync("203.0.113.9")).StatusCode);
        // What the client itself wrote in front of the proxy's entry counts for nothing.
        Assert.Equal(HttpStatusCode.TooManyRequests, (await ChallengeAsync("198.51.100.1, 203.0.113.9")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await ChallengeAsync("203.0.113.10")).StatusCode);

        Task<HttpResponseMessage> ChallengeAsync(string from) => AskAsync(
            browser, HttpMethod.Post, "/api/v1/session/challenge", [.. For(from), ("X-CSRF-TOKEN", token), ("Cookie", jar)]);
    }

    [Fact]
    public async Task One_household_of_ipv6_is_one_address()
    {
        await using var server = await RunningServer.StartAsync(
            demo: false, ("AllowedHosts", $"{Site};127.0.0.1"), ("Mingjian:Proxies:0", "127.0.0.1"), ("Mingjian:Limits:RequestsPerMinute", "3"));
        using var browser = server.Open();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(browser, HttpMethod.Get, "/api/v1/session", For($"2001:db8:1:2::{i}"))).StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await AskAsync(browser, HttpMethod.Get, "/api/v1/session", For("2001:db8:1:2:ffff::9"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(browser, HttpMethod.Get, "/api/v1/session", For("2001:db8:1:3::1"))).StatusCode);
    }

    [Theory]
    [InlineData("1.2.3.4", "1.2.3.4")]
    [InlineData("::ffff:1.2.3.4", "1.2.3.4")]
    [InlineData("2001:db8:1:2:3::4", "20010db800010002/64")]
    public void An_address_s_share(string address, string share) => Assert.Equal(share, ClientSource.AddressShare(IPAddress.Parse(address)));

    [Fact]
    public async Task Nobody_else_s_word_is_taken_and_the_server_says_that_somebody_gives_it()
    {
        await using var server = await RunningServer.StartAsync(
            demo: false, ("AllowedHosts", $"{Site};127.0.0.1"), ("Mingjian:Proxies:0", "10.0.0.1"), ("Mingjian:Limits:RequestsPerMinute", "3"));
        using var browser = server.Open();
        Assert.Equal("healthy", await ReadyAsync(browser));
        for (var i = 0; i < 3; i++)
        {
            var answer = await AskAsync(browser, HttpMethod.Get, "/api/v1/session", For($"203.0.113.{i}"));
            Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
            Assert.StartsWith("mj-csrf=", Assert.Single(answer.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        }

        // All of them were one address.
        Assert.Equal(HttpStatusCode.TooManyRequests, (await AskAsync(browser, HttpMethod.Get, "/api/v1/session", For("203.0.113.77"))).StatusCode);
        Assert.Equal("degraded forwarded-unknown", await ReadyAsync(browser));
        server.Clock.Advance(Exposure.Remembered);
        Assert.Equal("healthy", await ReadyAsync(browser));
    }

    [Fact]
    public async Task A_server_that_is_open_beyond_this_machine_without_tls_and_proxy_says_so()
    {
        await using var open = await RunningServer.StartAsync(demo: false, ("Kestrel:Endpoints:Http:Url", "http://0.0.0.0:0"), ("AllowedHosts", "*"));
        using var browser = open.Open();
        browser.MoveTo(new UriBuilder(open.Address) { Host = "127.0.0.1" }.Uri);
        Assert.Equal("degraded http-exposed", await ReadyAsync(browser));
        await using var named = await RunningServer.StartAsync(
            demo: false, ("Kestrel:Endpoints:Http:Url", "http://0.0.0.0:0"), ("AllowedHosts", "*"), ("Mingjian:Proxies:0", "10.0.0.0/24"));
        browser.MoveTo(new UriBuilder(named.Address) { Host = "127.0.0.1" }.Uri);
        Assert.Equal("healthy", await ReadyAsync(browser));
    }

    [Theory]
    [InlineData("Mingjian:Proxies:0", "0.0.0.0/0", "Mingjian:Proxies")]
    [InlineData("Mingjian:Proxies:0", "::/0", "Mingjian:Proxies")]
    [InlineData("Mingjian:Proxies:0", "proxy.example", "Mingjian:Proxies")]
    [InlineData("ForwardedHeaders_Enabled", "true", "ASPNETCORE_FORWARDEDHEADERS_ENABLED")]
    public async Task A_setting_that_believes_everybody_or_nobody_real_stops_the_start(string name, string value, string said)
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => RunningServer.StartAsync(demo: false, (name, value)));
        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_https_a_cookie_under_its_short_name_is_not_taken()
    {
        // The browser is at the machine itself, the proxy at another address.
        await using var server = await RunningServer.StartAsync(demo: true, ("AllowedHosts", $"{Site};127.0.0.1"), ("Mingjian:Proxies:0", "127.0.0.2"));
        using var browser = server.Open();
        await browser.SignInAsDemoAsync("officer");
        var session = browser.Cookie("mj-session")!;
        // A neighbour of the domain, or somebody in the middle of http, can plant this one …
        Assert.False(await IsSignedInAsync($"mj-session={session}"));
        // … and not this one.
        Assert.True(await IsSignedInAsync($"other=1; __Host-mj-session={session}"));

        async Task<bool> IsSignedInAsync(string cookie)
        {
            using var stranger = server.Open();
            var answer = await AskAsync(stranger, HttpMethod.Get, "/api/v1/session", [.. For("203.0.113.9"), ("Cookie", cookie)], IPAddress.Parse("127.0.0.2"));
            return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("signedIn").GetBoolean();
        }
    }

    private static (string, string)[] For(string address) =>
        [("X-Forwarded-For", address), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", Site)];

    private static async Task<HttpResponseMessage> AskAsync(Browser browser, HttpMethod method, string path, (string Name, string Value)[] headers, IPAddress? from = null)
    {
        using var handler = new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false };
        handler.ConnectCallback = async (context, cancelled) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(from ?? IPAddress.Loopback, 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancelled);
            return new NetworkStream(socket, ownsSocket: true);
        };
        using var plain = new HttpClient(handler) { BaseAddress = browser.Client.BaseAddress };
        using var request = new HttpRequestMessage(method, path);
        if (method == HttpMethod.Post)
        {
            request.Content = JsonContent.Create(new { });
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var response = await plain.SendAsync(request);
        await response.Content.LoadIntoBufferAsync();
        return response;
    }

    private static async Task<string> ReadyAsync(Browser browser)
    {
        var body = await browser.Client.GetFromJsonAsync<JsonElement>("/health/ready");
        return string.Join(' ', body.GetProperty("reasons").EnumerateArray().Select(r => r.GetString()).Prepend(body.GetProperty("status").GetString()));
    }
}
