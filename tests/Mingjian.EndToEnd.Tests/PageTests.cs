using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Playwright;

namespace Mingjian.EndToEnd.Tests;

/// <summary>The pages beside the main job: what people see on them and can do there.</summary>
[Collection(nameof(Office))]
public sealed class PageTests(Office office)
{
    private static readonly string[] MemberPages = ["", "my/dues", "my/keys", "verify", "explorer", "explorer/blocks/3", "explorer/entries/3"];

    private static readonly string[] StaffPages =
    [
        "staff", "staff/members", "staff/import", "staff/invitations", "staff/organizations", "staff/dues/branch", "staff/dues/arrears",
        "staff/dues/committee", "staff/dues/assessment", "staff/dues/standards", "staff/dues/reductions", "staff/dues/policy", "staff/check", "staff/network",
    ];

    /// <summary>Every page, as whoever uses it sees it, on both screens: it opens, nothing is wider than the screen, the console stays silent.</summary>
    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task Every_page_opens_without_console_errors_and_fits_the_screen(Screen screen)
    {
        foreach (var (account, pages) in new[] { ("member", MemberPages), ("secretary", ["staff", "staff/dues/branch", "staff/dues/reductions"]), ("auditor", ["staff", "staff/check", "staff/network", "staff/dues/policy"]), ("officer", StaffPages) })
        {
            await using var session = await office.OpenAsync(account, screen);
            foreach (var path in pages)
            {
                await VisitAsync(session, path, $"page-{account}-{path.Replace('/', '-')}-{screen}");
            }

            session.AssertNoConsoleErrors();
        }

        await using var nobody = await office.OpenAsync(screen);
        foreach (var path in new[] { "", "sign-in", "demo", "verify", "invite", "setup" })
        {
            await VisitAsync(nobody, path, $"page-nobody-{path}-{screen}");
        }

        nobody.AssertNoConsoleErrors();
    }

    [Fact]
    public async Task The_desk_says_what_to_do_next_and_its_links_lead_there()
    {
        await using var officer = await office.OpenAsync("officer", Screen.Desktop);
        var page = officer.Page;
        // The demo: five of six branches have nobody to collect, and nobody there has paid for three months.
        await Assertions.Expect(page.Locator(".todo li", new() { HasText = "5 个党支部没有支部书记或收缴人" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".todo")).ToContainTextAsync("名党员还没有绑定密钥");
        await page.Locator(".todo li", new() { HasText = "有以前月份的党费未缴齐" }).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "欠缴名单" })).ToBeVisibleAsync();
        officer.AssertNoConsoleErrors();

        await using var secretary = await office.OpenAsync("secretary", Screen.Phone);
        var phone = secretary.Page;
        await phone.Locator(".todo li", new() { HasText = "的党费未缴齐" }).GetByRole(AriaRole.Link, new() { Name = "登记收款" }).ClickAsync();
        await secretary.WaitUntilInteractiveAsync();
        await Assertions.Expect(phone.GetByLabel("显示")).ToHaveValueAsync("unpaid");
        // On a phone each line is a card with its buttons in sight.
        var box = await phone.GetByRole(AriaRole.Button, new() { Name = "缴纳" }).First.BoundingBoxAsync();
        Assert.InRange(box!.X + box.Width, 0, 390);
        await phone.GotoAsync("staff/invitations");
        await secretary.WaitUntilInteractiveAsync();
        await phone.GetByLabel("邀请谁").FillAsync("党员");
        await Assertions.Expect(phone.Locator("button.found-one")).ToHaveCountAsync(5);
        await secretary.ShootAsync("invite-secretary-phone", fullPage: true);
        secretary.AssertNoConsoleErrors();
    }

    [Fact]
    public async Task A_changed_base_changes_what_is_due_and_the_base_itself_is_shown_nowhere()
    {
        await using var officer = await office.OpenAsync("officer", Screen.Desktop);
        var page = officer.Page;
        await page.GotoAsync("staff/dues/standards");
        await officer.WaitUntilInteractiveAsync();
        await page.GetByLabel("党支部").SelectOptionAsync("研发党支部");
        await page.Locator("tr", new() { HasText = "党员寅" }).GetByRole(AriaRole.Button, new() { Name = "变更" }).ClickAsync();
        await page.GetByLabel("月基数").FillAsync("5432.10");
        await page.GetByRole(AriaRole.Button, new() { Name = "计算并签名" }).ClickAsync();
        await officer.SignAsync("base-change-sign");
        // 5,432.10 stands in the bracket of 1.5 %: (5,000, 10,000].
        await Assertions.Expect(page.Locator(".note.good")).ToContainTextAsync("月应缴 81.48 元");
        await Assertions.Expect(page.Locator("tr", new() { HasText = "党员寅" })).ToContainTextAsync("81.48");
        Assert.DoesNotContain("5432", (await page.ContentAsync()).Replace(",", "", StringComparison.Ordinal), StringComparison.Ordinal);
        await officer.ShootAsync("base-change", fullPage: true);
        officer.AssertNoConsoleErrors();
    }

    [Fact]
    public async Task A_reduction_is_proposed_by_the_secretary_and_decided_by_the_committees_officer()
    {
        await using (var secretary = await office.OpenAsync("secretary", Screen.Phone))
        {
            var page = secretary.Page;
            await page.GotoAsync("staff/dues/branch");
            await secretary.WaitUntilInteractiveAsync();
            await page.Locator("tr", new() { HasText = "党员丙" }).GetByRole(AriaRole.Button, new() { Name = "减免" }).ClickAsync();
            await page.GetByLabel("每月缴纳").FillAsync("1");
            await secretary.ShootAsync("reduction-form-phone");
            await page.GetByRole(AriaRole.Button, new() { Name = "提出并签名" }).ClickAsync();
            await secretary.SignAsync("reduction-sign-phone");
            await Assertions.Expect(page.Locator(".note.good")).ToContainTextAsync("党员丙的减免申请已提出");
            await page.GotoAsync("staff/dues/reductions");
            await secretary.WaitUntilInteractiveAsync();
            await Assertions.Expect(page.Locator("tr", new() { HasText = "党员丙" })).ToContainTextAsync("待决定");
            await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "批准", Exact = true })).ToHaveCountAsync(0);
            secretary.AssertNoConsoleErrors();
        }

        await using var officer = await office.OpenAsync("officer", Screen.Desktop);
        var reductions = officer.Page;
        await reductions.GotoAsync("staff/dues/reductions");
        await officer.WaitUntilInteractiveAsync();
        var line = reductions.Locator("tr", new() { HasText = "党员丙" });
        await line.GetByRole(AriaRole.Button, new() { Name = "批准", Exact = true }).ClickAsync();
        await officer.SignAsync("reduction-decide-sign");
        await Assertions.Expect(line).ToContainTextAsync("已批准");
        await officer.ShootAsync("reduction-decided", fullPage: true);
        officer.AssertNoConsoleErrors();
    }

    [Fact]
    public async Task The_committees_settings_are_signed_by_its_officer_and_only_read_by_the_auditor()
    {
        await using (var officer = await office.OpenAsync("officer", Screen.Desktop))
        {
            var page = officer.Page;
            await page.GotoAsync("staff/dues/policy");
            await officer.WaitUntilInteractiveAsync();
            await page.Locator("tr", new() { HasText = "一次性奖金" }).GetByRole(AriaRole.Checkbox).CheckAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "签名生效" }).ClickAsync();
            await officer.SignAsync("policy-sign");
            await Assertions.Expect(page.Locator(".note.good")).ToContainTextAsync("设置已生效");
            await Assertions.Expect(page.Locator(".trust-line").Last).ToContainTextAsync("方组织");
            officer.AssertNoConsoleErrors();
        }

        await using var auditor = await office.OpenAsync("auditor", Screen.Desktop);
        await auditor.Page.GotoAsync("staff/dues/policy");
        await auditor.WaitUntilInteractiveAsync();
        await Assertions.Expect(auditor.Page.Locator("tr", new() { HasText = "一次性奖金" })).ToContainTextAsync("计入");
        await Assertions.Expect(auditor.Page.GetByRole(AriaRole.Button, new() { Name = "签名生效" })).ToHaveCountAsync(0);
        auditor.AssertNoConsoleErrors();
    }

    [Fact]
    public async Task The_auditor_runs_the_data_check_and_may_open_no_page_that_changes_anything()
    {
        await using var auditor = await office.OpenAsync("auditor", Screen.Desktop);
        var page = auditor.Page;
        await page.GotoAsync("staff/check");
        await auditor.WaitUntilInteractiveAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "立即核对" }).ClickAsync();
        await Assertions.Expect(page.Locator(".note.good")).ToContainTextAsync("数据库与账本一致", new() { Timeout = 60_000 });
        await auditor.ShootAsync("check-clean", fullPage: true);

        await page.GotoAsync("staff/dues/branch");
        await auditor.WaitUntilInteractiveAsync();
        await Assertions.Expect(page.Locator("table.list")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "登记收款并签名" })).ToHaveCountAsync(0);
        auditor.AssertNoConsoleErrors();

        await page.GotoAsync("staff/import");
        await Assertions.Expect(page.GetByText("没有权限").First).ToBeVisibleAsync();
        await auditor.ShootAsync("forbidden");
    }

    [Fact]
    public async Task The_explorer_shows_blocks_entries_seals_proofs_and_bytes_that_hash_to_what_it_says()
    {
        await using var member = await office.OpenAsync("auditor", Screen.Phone);
        var page = member.Page;
        await page.GotoAsync("explorer");
        await page.GetByLabel("查找").FillAsync("3");
        await page.GetByRole(AriaRole.Button, new() { Name = "查找" }).ClickAsync();
        await page.WaitForURLAsync("**/explorer/entries/3");
        var base64 = await page.Locator("details", new() { HasText = "Base64" }).Locator("pre").TextContentAsync();
        var bytes = Convert.FromBase64String(base64!);
        await Assertions.Expect(page.Locator(".facts").Last).ToContainTextAsync(Convert.ToHexStringLower(SHA256.HashData(bytes)));

        // RFC 6962: a leaf is SHA-256(0x00, entry); the page shows it in base64.
        var leaf = Convert.ToBase64String(SHA256.HashData([0, .. bytes]));
        await Assertions.Expect(page.Locator(".facts").Filter(new() { HasText = "叶值" })).ToContainTextAsync(leaf);
        Assert.True(await page.Locator("details ol li").CountAsync() > 3);

        await page.GetByRole(AriaRole.Link, new() { NameRegex = new("^第 \\d+ 块$") }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "封印" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("pre.mono.block").Last).ToContainTextAsync("mingjian");
        await member.ShootAsync("explorer-block-phone", fullPage: true);
        member.AssertNoConsoleErrors();
    }

    [Fact]
    public async Task A_page_says_how_far_a_submitted_act_has_come_and_shows_itself_anew_when_it_is_final()
    {
        await using var member = await office.OpenAsync("member", Screen.Phone);
        var page = member.Page;
        const string Id = "aa00000000000000000000000000000000000000000000000000000000000000";
        var events = new Queue<string>(["accepted", "ordered", "final"]);
        string? address = null;

        // The server's stream ends after each event, and the browser asks again: so the test decides how long a stage lasts.
        var stage = new SemaphoreSlim(0);
        await page.RouteAsync("**/api/v1/ledger/events*", async route =>
        {
            address = route.Request.Url;
            await stage.WaitAsync(TimeSpan.FromMinutes(1));
            await route.FulfillAsync(new()
            {
                ContentType = "text/event-stream",
                Body = $"retry: 100\nevent: act\ndata: {{\"transactionId\":\"{Id}\",\"status\":\"{events.Dequeue()}\"}}\n\n",
            });
        });
        await page.EvaluateAsync($"() => sessionStorage.setItem('mj-open', '[\"{Id}\"]')");
        await page.GotoAsync("my/dues");
        var line = page.Locator(".mj-open");
        stage.Release();
        await Assertions.Expect(line.Locator(".stages b")).ToHaveTextAsync("已收到", new() { Timeout = 30_000 });
        Assert.EndsWith("?act=" + Id, address, StringComparison.Ordinal);
        stage.Release();
        await Assertions.Expect(line.Locator(".stages b")).ToHaveTextAsync("已排序", new() { Timeout = 30_000 });
        await member.ShootAsync("act-ordered-phone");
        await page.EvaluateAsync("() => { window.mjOld = true; }");
        stage.Release();
        await page.WaitForFunctionAsync("() => window.mjOld === undefined", null, new() { Timeout = 30_000 });
        await Assertions.Expect(line).ToHaveCountAsync(0);
        Assert.Equal("[]", await page.EvaluateAsync<string>("() => sessionStorage.getItem('mj-open')"));
        member.AssertNoConsoleErrors();
    }

    [Fact]
    public async Task Acts_by_the_hundred_are_followed_part_by_part()
    {
        await using var member = await office.OpenAsync("member", Screen.Phone);
        var page = member.Page;
        var ids = Enumerable.Range(0, 120).Select(i => i.ToString("x64", CultureInfo.InvariantCulture)).ToList();
        var asked = new List<int>();
        var stage = new SemaphoreSlim(1);
        await page.RouteAsync("**/api/v1/ledger/events*", async route =>
        {
            await stage.WaitAsync(TimeSpan.FromMinutes(1));
            var acts = route.Request.Url.Split("act=").Skip(1).Select(a => a.TrimEnd('&')).ToList();
            asked.Add(acts.Count);

            // The first answer tells of one act alone; one of the last part is refused.
            var told = asked.Count == 1 ? acts[..1] : acts;
            await route.FulfillAsync(new()
            {
                ContentType = "text/event-stream",
                Body = "retry: 100\n" + string.Concat(told.Select(a =>
                    $"event: act\ndata: {{\"transactionId\":\"{a}\",\"status\":\"{(a == ids[^1] ? "refused" : "final")}\",\"message\":\"没有写入\"}}\n\n")),
            });
        });
        await page.EvaluateAsync("ids => sessionStorage.setItem('mj-open', JSON.stringify(ids))", ids);
        await page.GotoAsync("my/dues");
        var line = page.Locator(".mj-open");
        await Assertions.Expect(line).ToContainTextAsync("119 项已提交", new() { Timeout = 30_000 });
        stage.Release(3);
        await Assertions.Expect(line).ToContainTextAsync("1 项没有被接受", new() { Timeout = 30_000 });
        await Assertions.Expect(line).ToContainTextAsync("没有写入");
        Assert.Equal([50, 50, 50, 20], asked);
        member.AssertNoConsoleErrors();
    }

    [Fact]
    public async Task Large_text_makes_everything_a_third_larger_and_stays_until_it_is_switched_off()
    {
        await using var session = await office.OpenAsync(Screen.Phone);
        var page = session.Page;
        await page.GotoAsync("sign-in");
        var before = await HeightOfTextAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "长辈模式" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "标准字号" })).ToBeVisibleAsync();
        Assert.EndsWith("/sign-in", page.Url, StringComparison.Ordinal);
        Assert.InRange(await HeightOfTextAsync(page) / before, 1.25, 1.4);
        await session.SignInAsync("member");
        await VisitAsync(session, "my/dues", "large-my-dues");
        Assert.InRange(await HeightOfTextAsync(page) / before, 1.25, 1.4);
        await VisitAsync(session, "", "large-home");
        await page.GetByRole(AriaRole.Button, new() { Name = "标准字号" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "长辈模式" })).ToBeVisibleAsync();
        Assert.Equal(before, await HeightOfTextAsync(page), 0.1);
        session.AssertNoConsoleErrors();
    }

    private static async Task<double> HeightOfTextAsync(IPage page) =>
        double.Parse(await page.EvaluateAsync<string>("() => getComputedStyle(document.body).fontSize.replace('px', '')"), CultureInfo.InvariantCulture);

    private static async Task VisitAsync(BrowserSession session, string path, string shot)
    {
        var response = await session.Page.GotoAsync(path);
        Assert.True(response!.Ok, $"{path} answered {response.Status}.");
        if (path.StartsWith("staff", StringComparison.Ordinal))
        {
            await session.WaitUntilInteractiveAsync();
        }

        await Assertions.Expect(session.Page.Locator("h1")).ToHaveCountAsync(1);
        await session.ShootAsync(shot, fullPage: true);
        var (wide, screen) = (await session.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"), await session.Page.EvaluateAsync<int>("() => window.innerWidth"));
        Assert.True(wide <= screen, $"/{path} is {wide} wide on a screen of {screen}.");
    }
}
