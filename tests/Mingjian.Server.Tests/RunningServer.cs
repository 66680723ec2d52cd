using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Server.Configuration;
using Mingjian.Testing;

namespace Mingjian.Server.Tests;

/// <summary>The whole server with its production wiring, on a random loopback port; only clock, disk place and port are the test's.</summary>
public sealed class RunningServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string? _directory;

    private RunningServer(WebApplication app, string directory, bool ownsDirectory, FakeTimeProvider clock)
    {
        DataDirectory = directory;
        _app = app;
        _directory = ownsDirectory ? directory : null;
        Clock = clock;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    /// <summary>Stands still until a test moves it.</summary>
    public FakeTimeProvider Clock { get; }

    public Uri Address { get; }

    public string DataDirectory { get; }

    public IServiceProvider Services => _app.Services;

    public ILedger Ledger => Services.GetRequiredService<ILedger>();

    public LedgerTime Now => LedgerTime.From(Clock.GetUtcNow());

    /// <summary>Starts with a data directory of its own, which goes with the server.</summary>
    public static Task<RunningServer> StartAsync(bool demo, params (string Key, string Value)[] settings) =>
        OpenAsync(demo, Directory.CreateTempSubdirectory("mingjian-server-tests-").FullName, ownsDirectory: true, settings);

    /// <summary>Starts on a data directory that stays when the server is disposed of.</summary>
    /// <param name="now">Where its clock stands still; null = a fixed day.</param>
    public static Task<RunningServer> OpenAsync(bool demo, string directory, DateTimeOffset? now = null, params (string Key, string Value)[] settings) =>
        OpenAsync(demo, directory, ownsDirectory: false, settings, now);

    private static async Task<RunningServer> OpenAsync(
        bool demo, string directory, bool ownsDirectory, (string Key, string Value)[] settings, DateTimeOffset? now = null)
    {
        var clock = new FakeTimeProvider(now ?? new DateTimeOffset(2026, 11, 22, 4, 0, 0, TimeSpan.Zero));
        string[] arguments =
        [
            "--contentRoot", Repository.File("src", "Mingjian.Server"),
            "--Mingjian:DataDirectory", directory,
            "--Mingjian:Start", demo ? "Demo" : "Empty",
            "--Mingjian:Port", "0",
            "--Mingjian:Limits:SignInsPerMinute", "10000",
            "--Mingjian:Limits:SignInsPerBrowser", "10000",
            "--Mingjian:Limits:WrongSignInsPerMinute", "10000",
            "--Mingjian:Limits:RequestsPerMinute", "100000",
            "--Logging:LogLevel:Default", "Warning",
            .. settings.SelectMany(s => new[] { "--" + s.Key, s.Value }),
        ];
        var app = MingjianServer.Build(arguments, builder => builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)));
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new RunningServer(app, directory, ownsDirectory, clock);
    }

    /// <summary>A browser of its own: cookies, no automatic redirects.</summary>
    public Browser Open() => new(Address, Ledger.Network, () => Now);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_directory is not null)
        {
            Directory.Delete(_directory, recursive: true);
        }
    }
}

/// <summary>One demo server for all tests that leave nothing behind that another would notice.</summary>
public sealed class DemoServer : IAsyncLifetime
{
    public RunningServer Server { get; private set; } = null!;

    /// <summary>Signed-in browsers by account: member, secretary, officer, auditor.</summary>
    public Dictionary<string, Browser> People { get; } = new(StringComparer.Ordinal);

    public async ValueTask InitializeAsync()
    {
        Server = await RunningServer.StartAsync(demo: true);
        foreach (var account in new[] { "member", "secretary", "officer", "auditor" })
        {
            var browser = Server.Open();
            await browser.SignInAsDemoAsync(account);
            People[account] = browser;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var browser in People.Values)
        {
            browser.Dispose();
        }

        await Server.DisposeAsync();
    }
}
