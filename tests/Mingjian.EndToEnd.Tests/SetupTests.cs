using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Mingjian.EndToEnd.Tests;

/// <summary>A real start: no demo, nothing on the ledger.</summary>
public sealed partial class SetupTests(BrowserFixture browsers) : IClassFixture<BrowserFixture>
{
    [Fact]
    public async Task An_empty_server_is_founded_with_the_code_on_its_console_and_then_grows_its_first_branch()
    {
        await using var server = await ServerProcess.StartAsync(empty: true, TestContext.Current.CancellationToken);
        var code = await ReadCodeAsync(server);
        await using var session = await BrowserSession.OpenAsync(browsers.Browser, server.Address, Screen.Desktop);
        var page = session.Page;
        await page.GotoAsync(string.Empty);
        await Assertions.Expect(page.GetByText("本系统尚未启用")).ToBeVisibleAsync();
        await session.ShootAsync("setup-home");
        await page.GetByRole(AriaRole.Link, new() { Name = "启用页面" }).ClickAsync();
        await session.ShootAsync("setup-form", fullPage: true);

        await page.GetByLabel("启用码").FillAsync("AAAA-BBBB-CCCC");
        await page.GetByLabel("党委名称").FillAsync("中共某某公司委员会");
        await page.GetByLabel("组织委员姓名").FillAsync("某组织");
        await page.GetByLabel("本机密钥").CheckAsync();
        var start = page.GetByRole(AriaRole.Button, new() { Name = "签名并启用" });
        await start.ClickAsync();
        await Assertions.Expect(page.GetByText("启用码不对")).ToBeVisibleAsync();
        await session.ShootAsync("setup-wrong-code", fullPage: true);
        // The browser itself reports the deliberate 403.
        session.Forgive("403");

        await page.GetByLabel("启用码").FillAsync(code);
        await start.ClickAsync();
        await page.WaitForURLAsync("**/staff", new() { Timeout = 60_000 });
        await Assertions.Expect(page.GetByText("中共某某公司委员会").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".todo li").First).ToContainTextAsync("还没有党支部");
        await session.ShootAsync("setup-done", fullPage: true);

        await page.GetByRole(AriaRole.Link, new() { Name = "设立党支部" }).ClickAsync();
        await session.WaitUntilInteractiveAsync();
        await page.GetByLabel("上级组织").SelectOptionAsync("中共某某公司委员会");
        await page.GetByLabel("名称", new() { Exact = true }).FillAsync("第一党支部");
        await page.GetByRole(AriaRole.Button, new() { Name = "签名新建" }).ClickAsync();
        await session.SignAsync("setup-branch-sign");
        await Assertions.Expect(page.Locator("table.list")).ToContainTextAsync("第一党支部", new() { Timeout = 30_000 });
        await session.ShootAsync("setup-branch", fullPage: true);

        await page.GotoAsync("staff");
        await Assertions.Expect(page.Locator(".todo li").First).ToContainTextAsync("还没有党员名册");

        await page.GotoAsync("setup");
        await Assertions.Expect(page.GetByText("系统已经启用")).ToBeVisibleAsync();
        session.AssertNoConsoleErrors();
    }

    // The console's last line: it comes after the address, at which the server counts as started.
    private static async Task<string> ReadCodeAsync(ServerProcess server)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            if (Code().Match(server.Output) is { Success: true } line)
            {
                return line.Groups[1].Value;
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"No set-up code on the console:\n{server.Output}");
    }

    [GeneratedRegex("setup code\\s+([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})")]
    private static partial Regex Code();
}
