using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Mingjian.Acts.Networks;
using Mingjian.Engine.Keys;
using Mingjian.Primitives;
using Mingjian.Server.Channel;
using Mingjian.Server.Configuration;
using Mingjian.Storage.Sql;

namespace Mingjian.Server.Tests.Apart;

/// <summary>What a process of each role offers, and what it refuses to start with.</summary>
public sealed class RoleTests : IDisposable
{
    private static readonly NetworkId Network = NetworkId.Parse("apart.mingjian.invalid/1");

    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-role-").FullName;

    /// <summary>Every endpoint of a node without pages: what it answers without a token, and with the one of <c>web.token</c>.</summary>
    private static readonly Dictionary<string, string> NodeEndpoints = new(StringComparer.Ordinal)
    {
        ["GET /api/v1/session"] = "200 200",
        ["GET /api/v1/web/acts/{id}"] = "401 404",
        ["GET /api/v1/web/standing"] = "401 200",
        ["GET /health/live"] = "200 200",
        ["GET /health/ready"] = "200 200",
        ["GET /ledger/agreement"] = "404 404",
        ["GET /ledger/checkpoint"] = "404 404",
        ["GET /ledger/network"] = "200 200",
        ["GET /ledger/node"] = "200 200",
        ["GET /ledger/nodes"] = "200 200",
        ["GET /ledger/state/{**key}"] = "401 404",
        ["GET /ledger/tile/{**tile}"] = "404 404",
        ["GET /ledger/witnessed"] = "404 404",
        ["GET /metrics"] = "401 401",
        ["GET /openapi/{documentName:regex(^v1$)}.json"] = "200 200",
        ["POST /api/v1/network/acts"] = "422 422",
        ["POST /api/v1/operator/backups"] = "401 401",
        ["POST /api/v1/operator/height"] = "401 401",
        ["POST /api/v1/web/acts"] = "401 400",
    };

    [Fact]
    public async Task A_node_without_pages_answers_each_endpoint_as_the_table_says()
    {
        await using var node = await RunningServer.OpenAsync(demo: false, Path.Combine(_directory, "node"), null, ("Mingjian:Role", "Node"));
        var endpoints = node.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        Assert.All(endpoints, e => Assert.True(
            e.Metadata.GetMetadata<IAuthorizeData>() is not null || e.Metadata.GetMetadata<IAllowAnonymous>() is not null, e.DisplayName));
        var token = (await File.ReadAllTextAsync(Path.Combine(_directory, "node", "network", ChannelToken.FileName))).Trim();
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var endpoint in endpoints)
        {
            var pattern = "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
            var path = pattern.Replace("{id}", new string('0', 64), StringComparison.Ordinal).Replace("{**tile}", "0/000.p/1", StringComparison.Ordinal)
                .Replace("{documentName:regex(^v1$)}", "v1", StringComparison.Ordinal);
            foreach (var method in (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Where(m => m != "HEAD"))
            {
                found[$"{method} {pattern}"] = $"{await AskAsync(node, method, path, null)} {await AskAsync(node, method, path, token)}";
            }
        }

        Assert.Equal(NodeEndpoints.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key} | {e.Value}"), found.Select(e => $"{e.Key} | {e.Value}"));
        // Entries are for its web processes, among others; without the token nothing is said, and with it that an empty ledger has none.
        Assert.Equal("401 404", $"{await AskAsync(node, "GET", "/ledger/tile/entries/000.p/1", null)} {await AskAsync(node, "GET", "/ledger/tile/entries/000.p/1", token)}");
        Assert.Empty(Directory.GetFiles(Path.Combine(_directory, "node"), "*.db", SearchOption.AllDirectories));
        Assert.False(File.Exists(Path.Combine(_directory, "node", "network", "vault.key")));
    }

    [Theory]
    [InlineData("no section", "Mingjian:Web: Node, Network and TokenFile")]
    [InlineData("a node as well", "is no node")]
    [InlineData("SQLite", "Sql:Provider=postgresql")]
    [InlineData("a token in the clear", "https")]
    [InlineData("no token", "not a copy of the node's file web.token")]
    [InlineData("half a token", "not a copy of the node's file web.token")]
    [InlineData("no network file", "missing.mjnet.json")]
    [InlineData("a later network file", "network file of the founding")]
    [InlineData("no certificate in the authority's file", "certificate")]
    [InlineData("data of another ledger", "belongs to another ledger")]
    public void A_web_process_that_cannot_run_as_configured_is_refused_and_says_why(string what, string said)
    {
        var options = Options();
        var sql = new SqlSettings(SqlProvider.PostgreSql, _directory, "Host=nowhere.invalid");
        switch (what)
        {
            case "no section": options.Web = null; break;
            case "a node as well": options.Node = new NodeOptions(); break;
            case "SQLite": sql = new SqlSettings(SqlProvider.Sqlite, _directory); break;
            case "a token in the clear": options.Web!.Node = new Uri("http://node.example/"); break;
            case "no token": File.Delete(options.Web!.TokenFile); break;
            case "half a token": File.WriteAllText(options.Web!.TokenFile, new string('0', 32)); break;
            case "no network file": options.Web!.Network = Path.Combine(_directory, "missing.mjnet.json"); break;
            case "a later network file": options.Web!.Network = Write(new TrustAnchor(5, Hash32.Of("root"u8), 9, new LedgerTime(1))); break;
            case "no certificate in the authority's file": options.Web!.Authority = options.Web.TokenFile; break;
            case "data of another ledger":
                File.WriteAllText(Path.Combine(Directory.CreateDirectory(options.NetworkDirectory).FullName, "network.txt"), "other.invalid/1\n");
                break;
        }

        var fault = Assert.Throws<OptionsValidationException>(() => WebIdentity.Load(options, sql));
        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_role_stops_the_start() => await Assert.ThrowsAsync<InvalidOperationException>(
        () => RunningServer.OpenAsync(demo: false, Path.Combine(_directory, "none"), null, ("Mingjian:Role", "Voter")));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static async Task<string> AskAsync(RunningServer node, string method, string path, string? token)
    {
        using var browser = node.Open();
        browser.Client.DefaultRequestHeaders.Authorization = token is null ? null : new("Bearer", token);
        using var answer = method == "GET" ? await browser.Client.GetAsync(path) : await browser.PostAsync(path, "{}");
        return ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
    }

    private ServerOptions Options()
    {
        var token = Path.Combine(_directory, "web.token");
        File.WriteAllText(token, new string('a', 64) + "\n");
        return new ServerOptions
        {
            Role = ServerRole.Web,
            DataDirectory = Path.Combine(_directory, "data"),
            Web = new WebOptions { Node = new Uri("https://node.example/"), TokenFile = token, Network = Write(TrustAnchor.Genesis) },
        };
    }

    private string Write(TrustAnchor anchor)
    {
        var file = Path.Combine(_directory, "network.mjnet.json");
        var keys = NodeKeys.LoadOrCreate(Path.Combine(_directory, "keys"), Network, 1);
        File.WriteAllBytes(file, NetworkFile.Create(Network, anchor, new NodeSet([keys.Public]), []).Encode());
        return file;
    }
}
