using System.Net;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;

namespace Mingjian.Server.Tests;

/// <summary>A session lives by what a person does, not by what an open page does.</summary>
public sealed class IdleTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);
    private RunningServer _server = null!;
    private Browser _officer = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.StartAsync(demo: true);
        _officer = _server.Open();
        await _officer.SignInAsDemoAsync("officer");
    }

    public async ValueTask DisposeAsync()
    {
        _officer.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("/staff/network")]
    [InlineData("/staff/dues/branch")]
    public async Task An_open_staff_page_that_nobody_touches_signs_out_and_leaves(string path)
    {
        await using var page = await Circuit.OpenAsync(_officer, path);
        for (var i = 0; i < 60; i++)
        {
            // Timers of the page and of the session run; a component library calls back.
            _server.Clock.Advance(TimeSpan.FromSeconds(30));
            await page.CallBackAsync();
        }

        Assert.False(page.Has("/sign-in?ended=1"));
        _server.Clock.Advance(TimeSpan.FromSeconds(31));
        await page.ExpectAsync("/sign-in?ended=1");
        Assert.True(page.Has("returnUrl=" + Uri.EscapeDataString(path)));
        Assert.False(await _officer.IsSignedInAsync());
    }

    [Fact]
    public async Task What_a_person_does_on_the_page_keeps_the_session()
    {
        await using var page = await Circuit.OpenAsync(_officer, "/staff/dues/branch");
        foreach (var name in new[] { "click", "keydown", "change", "pointerdown" })
        {
            _server.Clock.Advance(TimeSpan.FromMinutes(25));
            await page.EventAsync(name);
            Assert.True(await _officer.IsSignedInAsync());
        }
    }

    [Fact]
    public async Task What_happens_on_a_page_by_itself_does_not()
    {
        await using var page = await Circuit.OpenAsync(_officer, "/staff/dues/branch");
        _server.Clock.Advance(TimeSpan.FromMinutes(25));
        foreach (var name in new[] { "scroll", "load", "resize" })
        {
            await page.EventAsync(name);
        }

        Assert.True(await _officer.IsSignedInAsync());
        _server.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.False(await _officer.IsSignedInAsync());
    }

    [Fact]
    public async Task An_event_that_comes_after_the_end_does_nothing_and_does_not_bring_the_session_back()
    {
        await using var page = await Circuit.OpenAsync(_officer, "/staff/dues/branch");
        _server.Clock.Advance(Limit + TimeSpan.FromSeconds(1));
        await page.EventAsync("click");
        Assert.False(await _officer.IsSignedInAsync());
        await page.ExpectAsync("/sign-in?ended=1");
    }

    [Fact]
    public async Task A_page_leaves_at_once_when_its_session_is_ended_elsewhere()
    {
        await using var page = await Circuit.OpenAsync(_officer, "/staff/dues/branch");
        Assert.Equal(HttpStatusCode.Found, (await _officer.PostAsync("/session/sign-out", "")).StatusCode);
        await page.ExpectAsync("/sign-in?ended=1");
    }

    [Fact]
    public async Task Another_person_s_sign_out_leaves_the_page_alone()
    {
        await using var page = await Circuit.OpenAsync(_officer, "/staff/dues/branch");
        using var member = _server.Open();
        await member.SignInAsDemoAsync("member");
        await member.PostAsync("/session/sign-out", "");
        _server.Clock.Advance(TimeSpan.FromMinutes(1));
        await page.CallBackAsync();
        Assert.False(page.Has("/sign-in?ended=1"));
        Assert.True(await _officer.IsSignedInAsync());
    }

    [Fact]
    public async Task A_request_that_no_person_made_is_no_use()
    {
        foreach (var (path, header) in new[]
        {
            // What programs and scripts ask for again and again.
            ("/api/v1/session", ""), ("/api/v1/transactions/zz", ""), ("/health/live", ""), ("/_blazor/initializers", ""),
            ("/_content/Mingjian.Web/css/mingjian.css", ""), ("/nope.png", "Sec-Fetch-Dest: image"),
            // Pages that nobody has asked to see.
            ("/my/keys", "Sec-Fetch-Dest: empty"), ("/my/keys", "Sec-Purpose: prefetch;prerender"), ("/my/keys", "Cookie: page-refresh=1"),
        })
        {
            using var person = _server.Open();
            await person.SignInAsDemoAsync("auditor");
            _server.Clock.Advance(TimeSpan.FromMinutes(25));
            await GetAsync(person, path, header);
            _server.Clock.Advance(TimeSpan.FromMinutes(6));
            Assert.False(await person.IsSignedInAsync(), path + " " + header);
        }
    }

    [Fact]
    public async Task Opening_a_page_or_a_download_is_use()
    {
        foreach (var (path, header) in new[]
        {
            ("/my/keys", ""), ("/staff", "Sec-Fetch-Dest: document"), ("/exports/roster/template.xlsx", "Sec-Fetch-Dest: document"),
        })
        {
            _server.Clock.Advance(TimeSpan.FromMinutes(25));
            await GetAsync(_officer, path, header);
            _server.Clock.Advance(TimeSpan.FromMinutes(25));
            Assert.True(await _officer.IsSignedInAsync(), path);
            await GetAsync(_officer, path, header);
        }
    }

    [Fact]
    public async Task Signing_an_act_is_use()
    {
        _server.Clock.Advance(TimeSpan.FromMinutes(25));
        await _officer.SubmitAsync(_officer.Sign(new RevokeKey(_server.Open().Key.Key.Id, KeyRevocationReason.Lost)));
        _server.Clock.Advance(TimeSpan.FromMinutes(25));
        Assert.True(await _officer.IsSignedInAsync());
    }

    [Fact]
    public async Task A_live_update_stream_and_its_beats_are_no_use()
    {
        using var stream = await _officer.Client.GetAsync("/api/v1/ledger/events", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
        for (var i = 0; i < 61; i++)
        {
            _server.Clock.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        Assert.False(await _officer.IsSignedInAsync());
    }

    private async Task GetAsync(Browser person, string path, string header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (header.StartsWith("Cookie: ", StringComparison.Ordinal))
        {
            var cookie = header["Cookie: ".Length..].Split('=');
            person.Cookies.Add(_server.Address, new Cookie(cookie[0], cookie[1]));
        }
        else if (header.Length > 0)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            request.Headers.TryAddWithoutValidation(header[..colon], header[(colon + 2)..]);
        }

        using var response = await person.Client.SendAsync(request);
        Assert.NotEqual(HttpStatusCode.Found, response.StatusCode);
    }
}
