using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Mingjian.EndToEnd.Tests;

/// <summary>Passkeys with Chromium's virtual authenticator: from the invitation to a signed act.</summary>
[Collection(nameof(Office))]
public sealed partial class PasskeyTests(Office office)
{
    [Fact]
    public async Task A_new_collector_makes_a_passkey_signs_in_with_it_and_signs_payments_that_verify()
    {
        await AppointAsync("党员己", "党费收缴人");
        var link = await InviteAsync("党员己", "invitation");
        await using var session = await office.OpenAsync(Screen.Desktop);
        await BindAsync(session, link, "passkey-invite-desktop");
        await SignOutAndInAsync(session, "/staff");

        var page = session.Page;
        await page.GotoAsync("staff/dues/branch");
        await session.WaitUntilInteractiveAsync();
        await page.GetByLabel("选择 党员丁").CheckAsync();
        await page.GetByLabel("选择 党员戊").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "登记收款并签名" }).ClickAsync();
        await Assertions.Expect(page.Locator("dialog.mj-sign")).ToContainTextAsync("用通行密钥签名");
        await session.SignAsync("passkey-payment-sign");
        await Assertions.Expect(page.Locator(".note.good")).ToContainTextAsync("已登记 2 人");

        // The newest entry's receipt: signed by the passkey as a batch of two.
        await page.Locator("tr", new() { HasText = "党员戊" }).GetByRole(AriaRole.Button, new() { Name = "明细" }).ClickAsync();
        var href = await page.GetByRole(AriaRole.Link, new() { Name = "凭证", Exact = true }).First.GetAttributeAsync("href");
        var bytes = await session.FetchAsync($"api/v1/receipts/{href![(href!.LastIndexOf('/') + 1)..]}");
        AssertSignedByPasskey(bytes);
        var receipt = Path.Combine(office.Server.DataDirectory, "passkey.mjreceipt");
        await File.WriteAllBytesAsync(receipt, bytes);
        await VerifyInBrowserAsync(session, receipt);
        var network = Path.Combine(office.Server.DataDirectory, "passkey.mjnet.json");
        await File.WriteAllBytesAsync(network, await session.FetchAsync("ledger/network"));
        await Cli.VerifyAsync(receipt, network);
        session.AssertNoConsoleErrors();
    }

    [Fact]
    public async Task An_invited_member_makes_a_passkey_on_the_phone_and_disputes_a_payment_with_it()
    {
        var link = await InviteAsync("党员丁", "invitation-phone");
        await using var session = await office.OpenAsync(Screen.Phone);
        await BindAsync(session, link, "passkey-invite-phone");

        var page = session.Page;
        await page.GotoAsync("my/keys");
        await Assertions.Expect(page.GetByText("通行密钥", new() { Exact = true })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText(Confirmed()).First).ToBeVisibleAsync();
        await session.ShootAsync("passkey-my-keys-phone", fullPage: true);
        await SignOutAndInAsync(session, "/");

        await page.GotoAsync("my/dues");
        var payment = page.Locator("article.month", new() { Has = page.Locator(".payment") }).Last;
        await payment.GetByText("有异议", new() { Exact = true }).ClickAsync();
        await payment.GetByLabel("哪里不对").SelectOptionAsync(new SelectOptionValue { Index = 0 });
        await payment.GetByRole(AriaRole.Button, new() { Name = "提出异议" }).ClickAsync();
        await session.SignAsync("passkey-dispute-sign-phone");
        await Assertions.Expect(page.GetByText("本人有异议").First).ToBeVisibleAsync();
        await session.ShootAsync("passkey-dispute-phone", fullPage: true);

        // The same invitation is worth nothing a second time.
        await using var second = await office.OpenAsync(Screen.Phone);
        await second.Page.GotoAsync(link);
        await Assertions.Expect(second.Page.GetByText("邀请链接不完整、已使用、已撤回或已过期")).ToBeVisibleAsync();
        session.AssertNoConsoleErrors();
        second.AssertNoConsoleErrors();
    }

    private async Task AppointAsync(string name, string post)
    {
        await using var officer = await office.OpenAsync("officer", Screen.Desktop);
        var page = officer.Page;
        await page.GotoAsync("staff/organizations");
        await officer.WaitUntilInteractiveAsync();
        await page.GetByLabel("谁", new() { Exact = true }).FillAsync(name);
        await page.Locator("button.found-one", new() { HasText = name }).ClickAsync();
        var form = page.Locator("section.card", new() { Has = page.GetByRole(AriaRole.Heading, new() { Name = "任职", Exact = true }) });
        await form.GetByLabel("组织").First.SelectOptionAsync("机关第一党支部");
        await form.GetByLabel("职务").SelectOptionAsync(post);
        await page.GetByRole(AriaRole.Button, new() { Name = "签名任职" }).ClickAsync();
        await officer.SignAsync("appointment-sign");
        await Assertions.Expect(page.Locator(".note.good")).ToContainTextAsync($"{name} 任{post}", new() { Timeout = 30_000 });
        officer.AssertNoConsoleErrors();
    }

    private async Task<string> InviteAsync(string name, string shot)
    {
        await using var officer = await office.OpenAsync("officer", Screen.Desktop);
        var page = officer.Page;
        await page.GotoAsync("staff/invitations");
        await officer.WaitUntilInteractiveAsync();
        await page.GetByLabel("邀请谁").FillAsync(name);
        await page.Locator("button.found-one", new() { HasText = name }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "签发邀请" }).ClickAsync();
        await officer.SignAsync($"{shot}-sign");
        var link = page.GetByLabel("链接");
        await Assertions.Expect(link).ToBeVisibleAsync();
        await officer.ShootAsync(shot, fullPage: true);
        officer.AssertNoConsoleErrors();
        return await link.InputValueAsync();
    }

    // A platform authenticator that keeps discoverable credentials, whose owner touches it at once.
    private static async Task BindAsync(BrowserSession session, string link, string shot)
    {
        var page = session.Page;
        var devtools = await page.Context.NewCDPSessionAsync(page);
        await devtools.SendAsync("WebAuthn.enable");
        await devtools.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
        await page.GotoAsync(link);
        await session.ShootAsync(shot, fullPage: true);
        await page.GetByRole(AriaRole.Button, new() { Name = "建立通行密钥" }).ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/", new() { Timeout = 60_000 });
    }

    private static async Task SignOutAndInAsync(BrowserSession session, string returnPath)
    {
        var page = session.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "退出" }).ClickAsync();
        await Assertions.Expect(page.GetByText("已退出登录")).ToBeVisibleAsync();
        await page.GotoAsync($"sign-in?returnUrl={Uri.EscapeDataString(returnPath)}");
        await page.GetByRole(AriaRole.Button, new() { Name = "用通行密钥登录" }).ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == returnPath, new() { Timeout = 60_000 });
    }

    private static async Task VerifyInBrowserAsync(BrowserSession session, string receipt)
    {
        var page = session.Page;
        await page.GotoAsync("verify");
        await page.Locator("input[type=file]").First.SetInputFilesAsync(receipt);
        await Assertions.Expect(page.Locator(".mj-verdict[data-verdict=inForce]")).ToContainTextAsync("有效", new() { Timeout = 60_000 });
        await session.ShootAsync("passkey-verified", fullPage: true);
    }

    // The receipt is text with base64 in it; what was signed where stands in the envelope.
    private static void AssertSignedByPasskey(byte[] receipt)
    {
        var text = Encoding.UTF8.GetString(receipt);
        var parts = Base64().Matches(text).Select(m => Encoding.UTF8.GetString(Convert.FromBase64String(m.Value)));
        Assert.Contains("webauthn-es256", string.Join('\n', parts.Append(text)), StringComparison.Ordinal);
    }

    [GeneratedRegex("已确认 · 第 \\d+ 块")]
    private static partial Regex Confirmed();

    [GeneratedRegex("(?:[A-Za-z0-9+/]{4}){10,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")]
    private static partial Regex Base64();
}
