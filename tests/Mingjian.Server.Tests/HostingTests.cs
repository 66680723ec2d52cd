using System.Net;
using System.Text.RegularExpressions;

namespace Mingjian.Server.Tests;

/// <summary>What every answer carries, and what faults look like.</summary>
[Collection(nameof(DemoServer))]
public sealed partial class HostingTests(DemoServer demo)
{
    [Theory]
    [InlineData("/")]
    [InlineData("/nope")]
    [InlineData("/staff")]
    [InlineData("/ledger/checkpoint")]
    [InlineData("/api/v1/nope")]
    [InlineData("/_content/Mingjian.Web/css/mingjian.css")]
    [InlineData("/health/live")]
    public async Task Every_answer_carries_the_security_headers(string path)
    {
        using var outsider = demo.Server.Open();
        var response = await outsider.Client.GetAsync(path);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self' 'wasm-unsafe-eval';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http:", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("DENY", Assert.Single(response.Headers.GetValues("X-Frame-Options")));
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.False(response.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/sign-in")]
    [InlineData("/demo")]
    [InlineData("/invite")]
    [InlineData("/verify")]
    [InlineData("/staff")]
    [InlineData("/my/keys")]
    public async Task No_page_has_an_inline_script_or_handler_or_a_foreign_address(string path)
    {
        var html = await demo.People["officer"].Client.GetStringAsync(path);
        Assert.DoesNotMatch(InlineScript, html);
        Assert.DoesNotMatch(Handler, html);
        Assert.DoesNotMatch(Foreign, html);
    }

    [Fact]
    public async Task A_person_who_asks_for_a_missing_page_gets_a_page_and_a_program_gets_a_problem()
    {
        using var outsider = demo.Server.Open();
        var page = await outsider.Client.GetAsync("/nope");
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        Assert.Contains("没有这个页面", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var problem = await outsider.Client.GetAsync("/api/v1/nope");
        Assert.Equal(HttpStatusCode.NotFound, problem.StatusCode);
        Assert.Equal("request/not-found", await problem.CodeAsync());
    }

    [Fact]
    public async Task Malformed_json_is_a_problem_and_no_stack_trace()
    {
        using var outsider = demo.Server.Open();
        var response = await outsider.PostAsync("/api/v1/session", "{");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("request/malformed", await response.CodeAsync());
    }

    [Fact]
    public async Task Demo_data_are_marked_on_every_page()
    {
        foreach (var path in new[] { "/", "/staff", "/my/keys", "/sign-in" })
        {
            Assert.Contains("演示数据", await demo.People["officer"].Client.GetStringAsync(path), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Large_text_is_remembered_in_a_cookie()
    {
        using var outsider = demo.Server.Open();
        var token = (await outsider.SessionAsync()).GetProperty("csrfToken").GetString()!;
        using var form = new FormUrlEncodedContent(
            [new("__RequestVerificationToken", token), new("on", "1"), new("returnUrl", "//evil.invalid/")]);
        var response = await outsider.Client.PostAsync("/preferences/large-text", form);
        Assert.Equal("/", response.Headers.Location?.ToString());
        Assert.Contains("class=\"large-text\"", await outsider.Client.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_open_api_document_describes_the_transaction_endpoint()
    {
        using var outsider = demo.Server.Open();
        var document = await outsider.Client.GetStringAsync("/openapi/v1.json");
        Assert.Contains("/api/v1/transactions", document, StringComparison.Ordinal);
        Assert.DoesNotContain("/api/v1/demo", document, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"<script(?![^>]*\bsrc=)[^>]*>", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex InlineScript { get; }

    [GeneratedRegex(@"<[^>]+\son[a-z]+\s*=", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Handler { get; }

    [GeneratedRegex(@"(src|href|action)\s*=\s*[""'](https?:)?//", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Foreign { get; }
}
