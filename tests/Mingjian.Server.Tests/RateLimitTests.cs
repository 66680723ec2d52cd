using System.Net;

namespace Mingjian.Server.Tests;

/// <summary>Too many requests are refused clearly, and nobody pays for somebody else's.</summary>
public sealed class RateLimitTests
{
    private const int Permits = 8;

    [Fact]
    public async Task Too_many_sign_in_attempts_from_one_address_are_refused_with_a_time_to_wait()
    {
        await using var server = await RunningServer.StartAsync(
            demo: false, ("Mingjian:Limits:SignInsPerMinute", $"{Permits}"));
        using var first = server.Open();
        for (var i = 0; i < Permits; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await first.PostAsync("/api/v1/session/challenge", new { })).StatusCode);
        }

        await AssertRefusedAsync(await first.PostAsync("/api/v1/session/challenge", new { }));

        // Another browser at the same address shares the limit: there is no session yet to tell them apart.
        using var second = server.Open();
        await AssertRefusedAsync(await second.PostAsync("/api/v1/session/challenge", new { }));
        Assert.Equal(HttpStatusCode.OK, (await second.Client.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task Too_many_requests_of_one_member_are_refused_and_another_s_behind_the_same_address_are_not()
    {
        await using var server = await RunningServer.StartAsync(demo: true, ("Mingjian:Limits:RequestsPerMinute", $"{Permits}"));
        using var member = server.Open();
        await member.SignInAsDemoAsync("member");
        using var officer = server.Open();
        await officer.SignInAsDemoAsync("officer");

        // Signing in has used up a part.
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(member)).StatusCode);
        var answer = await AskAsync(member);
        for (var i = 0; i < Permits && answer.StatusCode == HttpStatusCode.BadRequest; i++)
        {
            answer = await AskAsync(member);
        }

        await AssertRefusedAsync(answer);
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(officer)).StatusCode);
    }

    private static Task<HttpResponseMessage> AskAsync(Browser browser) => browser.Client.GetAsync("/api/v1/transactions/zz");

    private static async Task AssertRefusedAsync(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal("request/too-many", await response.CodeAsync());
        Assert.Contains("操作太频繁", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.InRange(response.Headers.RetryAfter?.Delta ?? default, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
    }
}
