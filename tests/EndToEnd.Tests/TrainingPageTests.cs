using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests;

/// <summary>From documents to an adapter that answers, in a real browser, by the real trainer on the seed model.</summary>
public sealed class TrainingPageTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const float Long = 120_000;

    [Fact]
    public async Task An_adapter_is_trained_on_rows_of_documents_promoted_asked_and_rolled_back_while_the_base_answers_as_before()
    {
        await using var platform = await RunningPlatform.StartAsync();
        var page = await browser.OpenAsync(1280, 800);
        await page.SignInAsync(platform.Address);
        await page.CreateBaseAsync(platform.Address, "Security");
        await page.GetByTestId("upload-input").SetInputFilesAsync(Path.Combine(Repository.Samples, "it-security.md"));
        await page.WaitUntilReadyAsync("it-security.md");

        await MakeDatasetAsync(page, platform.Address);
        await page.GetByTestId("versions-tab").ClickAsync();
        await BrowserFixture.ShootAsync(page, "72-versions");
        await page.GetByTestId("train-on").ClickAsync();

        await TrainAsync(page);
        await BrowserFixture.ShootAsync(page, "75-job-charts");
        foreach (var tab in (string[])["Samples", "Rows", "Config", "Log", "Checkpoints"])
        {
            await page.GetByTestId($"tab-{tab}").ClickAsync();
            await Expect(page.GetByTestId($"tab-{tab}")).ToHaveAttributeAsync("aria-selected", "true");
            await Expect(page.GetByTestId(tab switch { "Samples" => "sample", "Rows" => "held-row", "Log" => "job-log", "Checkpoints" => "checkpoint", _ => "job-page" }).First).ToBeVisibleAsync();
            await BrowserFixture.ShootAsync(page, $"76-job-{tab}");
        }
        await page.GetByTestId("checkpoint-register").First.ClickAsync();
        await Expect(page.GetByTestId("checkpoint").GetByRole(AriaRole.Link)).ToHaveCountAsync(1);

        await page.GetByTestId("job-adapter").ClickAsync();
        var first = Version(page, 1);
        var (plain, tuned) = await AskBothAsync(page, first);
        Assert.NotEqual(plain, tuned);
        await PromoteAsync(page, first);
        await PromoteAsync(page, Version(page, 2));
        await Expect(first).ToHaveAttributeAsync("data-state", "retired");
        await BrowserFixture.ShootAsync(page, "78-adapters");
        await Version(page, 2).GetByTestId("adapter-rollback").ClickAsync();
        await page.GetByTestId("confirm-ok").ClickAsync();
        await Expect(first).ToHaveAttributeAsync("data-state", "production");
        Assert.Equal((plain, tuned), await AskBothAsync(page, first));

        await LookEverywhereAsync(platform.Address);
    }

    private static async Task MakeDatasetAsync(IPage page, string address)
    {
        await page.GotoAsync($"{address}/train/datasets");
        await page.GetByTestId("dataset-new").ClickAsync();
        await page.GetByTestId("dataset-name").FillAsync("Security questions");
        await page.GetByTestId("dataset-save").ClickAsync();
        await page.GetByTestId("dataset-generate").ClickAsync();
        await page.GetByTestId("generate-count").FillAsync("40");
        await BrowserFixture.ShootAsync(page, "70-generate");
        await page.GetByTestId("generate-start").ClickAsync();
        await Expect(page.Locator("[data-testid=generation][data-state=Done]")).ToBeVisibleAsync(new() { Timeout = Long });
        await Expect(page.GetByTestId("row").First).ToBeVisibleAsync();
        await BrowserFixture.ShootAsync(page, "71-rows");
        await page.GetByTestId("row-tools").ClickAsync();
        await page.GetByTestId("approve-found").ClickAsync();
        await page.GetByTestId("confirm-ok").ClickAsync();
        await Expect(page.Locator("[data-testid=row][data-status=New]")).ToHaveCountAsync(0);
        await page.GetByTestId("dataset-freeze").ClickAsync();
        await page.GetByTestId("freeze-share").FillAsync("20");
        await page.GetByTestId("freeze-ok").ClickAsync();
        await Expect(page.GetByTestId("freeze-dialog")).ToBeHiddenAsync();
    }

    private static async Task TrainAsync(IPage page)
    {
        await page.GetByTestId("job-name").FillAsync("security");
        await page.GetByTestId("job-advanced").ClickAsync();
        foreach (var (name, value) in ((string, string)[])[("LearningRate", "2"), ("MaxSteps", "24"), ("BatchSize", "4"), ("Epochs", "30")])
        {
            await page.GetByTestId($"set-{name}").FillAsync(value);
        }
        await Expect(page.GetByTestId("set-LearningRate")).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(page.GetByTestId("job-start")).ToBeDisabledAsync();
        await page.GetByTestId("set-LearningRate").FillAsync("0.005");
        await Expect(page.GetByTestId("job-outlook")).ToHaveAttributeAsync("data-state", "ready", new() { Timeout = Long });
        await Expect(page.GetByTestId("outlook-steps")).ToHaveTextAsync("24");
        await BrowserFixture.ShootAsync(page, "73-new-job");
        await page.GetByTestId("job-start").ClickAsync();
        await Expect(page.Locator("[data-testid=chart]")).ToHaveCountAsync(4, new() { Timeout = Long });
        await BrowserFixture.ShootAsync(page, "74-job-live");
        await Expect(page.GetByTestId("job-page")).ToHaveAttributeAsync("data-state", new System.Text.RegularExpressions.Regex("succeeded|failed|cancelled"), new() { Timeout = Long });
        await Expect(page.GetByTestId("job-page")).ToHaveAttributeAsync("data-state", "succeeded");
        var fall = await page.GetByTestId("job-valid-loss").Locator("span").InnerTextAsync();
        Assert.True(int.Parse(fall.Trim().TrimStart('−').TrimEnd('%', ' '), CultureInfo.InvariantCulture) >= 25 && fall.Contains('−', StringComparison.Ordinal), $"the evaluation loss went {fall}");
    }

    private static ILocator Version(IPage page, int number) => page.Locator($"[data-testid=adapter][data-name=security] [data-testid=adapter-version][data-version='{number}']");

    private static async Task<(string Plain, string Tuned)> AskBothAsync(IPage page, ILocator version)
    {
        await version.GetByTestId("adapter-try").ClickAsync();
        await page.GetByTestId("try-input").FillAsync("How long must a password be?");
        await page.GetByTestId("try-send").ClickAsync();
        await Expect(page.Locator("[data-testid=try-turn][data-state=done]")).ToHaveCountAsync(2, new() { Timeout = Long });
        await BrowserFixture.ShootAsync(page, "77-try");
        var answers = await page.GetByTestId("try-answer").AllInnerTextsAsync();
        await page.GetByTestId("try-close").ClickAsync();
        return (answers[0], answers[1]);
    }

    private static async Task PromoteAsync(IPage page, ILocator version)
    {
        await version.GetByTestId("adapter-promote").ClickAsync();
        await Expect(page.GetByTestId("gate-ok")).ToBeVisibleAsync();
        await BrowserFixture.ShootAsync(page, "77-gate");
        var reason = page.GetByTestId("gate-reason");
        if (await reason.CountAsync() > 0)
        {
            await reason.FillAsync("Only for this test.");
        }
        await page.GetByTestId("gate-ok").ClickAsync();
        await Expect(version).ToHaveAttributeAsync("data-state", "production");
    }

    // Nothing scrolls sideways, and every page is there in both languages.
    private async Task LookEverywhereAsync(string address)
    {
        foreach (var (width, locale, scheme) in ((int, string, ColorScheme)[])[(390, "en-GB", ColorScheme.Dark), (390, "zh-CN", ColorScheme.Light), (1280, "zh-CN", ColorScheme.Dark)])
        {
            var page = await browser.OpenAsync(width, 844, locale, scheme);
            await page.SignInAsync(address);
            foreach (var (path, mark) in ((string, string)[])[("jobs", "job-row"), ("adapters", "adapter"), ("jobs/new", "job-outlook"), ("datasets", "dataset-card")])
            {
                await page.GotoAsync($"{address}/train/{path}");
                await Expect(page.GetByTestId(mark).First).ToBeVisibleAsync(new() { Timeout = Long });
                await LookAsync(page, $"79-{path.Replace('/', '-')}-{width}-{locale}");
            }
            await page.GotoAsync($"{address}/train/jobs");
            await page.GetByTestId("job-row").GetByRole(AriaRole.Link).First.ClickAsync();
            await Expect(page.GetByTestId("chart").First).ToBeVisibleAsync(new() { Timeout = Long });
            await LookAsync(page, $"79-job-{width}-{locale}");
        }
    }

    private static async Task LookAsync(IPage page, string name)
    {
        await BrowserFixture.ShootAsync(page, name);
        Assert.True(await page.EvaluateAsync<bool>("[document.documentElement, document.querySelector('main')].every(e => e.scrollWidth <= e.clientWidth)"), $"{name} scrolls sideways");
    }
}
