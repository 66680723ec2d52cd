using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Contracts;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;
using Mingjian.Slices.Check;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Slices.Members;
using Mingjian.Testing;
using Mingjian.Vault;
using Mingjian.Views.Directory;
using Mingjian.Views.ReadModels;
using Npgsql;

namespace Mingjian.Server.Tests;

/// <summary>The whole server with every SQL store on a real PostgreSQL.</summary>
public sealed class PostgreSqlServerTests
{
    private static readonly Dictionary<string, MessageType> Commands =
        AllContracts.Create().SelectMany(c => c.Commands).ToDictionary(c => c.Name, StringComparer.Ordinal);

    [Fact]
    public async Task A_roster_imported_on_PostgreSQL_is_read_back_also_after_a_restart()
    {
        var settings = await PostgreSql.SettingsAsync();
        var directory = Directory.CreateTempSubdirectory("mingjian-pg-server-").FullName;
        try
        {
            ImportId import;
            await using (var server = await RunningServer.OpenAsync(demo: true, directory, null, settings))
            {
                import = await ImportAsync(server);
                await CheckAsync(server, import);
            }

            await using (var server = await RunningServer.OpenAsync(demo: true, directory, null, settings))
            {
                await CheckAsync(server, import);
            }

            Assert.Empty(Directory.GetFiles(directory, "*.db", SearchOption.AllDirectories));
            Assert.Equal(["dues", "identity", "pending", "readmodels", "vault"], await SchemasAsync(settings));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<ImportId> ImportAsync(RunningServer server)
    {
        using var officer = server.Open();
        await officer.SignInAsDemoAsync("officer");
        using var content = new ByteArrayContent(await File.ReadAllBytesAsync(Repository.Sample("roster-300.xlsx")));
        var upload = await officer.PostAsync("/api/v1/roster/imports", content);
        Assert.Equal(HttpStatusCode.OK, upload.StatusCode);
        var draft = await upload.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(300, draft.GetProperty("good").GetInt32());

        var confirm = await officer.PostAsync($"/api/v1/roster/imports/{draft.GetProperty("draft").GetString()}/confirm", new { });
        Assert.Equal(HttpStatusCode.OK, confirm.StatusCode);
        var staged = await confirm.Content.ReadFromJsonAsync<JsonElement>();
        var acts = staged.GetProperty("commands").EnumerateArray().Select(item => officer.Sign(
            (ICommand)item.GetProperty("body").Deserialize(Commands[item.GetProperty("command").GetString()!].Json)!));
        var answer = await officer.SubmitAsync([.. acts]);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return LedgerId.Parse<ImportId>(staged.GetProperty("import").GetString()!);
    }

    private static async Task CheckAsync(RunningServer server, ImportId import)
    {
        var services = server.Services;
        var head = server.Ledger.Head.Height;
        Assert.True(await services.GetRequiredService<IReadModelProgress>().WaitForAsync(head, TimeSpan.FromMinutes(2)));
        await using var models = await services.GetRequiredService<IDbContextFactory<ReadModelContext>>().CreateDbContextAsync();
        Assert.True(models.Database.IsNpgsql());
        var members = await models.Members().AsNoTracking().Where(m => m.Import == import).Select(m => m.Member).ToListAsync();
        Assert.Equal(300, members.Count);
        Assert.Equal(300, (await services.GetRequiredService<INameDirectory>().FindAsync(members)).Count);
        var vault = await services.GetRequiredService<VaultAccess>().GetAsync();
        Assert.Equal(18, (await vault.FindRecordAsync(members[0]))!.IdNumber.Length);
        var check = await services.GetRequiredService<CheckRunner>().RunAsync(CheckTrigger.Person, null, CancellationToken.None);
        Assert.Empty(check.Faults);
        Assert.Equal(head, check.Height);
    }

    private static async Task<List<string>> SchemasAsync((string Key, string Value)[] settings)
    {
        await using var connection = new NpgsqlConnection(settings.Single(s => s.Key == "Sql:ConnectionString").Value);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT DISTINCT table_schema::text FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1",
            connection);
        await using var reader = await command.ExecuteReaderAsync();
        var names = new List<string>();
        while (await reader.ReadAsync())
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }
}

internal static class PostgreSql
{
    /// <summary>Settings of a server on a new database of this process's own cluster.</summary>
    public static async Task<(string Key, string Value)[]> SettingsAsync() =>
        [("Sql:Provider", "postgresql"), ("Sql:ConnectionString", await PostgresCluster.CreateDatabaseAsync())];
}
