using System.Globalization;
using Microsoft.Playwright;
using Mingjian.Slices.Tests.Members;
using Mingjian.Workbooks;

namespace Mingjian.EndToEnd.Tests;

/// <summary>Rosters that are not as they should be, and rosters that are large, through the browser.</summary>
public sealed class RosterTests(BrowserFixture browsers) : IClassFixture<BrowserFixture>
{
    private static readonly string[] Branches = ["机关第一党支部", "机关第二党支部", "生产党支部", "研发党支部", "后勤党支部", "离退休党支部"];

    // Row, and what the page has to say there (column, value, what is wrong), as a pattern; samples/roster-dirty-60.md.
    private static readonly (int Row, string Words)[] Planted =
    [
        (5, "号码“1.1010519491231e\\+17”：.*变成了数字"), (8, "号码“.{18}”：.*与第 7 行相同"), (11, "号码“.{18}”：.*校验位"), (17, "加入党组织日期“.*”：只有年月"),
        (20, "加入党组织日期“.*”：.*今天"), (26, "基数（元）“-.*”：.*负数"), (29, "类别“.*”：看不出"), (32, "党支部：没有填写"), (35, "姓名“=HYPERLINK"),
        (41, "18"), (47, "转为正式党员日期“.*”："),
    ];

    [Fact]
    public async Task Every_planted_fault_is_named_by_row_and_column_and_good_rows_go_in_while_bad_rows_are_downloaded()
    {
        await using var server = await ServerProcess.StartAsync(empty: false, TestContext.Current.CancellationToken);
        await using var officer = await BrowserSession.OpenAsync(browsers.Browser, server.Address, Screen.Desktop);
        await officer.SignInAsync("officer");
        var page = officer.Page;
        await UploadAsync(officer, Repository.Sample("roster-dirty-60.xlsx"));
        await Assertions.Expect(Count(page, "有问题")).ToContainTextAsync("11");
        await Assertions.Expect(Count(page, "可以导入")).ToContainTextAsync("49");
        await officer.ShootAsync("roster-dirty", fullPage: true);

        // The page begins with the faulty rows; they are drawn after the counts.
        var shown = new Dictionary<int, string>();
        var faulty = page.Locator("table.grid tbody tr", new() { HasText = "有问题" });
        await Assertions.Expect(faulty).ToHaveCountAsync(Planted.Length, new() { Timeout = 30_000 });
        foreach (var row in await faulty.AllAsync())
        {
            var number = int.Parse(await row.Locator("td").First.InnerTextAsync(), CultureInfo.InvariantCulture);
            shown[number] = await row.Locator("td.why").InnerTextAsync();
        }

        Assert.Equal(Planted.Select(p => p.Row), shown.Keys.Order());
        Assert.All(Planted, p => Assert.Matches($"^[A-Z]{p.Row} .*{p.Words}.*（roster/\\d+）", shown[p.Row].ReplaceLineEndings(" ")));

        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "下载有问题的 11 行" }).ClickAsync());
        using (var workbook = Workbook.Open(File.OpenRead(await download.PathAsync())))
        {
            var rows = workbook.ReadRows(workbook.Sheets[0]).Select(r => r.Cells[^1].Text).ToList();
            Assert.Equal(12, rows.Count);
            Assert.Contains("问题", rows[0], StringComparison.Ordinal);
            Assert.Contains("变成了数字", rows[1], StringComparison.Ordinal);
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "确认并签名，导入 49 人" }).ClickAsync();
        await officer.SignAsync("roster-dirty-sign");
        await Assertions.Expect(page.Locator(".note.good")).ToContainTextAsync("已导入 49 人", new() { Timeout = 60_000 });
        officer.AssertNoConsoleErrors();

        // 167 acts: their results, some 38 KB, would not fit a circuit's message (32 KB), so this also holds that only a summary comes back.
        var people = int.TryParse(Environment.GetEnvironmentVariable("MINGJIAN_E2E_ROSTER"), CultureInfo.InvariantCulture, out var asked) ? asked : 4_000;
        var file = Path.Combine(server.DataDirectory, "big.xlsx");
        await File.WriteAllBytesAsync(file, BigRoster.Create(people, Branches), TestContext.Current.CancellationToken);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await page.ReloadAsync();
        await UploadAsync(officer, file);
        await Assertions.Expect(Count(page, "可以导入")).ToContainTextAsync($"{people}");
        await page.GetByRole(AriaRole.Button, new() { Name = $"确认并签名，导入 {people} 人" }).ClickAsync();
        await officer.SignAsync("roster-big-sign");
        await Assertions.Expect(page.Locator(".note.good")).ToContainTextAsync($"已导入 {people} 人", new() { Timeout = 120_000 });
        TestContext.Current.SendDiagnosticMessage($"{people} rows through the browser in {watch.Elapsed.TotalSeconds:0.0} s.");
        await officer.ShootAsync("roster-big-done", fullPage: true);

        // A page shows what the lists held when it was opened; on a busy machine they follow some seconds later.
        for (var opened = 0; opened < 60; opened++)
        {
            await page.GotoAsync("staff/members");
            await officer.WaitUntilInteractiveAsync();
            if (await page.GetByRole(AriaRole.Status).First.TextContentAsync() == $"{people + 49 + 17} 人")
            {
                break;
            }
        }

        await Assertions.Expect(page.GetByRole(AriaRole.Status).First).ToHaveTextAsync($"{people + 49 + 17} 人");
        officer.AssertNoConsoleErrors();
    }

    private static ILocator Count(IPage page, string name) =>
        page.GetByRole(AriaRole.Group, new() { Name = "筛选" }).GetByRole(AriaRole.Button).Filter(new() { HasText = name });

    private static async Task UploadAsync(BrowserSession session, string file)
    {
        await session.Page.GotoAsync("staff/import");
        await session.WaitUntilInteractiveAsync();
        await session.ChooseFileAsync("选择名册文件", file);
        await Assertions.Expect(session.Page.GetByRole(AriaRole.Heading, new() { Name = "预览" })).ToBeVisibleAsync(new() { Timeout = 90_000 });
    }
}
