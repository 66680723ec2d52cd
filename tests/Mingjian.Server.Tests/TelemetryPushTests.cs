using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mingjian.Server.Tests;

/// <summary>Metrics and traces reach a collector by OTLP where an operator has named one.</summary>
public sealed class TelemetryPushTests
{
    [Theory]
    [InlineData("grpc", "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", "/opentelemetry.proto.collector.trace.v1.TraceService/Export")]
    [InlineData("http/protobuf", "/v1/metrics", "/v1/traces")]
    public async Task A_collector_gets_figures_and_traces_and_no_query(string protocol, string metrics, string traces)
    {
        await using var collector = await Collector.StartAsync(protocol == "grpc" ? HttpProtocols.Http2 : HttpProtocols.Http1);
        const string secret = "what-somebody-typed";
        string network;
        await using (var server = await RunningServer.StartAsync(
            demo: false, ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
            ("OTEL_METRIC_EXPORT_INTERVAL", "50")))
        {
            network = server.Ledger.Network.ToString();
            using var browser = server.Open();
            (await browser.Client.GetAsync("/sign-in?name=" + secret)).Dispose();
            (await browser.Client.GetAsync("/health/ready")).Dispose();
            // Another test's ledger in this process may be told of first.
            await collector.FirstWith(metrics, network).WaitAsync(TimeSpan.FromMinutes(1));
        }

        var figures = collector.Received(metrics);
        Assert.Contains(network, figures, StringComparison.Ordinal);
        Assert.Contains("mingjian.ledger.height", figures, StringComparison.Ordinal);

        // Traces that were not sent yet are sent when the server stops.
        var spans = collector.Received(traces);
        Assert.Contains("service.name", spans, StringComparison.Ordinal);
        Assert.Contains("/sign-in", spans, StringComparison.Ordinal);
        Assert.DoesNotContain("/health/ready", spans, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, spans + figures, StringComparison.Ordinal);
    }

    /// <summary>Takes what is sent as a collector would, and keeps the bytes.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly System.Threading.Channels.Channel<bool> _news = System.Threading.Channels.Channel.CreateUnbounded<bool>();
        private readonly ConcurrentQueue<(string Path, byte[] Body)> _received = new();
        private readonly WebApplication _app;

        private Collector(WebApplication app) => _app = app;

        public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

        public static async Task<Collector> StartAsync(HttpProtocols protocols)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0, l => l.Protocols = protocols));
            var app = builder.Build();
            var collector = new Collector(app);
            app.Run(async context =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                collector._received.Enqueue((context.Request.Path, body.ToArray()));
                collector._news.Writer.TryWrite(true);
                if (protocols == HttpProtocols.Http2)
                {
                    // An empty message, uncompressed, and status 0.
                    context.Response.ContentType = "application/grpc";
                    context.Response.DeclareTrailer("grpc-status");
                    await context.Response.Body.WriteAsync(new byte[5]);
                    context.Response.AppendTrailer("grpc-status", "0");
                }
                else
                {
                    context.Response.ContentType = "application/x-protobuf";
                }
            });
            await app.StartAsync();
            return collector;
        }

        /// <summary>Ends when something with a word in it has come to a path.</summary>
        public async Task FirstWith(string path, string word)
        {
            while (!Received(path).Contains(word, StringComparison.Ordinal))
            {
                await _news.Reader.ReadAsync();
            }
        }

        /// <summary>All that came to a path; names and values in it are readable text.</summary>
        public string Received(string path) =>
            string.Concat(_received.Where(r => r.Path == path).Select(r => Encoding.Latin1.GetString(r.Body)));

        public ValueTask DisposeAsync() => _app.DisposeAsync();
    }
}
