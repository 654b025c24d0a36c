using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests;

/// <summary>Signing out in one tab, as the browser's other tabs see it.</summary>
[Collection(nameof(SharedProgram))]
public sealed class SignOutTests(SharedProgram program)
{
    // Pages let their connections be cut, as a network does.
    private const string Cuttable = """
        window.sockets = [];
        window.WebSocket = class extends WebSocket { constructor(...given) { super(...given); window.sockets.push(this); } };
        """;

    [Fact]
    public async Task Every_tab_is_led_to_the_sign_in()
    {
        var page = await program.OpenAsAdministratorAsync(1280, 860, "en-GB");
        await page.GetByTestId("nav-models").ClickAsync(); // which reads anew by itself, all the time
        await Expect(page.GetByTestId("models-page")).ToHaveAttributeAsync("data-read", "true");
        var tab = await SecondTabAsync(page);
        await SignOutAsync(tab);
        await LeavesAsync(page, "the other tab");
    }

    [Fact]
    public async Task A_tab_whose_connection_was_cut_meanwhile_is_led_there_too_once_it_is_back()
    {
        var page = await program.OpenAsync(prepare: page => page.AddInitScriptAsync(Cuttable));
        var tab = await SecondTabAsync(page);
        await page.RouteAsync("**/*", route => route.AbortAsync());
        await page.EvaluateAsync("sockets.forEach(socket => socket.close())");
        await Expect(page.Locator("#components-reconnect-modal")).ToBeVisibleAsync();
        await SignOutAsync(tab);
        await Expect(page.Locator("#components-reconnect-modal")).ToBeVisibleAsync(); // it could not be told
        await page.UnrouteAsync("**/*");
        await LeavesAsync(page, "the tab that was away");
    }

    private async Task<IPage> SecondTabAsync(IPage page)
    {
        var tab = await page.Context.NewPageAsync();
        await tab.GotoAsync($"{program.Address}/knowledge");
        await Expect(tab.GetByTestId("base-new")).ToBeEnabledAsync();
        return tab;
    }

    private static async Task SignOutAsync(IPage tab)
    {
        await tab.GetByTestId("user-menu").ClickAsync();
        await tab.GetByTestId("sign-out").ClickAsync();
        await LeavesAsync(tab, "the tab itself");
    }

    private static async Task LeavesAsync(IPage page, string which)
    {
        try
        {
            await Expect(page.GetByTestId("sign-in-submit")).ToBeVisibleAsync(new() { Timeout = 120_000 });
        }
        catch (PlaywrightException never)
        {
            Assert.Fail($"{which} stays on {page.Url}, with the connection's bar as {await page.Locator("#components-reconnect-modal").GetAttributeAsync("class")}: {never.Message}\n{await page.Locator("body").InnerTextAsync()}");
        }
    }
}
