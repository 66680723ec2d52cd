using Microsoft.Playwright;

namespace Mingjian.EndToEnd.Tests;

/// <summary>Rosters as offices keep them, through the page: what is asked is answered there, on the desk and on the phone.</summary>
public sealed class RosterMappingPageTests(BrowserFixture browsers) : IClassFixture<BrowserFixture>
{
    [Fact]
    public async Task Months_encodings_headless_tables_and_new_branches_are_settled_on_the_page_and_signed_once()
    {
        await using var server = await ServerProcess.StartAsync(empty: false, TestContext.Current.CancellationToken);
        await using var officer = await BrowserSession.OpenAsync(browsers.Browser, server.Address, Screen.Desktop);
        await officer.SignInAsync("officer");
        var page = officer.Page;

        await UploadAsync(officer, "month-only-dates.xlsx");
        await officer.ShootAsync("roster-mapping-months", fullPage: true);
        await Assertions.Expect(Count(page, "有问题")).ToContainTextAsync("20");
        await page.GetByRole(AriaRole.Group, new() { Name = "加入党组织日期" }).GetByLabel("当月第一天").CheckAsync();
        await page.GetByRole(AriaRole.Group, new() { Name = "转为正式党员日期" }).GetByLabel("当月第一天").CheckAsync();
        await Assertions.Expect(Count(page, "可以导入")).ToContainTextAsync("20");

        await UploadAsync(officer, "gbk.csv");
        await Assertions.Expect(page.GetByLabel("文字编码")).ToHaveValueAsync("gb18030");
        await officer.ShootAsync("roster-mapping-gbk", fullPage: true);

        await UploadAsync(officer, "no-header.xlsx");
        await officer.ShootAsync("roster-mapping-headless", fullPage: true);
        var address = page.GetByLabel("A 列导入为");
        await address.SelectOptionAsync("不导入");
        await Assertions.Expect(Count(page, "可以导入")).ToContainTextAsync("6");

        await UploadAsync(officer, "unknown-branches.xlsx");
        await page.GetByRole(AriaRole.Button, new() { Name = "都设为新支部" }).ClickAsync();
        await Assertions.Expect(Count(page, "可以导入")).ToContainTextAsync("12");
        await officer.ShootAsync("roster-mapping-branches", fullPage: true);
        await page.GetByRole(AriaRole.Button, new() { Name = "确认并签名，导入 12 人" }).ClickAsync();
        await officer.SignAsync("roster-mapping-sign");
        await Assertions.Expect(page.Locator(".note.good")).ToContainTextAsync("已导入 12 人", new() { Timeout = 60_000 });
        await Assertions.Expect(page.Locator(".note.good")).ToContainTextAsync("新设党支部");
        await officer.ShootAsync("roster-mapping-done");
        officer.AssertNoConsoleErrors();

        await using var phone = await BrowserSession.OpenAsync(browsers.Browser, server.Address, Screen.Phone);
        await phone.SignInAsync("officer");
        await UploadAsync(phone, "no-header.xlsx");
        await phone.ShootAsync("roster-mapping-phone", fullPage: true);
        Assert.True(await phone.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page is wider than the phone.");
        await UploadAsync(phone, "month-only-dates.xlsx");
        await phone.ShootAsync("roster-mapping-phone-months");
        phone.AssertNoConsoleErrors();
    }

    private static ILocator Count(IPage page, string name) =>
        page.GetByRole(AriaRole.Group, new() { Name = "筛选" }).GetByRole(AriaRole.Button).Filter(new() { HasText = name });

    private static async Task UploadAsync(BrowserSession session, string name)
    {
        await session.Page.GotoAsync("staff/import");
        await session.WaitUntilInteractiveAsync();
        await session.ChooseFileAsync("选择名册文件", Repository.File("tests", "Mingjian.Workbooks.Tests", "Rosters", "offices", name));
        await Assertions.Expect(session.Page.GetByRole(AriaRole.Heading, new() { Name = "预览" })).ToBeVisibleAsync(new() { Timeout = 90_000 });
    }
}
