using Mingjian.Cryptography;
using System.Net.Http.Json;
using System.Text.Json;
using Mingjian.Testing;

namespace Mingjian.Cli.Tests;

/// <summary>The command line against a real demo server on loopback: bind a key, import a roster, audit, rebuild.</summary>
public sealed class ServerTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mingjian-cli-server-");
    private ServerProcess _server = null!;

    private string Data => Path.Combine(_folder.FullName, "data");

    public async ValueTask InitializeAsync() => _server = await ServerProcess.StartAsync(empty: false, Data, [], TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_key_is_bound_a_roster_imported_the_ledger_audited_and_the_read_models_rebuilt()
    {
        var key = Path.Combine(_folder.FullName, "officer.pem");
        Expect(0, await Cli.RunAsync("key", "new", key));
        var (member, code) = await InviteOfficerAsync();
        Expect(0, await Cli.RunAsync("key", "bind", key, "--server", $"{_server.Address}", "--member", member, "--code", code));
        Expect(2, await Cli.RunAsync("key", "bind", key, "--server", $"{_server.Address}", "--member", member, "--code", code));

        var roster = Repository.File("samples", "roster-300.xlsx");
        Expect(0, await Cli.RunAsync("import", roster, "--key", key, "--server", $"{_server.Address}", "--dry-run"));
        var unsigned = await Cli.RunAsync("import", roster, "--key", key, "--server", $"{_server.Address}");
        Assert.True(unsigned.Code == 1, $"without a terminal and without --yes nothing may be signed\n{unsigned}");
        var imported = Expect(0, await Cli.RunAsync("import", roster, "--key", key, "--server", $"{_server.Address}", "--yes"));
        Assert.Contains("可导入 300 行", imported.Output, StringComparison.Ordinal);
        var again = Expect(0, await Cli.RunAsync("import", roster, "--key", key, "--server", $"{_server.Address}", "--yes"));
        Assert.Contains("已在册 300 行", again.Output, StringComparison.Ordinal);

        var network = Path.Combine(_folder.FullName, "network.mjnet.json");
        using (var http = new HttpClient { BaseAddress = _server.Address })
        {
            await File.WriteAllBytesAsync(network, await http.GetByteArrayAsync(new Uri("ledger/network", UriKind.Relative)));
        }

        var overHttp = await AuditAsAnOutsiderAsync(network);
        var running = Expect(0, await Cli.RunAsync("audit", Data, "--network", network, "--json"));
        Assert.Equal(RootOf(overHttp), RootOf(running));
        Assert.Contains("请先停止服务器", Expect(2, await Cli.RunAsync("rebuild", Data)).Errors, StringComparison.Ordinal);

        var restored = await BackUpAndRestoreAsync();
        Assert.Equal(RootOf(running), RootOf(Expect(0, await Cli.RunAsync("audit", restored, "--network", network, "--json"))));

        await _server.StopAsync();
        var rebuilt = Expect(0, await Cli.RunAsync("rebuild", Data));
        Assert.Contains("与账本一致", rebuilt.Output, StringComparison.Ordinal);
        Assert.Equal(rebuilt.Output, Expect(0, await Cli.RunAsync("rebuild", Data)).Output);
        Expect(1, await Cli.RunAsync("audit", Data, "--network", Repository.File("vectors", "receipts", "network.mjnet.json")));
    }

    private async Task<CliResult> AuditAsAnOutsiderAsync(string network)
    {
        var token = Path.Combine(_folder.FullName, "audit.token");
        Assert.Contains("--token", Expect(2, await Cli.RunAsync("audit", $"{_server.Address}", "--network", network)).Errors, StringComparison.Ordinal);
        Expect(2, await Cli.RunAsync("access", "grant", Data, "--name", "监督组", "--for", "audit", "--days", "0", "--out", token));
        Expect(2, await Cli.RunAsync("access", "grant", Data, "--name", " ", "--for", "audit", "--out", token));
        Expect(0, await Cli.RunAsync("access", "grant", Data, "--name", "监督组", "--for", "audit", "--days", "5", "--out", token));
        Expect(2, await Cli.RunAsync("access", "grant", Data, "--name", "监督组", "--for", "audit", "--out", token + "2"));
        var granted = await File.ReadAllTextAsync(token);

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(token));
        }

        Assert.Contains("不是令牌文件", Expect(2, await Cli.RunAsync("audit", $"{_server.Address}", "--token", network)).Errors, StringComparison.Ordinal);
        Assert.Contains("https", Expect(2, await Cli.RunAsync("audit", "http://ledger.invalid/", "--token", token)).Errors, StringComparison.Ordinal);
        Expect(2, await Cli.RunAsync("audit", Data, "--token", token));
        var audit = Expect(0, await Cli.RunAsync("audit", $"{_server.Address}", "--network", network, "--token", token, "--json"));
        Assert.Contains("监督组  审计", Expect(0, await Cli.RunAsync("access", "list", Data)).Output, StringComparison.Ordinal);
        Assert.Contains("audit 监督组  条目 0-", Expect(0, await Cli.RunAsync("access", "uses", Data)).Output, StringComparison.Ordinal);
        Assert.DoesNotContain(granted.Trim(), await File.ReadAllTextAsync(Path.Combine(_server.NetworkDirectory, "access.json")), StringComparison.Ordinal);
        Expect(0, await Cli.RunAsync("access", "revoke", Data, "--name", "监督组"));
        Expect(1, await Cli.RunAsync("access", "revoke", Data, "--name", "监督组"));
        Assert.Contains("不接受", Expect(2, await Cli.RunAsync("audit", $"{_server.Address}", "--network", network, "--token", token)).Errors, StringComparison.Ordinal);
        return audit;
    }

    private static string RootOf(CliResult audit) => JsonElement.Parse(audit.Output).GetProperty("root").GetString()!;

    private async Task<string> BackUpAndRestoreAsync()
    {
        var taken = Expect(0, await Cli.RunAsync("backup", Data, "--server", $"{_server.Address}"));
        Assert.Contains("vault.key", taken.Output, StringComparison.Ordinal);
        var backup = Assert.Single(Directory.GetDirectories(Path.Combine(Data, "backups")));
        var restored = Path.Combine(_folder.FullName, "restored");
        Expect(0, await Cli.RunAsync("restore", backup, restored));
        Assert.Contains("不是空的", Expect(1, await Cli.RunAsync("restore", backup, restored)).Errors, StringComparison.Ordinal);
        return restored;
    }

    private CliResult Expect(int code, CliResult result)
    {
        output.WriteLine(result.ToString());
        Assert.True(result.Code == code, $"expected exit {code}\n{result}\n{_server.Output}");
        return result;
    }

    private async Task<(string Member, string Code)> InviteOfficerAsync()
    {
        using var http = new HttpClient { BaseAddress = _server.Address };
        var session = await http.GetFromJsonAsync<JsonElement>(new Uri("api/v1/session", UriKind.Relative));
        http.DefaultRequestHeaders.Add(session.GetProperty("csrfHeader").GetString()!, session.GetProperty("csrfToken").GetString());
        var code = InvitationCode.New();
        using var response = await http.PostAsJsonAsync(new Uri("api/v1/demo/invitation", UriKind.Relative), new { account = "officer", key = code.Key.ToString() });
        var invitation = await response.Content.ReadFromJsonAsync<JsonElement>();
        return (invitation.GetProperty("member").GetString()!, code.ToString());
    }
}
