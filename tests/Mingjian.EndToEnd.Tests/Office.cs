namespace Mingjian.EndToEnd.Tests;

/// <summary>One browser and one demo server for all tests that can share them; these run one after another.</summary>
public sealed class Office : IAsyncLifetime
{
    private readonly BrowserFixture _browsers = new();

    internal ServerProcess Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _browsers.InitializeAsync();
        // Many people sign in from one address here.
        Server = await ServerProcess.StartAsync(
            empty: false, null, [("Mingjian:Limits:SignInsPerMinute", "1000")], TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }

        await _browsers.DisposeAsync();
    }

    internal Task<BrowserSession> OpenAsync(Screen screen) => BrowserSession.OpenAsync(_browsers.Browser, Server.Address, screen);

    /// <summary>A browser in which somebody is signed in through the demo page.</summary>
    internal async Task<BrowserSession> OpenAsync(string account, Screen screen)
    {
        var session = await OpenAsync(screen);
        await session.SignInAsync(account);
        return session;
    }
}

/// <summary>Names the tests that share an <see cref="Office"/>.</summary>
[CollectionDefinition(nameof(Office))]
public sealed class OfficeTests : ICollectionFixture<Office>;
