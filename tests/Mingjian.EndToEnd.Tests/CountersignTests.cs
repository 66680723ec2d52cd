using System.Globalization;
using Microsoft.Playwright;
using Mingjian.Primitives;
using Mingjian.Workbooks;

namespace Mingjian.EndToEnd.Tests;

/// <summary>A back payment of more than six months needs two people's signatures: the secretary's and the committee officer's.</summary>
[Collection(nameof(Office))]
public sealed class CountersignTests(Office office)
{
    private const string Name = "补交人";

    // Nine months ago in Beijing.
    private static readonly DateTime Then = DateTimeOffset.UtcNow.ToOffset(TimeSpan.FromHours(8)).Date.AddMonths(-9);

    private static string MonthText => Then.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    [Fact]
    public async Task The_secretarys_act_waits_for_the_officer_who_signs_what_the_bytes_say_and_the_receipt_verifies()
    {
        await using (var officer = await office.OpenAsync("officer", Screen.Desktop))
        {
            await ImportAsync(officer);
            await SetStandardAsync(officer);
            await AssessAsync(officer);
            officer.AssertNoConsoleErrors();
        }

        await using var secretary = await office.OpenAsync("secretary", Screen.Desktop);
        var page = secretary.Page;
        await page.GotoAsync($"staff/dues/branch?month={MonthText}");
        await secretary.WaitUntilInteractiveAsync();
        var line = page.Locator("tr", new() { HasText = Name });
        await line.GetByRole(AriaRole.Button, new() { Name = "缴纳" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "登记并签名" }).ClickAsync();
        await Assertions.Expect(page.Locator("dialog.mj-sign")).ToContainTextAsync("还需要另一人会签");
        await secretary.SignAsync("countersign-first");
        await Assertions.Expect(page.Locator(".note.good")).ToContainTextAsync("等上级党委组织委员会签");
        await Assertions.Expect(line).ToContainTextAsync("未缴");

        await using (var officer = await office.OpenAsync("officer", Screen.Phone))
        {
            var phone = officer.Page;
            await phone.Locator(".todo li", new() { HasText = "补交等您会签" }).GetByRole(AriaRole.Link).ClickAsync();
            await Assertions.Expect(phone.Locator(".card.pending")).ToContainTextAsync(Name);
            await officer.ShootAsync("countersign-list-phone", fullPage: true);
            await phone.GetByRole(AriaRole.Button, new() { Name = "核对并会签" }).ClickAsync();
            await Assertions.Expect(phone.Locator("dialog.mj-sign .facts").First).ToContainTextAsync("15.00");
            await officer.SignAsync("countersign-second-phone");
            await Assertions.Expect(phone.GetByText("没有等待会签的事项")).ToBeVisibleAsync(new() { Timeout = 30_000 });
            officer.AssertNoConsoleErrors();
        }

        await page.ReloadAsync();
        await secretary.WaitUntilInteractiveAsync();
        await Assertions.Expect(line).ToContainTextAsync("已缴");
        await line.GetByRole(AriaRole.Button, new() { Name = "明细" }).ClickAsync();
        var href = await page.GetByRole(AriaRole.Link, new() { Name = "凭证", Exact = true }).First.GetAttributeAsync("href");
        var receipt = Path.Combine(office.Server.DataDirectory, "countersigned.mjreceipt");
        await File.WriteAllBytesAsync(receipt, await secretary.FetchAsync($"api/v1/receipts/{href![(href!.LastIndexOf('/') + 1)..]}"), TestContext.Current.CancellationToken);
        var network = Path.Combine(office.Server.DataDirectory, "countersigned.mjnet.json");
        await File.WriteAllBytesAsync(network, await secretary.FetchAsync("ledger/network"), TestContext.Current.CancellationToken);
        await Cli.VerifyAsync(receipt, network);
        secretary.AssertNoConsoleErrors();
    }

    // A roster that says nothing of classes, so that the member has no standard yet.
    private async Task ImportAsync(BrowserSession officer)
    {
        const string digits = "99010119800101001";
        var birth = new DateOnly(1980, 1, 1);
        var admitted = new DateOnly(2005, 7, 1);
        var file = Path.Combine(office.Server.DataDirectory, "one.xlsx");
        await File.WriteAllBytesAsync(file, WorkbookWriter.ToArray(new SheetContent(
            "党员名册",
            [
                new("姓名", 12), new("性别", 8), new("公民身份号码", 22), new("民族", 8), new("出生日期", 12, CellFormat.Date), new("学历", 10), new("人员类别", 12),
                new("所在党支部", 22), new("加入党组织日期", 12, CellFormat.Date), new("转为正式党员日期", 12, CellFormat.Date), new("联系电话", 14),
            ],
            [[Name, "男", digits + ResidentId.CheckCharacter(digits), "汉族", birth, "大学本科", "正式党员", "机关第一党支部", admitted, admitted.AddYears(1), "19900000009"]])));
        var page = officer.Page;
        await page.GotoAsync("staff/import");
        await officer.WaitUntilInteractiveAsync();
        await officer.ChooseFileAsync("选择名册文件", file);
        await page.GetByRole(AriaRole.Button, new() { Name = "确认并签名，导入 1 人" }).ClickAsync();
        await officer.SignAsync("countersign-import");
        await Assertions.Expect(page.Locator(".note.good")).ToContainTextAsync("已导入 1 人", new() { Timeout = 30_000 });
    }

    private static async Task SetStandardAsync(BrowserSession officer)
    {
        var page = officer.Page;
        await page.GotoAsync("staff/dues/standards");
        await officer.WaitUntilInteractiveAsync();
        await page.GetByLabel("党支部").SelectOptionAsync("机关第一党支部");
        await page.Locator("tr", new() { HasText = Name }).GetByRole(AriaRole.Button, new() { Name = "变更" }).ClickAsync();
        await page.GetByLabel("从哪个月起").SelectOptionAsync(MonthText);
        await page.GetByLabel("月基数").FillAsync("3000");
        await page.GetByRole(AriaRole.Button, new() { Name = "计算并签名" }).ClickAsync();
        await officer.SignAsync("countersign-standard");
        await Assertions.Expect(page.Locator(".note.good")).ToContainTextAsync(Name, new() { Timeout = 30_000 });
    }

    private static async Task AssessAsync(BrowserSession officer)
    {
        var page = officer.Page;
        await page.GotoAsync("staff/dues/assessment");
        await officer.WaitUntilInteractiveAsync();
        await page.GetByLabel("月份").SelectOptionAsync(MonthText);
        await page.GetByRole(AriaRole.Button, new() { Name = "（1 人）" }).ClickAsync();
        await officer.SignAsync("countersign-assessment");
        await Assertions.Expect(page.Locator(".note.good")).ToContainTextAsync("已核定 1 人", new() { Timeout = 30_000 });
    }
}
