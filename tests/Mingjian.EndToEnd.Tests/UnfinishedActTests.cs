using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Playwright;

namespace Mingjian.EndToEnd.Tests;

/// <summary>An act that is taken and cannot become final yet, on a real node whose etcd has stopped answering.</summary>
public sealed class UnfinishedActTests(BrowserFixture browsers) : IClassFixture<BrowserFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_says_that_an_act_waits_and_shows_itself_anew_once_the_order_answers_again()
    {
        await using var network = await OneNode.StartAsync();
        await using var officer = await BrowserSession.OpenAsync(browsers.Browser, network.Address, Screen.Desktop);
        await officer.SignInAsync("officer");
        var page = officer.Page;
        await page.GotoAsync("staff/dues/policy");
        await officer.WaitUntilInteractiveAsync();
        var box = page.Locator("tr", new() { HasText = "一次性奖金" }).GetByRole(AriaRole.Checkbox);
        await box.CheckAsync();
        network.Freeze();
        await page.GetByRole(AriaRole.Button, new() { Name = "签名生效" }).ClickAsync();
        await officer.SignAsync("act-waiting-sign");

        var line = page.Locator(".mj-open");
        await Assertions.Expect(line.Locator(".stages b")).ToHaveTextAsync("已收到");
        await Assertions.Expect(line).ToContainTextAsync("不要重复登记");
        await officer.ShootAsync("act-waiting");
        await page.EvaluateAsync("() => { window.mjOld = true; }");
        network.Continue();
        await page.WaitForFunctionAsync("() => window.mjOld === undefined", null, new() { Timeout = 120_000 });
        await Assertions.Expect(line).ToHaveCountAsync(0);
        await officer.WaitUntilInteractiveAsync();
        await Assertions.Expect(box).ToBeCheckedAsync();
        officer.AssertNoConsoleErrors();
    }

    /// <summary><c>mingjian network dev --nodes 1</c>: a node of a network, its order in a real etcd.</summary>
    private sealed class OneNode : IAsyncDisposable
    {
        private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-one-node-").FullName;
        private readonly Process _process;
        private bool _frozen;

        private OneNode(int port)
        {
            Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}/"));
            var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true };
            foreach (var word in (string[])[Path.Combine(Repository.Output("Mingjian.Cli"), "mingjian.dll"), "network", "dev", _directory, "--nodes", "1", "--port", $"{port}"])
            {
                start.ArgumentList.Add(word);
            }

            start.Environment["Mingjian__Limits__FinalWait"] = "00:00:01";
            _process = Process.Start(start)!;
        }

        public Uri Address { get; }

        public static async Task<OneNode> StartAsync()
        {
            var node = new OneNode(FreePort());
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            limit.CancelAfter(TimeSpan.FromMinutes(3));
            while (await node._process.StandardOutput.ReadLineAsync(limit.Token) is { } said)
            {
                if (said.Contains("/demo", StringComparison.Ordinal))
                {
                    return node;
                }
            }

            await node.DisposeAsync();
            throw new InvalidOperationException("mingjian network dev has ended.");
        }

        public void Freeze()
        {
            Signal("STOP", Etcd());
            _frozen = true;
        }

        public void Continue()
        {
            Signal("CONT", Etcd());
            _frozen = false;
        }

        public async ValueTask DisposeAsync()
        {
            if (_frozen)
            {
                Continue();
            }

            if (!_process.HasExited)
            {
                Signal("TERM", _process.Id);
                await _process.WaitForExitAsync(CancellationToken.None);
            }

            _process.Dispose();
            Directory.Delete(_directory, recursive: true);
        }

        /// <summary>The network's own etcd: a child of its process.</summary>
        private int Etcd() => Process.GetProcessesByName("etcd").Select(p => p.Id).Single(id => ParentOf(id) == _process.Id);

        /// <summary>Null for a process that has ended meanwhile.</summary>
        private static int? ParentOf(int process)
        {
            try
            {
                return int.Parse(File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1].Split(' ')[1], CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                return null;
            }
        }

        private static void Signal(string name, int process)
        {
            using var kill = Process.Start("kill", ["-" + name, process.ToString(CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
        }

        /// <summary>One of which the ports 100 and 200 further on are free as well.</summary>
        private static int FreePort()
        {
            while (true)
            {
                try
                {
                    using var first = new TcpListener(IPAddress.Loopback, 0);
                    first.Start();
                    var port = ((IPEndPoint)first.LocalEndpoint).Port;
                    using var second = new TcpListener(IPAddress.Loopback, port + 100);
                    using var third = new TcpListener(IPAddress.Loopback, port + 200);
                    second.Start();
                    third.Start();
                    return port;
                }
                catch (Exception e) when (e is SocketException or ArgumentOutOfRangeException)
                {
                }
            }
        }
    }
}
