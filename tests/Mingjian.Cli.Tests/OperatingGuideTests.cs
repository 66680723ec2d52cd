using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Mingjian.Cli.Kit;
using Mingjian.Testing;

namespace Mingjian.Cli.Tests;

/// <summary>What the guides tell an operator to type is what the program takes, and what some test has really run.</summary>
public sealed partial class OperatingGuideTests
{
    /// <summary>Where each command is run; the file must name it. Measuring (bench) is no test's.</summary>
    private static readonly Dictionary<string, string> RunBy = new(StringComparer.Ordinal)
    {
        ["verify"] = "VerifyTests",
        ["audit"] = "ServerTests",
        ["access grant"] = "ServerTests",
        ["access list"] = "ServerTests",
        ["access revoke"] = "ServerTests",
        ["access uses"] = "ServerTests",
        ["rebuild"] = "ServerTests",
        ["backup"] = "ServerTests",
        ["restore"] = "ServerTests",
        ["upgrade"] = "UpgradeCheckTests",
        ["import"] = "ServerTests",
        ["key new"] = "VerifyTests",
        ["key show"] = "VerifyTests",
        ["vault rotate"] = "VaultCommandTests",
        ["vault retire"] = "VaultCommandTests",
        ["witness new"] = "WitnessPolicyTests",
        ["witness run"] = "OperatingGuideTests",
        ["network policy"] = "WitnessPolicyTests",
        ["network show"] = "OperatingGuideTests",
        ["network dev"] = "NetworkDevTests",
        ["network init"] = "NetworkCommandTests",
        ["network found"] = "NetworkCommandTests",
        ["network protocol"] = "NetworkCommandTests",
        ["network configure"] = "NetworkOperationsTests",
        ["network access"] = "NetworkOperationsTests",
        ["network sign"] = "NetworkOperationsTests",
        ["network submit"] = "NetworkOperationsTests",
        ["network status"] = "NetworkOperationsTests",
        ["network join"] = "NetworkOperationsTests",
        ["network admit"] = "NetworkOperationsTests",
        ["network remove"] = "NetworkOperationsTests",
        ["network dismiss"] = "NetworkOperationsTests",
        ["network rotate"] = "NetworkDevTests",
        ["network renew"] = "NetworkOperationsTests",
        ["network backup"] = "NetworkOperationsTests",
        ["network restore"] = "NetworkOperationsTests",
        ["network height"] = "NetworkOperationsTests",
        ["network restart"] = "NetworkOperationsTests",
        ["network standing"] = "NetworkOperationsTests",
        ["network reorder"] = "NetworkOperationsTests",
        ["network mend"] = "NetworkOperationsTests",
    };

    public static TheoryData<string> Guides => [.. Directory.GetFiles(Repository.File("docs", "operating"), "*.md").Select(f => $"docs/operating/{Path.GetFileName(f)}"), "README.md"];

    [Theory]
    [MemberData(nameof(Guides))]
    public void Every_command_of_a_guide_is_taken_as_it_stands_there(string guide)
    {
        var text = File.ReadAllText(Repository.File(guide.Split('/'))).Replace("\\\n", " ", StringComparison.Ordinal);
        var faults = new List<string>();
        foreach (var line in Block.Matches(text).Select(m => m.Groups[1].Value))
        {
            // Without its comment, and without where its output goes.
            var parsed = Commands.Create().Parse(Comment.Replace(line, string.Empty).Replace(" …", string.Empty, StringComparison.Ordinal));
            faults.AddRange(parsed.Errors.Select(e => $"{line}: {e.Message}"));
        }

        foreach (var said in Inline.Matches(text).Select(m => m.Groups[1].Value))
        {
            // In a sentence a command may be short of what it needs, but not of another name.
            var (path, rest) = Resolve(said.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            if (path.Length == 0)
            {
                faults.Add($"{said}: no such command");
            }

            var options = Find(path).Options.SelectMany(o => (string[])[o.Name, .. o.Aliases]).ToHashSet(StringComparer.Ordinal);
            faults.AddRange(rest.Where(r => r.StartsWith('-') && !options.Contains(r)).Select(r => $"{said}: no such option {r}"));
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void Every_command_of_the_guides_is_run_by_a_test()
    {
        var said = Guides.Select(g => g.Data).SelectMany(g =>
        {
            var text = File.ReadAllText(Repository.File(g.Split('/')));
            return Block.Matches(text).Concat(Inline.Matches(text)).Select(m => Resolve(m.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Path);
        }).Where(p => p is not ("" or "network" or "bench")).Distinct(StringComparer.Ordinal).ToList();
        Assert.True(said.Count > 25, string.Join('\n', said));
        Assert.Empty(said.Except(RunBy.Keys, StringComparer.Ordinal));
        foreach (var (command, test) in RunBy)
        {
            var source = File.ReadAllText(Repository.File("tests", "Mingjian.Cli.Tests", test + ".cs"));
            Assert.True(
                command == "network dev" ? source.Contains("DevNetwork.Create(", StringComparison.Ordinal) : source.Contains($"\"{command.Split(' ')[^1]}\"", StringComparison.Ordinal),
                $"{test} does not run {command}");
        }
    }

    [Fact]
    public async Task A_witness_runs_on_what_the_guide_says_to_give_it()
    {
        var directory = Directory.CreateTempSubdirectory("mingjian-guide-").FullName;
        try
        {
            var network = Repository.File("vectors", "receipts", "network.mjnet.json");
            Assert.Equal(ExitCodes.Ok, (await Cli.RunAsync("network", "show", "--network", network)).Code);
            var (key, logs) = (Path.Combine(directory, "witness.key"), Path.Combine(directory, "logs.txt"));
            Assert.Equal(ExitCodes.Ok, (await Cli.RunAsync("witness", "new", key, "--name", "witness.example.org/1")).Code);
            await File.WriteAllTextAsync(logs, (await Cli.RunAsync("network", "policy", "--network", network)).Output, TestContext.Current.CancellationToken);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            int port;
            using (var listener = new TcpListener(IPAddress.Loopback, 0))
            {
                listener.Start();
                port = ((IPEndPoint)listener.LocalEndpoint).Port;
            }

            var running = Commands.Create().Parse(["witness", "run", key, Path.Combine(directory, "memory"), "--policy", logs, "--port", $"{port}"])
                .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, stop.Token);
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
            while (true)
            {
                Assert.False(running.IsCompleted, "the witness has ended");
                try
                {
                    using var answer = await http.GetAsync(new Uri($"{new string('0', 64)}/checkpoint", UriKind.Relative), stop.Token);
                    Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
                    break;
                }
                catch (HttpRequestException)
                {
                    await Task.Delay(50, stop.Token);
                }
            }

            await stop.CancelAsync();
            Assert.Equal(ExitCodes.Ok, await running);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [GeneratedRegex(@"^ +mingjian (.+)$", RegexOptions.Multiline, 1000)]
    private static partial Regex Block { get; }

    [GeneratedRegex(@"`mingjian ([a-z][^`…]*)[^`]*`", RegexOptions.None, 1000)]
    private static partial Regex Inline { get; }

    [GeneratedRegex(@"\s+(#|> ).*$", RegexOptions.None, 1000)]
    private static partial Regex Comment { get; }

    private static (string Path, string[] More) Resolve(string[] words)
    {
        Command at = Commands.Create();
        var depth = 0;
        while (depth < words.Length && at.Subcommands.FirstOrDefault(c => c.Name == words[depth]) is { } next)
        {
            at = next;
            depth++;
        }

        return (string.Join(' ', words[..depth]), words[depth..]);
    }

    private static Command Find(string path) =>
        path.Split(' ', StringSplitOptions.RemoveEmptyEntries).Aggregate((Command)Commands.Create(), (at, word) => at.Subcommands.First(c => c.Name == word));
}
