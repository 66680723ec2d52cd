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

        string reversed, receipt, network;
        await using (var secretary = await BrowserSession.OpenAsync(browsers.Browser, server.Address, screen))
        {
            await secretary.SignInAsync("secretary");
            reversed = await CollectAsync(secretary, server, $"5-branch-{screen}");
            secretary.AssertNoConsoleErrors();
            await VerifyReversedInBrowserAsync(secretary, reversed, $"6-verify-{screen}");
            secretary.AssertNoConsoleErrors();
        }

        await using (var member = await BrowserSession.OpenAsync(browsers.Browser, server.Address, screen))
        {
            await member.SignInAsync("member");
            (receipt, network) = await ConfirmAndFetchReceiptAsync(member, server, $"5-my-dues-{screen}");
            await ScanInBrowserAsync(member, receipt, $"6-scan-{screen}");
            await VerifyInBrowserAsync(member, receipt, $"6-verify-{screen}");
            member.AssertNoConsoleErrors();
        }

        await Cli.VerifyAsync(receipt, network);
        await Cli.VerifyReversedAsync(reversed, network, server.Address);

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

    private static async Task<string> CollectAsync(BrowserSession session, ServerProcess server, string shot)
    {
        var page = session.Page;
        await page.GotoAsync("staff/dues/branch");
        await session.WaitUntilInteractiveAsync();
        await page.GetByLabel("全选未缴").CheckAsync();
        await session.ShootAsync($"{shot}-list");
        await page.GetByRole(AriaRole.Button, new() { Name = "登记收款并签名" }).ClickAsync();
        await session.SignAsync($"{shot}-sign");
        await Expect(page.GetByText("已登记")).ToBeVisibleAsync(Patience);
        await session.ShootAsync($"{shot}-paid", fullPage: true);

        // A mistaken entry is reversed by a new one, and both stay to be seen.
        // Its receipt has gone out by then.
        await page.GetByRole(AriaRole.Button, new() { Name = "明细" }).Last.ClickAsync();
        var link = page.Locator(".payment", new() { Has = page.GetByRole(AriaRole.Button, new() { Name = "冲正" }) }).First
            .GetByRole(AriaRole.Link, new() { Name = "凭证" });
        var address = await link.GetAttributeAsync("href");
        var payment = address![(address!.LastIndexOf('/') + 1)..];
        var file = Path.Combine(server.DataDirectory, "reversed.mjreceipt");
        await File.WriteAllBytesAsync(file, await session.FetchAsync($"api/v1/receipts/{payment}"));
        await page.GetByRole(AriaRole.Button, new() { Name = "冲正" }).First.ClickAsync();
        await session.SignAsync($"{shot}-reverse");
        await Expect(page.GetByText("已冲正：").First).ToBeVisibleAsync(Patience);
        await session.ShootAsync($"{shot}-reversed");
        await page.GotoAsync($"receipts/{payment}");
        await Expect(page.Locator("[data-standing=reversed]")).ToContainTextAsync("已冲正");
        await session.ShootAsync($"{shot}-reversed-receipt", fullPage: true);
        return file;
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

    /// <summary>A file that proves "in force" for the time it was issued at: the page asks, checks the answer itself and says what became of it.</summary>
    private static async Task VerifyReversedInBrowserAsync(BrowserSession session, string receipt, string shot)
    {
        var page = session.Page;
        await page.GotoAsync("verify");
        await page.Locator("input[type=file]").First.SetInputFilesAsync(receipt);
        await Expect(page.Locator("[data-verdict=reversed]")).ToHaveTextAsync("已冲正，凭证作废", new() { Timeout = 90_000 });
        await Expect(page.Locator("[data-mj=meaning]")).ToContainTextAsync("内容自签署后没有改动，但是这笔缴纳已经冲正");
        await session.ShootAsync($"{shot}-reversed", fullPage: true);
    }

    private static async Task VerifyInBrowserAsync(BrowserSession session, string receipt, string shot)
    {
        var page = session.Page;
        await page.GotoAsync("verify");
        await page.Locator("input[type=file]").First.SetInputFilesAsync(receipt);
        await Expect(page.GetByText(Verified()).First).ToBeVisibleAsync(Patience);
        await Expect(page.Locator("[data-mj=meaning]")).ToContainTextAsync("内容自签署后没有改动；截至");
        await session.ShootAsync($"{shot}-good", fullPage: true);

        // Nobody to be asked: what the file proves of itself stays, and without that nothing is claimed.
        await page.RouteAsync("**/api/v1/standing/**", route => route.AbortAsync());
        await page.GotoAsync("verify");
        await page.Locator("input[type=file]").First.SetInputFilesAsync(receipt);
        await Expect(page.Locator("[data-verdict=inForce]")).ToBeVisibleAsync(Patience);
        await Expect(page.Locator("[data-mj=meaning]")).ToContainTextAsync("没有连上本站，没有取得最新状态");
        var bare = receipt + ".bare.mjreceipt";
        var lines = await File.ReadAllLinesAsync(receipt);
        await File.WriteAllTextAsync(bare, string.Concat(lines.Where(l => !l.StartsWith("standing ", StringComparison.Ordinal)).Select(l => l + "\n")));
        await page.GotoAsync("verify");
        await page.Locator("input[type=file]").First.SetInputFilesAsync(bare);
        await Expect(page.Locator("[data-verdict=unchanged]")).ToContainTextAsync("此后是否冲正未检查", PatienceText);
        await session.ShootAsync($"{shot}-unchecked", fullPage: true);
        await page.UnrouteAsync("**/api/v1/standing/**");
        session.Forgive("standing/");
        session.Forgive("ERR_FAILED");

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

    [GeneratedRegex("^内容未改动，截至.*第 \\d+ 区块有效$")]
    private static partial Regex Verified();

    [GeneratedRegex("核验不通过|没有通过|不通过")]
    private static partial Regex NotVerified();

    [GeneratedRegex("导出 .*台账")]
    private static partial Regex Export();
}
