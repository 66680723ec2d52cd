using Microsoft.Playwright;

namespace Mingjian.EndToEnd.Tests;

/// <summary>Debian's Chromium, driven by Playwright; one for the whole test run.</summary>
/// <remarks>The build without a window, which needs a fifth less processor time; <c>MINGJIAN_CHROMIUM</c> names another.</remarks>
public sealed class BrowserFixture : IAsyncLifetime
{
    private IPlaywright? _playwright;

    public IBrowser Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        // The default of five seconds is for machines that do nothing else.
        Assertions.SetDefaultExpectTimeout(30_000);
        Browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("MINGJIAN_CHROMIUM") ?? "/usr/bin/chromium-headless-shell",
            Headless = true,
            Args =
            [
                "--lang=zh-CN", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
                // Every page loads the trust module anew: compiling it well takes longer than it then saves.
                "--js-flags=--liftoff-only",
                // A camera that everybody may use, and what it sees.
                "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--use-file-for-fake-video-capture=" + CameraFilm.Path,
            ],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null)
        {
            await Browser.DisposeAsync();
        }

        _playwright?.Dispose();
        File.Delete(CameraFilm.Path);
    }
}
