using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Cryptography;
using Mingjian.Primitives;
using Mingjian.Server.Setup;

namespace Mingjian.Server.Tests;

/// <summary>First start: empty with a setup code, or the demo.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task An_empty_server_is_founded_with_the_console_s_code_and_then_never_again()
    {
        await using var server = await RunningServer.StartAsync(demo: false);
        var code = server.Services.GetRequiredService<SetupCode>().Text;
        using var officer = server.Open();
        Assert.Contains("/setup", await officer.Client.GetStringAsync("/"), StringComparison.Ordinal);

        var wrong = await officer.PostAsync("/api/v1/setup/names", new { code = "AAAA-BBBB-CCCC", committee = "某党委", officer = "某人" });
        Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        Assert.Equal("setup/code", await wrong.CodeAsync());

        var (found, plan) = await FoundAsync(officer, code);
        Assert.Equal(HttpStatusCode.OK, found.StatusCode);
        var session = await officer.SessionAsync();
        Assert.True(session.GetProperty("signedIn").GetBoolean());
        Assert.Equal("王组织", session.GetProperty("name").GetString());
        Assert.Equal(plan.GetProperty("committee").GetString(), server.Ledger.ReadState().Get(OrganizationsState.TopKey)!.Committee.ToString());
        Assert.Equal(HttpStatusCode.OK, (await officer.Client.GetAsync("/staff")).StatusCode);

        using var second = server.Open();
        var again = await second.PostAsync("/api/v1/setup/names", new { code, committee = "另一党委", officer = "他人" });
        Assert.Equal("setup/code", await again.CodeAsync());
    }

    [Fact]
    public async Task Ten_wrong_codes_close_setup_even_for_the_right_one()
    {
        await using var server = await RunningServer.StartAsync(demo: false);
        using var browser = server.Open();
        for (var i = 0; i < 10; i++)
        {
            await browser.PostAsync("/api/v1/setup/names", new { code = $"AAAA-AAAA-AA{i:00}", committee = "某党委", officer = "某人" });
        }

        var right = await browser.PostAsync(
            "/api/v1/setup/names", new { code = server.Services.GetRequiredService<SetupCode>().Text, committee = "某党委", officer = "某人" });
        Assert.Equal(HttpStatusCode.Forbidden, right.StatusCode);
    }

    [Fact]
    public async Task Founding_needs_the_code_with_the_act_itself()
    {
        await using var server = await RunningServer.StartAsync(demo: false);
        using var browser = server.Open();
        var act = browser.Sign(new FoundNetwork(
            LedgerId.New<OrganizationId>(), Hash32.Of([1]), LedgerId.New<MemberId>(), browser.Key.Key));
        var response = await browser.PostAsync("/api/v1/setup", $"{{\"envelopes\":[{act}]}}");
        Assert.Equal("setup/code", await response.CodeAsync());
        Assert.Equal(0, server.Ledger.Head.Height);
    }

    [Fact]
    public async Task Outside_the_demo_there_are_no_demo_accounts()
    {
        await using var server = await RunningServer.StartAsync(demo: false);
        using var browser = server.Open();
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Client.GetAsync("/demo")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.PostAsync("/api/v1/demo/invitation", new { account = "officer", key = InvitationCode.New().Key.ToString() })).StatusCode);
    }

    private static async Task<(HttpResponseMessage Response, JsonElement Plan)> FoundAsync(Browser officer, string code)
    {
        var names = await officer.PostAsync("/api/v1/setup/names", new { code, committee = "某党委", officer = "王组织" });
        Assert.Equal(HttpStatusCode.OK, names.StatusCode);
        var plan = await names.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(Hash32.TryParse(plan.GetProperty("name").GetString(), out var name));
        var act = officer.Sign(new FoundNetwork(
            LedgerId.Parse<OrganizationId>(plan.GetProperty("committee").GetString()!), name,
            LedgerId.Parse<MemberId>(plan.GetProperty("officer").GetString()!), officer.Key.Key));
        return (await officer.PostAsync("/api/v1/setup", $"{{\"envelopes\":[{act}]}}", code), plan);
    }
}
