using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Ordering.Etcd;
using Mingjian.Server.Configuration;
using Mingjian.Server.Monitoring;
using Mingjian.Slices.Check;
using Mingjian.Slices.Kernel.Projections;

namespace Mingjian.Server.Tests;

/// <summary>Metrics for whoever has their token, health for everybody.</summary>
public sealed class MonitoringTests
{
    [Fact]
    public async Task Metrics_open_to_their_token_alone_which_stays_the_same()
    {
        var directory = Directory.CreateTempSubdirectory("mingjian-server-tests-").FullName;
        try
        {
            string token;
            await using (var server = await RunningServer.OpenAsync(demo: false, directory))
            {
                token = Token(server);
                var operators = (await File.ReadAllTextAsync(FileOf(server, "operator.token"))).Trim();
                foreach (var wrong in new[] { null, "Bearer ", "Bearer " + operators, token, "Basic " + token, "Bearer " + token[..63] })
                {
                    var refused = await ScrapeAsync(server, wrong);
                    Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
                    Assert.Equal("metrics/token", await refused.CodeAsync());
                }

                using var post = new HttpRequestMessage(HttpMethod.Post, "/metrics") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
                using var browser = server.Open();
                Assert.False((await browser.Client.SendAsync(post)).IsSuccessStatusCode);
                if (!OperatingSystem.IsWindows())
                {
                    Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FileOf(server, MetricsToken.FileName)));
                }
            }

            await using var again = await RunningServer.OpenAsync(demo: false, directory);
            Assert.Equal(token, Token(again));
            Assert.Equal(HttpStatusCode.OK, (await ScrapeAsync(again, "Bearer " + token)).StatusCode);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task The_figures_are_the_ledgers()
    {
        await using var server = await RunningServer.StartAsync(demo: true);
        await server.Services.GetRequiredService<CheckRunner>().RunAsync(Views.ReadModels.CheckTrigger.Nightly, null, default);
        var metrics = await ReadAsync(server);
        var head = server.Ledger.Head;
        Assert.Equal(head.Height, metrics["mingjian_ledger_height"]);
        Assert.Equal(head.Size, metrics["mingjian_ledger_size"]);
        Assert.Equal(head.Time.Milliseconds / 1000, metrics["mingjian_ledger_time_seconds"]);
        Assert.Equal(head.Height, metrics["mingjian_blocks_total"]);
        Assert.Equal(head.Height, metrics["mingjian_votes_total{node=\"1\"}"]);
        Assert.Equal(head.Height, metrics["mingjian_node_vote_height{node=\"1\"}"]);
        Assert.Equal(head.Size - head.Height, metrics["mingjian_acts_total{outcome=\"done\"}"]);
        Assert.Equal(head.Size - head.Height, metrics["mingjian_act_finality_duration_seconds_count"]);
        Assert.Equal(head.Size - head.Height, metrics["mingjian_block_acts_sum"]);
        Assert.Equal(0, metrics["mingjian_ledger_halted"]);
        Assert.All(["Time", "Frozen", "OtherRoot", "Restored"], reason => Assert.Equal(0, metrics[$"mingjian_ledger_held{{reason=\"{reason}\"}}"]));
        Assert.Equal(0, metrics["mingjian_ledger_lag"]);
        Assert.Equal(0, metrics["mingjian_check_faults"]);
        Assert.Equal(server.Now.Milliseconds / 1000, metrics["mingjian_check_time_seconds"]);
        Assert.DoesNotContain("mingjian_order_reachable", metrics.Keys);
    }

    [Fact]
    public async Task Health_says_in_codes_what_is_wrong()
    {
        await using var server = await RunningServer.StartAsync(demo: true);
        await server.Services.GetRequiredService<ProjectionProgress>().WaitForAsync(server.Ledger.Head.Height, TimeSpan.FromMinutes(5));
        Assert.Equal((HttpStatusCode.OK, "healthy", ""), await HealthAsync(server, "live"));
        Assert.Equal((HttpStatusCode.OK, "healthy", ""), await HealthAsync(server, "ready"));

        var order = server.Services.GetRequiredService<OrderHealth>();
        var contact = server.Clock.GetUtcNow();
        order.Read = () => new EtcdOrderingStatus(contact, 1, 0, 0, new Dictionary<int, long>());
        server.Clock.Advance(OrderHealth.LongestSilence);
        Assert.Equal((HttpStatusCode.OK, "healthy", ""), await HealthAsync(server, "ready"));
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((HttpStatusCode.OK, "degraded", "order-out-of-reach"), await HealthAsync(server, "ready"));
        order.Read = null;

        // As while the lists are made anew.
        server.Services.GetRequiredService<ServerOptions>().Limits.ReadyLag = (int)server.Ledger.Head.Height - 1;
        server.Services.GetRequiredService<ProjectionProgress>().Show(ProjectionCursors.None);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unhealthy", "lists-behind"), await HealthAsync(server, "ready"));
        Assert.Equal((HttpStatusCode.OK, "healthy", ""), await HealthAsync(server, "live"));
    }

    /// <summary>
    /// Every figure of the exposition that is this ledger's (other servers of this process are in it, too), without the labels that
    /// OpenTelemetry adds to all.
    /// </summary>
    internal static async Task<Dictionary<string, double>> ReadAsync(RunningServer server)
    {
        var response = await ScrapeAsync(server, "Bearer " + Token(server));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var line in (await response.Content.ReadAsStringAsync()).Split('\n').Where(l => l.Contains($"\"{server.Ledger.Network}\"", StringComparison.Ordinal)))
        {
            var brace = line.IndexOf('{', StringComparison.Ordinal);
            var end = brace < 0 ? line.IndexOf(' ', StringComparison.Ordinal) : line.IndexOf('}', StringComparison.Ordinal) + 1;
            var labels = brace < 0 ? "" : string.Join(',', line[(brace + 1)..(end - 1)].Split(',').Where(l => l.Length > 0 && !l.StartsWith("otel_scope", StringComparison.Ordinal)));
            var name = brace < 0 ? line[..end] : line[..brace];
            values[labels.Length == 0 ? name : $"{name}{{{labels}}}"] =
                double.Parse(line[end..].Trim().Split(' ')[0].Replace("+Inf", "∞", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);
        }

        return values;
    }

    private static string FileOf(RunningServer server, string name) =>
        Path.Combine(server.Services.GetRequiredService<ServerOptions>().NetworkDirectory, name);

    private static string Token(RunningServer server) => File.ReadAllText(FileOf(server, MetricsToken.FileName)).Trim();

    private static async Task<HttpResponseMessage> ScrapeAsync(RunningServer server, string? authorization)
    {
        using var browser = server.Open();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return await browser.Client.SendAsync(request);
    }

    private static async Task<(HttpStatusCode Status, string Said, string Reasons)> HealthAsync(RunningServer server, string kind)
    {
        using var browser = server.Open();
        var response = await browser.Client.GetAsync("/health/" + kind);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return (
            response.StatusCode, body.RootElement.GetProperty("status").GetString()!,
            string.Join(',', body.RootElement.GetProperty("reasons").EnumerateArray().Select(r => r.GetString())));
    }
}
