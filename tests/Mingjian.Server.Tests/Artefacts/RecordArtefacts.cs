using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Acts.Networks;
using Mingjian.Contracts.Organizations;
using Mingjian.Primitives;
using Mingjian.Server.Access;
using Mingjian.Server.Operations;
using Mingjian.Server.Setup;
using Mingjian.Server.Shared;
using Mingjian.Storage.Sql;
using Mingjian.Testing;
using Mingjian.Vault;
using Npgsql;

namespace Mingjian.Server.Tests.Artefacts;

/// <summary>
/// Makes the kept artefacts of a release with that release's own code (tests/artefacts/README.md), only when asked: <c>MINGJIAN_WRITE_ARTEFACTS=v1</c> names the
/// directory below tests/artefacts, <c>v1/ledger</c> one part of it. Never record a directory of an earlier release anew.
/// </summary>
internal sealed class RecordArtefacts : IDisposable
{
    private static readonly string[] Kept = ["dues", "identity", "pending", "vault"];

    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-artefacts-").FullName;

    private string Network => Path.Combine(_directory, "network");

    /// <summary>Release, and part or null; empty when nothing is to be recorded.</summary>
    private static string[] Asked => Environment.GetEnvironmentVariable("MINGJIAN_WRITE_ARTEFACTS")?.Split('/') ?? [];

    /// <summary>Records what was asked for.</summary>
    public static async Task RunIfAskedAsync()
    {
        foreach (var (part, record) in new (string Part, Func<RecordArtefacts, Task> Record)[]
        {
            ("sqlite", r => r.SqliteAsync()), ("postgresql", r => r.PostgreSqlAsync()), ("ledger", r => r.LedgerAsync()),
        })
        {
            if (Asked is [_] || (Asked is [_, var wanted] && wanted == part))
            {
                using var recorder = new RecordArtefacts();
                await record(recorder);
            }
        }
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task SqliteAsync()
    {
        await using (var server = await RunningServer.OpenAsync(demo: false, _directory))
        {
            await KeptRows.FillAsync(server.Services);
            AccessGrantFile.Grant(Network, "监督组", AccessPurpose.Audit, KeptRows.Time.ToDateTimeOffset(), TimeSpan.FromDays(30));
        }

        var target = Target("sqlite");
        foreach (var store in Kept)
        {
            // As a whole, without free pages or a log beside it.
            await using var connection = new SqliteConnection($"Data Source={Path.Combine(Network, store + ".db")};Pooling=False");
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "VACUUM INTO $file";
            command.Parameters.AddWithValue("$file", Path.Combine(target, store + ".db"));
            await command.ExecuteNonQueryAsync();
        }

        File.Copy(Path.Combine(Network, "vault.key"), Path.Combine(target, "vault.key"));
        File.Copy(Path.Combine(Network, AccessGrantFile.FileName), Path.Combine(target, AccessGrantFile.FileName));
        CopyAll(Path.Combine(Network, "web-keys"), Directory.CreateDirectory(Path.Combine(target, "web-keys")).FullName);
    }

    private async Task PostgreSqlAsync()
    {
        var database = await PostgresCluster.CreateDatabaseAsync();
        await using (var server = await RunningServer.OpenAsync(
            demo: false, _directory, null, ("Sql:Provider", "postgresql"), ("Sql:ConnectionString", database)))
        {
            await KeptRows.FillAsync(server.Services);
            await using var shared = new SharedDatabase((DbContextOptions<SharedDatabase>)new DbContextOptionsBuilder<SharedDatabase>()
                .UseMingjian(new SqlSettings(SqlProvider.PostgreSql, ".", database), SharedDatabase.Name).Options);
            await shared.MigrateStoreAsync();
            var vault = await server.Services.GetRequiredService<VaultAccess>().GetAsync();
            shared.Add(new SharedValue
            {
                Kind = "kept",
                Name = "value",
                Owner = string.Empty,
                Value = vault.SealShared("kept/value", KeptRows.SharedValue),
                Expires = KeptRows.Time.AddMilliseconds(3_000_000_000_000),
            });
            await shared.SaveChangesAsync();
        }

        var target = Target("postgresql");
        File.Copy(Path.Combine(Network, "vault.key"), Path.Combine(target, "vault.key"));
        await File.WriteAllTextAsync(Path.Combine(target, "stores.sql"), await DumpAsync(database));
    }

    /// <summary>Depends on the forms of entries, seals and network files.</summary>
    private async Task LedgerAsync()
    {
        var target = Target("ledger");
        await using (var server = await RunningServer.OpenAsync(demo: false, _directory))
        {
            using var browser = server.Open();
            var officer = browser.Sign(new FoundNetwork(LedgerId.New<OrganizationId>(), Hash32.Of([1]), LedgerId.New<MemberId>(), browser.Key.Key));
            using (var founding = await browser.PostAsync(
                "/api/v1/setup", $"{{\"envelopes\":[{officer}]}}", server.Services.GetRequiredService<SetupCode>().Text))
            {
                Assert.Equal(HttpStatusCode.OK, founding.StatusCode);
            }

            var committee = server.Ledger.ReadState().Get(OrganizationsState.TopKey)!.Committee;
            using (var more = await browser.SubmitAsync(
                browser.Sign(new EstablishOrganization(KeptRows.Branch, committee, OrganizationKind.PartyBranch, Hash32.Of([2])))))
            {
                Assert.Equal(HttpStatusCode.OK, more.StatusCode);
            }

            await KeptRows.FillAsync(server.Services);
            await File.WriteAllBytesAsync(
                Path.Combine(target, NetworkFile.FileName), await browser.Client.GetByteArrayAsync("/ledger/network?anchor=genesis"));
            await ZipFile.CreateFromDirectoryAsync(await BackupAsync(browser), Path.Combine(target, "backup.zip"), CompressionLevel.SmallestSize, includeBaseDirectory: false);
        }

        File.Copy(Path.Combine(Network, "vault.key"), Path.Combine(target, "vault.key"));
    }

    private async Task<string> BackupAsync(Browser browser)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/operator/backups");
        request.Headers.Add("X-CSRF-TOKEN", (await browser.SessionAsync()).GetProperty("csrfToken").GetString()!);
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Bearer", (await File.ReadAllTextAsync(Path.Combine(Network, OperatorToken.FileName))).Trim());
        request.Content = JsonContent.Create(new { });
        using var answer = await browser.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("directory").GetString()!;
    }

    private static string Target(string part)
    {
        var target = Repository.File("tests", "artefacts", Asked[0], part);
        if (Directory.Exists(target))
        {
            Directory.Delete(target, recursive: true);
        }

        return Directory.CreateDirectory(target).FullName;
    }

    private static void CopyAll(string source, string target)
    {
        foreach (var file in Directory.GetFiles(source))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }
    }

    /// <summary>What pg_dump writes of our schemas, without remarks and psql's own commands, so that any client can run it.</summary>
    private static async Task<string> DumpAsync(string database)
    {
        var at = new NpgsqlConnectionStringBuilder(database);
        string[] arguments =
        [
            "--host", at.Host!, "--port", at.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "--username", at.Username!, "--inserts",
            "--no-owner", "--no-privileges", "--exclude-schema", "readmodels", "--exclude-schema", "public", at.Database!,
        ];
        using var dump = Process.Start(new ProcessStartInfo("pg_dump", arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var text = await dump.StandardOutput.ReadToEndAsync();
        await dump.WaitForExitAsync();
        Assert.Equal(0, dump.ExitCode);
        var lines = text.Split('\n').Where(l => l.Length > 0 && !l.StartsWith("--", StringComparison.Ordinal) && l[0] != '\\');
        return string.Join('\n', lines) + "\n";
    }
}
