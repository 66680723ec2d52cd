using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Mingjian.Cryptography;

namespace Mingjian.Server.Tests;

/// <summary>Too many requests are refused clearly, and nobody pays for somebody else's.</summary>
public sealed class RateLimitTests
{
    private const int Permits = 8;

    [Fact]
    public async Task Forty_sign_ins_from_one_address_do_not_keep_an_office_out()
    {
        await using var server = await RunningServer.StartAsync(demo: true, ("Mingjian:Limits:SignInsPerMinute", "600"));
        using var member = server.Open();
        await member.SignInAsDemoAsync("member");
        for (var i = 0; i < 40; i++)
        {
            using var person = server.Open();
            Assert.Equal(HttpStatusCode.NoContent, (await person.AnswerAsync(await person.ChallengeAsync(), member.Key)).StatusCode);
        }
    }

    [Fact]
    public async Task Whoever_floods_sign_in_is_told_to_wait_and_keeps_no_browser_out_in_which_somebody_has_signed_in()
    {
        await using var server = await RunningServer.StartAsync(demo: true);
        using var member = server.Open();
        await member.SignInAsDemoAsync("member");
        var device = member.Cookie("mj-device")!;
        await using var bounded = await RunningServer.StartAsync(demo: true, ("Mingjian:Limits:SignInsPerMinute", $"{Permits}"));
        using var known = bounded.Open();
        await known.SignInAsDemoAsync("member");
        await known.PostAsync("/session/sign-out", "");
        using var attacker = bounded.Open();
        var answer = await attacker.PostAsync("/api/v1/session/challenge", new { });
        for (var i = 0; i < Permits && answer.StatusCode == HttpStatusCode.OK; i++)
        {
            answer = await attacker.PostAsync("/api/v1/session/challenge", new { });
        }

        await AssertRefusedAsync(answer);
        Assert.Equal(HttpStatusCode.OK, (await attacker.Client.GetAsync("/health/live")).StatusCode);
        // Another server's cookie, or a made up one, is no way round.
        foreach (var made in new[] { device, "x", known.Cookie("mj-device") + "x" })
        {
            using var forger = bounded.Open();
            forger.Cookies.Add(bounded.Address, new Cookie("mj-device", made));
            await AssertRefusedAsync(await forger.PostAsync("/api/v1/session/challenge", new { }));
        }

        Assert.Equal(HttpStatusCode.NoContent, (await known.AnswerAsync(await known.ChallengeAsync())).StatusCode);
    }

    [Fact]
    public async Task A_known_browser_has_a_bound_of_its_own_and_one_key_has_one_share_in_all_browsers()
    {
        await using var server = await RunningServer.StartAsync(demo: true, ("Mingjian:Limits:SignInsPerBrowser", $"{Permits}"));
        using var member = server.Open();
        await member.SignInAsDemoAsync("member");
        for (var i = 0; i < Permits; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await member.PostAsync("/api/v1/session/challenge", new { })).StatusCode);
        }

        await AssertRefusedAsync(await member.PostAsync("/api/v1/session/challenge", new { }));
        using var fresh = server.Open();
        Assert.Equal(HttpStatusCode.NoContent, (await fresh.AnswerAsync(await fresh.ChallengeAsync(), member.Key)).StatusCode);
        await AssertRefusedAsync(await fresh.PostAsync("/api/v1/session/challenge", new { }));
    }

    [Fact]
    public async Task Wrong_answers_for_an_account_are_told_to_wait_and_never_keep_the_right_one_or_another_account_out()
    {
        await using var server = await RunningServer.StartAsync(demo: true, ("Mingjian:Limits:WrongSignInsPerMinute", "3"));
        using var member = server.Open();
        await member.SignInAsDemoAsync("member");
        using var attacker = server.Open();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("session/not-accepted", await (await WrongAsync(member.Key)).CodeAsync());
        }

        var told = await WrongAsync(member.Key);
        Assert.Equal(HttpStatusCode.TooManyRequests, told.StatusCode);
        Assert.Equal("session/too-many-wrong", await told.CodeAsync());
        Assert.InRange(told.Headers.RetryAfter?.Delta ?? default, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

        // The person, in another browser at the same address.
        using var person = server.Open();
        Assert.Equal(HttpStatusCode.NoContent, (await person.AnswerAsync(await person.ChallengeAsync(), member.Key)).StatusCode);
        using var stranger = Es256Signer.Create();
        Assert.Equal("session/not-accepted", await (await WrongAsync(stranger)).CodeAsync());
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("session/not-accepted", await (await WrongAsync(member.Key)).CodeAsync());

        async Task<HttpResponseMessage> WrongAsync(Es256Signer key)
        {
            var challenge = JsonDocument.Parse(await attacker.ChallengeAsync()).RootElement.GetProperty("challenge").GetString();
            return await attacker.PostAsync(
                "/api/v1/session", new { challenge, key = key.Key.Id.ToString(), signature = Convert.ToBase64String(new byte[64]) });
        }
    }

    [Fact]
    public async Task Wrong_passkeys_are_counted_by_the_credential_that_they_name()
    {
        await using var server = await RunningServer.StartAsync(demo: false, ("Mingjian:Limits:WrongSignInsPerMinute", "2"));
        using var attacker = server.Open();
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await WrongAsync("one")).StatusCode);
        }

        Assert.Equal("session/too-many-wrong", await (await WrongAsync("one")).CodeAsync());
        Assert.Equal("session/not-accepted", await (await WrongAsync("two")).CodeAsync());

        async Task<HttpResponseMessage> WrongAsync(string id)
        {
            var challenge = JsonDocument.Parse(await attacker.ChallengeAsync()).RootElement.GetProperty("challenge").GetString();
            return await attacker.PostAsync(
                "/api/v1/session/passkey", new { challenge, credential = id, authenticatorData = "AA==", clientDataJson = "AA==", signature = "AA==" });
        }
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
