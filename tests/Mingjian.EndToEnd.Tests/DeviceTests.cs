using System.Text.Json;
using Microsoft.Playwright;
using Mingjian.Testing;

namespace Mingjian.EndToEnd.Tests;

/// <summary>Further keys in the browser: a device of one's own, and one that two officials bring.</summary>
[Collection(nameof(Office))]
public sealed class DeviceTests(Office office)
{
    [Fact]
    public async Task A_member_adds_a_device_alone_and_the_code_stays_in_the_browsers()
    {
        await using var session = await office.OpenAsync("member", Screen.Phone);
        var page = session.Page;
        var sent = new List<string>();
        page.Request += (_, request) => sent.Add($"{request.Url} {request.PostData}");
        await page.GotoAsync("my/keys");
        await session.ShootAsync("keys-phone", fullPage: true);
        await page.GetByRole(AriaRole.Button, new() { Name = "添加新设备" }).ClickAsync();
        await session.SignAsync("device-invite-sign-phone");
        var link = await page.GetByLabel("链接").InputValueAsync();
        await Assertions.Expect(page.Locator("#new-device svg path")).ToHaveCountAsync(1);
        await session.ShootAsync("device-link-phone", fullPage: true);

        await using var second = await office.OpenAsync(Screen.Desktop);
        second.Page.Request += (_, request) => sent.Add($"{request.Url} {request.PostData}");
        await second.Page.GotoAsync(link);
        await second.ShootAsync("device-redeem-desktop", fullPage: true);
        await second.Page.GetByRole(AriaRole.Button, new() { Name = "在本机建立密钥" }).ClickAsync();
        // On the way in, or told why not: whichever comes first, so that a refusal is read and not waited out.
        await Assertions.Expect(second.Page.Locator("#status.bad").Or(second.Page.Locator("meta[name=mj-member]")).First).ToBeAttachedAsync(new() { Timeout = 180_000 });
        var refused = second.Page.Locator("#status.bad");
        Assert.True(await refused.CountAsync() == 0, await refused.CountAsync() == 0 ? null : await refused.InnerTextAsync());
        await second.Page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/", new() { Timeout = 60_000 });
        await second.Page.GotoAsync("my/keys");
        await Assertions.Expect(second.Page.GetByText("由本人添加").First).ToBeVisibleAsync();
        await second.ShootAsync("keys-desktop", fullPage: true);
        var code = link[(link.LastIndexOf('.') + 1)..];
        Assert.NotEmpty(sent);
        Assert.All(sent, s => Assert.DoesNotContain(code, s.Replace(link, string.Empty, StringComparison.Ordinal), StringComparison.Ordinal));
        session.AssertNoConsoleErrors();
        second.AssertNoConsoleErrors();
    }

    [Fact]
    public async Task A_further_key_for_somebody_else_is_confirmed_by_a_second_official_and_told_to_the_member()
    {
        string link;
        await using (var officer = await office.OpenAsync("officer", Screen.Desktop))
        {
            var page = officer.Page;
            await page.GotoAsync("staff/invitations");
            await officer.WaitUntilInteractiveAsync();
            await page.GetByLabel("邀请谁").FillAsync("党员乙");
            await page.Locator("button.found-one", new() { HasText = "党员乙" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "补发邀请" }).ClickAsync();
            await officer.SignAsync("further-key-sign");
            link = await page.GetByLabel("链接").InputValueAsync();
            await Assertions.Expect(page.GetByText("还须另一名工作人员在这个页面确认")).ToBeVisibleAsync();
            await officer.ShootAsync("further-key-issued", fullPage: true);
            officer.AssertNoConsoleErrors();
        }

        await using (var guest = await office.OpenAsync(Screen.Phone))
        {
            await guest.Page.GotoAsync(link);
            await Assertions.Expect(guest.Page.GetByText("现在还没有确认")).ToBeVisibleAsync();
        }

        await using (var secretary = await office.OpenAsync("secretary", Screen.Phone))
        {
            var page = secretary.Page;
            await page.GotoAsync("staff/invitations");
            await secretary.WaitUntilInteractiveAsync();
            await secretary.ShootAsync("further-key-confirm-phone", fullPage: true);
            await page.GetByRole(AriaRole.Button, new() { Name = "确认", Exact = true }).ClickAsync();
            await secretary.SignAsync("further-key-confirm-sign-phone");
            await Assertions.Expect(page.GetByText("书记甲已确认")).ToBeVisibleAsync();
            secretary.AssertNoConsoleErrors();
        }

        await using (var guest = await office.OpenAsync(Screen.Phone))
        {
            await guest.Page.GotoAsync(link);
            await Assertions.Expect(guest.Page.GetByText("补发密钥须公示 24 小时")).ToBeVisibleAsync();
            await guest.ShootAsync("further-key-waiting-phone", fullPage: true);
        }

        await using var member = await office.OpenAsync("member", Screen.Phone);
        await Assertions.Expect(member.Page.GetByText("有人正在为您补发一把密钥")).ToBeVisibleAsync();
        await member.ShootAsync("further-key-notice-phone", fullPage: true);
        await member.Page.GotoAsync("my/keys");
        await member.ShootAsync("further-key-notice-keys-phone", fullPage: true);
        await member.Page.GetByRole(AriaRole.Button, new() { Name = "撤回邀请" }).First.ClickAsync();
        await member.SignAsync("further-key-withdraw-sign-phone");
        await Assertions.Expect(member.Page.GetByText("为您补发一把密钥")).ToHaveCountAsync(0);
        member.AssertNoConsoleErrors();
    }

    [Fact]
    public async Task The_browser_derives_the_vectors_keys_from_their_codes()
    {
        await using var session = await office.OpenAsync("member", Screen.Desktop);
        var rows = JsonDocument.Parse(await File.ReadAllBytesAsync(Repository.File("vectors", "invitations", "keys.json"))).RootElement.GetProperty("keys");
        foreach (var row in rows.EnumerateArray())
        {
            var key = await session.Page.EvaluateAsync<string>(
                "async (code) => (await (await import('/_content/Mingjian.Web/js/trust.js')).invitationKey(code)).publicKey",
                row.GetProperty("code").GetString());
            Assert.Equal(row.GetProperty("key").GetString(), key);
        }
    }
}
