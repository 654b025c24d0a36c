using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests;

/// <summary>One program and one browser for the tests that want nothing of its start: starting takes longer than most of what they do. Each works as a person of their own, who sees nothing of what the others made.</summary>
public sealed class SharedProgram : IAsyncLifetime
{
    private readonly BrowserFixture _browser = new();
    private RunningPlatform? _platform;
    private IPage? _users; // the administrator's list of accounts
    private IPage? _last; // the test's before
    private int _people;

    internal string Address => _platform!.Address;

    /// <summary>A page of a new person's, signed in and on the chat; prepare runs before its first address.</summary>
    internal async Task<IPage> OpenAsync(int width = 1280, int height = 860, string locale = "en-GB", ColorScheme scheme = ColorScheme.Light, Func<IPage, Task>? prepare = null)
    {
        var email = $"person{++_people}@example.org";
        var start = await AddAsync(email);
        var page = await NextAsync(width, height, locale, scheme);
        await (prepare?.Invoke(page) ?? Task.CompletedTask);
        await page.GotoAsync(Address);
        await page.EnterAsync(email, start);
        await page.GetByTestId("password-present").FillAsync(start);
        await page.GetByTestId("password-new").FillAsync(RunningPlatform.AdminPassword);
        await page.GetByTestId("password-again").FillAsync(RunningPlatform.AdminPassword);
        await page.GetByTestId("password-submit").ClickAsync(); // which leads to the chat
        await Expect(page.GetByTestId("chat-input")).ToBeEnabledAsync(new() { Timeout = 120_000 });
        return page;
    }

    /// <summary>A page of the administrator's.</summary>
    internal async Task<IPage> OpenAsAdministratorAsync(int width, int height, string locale)
    {
        var page = await NextAsync(width, height, locale, ColorScheme.Light);
        await page.SignInAsync(Address);
        return page;
    }

    public async ValueTask InitializeAsync()
    {
        await _browser.InitializeAsync();
        _platform = await RunningPlatform.StartAsync();
        _users = await _browser.OpenAsync();
        await _users.SignInAsync(Address);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        await (_platform?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private async Task<IPage> NextAsync(int width, int height, string locale, ColorScheme scheme)
    {
        await (_last?.Context.CloseAsync() ?? Task.CompletedTask);
        return _last = await _browser.OpenAsync(width, height, locale, scheme);
    }

    // The start password that the program made for them.
    private async Task<string> AddAsync(string email)
    {
        await _users!.GotoAsync($"{Address}/admin/users"); // anew: what failed before one test is not there before the next
        await _users.GetByTestId("user-add").ClickAsync();
        await _users.GetByTestId("user-email").FillAsync(email);
        var start = await _users.GetByTestId("user-password").InputValueAsync();
        await _users.GetByTestId("user-save").ClickAsync();
        await Expect(_users.Locator($"[data-testid=user-row][data-name='{email}']")).ToBeVisibleAsync();
        return start;
    }
}

/// <summary>Gathers the tests that share it.</summary>
[CollectionDefinition(nameof(SharedProgram))]
public sealed class SharedProgramTests : ICollectionFixture<SharedProgram>;
