using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests;

/// <summary>An agent from the editor to a green test: made, asked, answered, watched, approved, read afterwards, forked, saved as a test.</summary>
[Collection(nameof(AgentPages))]
public sealed partial class AgentRunTests(BrowserFixture browser, AgentPlatform platform)
{
    private const string Question = "How many more days of leave after five years than after one, and who approves it?";

    private const string Unclear = """{"question":"Which office is it about?","choices":["The one in Utrecht","All of them"],"steps":[]}""";

    private const string Plan =
        """
        {"steps":[{"id":"a","goal":"Days of leave by years of service","tool":"search_documents","inputs":{"query":"days of annual leave length of service"},"depends_on":[],"done_when":"both numbers"},
        {"id":"b","goal":"Who approves leave","tool":"search_documents","inputs":{"query":"ask for leave in Tidebook requests answered"},"depends_on":[],"done_when":"the way"},
        {"id":"c","goal":"The difference","tool":"calculator","inputs":null,"depends_on":["a"],"done_when":"one number"},
        {"id":"d","goal":"The date","tool":"date_time","inputs":{"action":"now"},"depends_on":["c"],"done_when":"the date"}]}
        """;

    [Fact]
    public async Task An_agent_made_in_the_browser_plans_asks_answers_with_sources_and_becomes_a_green_test()
    {
        TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        platform.Script = sent => AnswerAsync(sent, goOn.Task);
        var page = await browser.OpenAsync(height: 800);
        await page.SignInAsync(platform.Address);
        await page.CreateBaseAsync(platform.Address, "Handbook");
        await page.GetByTestId("upload-input").SetInputFilesAsync(Path.Combine(Repository.Samples, "employee-handbook.pdf"));
        await page.WaitUntilReadyAsync("employee-handbook.pdf");
        await MakeAgentAsync(page, platform.Address);

        await page.GotoAsync($"{platform.Address}/chat");
        await page.GetByTestId("subject-picker").ClickAsync();
        await page.Locator("[data-testid=subject][data-name='HR assistant']").ClickAsync();
        var answer = await page.AskAsync(Question);
        await answer.GetByTestId("question-choice").Last.ClickAsync();
        await Expect(answer.GetByTestId("plan-step")).ToHaveCountAsync(4);
        var handle = State(answer, 1).GetByTestId("step-move");
        await Expect(handle).ToBeEnabledAsync();
        await handle.PressAsync("ArrowUp");
        await Expect(State(answer, 0)).ToContainTextAsync("Who approves leave");
        await answer.GetByTestId("approve").ClickAsync();
        await Expect(State(answer, 2)).ToHaveAttributeAsync("data-state", "running"); // the model is held there
        var typed = page.Locator("[data-composer] textarea");
        await typed.FillAsync("And later?");
        await page.ReloadAsync();
        await Expect(typed).ToHaveValueAsync("And later?"); // it belongs to the conversation that began with the first question
        await typed.FillAsync("");
        answer = page.GetByTestId("message-assistant");
        await Expect(State(answer, 0)).ToHaveAttributeAsync("data-state", "done");
        await Expect(State(answer, 2)).ToHaveAttributeAsync("data-state", "running");
        await State(answer, 3).GetByTestId("step-edit").ClickAsync();
        await page.GetByTestId("step-goal").FillAsync("Note the date");
        await page.GetByTestId("step-save").ClickAsync();
        await Expect(answer.GetByTestId("plan-card")).ToHaveAttributeAsync("data-version", "3");
        goOn.SetResult();

        await Expect(page.GetByTestId("approval-badge")).ToHaveTextAsync("1");
        await BrowserFixture.ShootAsync(page, "50-approval");
        await answer.GetByTestId("approval-card").GetByTestId("approve").ClickAsync();
        await answer.WaitUntilDoneAsync();
        await Expect(answer).ToContainTextAsync("two more days");
        await Expect(answer.GetByTestId("run-steps").Locator("summary").First).ToContainTextAsync("waited"); // for who approves
        await Expect(answer.GetByTestId("citation").First).ToBeVisibleAsync();
        await Expect(answer.GetByTestId("citation").First).ToHaveTextAsync("1"); // whatever the model knew the passage as
        await Expect(answer.Locator(".cite-unsupported")).ToHaveCountAsync(0);
        await Expect(answer.GetByTestId("unsourced")).ToHaveCountAsync(0);
        await answer.GetByTestId("citation").Last.HoverAsync();
        await Expect(page.GetByTestId("citation-card").Locator("mark")).ToContainTextAsync("Tidebook"); // the sentence, not the passage around it
        await Expect(page.GetByTestId("citation-card").Locator("mark")).ToBeInViewportAsync();
        await BrowserFixture.ShootAsync(page, "50-card");
        await answer.GetByTestId("sources").Locator("summary").ClickAsync();
        await Expect(answer.GetByTestId("sources")).ToContainTextAsync("employee-handbook.pdf");

        await answer.GetByTestId("open-run").ClickAsync();
        await page.GetByTestId("tab-tracing").ClickAsync();
        await Expect(page.Locator("[data-testid=trace-row][data-kind=planstep][data-state=done]")).ToHaveCountAsync(4);
        await Expect(page.Locator("[data-testid=trace-row][data-kind=approval]")).ToHaveCountAsync(3);
        await page.Locator("[data-testid=trace-row][data-kind=model] button").Last.ClickAsync();
        await page.GetByTestId("prompt-raw").ClickAsync();
        await Expect(page.GetByTestId("prompt")).ToContainTextAsync("26 days of annual leave");
        await Expect(page.GetByTestId("output")).ToContainTextAsync("two more days");
        await BrowserFixture.ShootAsync(page, "51-trace");

        await ForkAsync(page);
        await Expect(page.GetByTestId("message-assistant")).ToContainTextAsync("In short: two.");
        await Expect(page.GetByTestId("run-steps").Locator("summary").First).ToContainTextAsync("0 calls"); // it took all of them over
        await page.GoBackAsync();
        await Expect(page.GetByTestId("message-assistant")).ToContainTextAsync("28 instead of 26");
        await page.GetByTestId("run-test").ClickAsync();
        await Expect(page.GetByTestId("expectation").First).ToBeVisibleAsync();
        Assert.Equal((true, 0), (await page.GetByTestId("test-name").EvaluateAsync<bool>("name => name.scrollWidth > name.clientWidth"), await page.GetByTestId("test-name").EvaluateAsync<int>("name => name.scrollLeft"))); // a long name shows how it begins
        await page.GetByTestId("test-save").ClickAsync();
        await page.GetByTestId("suite-run").ClickAsync();
        await Expect(page.GetByTestId("suite-outcome")).ToHaveAttributeAsync("data-state", "completed", new() { Timeout = 60_000 });
        await BrowserFixture.ShootAsync(page, "52-green");
        await Expect(page.GetByTestId("test-result")).ToHaveAttributeAsync("data-outcome", "passed");

        await page.ReloadAsync();
        await page.SetViewportSizeAsync(390, 844);
        await Expect(page.GetByTestId("run-export")).ToBeHiddenAsync();
        await BrowserFixture.ShootAsync(page, "54-run-phone");
        Assert.InRange(await page.GetByTestId("message-assistant").EvaluateAsync<double>("answer => answer.getBoundingClientRect().top - document.querySelector('main').getBoundingClientRect().top"), 0, 240);
        await page.GetByTestId("run-menu").ClickAsync();
        await page.GetByTestId("run-menu-test").ClickAsync();
        await Expect(page.GetByTestId("test-name")).ToBeVisibleAsync();
    }

    private static ILocator State(ILocator answer, int step) => answer.GetByTestId("plan-step").Nth(step);

    private static async Task MakeAgentAsync(IPage page, string address)
    {
        await page.GotoAsync($"{address}/agents");
        await page.GetByTestId("agent-new").First.ClickAsync();
        await page.GetByTestId("new-agent-name").FillAsync("HR assistant");
        await page.GetByTestId("new-agent-ok").ClickAsync();
        await Expect(page.GetByTestId("agent-editor")).ToHaveAttributeAsync("data-ready", "true");
        foreach (var section in (string[])["model", "instructions", "knowledge", "tools", "planning"])
        {
            await page.GetByTestId($"section-{section}").EvaluateAsync("section => section.open = true");
        }
        await page.GetByTestId("field-model.id").SelectOptionAsync("scripted");
        await page.GetByTestId("field-instructions").FillAsync("Answer {{user.name}} from the handbook.");
        await page.Locator("[data-testid=base-choice][data-name=Handbook]").CheckAsync();
        foreach (var (tool, policy) in ((string, string)[])[("search_documents", "always"), ("calculator", "always"), ("date_time", "ask")])
        {
            await page.Locator($"[data-testid=tool-row][data-name={tool}]").GetByTestId($"policy-{policy}").ClickAsync();
        }
        await page.GetByTestId("planning-askbeforeplan").ClickAsync();
        await page.GetByTestId("agent-publish").ClickAsync();
        await page.GetByTestId("publish-ok").ClickAsync();
        await Expect(page.GetByTestId("agent-saved")).ToHaveAttributeAsync("data-unsaved", "false");
        await Expect(page.GetByTestId("agent-publish")).ToBeDisabledAsync();
    }

    /// <summary>Takes the last question to the model anew, with other instructions.</summary>
    private static async Task ForkAsync(IPage page)
    {
        var before = page.Url;
        await page.GetByTestId("run-fork").ClickAsync();
        var last = await page.GetByTestId("fork-step").Locator("option").Last.GetAttributeAsync("value");
        await page.GetByTestId("fork-step").SelectOptionAsync(last!);
        await Expect(page.GetByTestId("fork-model").Locator("option").First).ToContainTextAsync("("); // which one it is
        await Expect(page.GetByTestId("adapter-row-add")).ToHaveCountAsync(0); // there is no adapter here
        await page.GetByTestId("fork-instructions").FillAsync("Be short.");
        await page.GetByTestId("fork-send").ClickAsync();
        await Expect(page).Not.ToHaveURLAsync(before);
        await Expect(page.GetByTestId("run-origin")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("run-page")).ToHaveAttributeAsync("data-state", "ended");
    }

    private static async Task<(string Text, string? Tool)> AnswerAsync(string sent, Task goOn)
    {
        if (sent.Contains("Make a plan for this question", StringComparison.Ordinal))
        {
            return (sent.Contains("ask the person first", StringComparison.Ordinal) && !sent.Contains("All of them", StringComparison.Ordinal) ? Unclear : Plan, null);
        }
        if (sent.Contains("Do only this step of the plan", StringComparison.Ordinal))
        {
            await goOn;
            return ("""{"expression":"28 - 26"}""", "calculator");
        }
        return (sent.Contains("Be short.", StringComparison.Ordinal) ? "In short: two."
            : $"After five years you have two more days than after one, 28 instead of 26 [{Number(sent, "26 days of annual leave")}]. Ask in Tidebook; requests of up to four days are answered within two working days [{Number(sent, "Ask for leave in Tidebook")}].", null);
    }

    // Of the passage that says it.
    private static string Number(string sent, string words) =>
        Passage().Matches(sent[..Math.Max(0, sent.IndexOf(words, StringComparison.Ordinal))]).LastOrDefault()?.Groups[1].Value ?? "1";

    [GeneratedRegex(@"Passage (\d+) of")]
    private static partial Regex Passage();
}
