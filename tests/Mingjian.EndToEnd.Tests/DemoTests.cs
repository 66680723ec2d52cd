using Microsoft.Playwright;

namespace Mingjian.EndToEnd.Tests;

/// <summary>What somebody sees who has just typed <c>./run</c>.</summary>
public sealed class DemoTests(BrowserFixture browsers) : IClassFixture<BrowserFixture>
{
    [Fact]
    public async Task Each_demo_account_signs_in_with_one_click_at_both_screen_sizes()
    {
        await using var server = await ServerProcess.StartAsync(empty: false, TestContext.Current.CancellationToken);
        foreach (var screen in Enum.GetValues<Screen>())
        {
            foreach (var account in (string[])["member", "secretary", "officer", "auditor"])
            {
                await using var session = await BrowserSession.OpenAsync(browsers.Browser, server.Address, screen);
                await session.SignInAsync(account);
                await session.ShootAsync($"home-{account}-{screen}", fullPage: true);
                session.AssertNoConsoleErrors();
            }
        }
    }
}
