using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Cryptography;
using Mingjian.Primitives;
using Mingjian.Server.Identity;

namespace Mingjian.Server.Tests;

/// <summary>Sessions fail closed. Each test has a server of its own, because it moves the clock or revokes keys.</summary>
public abstract class SessionTests : IAsyncLifetime
{
    private RunningServer _server = null!;
    private Browser _member = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.StartAsync(demo: true, await SettingsAsync());
        _member = _server.Open();
        await _member.SignInAsDemoAsync("member");
    }

    public async ValueTask DisposeAsync()
    {
        _member.Dispose();
        await _server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Settings that say where the sessions are kept.</summary>
    protected abstract Task<(string Key, string Value)[]> SettingsAsync();

    [Fact]
    public async Task A_session_ends_after_the_idle_limit_and_not_before()
    {
        _server.Clock.Advance(TimeSpan.FromMinutes(30));
        Assert.True(await _member.IsSignedInAsync());
        _server.Clock.Advance(TimeSpan.FromMinutes(30) + TimeSpan.FromSeconds(1));
        Assert.False(await _member.IsSignedInAsync());
    }

    [Fact]
    public async Task A_session_ends_after_the_absolute_limit_although_it_is_used_all_the_time()
    {
        for (var i = 0; i < 48; i++)
        {
            _server.Clock.Advance(TimeSpan.FromMinutes(15));
            Assert.Equal(HttpStatusCode.OK, (await _member.Client.GetAsync("/my/keys")).StatusCode);
        }

        _server.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await _member.IsSignedInAsync());
    }

    [Fact]
    public async Task Revoking_the_key_ends_its_session_at_once()
    {
        var response = await _member.SubmitAsync(_member.Sign(new RevokeKey(_member.Key.Key.Id, KeyRevocationReason.Lost)));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(await _member.IsSignedInAsync());
        Assert.Equal(HttpStatusCode.Found, (await _member.Client.GetAsync("/my/keys")).StatusCode);
    }

    [Fact]
    public async Task A_revoked_key_cannot_sign_in()
    {
        await _member.SubmitAsync(_member.Sign(new RevokeKey(_member.Key.Key.Id, KeyRevocationReason.Lost)));
        var response = await _member.AnswerAsync(await _member.ChallengeAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("session/not-accepted", await response.CodeAsync());
    }

    [Fact]
    public async Task Signing_out_ends_the_session_even_for_a_copy_of_the_cookie()
    {
        var copy = _member.Cookie("mj-session")!;
        Assert.Equal(HttpStatusCode.Found, (await _member.PostAsync("/session/sign-out", "")).StatusCode);
        using var thief = _server.Open();
        thief.Cookies.Add(_server.Address, new Cookie("mj-session", copy));
        Assert.False(await thief.IsSignedInAsync());
    }

    [Fact]
    public async Task A_cookie_with_one_changed_character_is_worthless()
    {
        var cookie = _member.Cookie("mj-session")!;
        for (var place = 20; place < cookie.Length; place += cookie.Length / 5)
        {
            using var forger = _server.Open();
            var forged = string.Concat(cookie.AsSpan(0, place), cookie[place] == 'A' ? "B" : "A", cookie.AsSpan(place + 1));
            forger.Cookies.Add(_server.Address, new Cookie("mj-session", forged));
            Assert.False(await forger.IsSignedInAsync());
        }

        using var honest = _server.Open();
        honest.Cookies.Add(_server.Address, new Cookie("mj-session", cookie));
        Assert.True(await honest.IsSignedInAsync());
    }

    [Fact]
    public async Task A_session_that_was_planted_before_sign_in_is_not_the_one_that_signing_in_opens()
    {
        using var victim = _server.Open();
        await victim.SignInAsDemoAsync("auditor");
        var own = victim.Cookie("mj-session")!;
        var planted = _member.Cookie("mj-session")!;
        victim.Cookies.Add(_server.Address, new Cookie("mj-session", planted) { Path = "/" });
        Assert.Equal(HttpStatusCode.NoContent, (await victim.AnswerAsync(await victim.ChallengeAsync())).StatusCode);
        Assert.DoesNotContain(victim.Cookie("mj-session"), new[] { planted, own });
        // Whoever planted it has lost it, and is not signed in as the victim.
        Assert.False(await _member.IsSignedInAsync());
        Assert.True(await victim.IsSignedInAsync());
    }

    [Fact]
    public async Task The_session_cookie_is_http_only_and_strict()
    {
        using var browser = _server.Open();
        await browser.SignInAsDemoAsync("auditor");
        var response = await browser.AnswerAsync(await browser.ChallengeAsync());
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"), c => c.StartsWith("mj-session=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("expires", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_session_that_is_missing_from_the_database_is_no_session()
    {
        await using (var db = await _server.Services.GetRequiredService<IDbContextFactory<IdentityDatabase>>().CreateDbContextAsync(default))
        {
            Assert.True(await db.Sessions.AnyAsync());
            Assert.DoesNotContain(await db.Sessions.ToListAsync(), s => _member.Cookie("mj-session")!.Contains(s.Id.ToString(), StringComparison.Ordinal));
        }

        Assert.True(await _member.IsSignedInAsync());
    }

    [Fact]
    public async Task A_passkey_is_kept_found_and_its_counter_moved_on()
    {
        await using var scope = _server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var account = Account.Of(_member.Member);
        Assert.True((await users.CreateAsync(account)).Succeeded);
        Assert.True((await users.AddOrUpdatePasskeyAsync(account, Passkey(1))).Succeeded);
        Assert.True((await users.AddOrUpdatePasskeyAsync(account, Passkey(2))).Succeeded);

        await using var later = _server.Services.CreateAsyncScope();
        users = later.ServiceProvider.GetRequiredService<UserManager<Account>>();
        Assert.Equal(account.Id, (await users.FindByPasskeyIdAsync([1, 2, 3]))?.Id);
        var kept = Assert.Single(await users.GetPasskeysAsync((await users.FindByIdAsync(account.Id))!));
        Assert.Equal(2u, kept.SignCount);
        Assert.Equal([4, 5, 6], kept.PublicKey);
    }

    [Fact]
    public async Task A_challenge_can_be_answered_once()
    {
        var challenge = await _member.ChallengeAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await _member.AnswerAsync(challenge)).StatusCode);
        Assert.Equal("session/not-accepted", await (await _member.AnswerAsync(challenge)).CodeAsync());
    }

    [Fact]
    public async Task A_challenge_expires()
    {
        var challenge = await _member.ChallengeAsync();
        _server.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("session/not-accepted", await (await _member.AnswerAsync(challenge)).CodeAsync());
    }

    [Fact]
    public async Task A_challenge_answered_with_a_key_that_nobody_bound_opens_nothing()
    {
        using var stranger = _server.Open();
        Assert.Equal("session/not-accepted", await (await stranger.AnswerAsync(await stranger.ChallengeAsync())).CodeAsync());
        Assert.False(await stranger.IsSignedInAsync());
    }

    [Fact]
    public async Task A_signature_of_another_key_under_a_bound_key_s_name_opens_nothing()
    {
        using var stranger = _server.Open();
        var challenge = await stranger.ChallengeAsync();
        var signature = stranger.Key.Sign(Pae.Encode("application/vnd.mingjian.sign-in.v1+json", challenge));
        var response = await stranger.PostAsync("/api/v1/session", new
        {
            challenge = System.Text.Json.JsonDocument.Parse(challenge).RootElement.GetProperty("challenge").GetString(),
            key = _member.Key.Key.Id.ToString(),
            signature = Convert.ToBase64String(signature.Sig),
        });
        Assert.Equal("session/not-accepted", await response.CodeAsync());
    }

    [Fact]
    public async Task An_unsafe_request_without_the_token_is_refused()
    {
        using var content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        var response = await _member.Client.PostAsync("/api/v1/transactions", content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("session/csrf", await response.CodeAsync());
    }

    [Fact]
    public async Task An_invitation_binds_one_key_and_no_second_one()
    {
        var code = InvitationCode.New();
        var issued = await _member.SubmitAsync(_member.Sign(
            new IssueInvitation(_member.Member, code.Key, _server.Now.AddMilliseconds(3_600_000))));
        Assert.Equal(HttpStatusCode.OK, issued.StatusCode);
        using var first = _server.Open();
        Assert.Equal(HttpStatusCode.OK, (await first.RedeemAsync(_member.Member, code)).StatusCode);
        Assert.True(await first.IsSignedInAsync());
        using var second = _server.Open();
        var refused = await second.RedeemAsync(_member.Member, code);
        Assert.Equal("session/invitation-invalid", await refused.CodeAsync());
        Assert.False(await second.IsSignedInAsync());
    }

    [Fact]
    public async Task Redeeming_takes_no_other_act()
    {
        var response = await _member.PostAsync(
            "/api/v1/invitations/redeem",
            $"{{\"envelopes\":[{_member.Sign(new RevokeKey(_member.Key.Key.Id, KeyRevocationReason.Lost))}]}}");
        Assert.Equal("session/not-a-binding", await response.CodeAsync());
    }

    private UserPasskeyInfo Passkey(uint count) => new(
        [1, 2, 3], [4, 5, 6], _server.Clock.GetUtcNow(), count, ["internal"], isUserVerified: true, isBackupEligible: false, isBackedUp: false, [7], [8]);
}

public sealed class SqliteSessionTests : SessionTests
{
    protected override Task<(string Key, string Value)[]> SettingsAsync() => Task.FromResult<(string, string)[]>([]);
}

public sealed class PostgreSqlSessionTests : SessionTests
{
    protected override Task<(string Key, string Value)[]> SettingsAsync() => PostgreSql.SettingsAsync();
}
