using Microsoft.Playwright;
using Mingjian.Cli.Networks;

namespace Mingjian.EndToEnd.Tests;

/// <summary>An act that is taken and cannot become final yet, on a real node whose etcd has stopped answering.</summary>
public sealed class UnfinishedActTests(BrowserFixture browsers) : IClassFixture<BrowserFixture>
{
    /// <summary>Somebody of the roster.</summary>
    private const string Name = "赵桐琪";

    [Fact]
    public async Task A_page_says_that_acts_wait_keeps_what_belongs_to_them_and_shows_itself_anew_once_the_order_answers_again()
    {
        await using var network = await OneNode.StartAsync();
        await using var officer = await BrowserSession.OpenAsync(browsers.Browser, network.Address, Screen.Desktop);
        await officer.SignInAsync("officer");
        await SetPolicyAsync(network, officer);
        await ImportAsync(network, officer);
        await InviteAsync(network, officer);
        officer.AssertNoConsoleErrors();
    }

    [Fact]
    public async Task A_page_of_a_web_process_beside_a_node_of_a_network_says_so_too_and_what_waits_for_the_node_is_handed_on()
    {
        await using var network = await OneNode.StartAsync();
        await using var web = await network.SplitAsync();
        await using var officer = await BrowserSession.OpenAsync(browsers.Browser, web.Address, Screen.Desktop);
        await officer.SignInAsync("officer");
        await EstablishAsync(officer, "第一");
        await Assertions.Expect(officer.Page.Locator(".note.good")).ToContainTextAsync("已建立，已确认");

        network.StopOrder();
        await EstablishAsync(officer, "第二");
        await ExpectWaitingAsync(officer.Page);
        await ContinueUntilReloadedAsync(network, officer);

        network.StopNode();
        await EstablishAsync(officer, "第三");
        await Assertions.Expect(officer.Page.Locator(".mj-open")).ToContainTextAsync("恢复后自动提交");
        await officer.ShootAsync("act-waiting-for-node");
        await MarkAsync(officer.Page);
        await ExpectAlertAsync(officer, "网页服务器连不上本单位的节点", "network-node-away");
        network.ContinueNode();
        await WaitUntilReloadedAsync(officer);
        foreach (var name in (string[])["第一", "第二", "第三"])
        {
            await Assertions.Expect(officer.Page.GetByText(name + "测试支部").First).ToBeVisibleAsync();
        }

        officer.AssertNoConsoleErrors();
    }

    private static async Task EstablishAsync(BrowserSession officer, string name)
    {
        var page = officer.Page;
        await page.GotoAsync("staff/organizations");
        await officer.WaitUntilInteractiveAsync();
        await page.GetByLabel("上级组织").SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await page.GetByLabel("名称").FillAsync(name + "测试支部");
        await page.GetByRole(AriaRole.Button, new() { Name = "签名新建" }).ClickAsync();
        await officer.SignAsync("act-waiting-establish-sign");
    }

    /// <summary>The page loads itself again and shows what has become final.</summary>
    private static async Task SetPolicyAsync(OneNode network, BrowserSession officer)
    {
        var page = officer.Page;
        await page.GotoAsync("staff/dues/policy");
        await officer.WaitUntilInteractiveAsync();
        var box = page.Locator("tr", new() { HasText = "一次性奖金" }).GetByRole(AriaRole.Checkbox);
        await box.CheckAsync();
        network.StopOrder();
        await page.GetByRole(AriaRole.Button, new() { Name = "签名生效" }).ClickAsync();
        await officer.SignAsync("act-waiting-sign");
        await ExpectWaitingAsync(page);
        await Assertions.Expect(page.Locator(".note.bad")).ToHaveCountAsync(0);
        await officer.ShootAsync("act-waiting");
        await page.SetViewportSizeAsync(390, 844);
        await officer.ShootAsync("act-waiting-phone");
        await page.SetViewportSizeAsync(1280, 800);
        await ExpectAlertAsync(officer, "连不上节点之间的共享日志", "network-order-away");
        await ContinueUntilReloadedAsync(network, officer);
        await Assertions.Expect(box).ToBeCheckedAsync();
    }

    /// <summary>What was encrypted for an import stays until its acts are final; it exists nowhere else.</summary>
    private static async Task ImportAsync(OneNode network, BrowserSession officer)
    {
        var page = officer.Page;
        await page.GotoAsync("staff/import");
        await officer.WaitUntilInteractiveAsync();
        await officer.ChooseFileAsync("选择名册文件", Repository.Sample("roster-300.xlsx"));
        var confirm = page.GetByRole(AriaRole.Button, new() { Name = "确认并签名，导入 300 人" });
        await Assertions.Expect(confirm).ToBeVisibleAsync();
        network.StopOrder();
        await confirm.ClickAsync();
        await officer.SignAsync("act-waiting-import-sign");
        await ExpectWaitingAsync(page);
        await Assertions.Expect(page.GetByText("不要重复导入")).ToBeVisibleAsync();
        await officer.ShootAsync("act-waiting-import", fullPage: true);
        await ContinueUntilReloadedAsync(network, officer);
        await page.GotoAsync("staff/members");
        await officer.WaitUntilInteractiveAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status).First).ToHaveTextAsync("317 人");
        await page.GetByLabel("按姓名查找").FillAsync(Name);
        await Assertions.Expect(page.GetByRole(AriaRole.Status).First).ToHaveTextAsync("1 人");
    }

    /// <summary>A link is shown once, so the page does not load itself again.</summary>
    private static async Task InviteAsync(OneNode network, BrowserSession officer)
    {
        var page = officer.Page;
        await page.GotoAsync("staff/invitations");
        await officer.WaitUntilInteractiveAsync();
        await page.GetByLabel("邀请谁").FillAsync(Name);
        await page.Locator("button.found-one", new() { HasText = Name }).ClickAsync();
        network.StopOrder();
        await page.GetByRole(AriaRole.Button, new() { Name = "签发邀请" }).ClickAsync();
        await officer.SignAsync("act-waiting-invitation-sign");
        await ExpectWaitingAsync(page);
        await Assertions.Expect(page.GetByText("签发还在等待足够多的节点确认")).ToBeVisibleAsync();
        await officer.ShootAsync("act-waiting-invitation", fullPage: true);
        network.ContinueOrder();
        await Assertions.Expect(page.Locator(".mj-open")).ToContainTextAsync("刚才提交的事项已确认", new() { Timeout = 120_000 });
        await Assertions.Expect(page.GetByLabel("链接")).ToBeVisibleAsync();
    }

    /// <summary>What the operators' page says meanwhile, in a window of its own, at both screen sizes.</summary>
    private static async Task ExpectAlertAsync(BrowserSession officer, string alert, string shot)
    {
        var page = await officer.Page.Context.NewPageAsync();
        await page.GotoAsync("staff/network");
        await Assertions.Expect(page.GetByText(alert).First).ToBeVisibleAsync();
        foreach (var (width, height, name) in ((int, int, string)[])[(1280, 800, shot), (390, 844, shot + "-phone")])
        {
            await page.SetViewportSizeAsync(width, height);
            await officer.ShootAsync(name, fullPage: true, page);
        }

        await page.CloseAsync();
    }

    private static async Task ExpectWaitingAsync(IPage page)
    {
        var line = page.Locator(".mj-open");
        await Assertions.Expect(line.Locator(".stages b")).ToHaveTextAsync("已收到");
        await Assertions.Expect(line).ToContainTextAsync("不要重复登记");
        await Assertions.Expect(line).ToBeInViewportAsync();
        await MarkAsync(page);
    }

    /// <summary>What is gone when the page has loaded itself again.</summary>
    private static Task MarkAsync(IPage page) => page.EvaluateAsync("() => { window.mjOld = true; }");

    private static async Task WaitUntilReloadedAsync(BrowserSession officer)
    {
        await officer.Page.WaitForFunctionAsync("() => window.mjOld === undefined", null, new() { Timeout = 120_000 });
        await Assertions.Expect(officer.Page.Locator(".mj-open")).ToHaveCountAsync(0);
        await officer.WaitUntilInteractiveAsync();
    }

    private static async Task ContinueUntilReloadedAsync(OneNode network, BrowserSession officer)
    {
        network.ContinueOrder();
        await WaitUntilReloadedAsync(officer);
    }

    /// <summary>A node of a network, its order in a real etcd.</summary>
    private sealed class OneNode : IAsyncDisposable
    {
        private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-one-node-").FullName;
        private readonly DevNetwork _network;

        // A second is long enough for whatever becomes final at all.
        private OneNode() => _network = DevNetwork.Create(
            _directory, 1, LoopbackSites.Free(1), Repository.Output("Mingjian.Server"), ("Limits:FinalWait", "00:00:01"));

        public Uri Address => new UriBuilder(_network.Servers[0]) { Host = "localhost" }.Uri;

        public static async Task<OneNode> StartAsync()
        {
            var node = new OneNode();
            await node._network.StartAsync([1], TestContext.Current.CancellationToken);
            return node;
        }

        public void StopOrder() => _network.Kill("etcd-1");

        public void ContinueOrder() => _network.StartEtcd(1);

        public void StopNode() => _network.Kill("server-1");

        public void ContinueNode() => _network.StartServer(1);

        /// <summary>Takes the pages out of the node's process into one of their own on PostgreSQL, as docs/operating/web.md has it.</summary>
        public async Task<ServerProcess> SplitAsync()
        {
            var cancel = TestContext.Current.CancellationToken;
            await _network.StopServerAsync(1, cancel);
            await File.AppendAllLinesAsync(_network.DirectoryOf(1).Environment, ["Mingjian__Role=Node"], cancel);
            ContinueNode();
            await _network.WaitUntilUpAsync(1, cancel);
            var data = Path.Combine(_directory, "web");
            Directory.CreateDirectory(Path.Combine(data, "demo"));
            foreach (var file in (string[])["demo.json", "vault.key"])
            {
                File.Copy(Path.Combine(_network.DataOf(1), file), Path.Combine(data, "demo", file));
            }

            return await ServerProcess.StartAsync(
                empty: false, data,
                [
                    ("Mingjian:Role", "Web"), ("Mingjian:Web:Node", _network.Servers[0].ToString()), ("Mingjian:Limits:FinalWait", "00:00:01"),
                    ("Mingjian:Web:Network", Path.Combine(_network.DirectoryOf(1).Path, "network.mjnet.json")),
                    ("Mingjian:Web:TokenFile", Path.Combine(_network.DataOf(1), "web.token")),
                    ("Sql:Provider", "postgresql"), ("Sql:ConnectionString", await PostgresCluster.CreateDatabaseAsync()),
                ],
                cancel);
        }

        public async ValueTask DisposeAsync()
        {
            await _network.DisposeAsync();
            Directory.Delete(_directory, recursive: true);
        }
    }
}
