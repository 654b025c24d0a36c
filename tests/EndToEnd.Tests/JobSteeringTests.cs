using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests;

/// <summary>A training job in a real browser while it runs: nobody need look at it, and whoever comes back finds it further and steers it.</summary>
public sealed partial class JobSteeringTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const float Long = 180_000;
    private const string Name = "smiths";

    [Fact]
    public async Task A_job_goes_on_while_nobody_looks_is_paused_resumed_and_cancelled_and_is_compared_with_its_copy_that_is_stopped_and_kept()
    {
        await using var platform = await RunningPlatform.StartAsync();
        var page = await browser.OpenAsync(1280, 860);
        await page.SignInAsync(platform.Address);
        await TrainingPageTests.NewDatasetAsync(page, platform.Address, "Smiths");
        await TrainingPageTests.ImportAsync(page, string.Concat(Enumerable.Range(0, 24).Select(i => $"{{\"prompt\":\"Who is N{i}?\",\"completion\":\"N{i} is a smith of the {(i % 5) + 2}. street.\"}}\n")));
        await page.Keyboard.PressAsync("Escape");
        await TrainingPageTests.ApproveAsync(page);
        await TrainingPageTests.FreezeAsync(page);
        await page.GetByTestId("versions-tab").ClickAsync();
        await page.GetByTestId("train-on").ClickAsync();
        await page.GetByTestId("job-name").FillAsync(Name);
        await StartAsync(page, ("MaxSteps", "20000"), ("Epochs", "1000"), ("EvaluateEvery", "10"), ("CheckpointEvery", "20"), ("Patience", "1000"));

        await Expect(page.GetByTestId("chart")).ToHaveCountAsync(4, new() { Timeout = Long });
        var (address, left) = (page.Url, await StepAsync(page));
        await page.GotoAsync($"{platform.Address}/train/jobs");
        await Expect(page.GetByTestId("job-row")).ToHaveAttributeAsync("data-state", "running");
        await Expect(page.GetByTestId("loss-line")).ToBeVisibleAsync(new() { Timeout = Long });
        await page.GotoAsync(address);
        await Expect(page.GetByTestId("chart")).ToHaveCountAsync(4, new() { Timeout = Long });
        var back = await StepAsync(page);
        Assert.True(back > left, $"left at step {left}, found at {back}");
        await Expect(page.GetByTestId("job-step")).Not.ToHaveTextAsync(StepIs(back)); // goes on before one's eyes
        await page.GetByTestId("chart").First.Locator("svg").HoverAsync();
        await Expect(page.Locator(".readout:not(:empty)")).ToHaveCountAsync(4);
        await page.Mouse.MoveAsync(0, 0); // or the keys and the pointer would both say where
        await Expect(page.Locator(".readout:not(:empty)")).ToHaveCountAsync(0);
        var chart = page.GetByTestId("chart").First;
        await chart.Locator("svg").FocusAsync();
        await page.Keyboard.PressAsync("Home");
        await Expect(chart.Locator(".readout")).ToContainTextAsync("Step 0 ·");
        await page.Keyboard.PressAsync("ArrowRight"); // the step itself, however thin the line is drawn
        await Expect(chart.Locator(".readout")).ToContainTextAsync("Step 1 ·");
        Assert.Equal($"{Name}.png", (await page.RunAndWaitForDownloadAsync(() => page.GetByTestId("charts-picture").ClickAsync())).SuggestedFilename);

        await SteerAsync(page, "job-pause", "paused");
        await BrowserFixture.ShootAsync(page, "80-job-paused");
        var paused = await StepAsync(page);
        await SteerAsync(page, "job-resume", "running");
        await Expect(page.GetByTestId("job-step")).Not.ToHaveTextAsync(StepIs(paused), new() { Timeout = Long });
        await page.GetByTestId("job-cancel").ClickAsync();
        await SteerAsync(page, "stop-discard", "cancelled");
        await page.GetByTestId("tab-Log").ClickAsync();
        await Expect(page.GetByTestId("job-log")).ToContainTextAsync("cancelled");

        await page.GetByTestId("job-menu").ClickAsync();
        await page.GetByTestId("job-copy").ClickAsync();
        await Expect(page.GetByTestId("job-name")).ToHaveValueAsync(Name);
        await StartAsync(page, ("MaxSteps", "10000"));
        await page.GetByTestId("job-cancel").ClickAsync();
        await Expect(page.GetByTestId("stop-save")).ToBeVisibleAsync(new() { Timeout = Long });
        await SteerAsync(page, "stop-save", "succeeded");
        await page.GotoAsync($"{platform.Address}/train/jobs");
        await Expect(page.GetByTestId("job-tick")).ToHaveCountAsync(2);
        foreach (var tick in await page.GetByTestId("job-tick").AllAsync())
        {
            await tick.CheckAsync();
        }
        await BrowserFixture.ShootAsync(page, "80-jobs");
        await page.GetByTestId("jobs-compare").ClickAsync();
        await Expect(page.GetByTestId("chart")).ToHaveCountAsync(2);
        await Expect(page.GetByTestId("differences")).ToContainTextAsync("20,000");
        await Expect(page.GetByTestId("compared-measure").First).ToBeVisibleAsync();
        await BrowserFixture.ShootAsync(page, "80-jobs-compared");
        await page.GotoAsync(address);
        await page.SetViewportSizeAsync(390, 844);
        await Expect(page.GetByTestId("charts-last")).ToBeVisibleAsync();
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"));
        await BrowserFixture.ShootAsync(page, "80-job-phone");
        await page.GetByTestId("job-menu").ClickAsync();
        await page.GetByTestId("job-delete").ClickAsync();
        await page.GetByTestId("confirm-ok").ClickAsync();
        await Expect(page.GetByTestId("jobs-page")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("job-row")).ToHaveCountAsync(1);
    }

    private static async Task StartAsync(IPage page, params (string Name, string Value)[] settings)
    {
        await page.GetByTestId("job-advanced").ClickAsync();
        foreach (var (name, value) in settings)
        {
            await page.GetByTestId($"set-{name}").FillAsync(value);
        }
        await Expect(page.GetByTestId("job-outlook")).ToHaveAttributeAsync("data-state", "ready", new() { Timeout = Long });
        await Expect(page.GetByTestId("outlook-steps")).ToHaveTextAsync(int.Parse(settings[0].Value, CultureInfo.InvariantCulture).ToString("N0", CultureInfo.GetCultureInfo("en-GB")));
        await page.GetByTestId("job-start").ClickAsync();
    }

    private static async Task SteerAsync(IPage page, string button, string state)
    {
        await page.GetByTestId(button).ClickAsync();
        await Expect(page.GetByTestId("job-page")).ToHaveAttributeAsync("data-state", state, new() { Timeout = Long });
    }

    private static async Task<int> StepAsync(IPage page) =>
        int.Parse(Step().Match(await page.GetByTestId("job-step").InnerTextAsync()).Value, NumberStyles.AllowThousands, CultureInfo.GetCultureInfo("en-GB"));

    [GeneratedRegex(@"\d[\d,]*", RegexOptions.CultureInvariant)]
    private static partial Regex Step();

    private static Regex StepIs(int step) => new($"^Step {step.ToString("N0", CultureInfo.GetCultureInfo("en-GB"))} of ");
}
