using System.IO.Compression;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Mingjian.EndToEnd.Tests;

/// <summary>The main job as people do it: a roster comes in, dues are assessed, paid and signed, and a receipt verifies offline.</summary>
public sealed partial class MainJobTests(BrowserFixture browsers) : IClassFixture<BrowserFixture>
{
    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task From_a_roster_workbook_to_a_receipt_that_verifies_offline(Screen screen)
    {
        await using var server = await ServerProcess.StartAsync(empty: false, TestContext.Current.CancellationToken);

        await using (var officer = await BrowserSession.OpenAsync(browsers.Browser, server.Address, screen))
        {
            await officer.SignInAsync("officer");
            await ImportRosterAsync(officer, $"2-import-{screen}");
            await AssessAsync(officer, $"4-assessment-{screen}");
            officer.AssertNoConsoleErrors();
        }

        await using (var secretary = await BrowserSession.OpenAsync(browsers.Browser, server.Address, screen))
        {
            await secretary.SignInAsync("secretary");
            await CollectAsync(secretary, $"5-branch-{screen}");
            secretary.AssertNoConsoleErrors();
        }

        string receipt, network;
        await using (var member = await BrowserSession.OpenAsync(browsers.Browser, server.Address, screen))
        {
            await member.SignInAsync("member");
            (receipt, network) = await ConfirmAndFetchReceiptAsync(member, server, $"5-my-dues-{screen}");
            await ScanInBrowserAsync(member, receipt, $"6-scan-{screen}");
            await VerifyInBrowserAsync(member, receipt, $"6-verify-{screen}");
            member.AssertNoConsoleErrors();
        }

        await Cli.VerifyAsync(receipt, network);

        await using (var officer = await BrowserSession.OpenAsync(browsers.Browser, server.Address, screen))
        {
            await officer.SignInAsync("officer");
            await SumUpAsync(officer, $"7-committee-{screen}");
            officer.AssertNoConsoleErrors();
        }

        await PersonalData.AssertNotOnLedgerAsync(server.Address, LedgerTokens.Grant(server.NetworkDirectory), Repository.Sample("roster-300.xlsx"));
        await server.StopAsync();
        await Cli.AuditAsync(server.NetworkDirectory);
    }

    private static async Task ImportRosterAsync(BrowserSession session, string shot)
    {
        var page = session.Page;
        await page.GotoAsync("staff/import");
        await session.WaitUntilInteractiveAsync();
        await session.ChooseFileAsync("选择名册文件", Repository.Sample("roster-300.xlsx"));
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "预览" })).ToBeVisibleAsync(Patience);
        await session.ShootAsync($"{shot}-preview");
        await page.Locator("button.main").ClickAsync();
        await session.SignAsync($"{shot}-sign");
        await Expect(page.Locator(".note.good")).ToContainTextAsync("300", PatienceText);
        await session.ShootAsync($"{shot}-done", fullPage: true);

        // The same file again adds nobody.
        await session.ChooseFileAsync("选择名册文件", Repository.Sample("roster-300.xlsx"));
        await Expect(page.GetByText(AllKnown())).ToBeVisibleAsync(Patience);
        await page.GotoAsync("staff/members");
        await session.WaitUntilInteractiveAsync();
        await Expect(page.GetByRole(AriaRole.Status).First).ToContainTextAsync("人", PatienceText);
        await session.ShootAsync($"{shot}-members");
    }

    private static async Task AssessAsync(BrowserSession session, string shot)
    {
        var page = session.Page;
        await page.GotoAsync("staff/dues/assessment");
        await session.WaitUntilInteractiveAsync();
        var assess = page.GetByRole(AriaRole.Button, new() { NameRegex = AssessButton() });
        await Expect(assess).ToBeEnabledAsync(new() { Timeout = 60_000 });
        await session.ShootAsync($"{shot}-preview");
        await assess.ClickAsync();
        await session.SignAsync($"{shot}-sign");
        await Expect(page.GetByText(Assessed())).ToBeVisibleAsync(Patience);
        await session.ShootAsync($"{shot}-done");
    }

    private static async Task CollectAsync(BrowserSession session, string shot)
    {
        var page = session.Page;
        await page.GotoAsync("staff/dues/branch");
        await session.WaitUntilInteractiveAsync();
        await page.GetByLabel("全选未交").CheckAsync();
        await session.ShootAsync($"{shot}-list");
        await page.GetByRole(AriaRole.Button, new() { Name = "登记收款并签名" }).ClickAsync();
        await session.SignAsync($"{shot}-sign");
        await Expect(page.GetByText("已登记")).ToBeVisibleAsync(Patience);
        await session.ShootAsync($"{shot}-paid", fullPage: true);

        // A mistaken entry is reversed by a new one, and both stay to be seen.
        await page.GetByRole(AriaRole.Button, new() { Name = "明细" }).Last.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "冲正" }).First.ClickAsync();
        await session.SignAsync($"{shot}-reverse");
        await Expect(page.GetByText("已冲正：").First).ToBeVisibleAsync(Patience);
        await session.ShootAsync($"{shot}-reversed");
    }

    private static async Task<(string Receipt, string Network)> ConfirmAndFetchReceiptAsync(
        BrowserSession session, ServerProcess server, string shot)
    {
        var page = session.Page;
        await page.GotoAsync("my/dues");
        await session.ShootAsync($"{shot}-before", fullPage: true);
        await page.GetByRole(AriaRole.Button, new() { Name = "确认无误" }).First.ClickAsync();
        await session.SignAsync($"{shot}-sign");
        await Expect(page.GetByText("本人已确认").First).ToBeVisibleAsync(Patience);
        await session.ShootAsync($"{shot}-after", fullPage: true);

        await page.GetByRole(AriaRole.Link, new() { Name = "凭证" }).First.ClickAsync();
        await page.WaitForURLAsync("**/receipts/**");
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await session.ShootAsync($"{shot}-receipt", fullPage: true);
        var payment = page.Url[(page.Url.LastIndexOf('/') + 1)..];
        var receipt = Path.Combine(server.DataDirectory, "receipt.mjreceipt");
        await File.WriteAllBytesAsync(receipt, await session.FetchAsync($"api/v1/receipts/{payment}"));
        var network = Path.Combine(server.DataDirectory, "network.mjnet.json");
        await File.WriteAllBytesAsync(network, await session.FetchAsync("ledger/network"));
        return (receipt, network);
    }

    /// <summary>The receipt's page alone, held before a camera, and photographed.</summary>
    private static async Task ScanInBrowserAsync(BrowserSession session, string receipt, string shot)
    {
        var page = session.Page;
        var codes = page.Locator(".receipt-codes svg");
        CameraFilm.Write(await codes.EvaluateAllAsync<string[]>("all => all.map(c => c.outerHTML)"));
        var photo = receipt + ".png";
        await page.Locator(".receipt-codes").ScreenshotAsync(new() { Path = photo, Style = "nav { visibility: hidden !important }" });

        await page.GotoAsync("verify");
        await page.GetByRole(AriaRole.Button, new() { Name = "扫描二维码" }).ClickAsync();
        await Expect(page.GetByText(Verified()).First).ToBeVisibleAsync(Patience);
        await Expect(page.GetByText("个二维码已读齐")).ToBeVisibleAsync();
        await Expect(page.Locator("video")).ToBeHiddenAsync();
        await session.ShootAsync(shot, fullPage: true);

        await page.GotoAsync("verify");
        await page.Locator("input[type=file]").First.SetInputFilesAsync(photo);
        await Expect(page.GetByText(Verified()).First).ToBeVisibleAsync(Patience);
    }

    private static async Task VerifyInBrowserAsync(BrowserSession session, string receipt, string shot)
    {
        var page = session.Page;
        await page.GotoAsync("verify");
        await page.Locator("input[type=file]").First.SetInputFilesAsync(receipt);
        await Expect(page.GetByText(Verified()).First).ToBeVisibleAsync(Patience);
        await session.ShootAsync($"{shot}-good", fullPage: true);

        var bytes = await File.ReadAllBytesAsync(receipt);
        bytes[bytes.Length / 3] ^= 0x01;
        var altered = receipt + ".altered.mjreceipt";
        await File.WriteAllBytesAsync(altered, bytes);
        await page.GotoAsync("verify");
        await page.Locator("input[type=file]").First.SetInputFilesAsync(altered);
        await Expect(page.GetByText(NotVerified()).First).ToBeVisibleAsync(Patience);
        await session.ShootAsync($"{shot}-altered", fullPage: true);
    }

    private static async Task SumUpAsync(BrowserSession session, string shot)
    {
        var page = session.Page;
        await page.GotoAsync("staff/dues/committee");
        await session.WaitUntilInteractiveAsync();
        await Expect(page.GetByText("合计").First).ToBeVisibleAsync(Patience);
        await session.ShootAsync(shot, fullPage: true);
        var href = await page.GetByRole(AriaRole.Link, new() { NameRegex = Export() }).GetAttributeAsync("href");
        using var workbook = new ZipArchive(new MemoryStream(await session.FetchAsync(href!.TrimStart('/'))));
        Assert.NotNull(workbook.GetEntry("xl/workbook.xml"));
    }

    private static LocatorAssertionsToBeVisibleOptions Patience => new() { Timeout = 90_000 };

    private static LocatorAssertionsToContainTextOptions PatienceText => new() { Timeout = 90_000 };

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    [GeneratedRegex("^核定 .*人）$")]
    private static partial Regex AssessButton();

    [GeneratedRegex("已核定 \\d+ 人")]
    private static partial Regex Assessed();

    [GeneratedRegex("已在册\\s*300")]
    private static partial Regex AllKnown();

    [GeneratedRegex("核验通过|全部通过")]
    private static partial Regex Verified();

    [GeneratedRegex("核验不通过|没有通过|不通过")]
    private static partial Regex NotVerified();

    [GeneratedRegex("导出 .*台账")]
    private static partial Regex Export();
}
