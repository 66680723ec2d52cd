using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Contracts.Members;
using Mingjian.Cryptography;
using Mingjian.Primitives;
using Mingjian.Server.Demo;
using Mingjian.Server.Operations;
using Mingjian.Server.Tests.Crash;
using Mingjian.Slices.Check;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Vault;
using Mingjian.Views.Directory;
using Mingjian.Views.ReadModels;

namespace Mingjian.Server.Tests;

/// <summary>Backups of a running server, and what comes back from them.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-backup-").FullName;

    private string Data => Path.Combine(_directory, "data");

    private string Network => Path.Combine(Data, "demo");

    private string Restored => Path.Combine(_directory, "restored");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_backup_taken_under_load_restores_to_a_ledger_that_audits_clean_and_a_server_that_goes_on()
    {
        List<AcknowledgedAct> before;
        string backup;
        BackupManifest taken;
        await using (var server = await RunningServer.OpenAsync(demo: true, Data, DateTimeOffset.UtcNow))
        {
            using var load = await PaymentLoad.CreateAsync(server.Address, Network);
            await load.ReturnToAsync(server.Address);
            var writing = load.RunAsync();
            while (load.Acknowledged.Count < 50)
            {
                await Task.Delay(10);
            }

            before = [.. load.Acknowledged];
            (backup, taken) = await TakeAsync(server);
            while (load.Acknowledged.Count < before.Count + 50)
            {
                await Task.Delay(10);
            }

            Assert.True(server.Ledger.Head.Height > taken.Height);
            await server.DisposeAsync();
            await writing;
        }

        var (restored, manifest) = await BackupFiles.RestoreAsync(backup, Restored, CancellationToken.None);
        Assert.Equivalent(taken, manifest);
        var report = await LedgerAudits.RunAsync(restored);
        Assert.Null(report.Fault);
        Assert.Equal((manifest.Height, manifest.Size, manifest.Root), (report.Blocks, report.Entries, report.Root.ToString()));
        await CheckServerAsync(restored, before);
    }

    [Fact]
    public async Task A_backup_without_the_vault_s_own_key_does_not_start()
    {
        await using (var server = await RunningServer.OpenAsync(demo: true, Data))
        {
            await BackupFiles.RestoreAsync((await TakeAsync(server)).Directory, Restored, CancellationToken.None);
        }

        var missing = await Assert.ThrowsAsync<VaultException>(() => RunningServer.OpenAsync(demo: true, Restored));
        Assert.Equal(VaultFault.MasterKeyMissing, missing.Fault);
        MasterKeys.Create().Write(Path.Combine(Restored, "demo", "vault.key"));
        var wrong = await Assert.ThrowsAsync<VaultException>(() => RunningServer.OpenAsync(demo: true, Restored));
        Assert.Equal(VaultFault.WrongMasterKey, wrong.Fault);
    }

    [Fact]
    public async Task A_backup_that_is_not_whole_is_refused_and_nothing_is_written()
    {
        string backup;
        await using (var server = await RunningServer.OpenAsync(demo: true, Data))
        {
            (backup, var taken) = await TakeAsync(server);
            Assert.DoesNotContain(taken.Files, f => f.Name is "vault.key" || f.Name.StartsWith("web-keys", StringComparison.Ordinal));
            Assert.Contains("vault.key", taken.LeftOut);
        }

        foreach (var file in Directory.GetFiles(backup, "*", SearchOption.AllDirectories).Where(f => new FileInfo(f).Length > 0))
        {
            var name = Path.GetRelativePath(backup, file);
            var bytes = await File.ReadAllBytesAsync(file);
            var altered = bytes.ToArray();
            altered[altered.Length / 2] ^= 1;

            // A new file each time: tables are hard links to the live ones.
            await ReplaceAsync(file, altered);
            await RefusedAsync(backup, name);
            File.Delete(file);
            await RefusedAsync(backup, name);
            await ReplaceAsync(file, bytes);
        }

        // Of another version of the program: said as such, not as damage.
        var manifest = Path.Combine(backup, "backup.json");
        var known = await File.ReadAllTextAsync(manifest);
        await File.WriteAllTextAsync(manifest, known.Replace(BackupManifest.CurrentFormat, "mingjian-backup@v9", StringComparison.Ordinal));
        await RefusedAsync(backup, BackupException.UnknownVersion);
        await File.WriteAllTextAsync(manifest, known);

        await File.WriteAllTextAsync(Path.Combine(backup, "more"), "x");
        await RefusedAsync(backup, "more");
        File.Delete(Path.Combine(backup, "more"));
        await BackupFiles.RestoreAsync(backup, Restored, CancellationToken.None);
        await RefusedAsync(backup, "不是空的");
    }

    [Fact]
    public async Task Nobody_but_the_owner_reads_a_backup_what_was_restored_from_it_or_the_data()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // Directories as an operator makes them without a thought.
        const UnixFileMode Open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.OtherRead
            | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(Network, Open);
        File.SetUnixFileMode(Network, Open);
        Directory.CreateDirectory(Path.Combine(Data, "backups"), Open);
        string backup;
        await using (var server = await RunningServer.OpenAsync(demo: true, Data))
        {
            Assert.Equal(Private | UnixFileMode.UserExecute, File.GetUnixFileMode(Network));
            (backup, var taken) = await TakeAsync(server);
            Assert.Contains(taken.Files, f => f.Name == "vault.db");
            AssertPrivate(backup);
            AssertPrivate(Path.Combine(Data, "backups"));
        }

        // It has travelled on something that knows no rights.
        foreach (var file in Directory.GetFiles(backup, "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            File.Delete(file);
            await File.WriteAllBytesAsync(file, bytes);
            File.SetUnixFileMode(file, Open);
        }

        var (restored, _) = await BackupFiles.RestoreAsync(backup, Restored, CancellationToken.None);
        AssertPrivate(restored);
    }

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static void AssertPrivate(string directory)
    {
        Assert.Equal(Private | UnixFileMode.UserExecute, File.GetUnixFileMode(directory));
        Assert.All(Directory.GetDirectories(directory, "*", SearchOption.AllDirectories), d => Assert.Equal((d, Private | UnixFileMode.UserExecute), (d, File.GetUnixFileMode(d))));
        var files = Directory.GetFiles(directory, "*", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        Assert.All(files, f => Assert.Equal((f, UnixFileMode.None), (f, File.GetUnixFileMode(f) & ~Private)));
    }

    [Fact]
    public async Task Only_the_operator_s_token_takes_a_backup()
    {
        await using var server = await RunningServer.OpenAsync(demo: true, Data);
        using var officer = server.Open();
        await officer.SignInAsDemoAsync("officer");
        var token = await TokenAsync();
        foreach (var header in new[] { null, "Bearer", "Bearer ", "Bearer x", token, "bearer " + token, "Bearer " + token + "0", "Bearer " + token[1..] })
        {
            var response = await PostAsync(officer, header);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("operator/token", await response.CodeAsync());
            Assert.Equal("operator/token", await (await PostAsync(officer, header, "height", """{"freeze":1}""")).CodeAsync());
        }

        // The open height can be looked at, and nothing is frozen where nothing stands still.
        var open = await (await PostAsync(officer, "Bearer " + token, "height", "{}")).Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((server.Ledger.Head.Height + 1, 1), (open.GetProperty("height").GetInt64(), open.GetProperty("epoch").GetInt32()));
        Assert.Equal("operator/nothing-stalled", await (await PostAsync(officer, "Bearer " + token, "height", """{"freeze":7}""")).CodeAsync());

        Assert.False(Directory.Exists(Path.Combine(Data, "backups")));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Network, OperatorToken.FileName)));
        }
    }

    private async Task CheckServerAsync(string network, List<AcknowledgedAct> before)
    {
        File.Copy(Path.Combine(Network, "vault.key"), Path.Combine(network, "vault.key"));
        await using var server = await RunningServer.OpenAsync(demo: true, Restored, DateTimeOffset.UtcNow);
        Assert.All(before, a => Assert.Equal(a.Index, server.Ledger.FindEntry(a.Id)));
        using var officer = server.Open();
        await officer.SignInAsDemoAsync("officer");
        var answer = await officer.SubmitAsync(officer.Sign(new IssueInvitation(officer.Member, InvitationCode.New().Key, server.Now.AddMilliseconds(60_000))));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        var people = DemoPlan.LoadOrCreate(network).People.Select(p => p.Id).ToList();
        Assert.Equal(people.Count, (await server.Services.GetRequiredService<INameDirectory>().FindAsync(people)).Count);
        var head = server.Ledger.Head.Height;
        Assert.True(await server.Services.GetRequiredService<IReadModelProgress>().WaitForAsync(head, TimeSpan.FromMinutes(2)));
        var check = await server.Services.GetRequiredService<CheckRunner>().RunAsync(CheckTrigger.Person, null, CancellationToken.None);
        Assert.Equal((head, 0), (check.Height, check.FaultCount));
    }

    private async Task<(string Directory, BackupManifest Manifest)> TakeAsync(RunningServer server)
    {
        using var nobody = server.Open();
        var response = await PostAsync(nobody, "Bearer " + await TokenAsync());
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return (answer.GetProperty("directory").GetString()!, answer.GetProperty("manifest").Deserialize<BackupManifest>(JsonSerializerOptions.Web)!);
    }

    private async Task<string> TokenAsync() => (await File.ReadAllTextAsync(Path.Combine(Network, OperatorToken.FileName))).Trim();

    private static async Task<HttpResponseMessage> PostAsync(Browser browser, string? authorization, string what = "backups", string body = "{}")
    {
        var token = (await browser.SessionAsync()).GetProperty("csrfToken").GetString()!;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/operator/" + what);
        request.Content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        request.Headers.Add("X-CSRF-TOKEN", token);
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return await browser.Client.SendAsync(request);
    }

    private static async Task ReplaceAsync(string file, byte[] bytes)
    {
        File.Delete(file);
        await File.WriteAllBytesAsync(file, bytes);
    }

    private async Task RefusedAsync(string backup, string reason)
    {
        var written = Directory.Exists(Restored);
        var refusal = await Assert.ThrowsAsync<BackupException>(() => BackupFiles.RestoreAsync(backup, Restored, CancellationToken.None));
        Assert.Contains(reason == "backup.json" ? "备份" : reason, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(written, Directory.Exists(Restored));
    }
}
