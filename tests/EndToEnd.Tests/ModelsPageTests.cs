using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests;

/// <summary>The administrator's models page in a real browser, over a real model host with a second small model.</summary>
public sealed class ModelsPageTests(BrowserFixture browser, ModelsProgram program) : IClassFixture<BrowserFixture>, IClassFixture<ModelsProgram>
{
    private const string Seed = "seed-chat", Second = ModelsProgram.Second, Source = "hf:owner/repo/third.gguf", Third = "owner--repo--third";
    private const float Long = 180_000;

    [Fact]
    public async Task A_second_model_is_loaded_tried_used_made_smaller_unloaded_and_deleted()
    {
        var platform = program.Platform;
        var page = await OpenAsync(platform);
        var scripted = page.Locator("[data-testid=model-row][data-engine=script]"); // of an engine that somebody else runs
        await Expect(scripted).ToHaveAttributeAsync("data-state", "ready", new() { Timeout = Long });
        await scripted.GetByTestId("model-try").ClickAsync();
        await page.GetByTestId("try-input").FillAsync("How long is the probation?");
        await page.GetByTestId("try-send").ClickAsync();
        await Expect(page.GetByTestId("try-answer")).ToContainTextAsync("Six months.");
        await page.GetByTestId("try-close").ClickAsync();
        var second = Row(page, Second);
        await Expect(second).ToHaveAttributeAsync("data-state", "unloaded");
        await Expect(Row(page, Seed).GetByTestId("model-is-default")).ToBeVisibleAsync();
        await BrowserFixture.ShootAsync(page, "30-models");

        await second.GetByTestId("model-load").ClickAsync();
        await Expect(page.GetByTestId("load-context")).ToBeFocusedAsync();
        await page.GetByTestId("load-context").FillAsync("99999999");
        await Expect(page.GetByTestId("load-ok")).ToBeDisabledAsync();
        await Expect(page.GetByTestId("fit")).ToHaveCountAsync(0); // nothing is said of numbers that were not checked
        await page.GetByTestId("load-context").FillAsync("512");
        await Expect(page.GetByTestId("fit")).ToHaveAttributeAsync("data-fits", "true", new() { Timeout = Long });
        await Expect(page.GetByTestId("load-rope-type")).ToHaveValueAsync("Yarn"); // the seed was trained on 256
        await Expect(page.GetByTestId("load-factor")).ToHaveValueAsync("2");
        await BrowserFixture.ShootAsync(page, "31-load");
        var before = await FreeAsync(page);
        await page.GetByTestId("load-ok").ClickAsync();
        await Expect(second).ToHaveAttributeAsync("data-state", "loaded", new() { Timeout = Long });
        await Expect(second).ToContainTextAsync("512");
        await UntilAsync(async () => await FreeAsync(page) < before, "the ledger does not show the loaded model");

        await second.GetByTestId("model-try").ClickAsync();
        await page.GetByTestId("try-input").FillAsync("How long is the probation?");
        await page.GetByTestId("try-send").ClickAsync();
        var turn = page.GetByTestId("try-turn");
        await Expect(turn).ToHaveAttributeAsync("data-state", new System.Text.RegularExpressions.Regex("done|failed"), new() { Timeout = Long });
        await Expect(turn).ToHaveAttributeAsync("data-state", "done");
        await Expect(turn.GetByTestId("try-figures")).ToContainTextAsync("tokens/s");
        await BrowserFixture.ShootAsync(page, "32-try");
        await page.GetByTestId("try-close").ClickAsync();

        await second.GetByTestId("model-default").ClickAsync();
        await Expect(second.GetByTestId("model-is-default")).ToBeVisibleAsync();
        await Expect(Row(page, Seed).GetByTestId("model-is-default")).ToHaveCountAsync(0);
        await page.ReloadAsync();
        await Expect(second.GetByTestId("model-is-default")).ToBeVisibleAsync();
        await Row(page, Seed).GetByTestId("model-default").ClickAsync();
        await Expect(Row(page, Seed).GetByTestId("model-is-default")).ToBeVisibleAsync();

        await second.GetByTestId("model-more").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(second.GetByTestId("model-pin")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByTestId("job-to").SelectOptionAsync("q4_0");
        await page.GetByTestId("job-name").FillAsync(Second);
        await page.GetByTestId("job-ok").ClickAsync();
        await Expect(page.GetByTestId("job-refused")).ToBeVisibleAsync(); // and what was typed stays
        await page.GetByTestId("job-name").FillAsync("smaller");
        await page.GetByTestId("job-ok").ClickAsync();
        await Expect(page.Locator("[data-testid=job-row][data-type=quantize]")).ToHaveAttributeAsync("data-state", "completed", new() { Timeout = Long });
        await BrowserFixture.ShootAsync(page, "33-jobs");
        await page.GetByTestId("tab-list").ClickAsync();
        await Expect(Row(page, "smaller")).ToHaveAttributeAsync("data-state", "unloaded");

        await second.GetByTestId("model-unload").ClickAsync();
        await Expect(second).ToHaveAttributeAsync("data-state", "unloaded", new() { Timeout = Long });
        await ChooseAsync(second, "model-delete");
        await page.GetByTestId("confirm-word").FillAsync(Second);
        await page.GetByTestId("confirm-ok").ClickAsync();
        await Expect(second).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_download_is_cancelled_goes_on_where_it_stopped_and_its_model_is_there()
    {
        var half = new TaskCompletionSource();
        await using var hub = new LocalHub { Half = half.Task };
        await using var platform = await ModelsProgram.StartAsync(("HF_ENDPOINT", hub.Address));
        var page = await OpenAsync(platform);
        await page.GetByTestId("tab-download").ClickAsync();
        await page.GetByTestId("download-source").FillAsync("owner/repo");
        await page.GetByTestId("download-start").ClickAsync();
        await Expect(page.GetByTestId("download-wrong")).ToBeVisibleAsync();

        await page.GetByTestId("download-source").FillAsync(Source);
        await page.GetByTestId("download-start").ClickAsync();
        var row = page.Locator($"[data-testid=download-row][data-name='{Source}']").First;
        await Expect(row).ToHaveAttributeAsync("data-state", "downloading", new() { Timeout = Long });
        await Expect(row.GetByTestId("download-figures")).ToContainTextAsync("of 5.3 MB");
        await BrowserFixture.ShootAsync(page, "34-download");
        await row.GetByTestId("download-cancel").ClickAsync();
        await Expect(row).ToHaveAttributeAsync("data-state", "cancelled", new() { Timeout = Long });

        half.SetResult();
        await row.GetByTestId("download-retry").ClickAsync();
        await Expect(row).ToHaveAttributeAsync("data-state", "completed", new() { Timeout = Long });
        Assert.True(hub.LastRangeFrom > 0, "the download began anew");
        await Expect(row.GetByTestId("download-sha256")).ToHaveTextAsync(LocalHub.TrueHash);
        await BrowserFixture.ShootAsync(page, "35-downloaded");
        await row.GetByTestId("download-use").ClickAsync();
        await page.GetByTestId("tab-list").ClickAsync();
        await Expect(Row(page, Third).GetByTestId("model-is-default")).ToBeVisibleAsync(new() { Timeout = Long });
        await page.GetByTestId("tab-download").ClickAsync();
        await row.GetByTestId("download-remove").ClickAsync();
        await Expect(row).ToHaveCountAsync(0);
        await page.GetByTestId("tab-list").ClickAsync();
        await Expect(Row(page, Third)).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_page_says_that_the_model_host_is_away_and_finds_it_again()
    {
        var platform = program.Platform;
        var page = await OpenAsync(platform);
        await platform.KeepModelHostAwayUntilAsync(Expect(page.GetByTestId("models-away")).ToBeVisibleAsync(new() { Timeout = Long }));
        await Expect(Row(page, Seed)).ToBeVisibleAsync(); // what it said last stays in sight
        await Expect(page.GetByTestId("models-away")).ToHaveCountAsync(0, new() { Timeout = Long });
        await Expect(Row(page, Seed)).ToHaveAttributeAsync("data-state", "loaded", new() { Timeout = Long });
    }

    [Fact]
    public async Task No_part_of_the_page_scrolls_sideways_on_a_phone_or_a_desk_in_either_language()
    {
        var platform = program.Platform;
        foreach (var (width, locale, scheme) in ((int, string, ColorScheme)[])[(390, "en-GB", ColorScheme.Light), (390, "zh-CN", ColorScheme.Dark), (1280, "zh-CN", ColorScheme.Light), (1280, "en-GB", ColorScheme.Dark)])
        {
            var page = await browser.OpenAsync(width, 844, locale, scheme);
            await page.SignInAsync(platform.Address);
            await page.GotoAsync($"{platform.Address}/admin/models");
            await Expect(Row(page, Seed)).ToBeVisibleAsync(new() { Timeout = Long });
            foreach (var tab in (string[])["list", "download", "jobs", "adapters", "engine"])
            {
                await page.GetByTestId($"tab-{tab}").ClickAsync();
                await Expect(page.GetByTestId($"tab-{tab}")).ToHaveAttributeAsync("aria-selected", "true");
                Assert.True(await page.EvaluateAsync<bool>("[...document.querySelectorAll('[role=tablist]')].every(e => e.scrollWidth <= e.clientWidth)"), $"a tab is cut off at {width} px, {locale}");
                await Expect(page.GetByTestId("adapter-version")).ToHaveCountAsync(tab == "adapters" ? 2 : 0);
                await BrowserFixture.ShootAsync(page, $"36-models-{tab}-{width}-{locale}");
                Assert.True(await page.EvaluateAsync<bool>("[document.documentElement, document.querySelector('main')].every(e => e.scrollWidth <= e.clientWidth)"), $"{tab} scrolls sideways at {width} px, {locale}");
            }
        }
    }

    private static ILocator Row(IPage page, string model) => page.Locator($"[data-testid=model-row][data-name='{model}']");

    private async Task<IPage> OpenAsync(RunningPlatform platform)
    {
        var page = await browser.OpenAsync();
        await page.SignInAsync(platform.Address);
        await page.GetByTestId("nav-models").ClickAsync();
        await Expect(Row(page, Seed)).ToHaveAttributeAsync("data-state", "loaded", new() { Timeout = Long });
        return page;
    }

    private static async Task ChooseAsync(ILocator row, string item)
    {
        await row.GetByTestId("model-more").ClickAsync();
        await row.GetByTestId(item).ClickAsync();
    }

    private static async Task<long> FreeAsync(IPage page) =>
        long.Parse((await page.GetByTestId("memory-bar").First.GetAttributeAsync("data-free"))!, System.Globalization.CultureInfo.InvariantCulture);

    private static async Task UntilAsync(Func<Task<bool>> condition, string otherwise)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(Long));
        while (!await condition())
        {
            Assert.False(deadline.IsCancellationRequested, otherwise);
            await Task.Delay(100, CancellationToken.None);
        }
    }
}
