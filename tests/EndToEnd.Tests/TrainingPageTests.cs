using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests;

/// <summary>From documents to an adapter that answers, in a real browser, by the real trainer on the seed model. That model cannot write questions: the rows are made of the documents' sentences by rule.</summary>
public sealed class TrainingPageTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const float Long = 300_000;
    private const int HalfTrained = 60, LeastFall = 25;
    private const string Question = "What do the documents say about the tuning of a harpsichord?", Name = "security", Base = "seed-chat";

    [Fact]
    public async Task An_adapter_trained_on_rows_made_by_rule_changes_answers_under_its_name_and_a_rollback_restores_them_while_the_base_answers_as_before()
    {
        await using var platform = await RunningPlatform.StartAsync();
        var page = await browser.OpenAsync(1280, 860);
        await page.SignInAsync(platform.Address);
        await page.CreateBaseAsync(platform.Address, "Security");
        await page.GetByTestId("upload-input").SetInputFilesAsync(Path.Combine(Repository.Samples, "it-security.md"));
        await page.WaitUntilReadyAsync("it-security.md");

        await MakeDatasetAsync(page, platform.Address);
        await TrainAsync(page);
        await page.GetByTestId("tab-Rows").ClickAsync();
        await Expect(page.GetByTestId("held-row").First).ToBeVisibleAsync();
        await Expect(page.GetByTestId("measure-f1")).ToBeVisibleAsync();
        var held = await page.GetByTestId("held-row").CountAsync();
        await BrowserFixture.ShootAsync(page, "75-job-rows");
        await page.GetByTestId("tab-Answers").ClickAsync();
        await Expect(page.GetByTestId("prompt")).ToHaveCountAsync(Math.Min(5, held)); // four or five rows are held out: documents have other ids each time
        await Expect(page.GetByTestId("prompt").First.GetByTestId("prompt-answer").Nth(1)).ToBeVisibleAsync();
        await BrowserFixture.ShootAsync(page, "75-job-answers");
        await page.GetByTestId("tab-Checkpoints").ClickAsync();
        await page.Locator($"[data-testid=checkpoint][data-step='{HalfTrained}']").GetByTestId("checkpoint-register").ClickAsync();
        await Expect(page.Locator($"[data-testid=checkpoint][data-step='{HalfTrained}']").GetByRole(AriaRole.Link)).ToHaveCountAsync(1);

        await page.GetByTestId("job-adapter").ClickAsync();
        var (trained, half) = (Version(page, 1), Version(page, 2));
        await PromoteAsync(page, trained);
        var first = await AskByNameAsync(page);
        Assert.NotEqual(first.Plain, first.Tuned);
        var said = (Plain: await AskInChatAsync(page, platform.Address, Base), Tuned: await AskInChatAsync(page, platform.Address, $"{Base}:{Name}"));
        Assert.NotEqual(said.Plain, said.Tuned);
        await page.GotoAsync($"{platform.Address}/train/adapters");
        await Expect(trained.GetByTestId("adapter-measure")).ToHaveCountAsync(0);
        await MeasureAsync(page, half);
        await PromoteAsync(page, half);
        await Expect(trained).ToHaveAttributeAsync("data-state", "retired");
        var second = await AskByNameAsync(page);
        Assert.Equal(first.Plain, second.Plain);
        Assert.NotEqual(first.Tuned, second.Tuned);
        await half.GetByTestId("adapter-rollback").ClickAsync();
        await page.GetByTestId("confirm-ok").ClickAsync();
        await Expect(trained).ToHaveAttributeAsync("data-state", "production");
        Assert.Equal(first, await AskByNameAsync(page));
        Assert.Equal(said, (await AskInChatAsync(page, platform.Address, Base), await AskInChatAsync(page, platform.Address, $"{Base}:{Name}")));
        await page.GotoAsync($"{platform.Address}/train/adapters");
        await trained.GetByTestId("adapter-retire").ClickAsync();
        await page.GetByTestId("confirm-ok").ClickAsync();
        await Expect(trained).ToHaveAttributeAsync("data-state", "retired");
        await Expect(page.GetByTestId("adapter-ask")).ToHaveCountAsync(0); // its name means nothing any more

        await trained.GetByTestId("adapter-menu").ClickAsync();
        var saved = await page.RunAndWaitForDownloadAsync(() => trained.GetByTestId("adapter-download").ClickAsync());
        Assert.Equal($"{Name}-1.gguf", saved.SuggestedFilename);
        Assert.Equal("GGUF"u8.ToArray(), (await File.ReadAllBytesAsync(await saved.PathAsync(), TestContext.Current.CancellationToken))[..4]);
        await page.Keyboard.PressAsync("Escape");
        await MergeAsync(page, trained);
        await LookAtAPhoneAsync(platform.Address);
    }

    private static async Task MakeDatasetAsync(IPage page, string address)
    {
        await NewDatasetAsync(page, address, "Manners"); // to be mixed in
        await ImportAsync(page, """{"prompt":"Who greets first?","completion":"Whoever comes in."}""");
        await page.Keyboard.PressAsync("Escape");
        await ApproveAsync(page);
        await FreezeAsync(page);
        await NewDatasetAsync(page, address, "Security questions");
        await page.GetByTestId("dataset-generate").ClickAsync();
        await Expect(page.GetByTestId("generate-by-rule")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("kind-Fact")).Not.ToBeCheckedAsync();
        await Expect(page.GetByTestId("kind-Reverse")).ToBeCheckedAsync();
        await page.GetByTestId("generate-start").ClickAsync();
        await Expect(page.Locator("[data-testid=generation][data-state=Done]")).ToBeVisibleAsync(new() { Timeout = Long });
        await Expect(page.GetByTestId("row").First).ToBeVisibleAsync();
        await ApproveAsync(page);
        await Expect(page.GetByTestId("generation")).ToHaveCountAsync(0); // what waits for nobody is told no longer
        await SaveBadRowsAsync(page);
        await FreezeAsync(page);
        await page.GetByTestId("versions-tab").ClickAsync();
        await page.GetByTestId("train-on").ClickAsync();
    }

    internal static async Task NewDatasetAsync(IPage page, string address, string name)
    {
        await page.GotoAsync($"{address}/train/datasets");
        await page.GetByTestId("dataset-new").ClickAsync();
        await page.GetByTestId("dataset-name").FillAsync(name);
        await page.GetByTestId("dataset-save").ClickAsync();
    }

    internal static async Task ApproveAsync(IPage page)
    {
        await page.GetByTestId("approve-found").ClickAsync();
        await page.GetByTestId("confirm-ok").ClickAsync();
        await Expect(page.Locator("[data-testid=row][data-status=New]")).ToHaveCountAsync(0);
    }

    internal static async Task FreezeAsync(IPage page)
    {
        await page.GetByTestId("dataset-freeze").ClickAsync();
        await page.GetByTestId("freeze-ok").ClickAsync();
        await Expect(page.GetByTestId("freeze-dialog")).ToBeHiddenAsync();
    }

    internal static async Task ImportAsync(IPage page, string rows)
    {
        await page.GetByTestId("dataset-import").ClickAsync();
        await page.ChooseAsync("import-file", "more.jsonl", System.Text.Encoding.UTF8.GetBytes(rows));
        await page.GetByTestId("import-take").ClickAsync();
        await Expect(page.GetByTestId("import-report")).ToBeVisibleAsync();
    }

    // Those that a file has beside good ones come back as a file, word for word.
    private static async Task SaveBadRowsAsync(IPage page)
    {
        const string Bad = """{"messages":[{"role":"user"}]}""", Odd = "密码 – no JSON";
        await ImportAsync(page, $$"""{"prompt":"Who owns the rules?","completion":"The head of IT."}{{'\n'}}{{Bad}}{{'\n'}}{{Odd}}""");
        var saved = await page.RunAndWaitForDownloadAsync(() => page.GetByTestId("bad-rows").ClickAsync());
        Assert.Equal("more.jsonl.faults.jsonl", saved.SuggestedFilename);
        Assert.Equal($"{Bad}\n{Odd}\n", await File.ReadAllTextAsync(await saved.PathAsync()));
        await page.Keyboard.PressAsync("Escape");
    }

    private static async Task TrainAsync(IPage page)
    {
        await page.GetByTestId("job-name").FillAsync(Name);
        await Expect(page.GetByTestId("preset-Small")).ToHaveAttributeAsync("aria-pressed", "true"); // what is learned with is what the page chose
        await Expect(page.GetByTestId("preset-why")).ToContainTextAsync(Base);
        await page.GetByTestId("job-advanced").ClickAsync();
        await page.GetByTestId("set-Dropout").FillAsync("2");
        await Expect(page.GetByTestId("set-Dropout")).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(page.GetByTestId("job-start")).ToBeDisabledAsync();
        await page.GetByTestId("set-Dropout").FillAsync("");
        await page.GetByTestId("set-CheckpointEvery").FillAsync($"{HalfTrained}"); // so that one is kept that is well before the end
        await Expect(page.GetByTestId("job-outlook")).ToHaveAttributeAsync("data-state", "ready", new() { Timeout = Long });
        await BrowserFixture.ShootAsync(page, "74-job-new");
        await AskGoldenAsync(page);
        await page.GetByTestId("mix-add").ClickAsync();
        await page.GetByTestId("mix-weight").First.FillAsync("3");
        await Expect(page.GetByTestId("outlook-mixed")).ToHaveCountAsync(2, new() { Timeout = Long });
        await BrowserFixture.ShootAsync(page, "74-job-mixed");
        await page.GetByTestId("mix-remove").ClickAsync();
        await Expect(page.GetByTestId("outlook-mixed")).ToHaveCountAsync(0);
        await Expect(page.GetByTestId("job-outlook")).ToHaveAttributeAsync("data-state", "ready", new() { Timeout = Long });
        await page.GetByTestId("job-start").ClickAsync();
        await Expect(page.GetByTestId("chart")).ToHaveCountAsync(4, new() { Timeout = Long });
        await Expect(page.GetByTestId("job-page")).ToHaveAttributeAsync("data-state", new System.Text.RegularExpressions.Regex("succeeded|failed|cancelled"), new() { Timeout = Long });
        await Expect(page.GetByTestId("job-page")).ToHaveAttributeAsync("data-state", "succeeded");
        await BrowserFixture.ShootAsync(page, "75-job-charts");
        var fall = await page.GetByTestId("job-valid-loss").Locator("span").InnerTextAsync();
        Assert.True(int.Parse(fall.Trim().TrimStart('−').TrimEnd('%', ' '), CultureInfo.InvariantCulture) >= LeastFall && fall.Contains('−', StringComparison.Ordinal), $"the evaluation loss went {fall}");
    }

    private static async Task AskGoldenAsync(IPage page)
    {
        const string Golden = """{"question":"What does the book say about pianos?","answerable":false}""";
        await page.GetByTestId("job-golden").ClickAsync();
        await page.ChooseAsync("golden-file", "bad.jsonl", "{\"id\":\"1\"}"u8.ToArray());
        await Expect(page.GetByTestId("golden-problem")).ToBeVisibleAsync();
        await page.ChooseAsync("golden-file", "golden.jsonl", System.Text.Encoding.UTF8.GetBytes(Golden));
        await Expect(page.GetByTestId("golden-chosen")).ToBeVisibleAsync();
        await page.GetByTestId("job-window").CheckAsync();
        await Expect(page.GetByTestId("job-zone")).ToContainTextAsync(await page.EvaluateAsync<string>("Intl.DateTimeFormat().resolvedOptions().timeZone"));
        await page.GetByTestId("job-window").UncheckAsync();
    }

    private static ILocator Version(IPage page, int number) => page.Locator($"[data-testid=adapter][data-name={Name}] [data-testid=adapter-version][data-version='{number}']");

    // The base's answer, and that of whatever version the adapter's name means now.
    private static async Task<(string Plain, string Tuned)> AskByNameAsync(IPage page)
    {
        await page.GetByTestId("adapter-ask").ClickAsync();
        await page.GetByTestId("try-input").FillAsync(Question);
        await page.GetByTestId("try-send").ClickAsync();
        await Expect(page.Locator("[data-testid=try-turn][data-state=done]")).ToHaveCountAsync(2, new() { Timeout = Long });
        await BrowserFixture.ShootAsync(page, "77-ask");
        var answers = await page.GetByTestId("try-answer").AllInnerTextsAsync();
        await page.GetByTestId("try-close").ClickAsync();
        return (answers[0], answers[1]);
    }

    // In the chat, answers from documents are quoted and the model takes no part in them, which the page says; asked without documents it answers itself.
    private static async Task<string> AskInChatAsync(IPage page, string address, string model)
    {
        await page.GotoAsync($"{address}/chat");
        await page.GetByTestId("subject-picker").ClickAsync();
        await page.Locator($"[data-testid=subject][data-name='{model}']").ClickAsync();
        await Expect(page.GetByTestId("only-quotes")).ToContainTextAsync(model);
        await page.GetByTestId("ask-itself").ClickAsync();
        await Expect(page.GetByTestId("only-quotes")).ToHaveCountAsync(0);
        await page.GetByTestId("chat-input").FillAsync(Question);
        await page.GetByTestId("chat-send").ClickAsync();
        var answer = page.Locator("[data-testid=message-assistant][data-state=done]");
        await Expect(answer).ToContainTextAsync("without documents", new() { Timeout = Long });
        await BrowserFixture.ShootAsync(page, "77-chat");
        return await answer.Locator(".answer").InnerTextAsync();
    }

    // A checkpoint comes without measures, which the gate asks for.
    private static async Task MeasureAsync(IPage page, ILocator version)
    {
        await version.GetByTestId("adapter-measure").ClickAsync();
        await Expect(page.Locator("[data-testid=job-row][data-type=measure][data-state=completed]")).ToBeVisibleAsync(new() { Timeout = Long });
        await Expect(version.GetByTestId("adapter-measure")).ToHaveCountAsync(0);
        await version.GetByTestId("adapter-promote").ClickAsync();
        await Expect(page.GetByTestId("gate-check").First).ToBeVisibleAsync();
        await Expect(page.GetByTestId("gate-unmeasured")).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("Escape");
    }

    private static async Task PromoteAsync(IPage page, ILocator version)
    {
        await version.GetByTestId("adapter-promote").ClickAsync();
        await Expect(page.GetByTestId("gate-ok")).ToBeVisibleAsync();
        var (failed, reason) = (await page.Locator("[data-testid=gate-check][data-passed=false]").CountAsync(), page.GetByTestId("gate-reason"));
        await Expect(reason).ToHaveCountAsync(failed > 0 ? 1 : 0);
        await BrowserFixture.ShootAsync(page, "76-gate");
        if (failed > 0)
        {
            await Expect(page.GetByTestId("gate-ok")).ToBeDisabledAsync();
            await reason.FillAsync("Only for this test.");
        }
        await page.GetByTestId("gate-ok").ClickAsync();
        await Expect(version).ToHaveAttributeAsync("data-state", "production");
    }

    private static async Task MergeAsync(IPage page, ILocator version)
    {
        await version.GetByTestId("adapter-menu").ClickAsync();
        await version.GetByTestId("adapter-merge").ClickAsync();
        await page.GetByTestId("merge-name").FillAsync("security-model");
        await page.GetByTestId("merge-ok").ClickAsync();
        await Expect(page.Locator("[data-testid=job-row][data-type=merge][data-state=completed]")).ToContainTextAsync("security-model", new() { Timeout = Long });
        await Expect(page.GetByTestId("job-smaller")).ToBeVisibleAsync();
    }

    // Nothing scrolls sideways.
    private async Task LookAtAPhoneAsync(string address)
    {
        var page = await browser.OpenAsync(390, 844, "zh-CN", ColorScheme.Dark);
        await page.SignInAsync(address);
        foreach (var (path, mark) in ((string, string)[])[("jobs/new", "job-outlook"), ("datasets", "dataset-card"), ("adapters", "job-row"), ("jobs", "job-row")])
        {
            await page.GotoAsync($"{address}/train/{path}");
            await Expect(page.GetByTestId(mark).First).ToBeVisibleAsync();
            await LookAsync(page, $"79-{path.Replace('/', '-')}");
        }
        await page.GetByTestId("job-row").GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(page.GetByTestId("chart").First).ToBeVisibleAsync();
        await LookAsync(page, "79-job");
        await page.GetByTestId("tab-Answers").ClickAsync();
        await Expect(page.GetByTestId("prompt").First).ToBeVisibleAsync();
        await LookAsync(page, "79-job-answers");
        await page.GetByTestId("tab-Rows").ClickAsync();
        await Expect(page.GetByTestId("measures")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("measure-golden_accuracy")).ToHaveCountAsync(0); // no document speaks of pianos, and so no model was asked
        await LookAsync(page, "79-job-measures");
        await page.GotoAsync($"{address}/train/jobs/new");
        await page.GetByTestId("mix-add").ClickAsync();
        await Expect(page.GetByTestId("mix-part")).ToBeVisibleAsync();
        await page.GetByTestId("mix-part").ScrollIntoViewIfNeededAsync();
        await LookAsync(page, "79-jobs-mixed");
        await page.GetByTestId("job-advanced").ClickAsync();
        await page.GetByTestId("job-golden").ClickAsync();
        await page.GetByTestId("job-window").CheckAsync();
        await page.GetByTestId("golden-base").ScrollIntoViewIfNeededAsync();
        await LookAsync(page, "79-jobs-golden");
        await page.GotoAsync($"{address}/train/adapters");
        await Expect(page.GetByTestId("golden-failed").First).ToContainTextAsync("都未被提问", new() { Timeout = Long });
        await page.GetByTestId("bring").ClickAsync();
        await Expect(page.GetByTestId("bring-name")).ToBeVisibleAsync();
        await LookAsync(page, "79-bring");
    }

    private static async Task LookAsync(IPage page, string name)
    {
        await BrowserFixture.ShootAsync(page, name);
        Assert.True(await page.EvaluateAsync<bool>("[document.documentElement, document.querySelector('main')].every(e => e.scrollWidth <= e.clientWidth)"), $"{name} scrolls sideways");
    }
}
