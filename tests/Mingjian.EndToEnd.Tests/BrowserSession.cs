using Microsoft.Playwright;

namespace Mingjian.EndToEnd.Tests;

/// <summary>Screen sizes every page is looked at in.</summary>
public enum Screen
{
    /// <summary>1280x800.</summary>
    Desktop,

    /// <summary>390x844, touch.</summary>
    Phone,
}

/// <summary>One person's browser: a context of its own, whose console errors and failed requests are faults of the test.</summary>
internal sealed class BrowserSession : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly string _screenshots;
    private readonly List<string> _faults = [];

    private BrowserSession(IBrowserContext context, IPage page, string screenshots)
    {
        _context = context;
        Page = page;
        _screenshots = screenshots;
    }

    public IPage Page { get; }

    public static async Task<BrowserSession> OpenAsync(IBrowser browser, Uri address, Screen screen)
    {
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address.ToString(),
            Locale = "zh-CN",
            TimezoneId = "Asia/Shanghai",
            ViewportSize = screen == Screen.Desktop ? new() { Width = 1280, Height = 800 } : new() { Width = 390, Height = 844 },
            HasTouch = screen == Screen.Phone,
            IsMobile = screen == Screen.Phone,
            DeviceScaleFactor = screen == Screen.Phone ? 2 : 1,
            AcceptDownloads = true,
        });
        var screenshots = Path.Combine(Repository.Root, "artifacts", "screenshots");
        Directory.CreateDirectory(screenshots);
        var session = new BrowserSession(context, await context.NewPageAsync(), screenshots);
        session.Watch(session.Page);
        return session;
    }

    /// <summary>Allows one expected fault text, for example the console line of a deliberate 422.</summary>
    public void Forgive(string text) => _faults.RemoveAll(f => f.Contains(text, StringComparison.Ordinal));

    /// <summary>Signs in through the demo page; ends on the account's first page.</summary>
    public async Task SignInAsync(string account)
    {
        await Page.GotoAsync("demo");
        await Page.Locator($"button[data-account={account}]").ClickAsync();
        await Page.WaitForURLAsync(url => !url.EndsWith("/demo", StringComparison.Ordinal), new() { Timeout = 60_000 });
        await Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
    }

    /// <summary>Waits until a staff page's circuit answers; before that, clicks are lost.</summary>
    public async Task WaitUntilInteractiveAsync()
    {
        await Page.Locator("[data-mj-ready]").WaitForAsync(new() { State = WaitForSelectorState.Attached, Timeout = 60_000 });
    }

    /// <summary>Chooses a file as soon as a person could.</summary>
    public async Task ChooseFileAsync(string label, string file)
    {
        var field = Page.GetByLabel(label);
        await Assertions.Expect(field).ToBeEnabledAsync(new() { Timeout = 60_000 });
        await field.SetInputFilesAsync(file);
    }

    /// <summary>Confirms the signing dialog and waits until it has closed.</summary>
    public async Task SignAsync(string screenshot)
    {
        var dialog = Page.Locator("dialog.mj-sign");
        var confirm = dialog.GetByRole(AriaRole.Button, new() { Name = "确认签名" });
        await Assertions.Expect(confirm).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await ShootAsync(screenshot);
        await confirm.ClickAsync();
        // Gone, or a refusal to read: whichever comes first.
        await Assertions.Expect(dialog.Locator(".note.bad").Or(Page.Locator("body:not(:has(dialog.mj-sign))"))).ToBeVisibleAsync(new() { Timeout = 120_000 });
        Assert.True(await dialog.CountAsync() == 0, await dialog.CountAsync() == 0 ? null : await dialog.InnerTextAsync());
    }

    /// <summary>Bytes of an address as this signed-in person gets them.</summary>
    public async Task<byte[]> FetchAsync(string path)
    {
        var response = await _context.APIRequest.GetAsync(path);
        Assert.True(response.Ok, $"{path} answered {response.Status}.");
        return await response.BodyAsync();
    }

    /// <param name="page">Another window of this person; null = the first.</param>
    public Task ShootAsync(string name, bool fullPage = false, IPage? page = null) =>
        (page ?? Page).ScreenshotAsync(new() { Path = Path.Combine(_screenshots, $"{name}.png"), FullPage = fullPage });

    public void AssertNoConsoleErrors() => Assert.True(_faults.Count == 0, string.Join(Environment.NewLine, _faults));

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Watch(IPage page)
    {
        page.Console += (_, message) =>
        {
            if (message.Type is "error")
            {
                _faults.Add($"{page.Url}: {message.Text}");
            }
        };
        page.PageError += (_, error) => _faults.Add($"{page.Url}: {error}");
    }
}
