using System.Diagnostics;
using System.Net;
using Mingjian.Cli.Networks;
using Mingjian.Testing;

namespace Mingjian.Cli.Tests;

/// <summary>The units of deploy/: systemd takes them, and what they start runs on what <c>mingjian network configure</c> has written.</summary>
public sealed class SystemdUnitTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-units-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Systemd_finds_nothing_wrong_with_the_units()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed (Debian: systemd)");
        var start = new ProcessStartInfo("systemd-analyze") { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("verify");
        foreach (var unit in Directory.GetFiles(Repository.File("deploy"), "*.service"))
        {
            // Where dotnet lies differs from machine to machine, and systemd looks whether it is there.
            var copy = Path.Combine(_directory, Path.GetFileName(unit));
            await File.WriteAllTextAsync(copy, (await File.ReadAllTextAsync(unit, Cancel)).Replace("/usr/bin/dotnet", "/bin/true", StringComparison.Ordinal), Cancel);
            start.ArgumentList.Add(copy);
        }

        using var process = Process.Start(start)!;
        var said = await process.StandardError.ReadToEndAsync(Cancel) + await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        var ours = said.Split('\n').Where(l => l.Contains(_directory, StringComparison.Ordinal) || l.Contains("mingjian", StringComparison.Ordinal)).ToList();
        Assert.True(process.ExitCode == 0 && ours.Count == 0, said);
    }

    [Fact]
    public async Task What_the_units_start_runs_and_answers()
    {
        await using var network = DevNetwork.Create(Path.Combine(_directory, "network"), 1, LoopbackSites.Free(1), Repository.Output("Mingjian.Server"));
        var node = network.DirectoryOf(1);
        using var etcd = Start("mingjian-etcd.service", node);
        using var server = Start("mingjian-node.service", node);
        try
        {
            using var http = new HttpClient { BaseAddress = network.Servers[0] };
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            while (true)
            {
                Assert.False(etcd.HasExited || server.HasExited, "a unit's command has ended");
                try
                {
                    if ((await http.GetAsync(new Uri("health/live", UriKind.Relative), limit.Token)).StatusCode == HttpStatusCode.OK)
                    {
                        break;
                    }
                }
                catch (HttpRequestException)
                {
                }

                await Task.Delay(100, limit.Token);
            }

            // Members of one have a leader at once; the client address is the one in node.env.
            using var administration = NetworkBundle.Administer(network.Operators, NetworkBundle.ReadCluster(network.Operators).Members);
            while (!(await administration.StatusAsync(limit.Token))[0].HasLeader)
            {
                await Task.Delay(100, limit.Token);
            }
        }
        finally
        {
            foreach (var process in (Process[])[server, etcd])
            {
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>A unit's command with its environment, as systemd would start it, on other paths.</summary>
    private static Process Start(string unit, NodeDirectory node)
    {
        var lines = File.ReadAllLines(Repository.File("deploy", unit));
        string At(string text) => text.Replace("/srv/mingjian", node.Path, StringComparison.Ordinal).Replace("/opt/mingjian", Repository.Output("Mingjian.Server"), StringComparison.Ordinal);
        string? Value(string name) => lines.FirstOrDefault(l => l.StartsWith(name + '=', StringComparison.Ordinal))?[(name.Length + 1)..];

        var words = Value("ExecStart")!.Split(' ');
        var start = new ProcessStartInfo("sh")
        {
            // The unit's program by its name: where it lies differs. The output goes nowhere.
            ArgumentList = { "-c", "exec \"$0\" \"$@\" >/dev/null 2>&1 </dev/null", Path.GetFileName(words[0]) },
            WorkingDirectory = At(Value("WorkingDirectory") ?? "/srv/mingjian"),
        };
        foreach (var word in words[1..])
        {
            start.ArgumentList.Add(At(word));
        }

        if (Value("EnvironmentFile") is { } file)
        {
            foreach (var pair in File.ReadAllLines(At(file)).Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split('=', 2)))
            {
                start.Environment[pair[0]] = pair[1];
            }
        }

        return Process.Start(start)!;
    }
}
