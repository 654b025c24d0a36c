using Microsoft.Playwright;

namespace Platform.EndToEnd.Tests;

/// <summary>Debian's Chromium, headless, driven by Playwright; one for all tests of a class, a fresh profile for each page.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    internal async Task<IPage> OpenAsync(int width = 1280, int height = 860, string locale = "en-GB", ColorScheme scheme = ColorScheme.Light)
    {
        var context = await _browser!.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = height }, Locale = locale, ColorScheme = scheme });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(60_000);
        return page;
    }

    /// <summary>Keeps what the page shows as a file among the test output.</summary>
    internal static Task ShootAsync(IPage page, string name) => page.ScreenshotAsync(new() { Path = Repository.Output("screenshots", $"{name}.png") });

    public async ValueTask InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(60_000); // two busy cores may take longer than Playwright's five seconds, and the other projects' tests run beside these
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("PLATFORM_CHROMIUM") ?? "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
        _playwright?.Dispose();
    }
}
