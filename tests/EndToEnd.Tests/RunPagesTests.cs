using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests;

/// <summary>Runs as they are read afterwards, and while they work: what an asked agent is at, what the model was told, and two runs side by side.</summary>
[Collection(nameof(AgentPages))]
public sealed class RunPagesTests(BrowserFixture browser, AgentPlatform platform)
{
    [Fact]
    public async Task On_a_phone_a_plan_is_read_from_its_beginning_and_nothing_lies_over_what_is_done_with_it()
    {
        const string Plan = """{"steps":[{"id":"a","goal":"One","tool":"calculator","inputs":{"expression":"1+1"},"depends_on":[],"done_when":"a number"},{"id":"b","goal":"Two","tool":"calculator","inputs":{"expression":"1+2"},"depends_on":[],"done_when":"a number"},{"id":"c","goal":"Three","tool":"calculator","inputs":{"expression":"1+3"},"depends_on":[],"done_when":"a number"},{"id":"d","goal":"Four","tool":"calculator","inputs":{"expression":"1+4"},"depends_on":[],"done_when":"a number"}]}""";
        platform.Script = sent => Task.FromResult<(string, string?)>((sent.Contains("Make a plan for this question", StringComparison.Ordinal) ? Plan : "Done.", null));
        var page = await browser.OpenAsync(390, 700);
        await page.SignInAsync(platform.Address);
        await page.MakeAgentAsync(platform.Address, "phoned", """{"tools":[{"name":"calculator","policy":"always"}],"planning":"askBeforePlan"}""");
        await page.GotoAsync($"{platform.Address}/chat");
        await page.GetByTestId("subject-picker").ClickAsync();
        await page.Locator("[data-testid=subject][data-name='Agent phoned']").ClickAsync();
        var answer = await page.AskAsync("What are one, two, three and four?");
        await Expect(answer.GetByTestId("approve")).ToHaveCountAsync(1);
        await Expect(answer.GetByTestId("plan-step").First).ToBeInViewportAsync();
        await page.GetByTestId("step-add").ClickAsync();
        await Expect(page.GetByTestId("step-save")).ToBeInViewportAsync(new() { Ratio = 1 });
        Assert.True(await page.EvaluateAsync<bool>("document.querySelector('[data-testid=step-save]').getBoundingClientRect().bottom <= document.querySelector('[data-composer]').getBoundingClientRect().top"), "the composer lies over the form");
        await page.EvaluateAsync("document.getElementById('components-reconnect-modal').classList.add('components-reconnect-show')");
        Assert.True(await page.EvaluateAsync<bool>("document.getElementById('components-reconnect-modal').getBoundingClientRect().bottom <= document.querySelector('.topbar').getBoundingClientRect().top"), "the banner lies over the bar");
    }

    /// <summary>It goes in circles, with an answer at the end and without one.</summary>
    [Fact]
    public async Task A_run_that_ended_at_a_limit_says_so_once()
    {
        var last = "";
        platform.Script = sent => Task.FromResult<(string, string?)>(sent.Contains("Stop here", StringComparison.Ordinal) ? (last, null) : ("""{"expression":"1 + 1"}""", "calculator"));
        var page = await browser.OpenAsync();
        await page.SignInAsync(platform.Address);
        await page.MakeAgentAsync(platform.Address, "circler", """{"tools":[{"name":"calculator","policy":"always"}]}""");
        foreach (var (question, answer) in ((string, string)[])[("Round and round?", ""), ("Round about?", "About two.")])
        {
            last = answer;
            await page.StartRunAsync("circler", question);
            await page.GotoAsync($"{platform.Address}/runs?q={question[..^1].Replace(' ', '+')}");
            await page.GetByTestId("run-row").First.Locator(".words a").ClickAsync();
            await Expect(page.GetByTestId("run-page")).ToHaveAttributeAsync("data-state", "ended");
            await Expect(page.GetByTestId("message-assistant")).ToContainTextAsync(answer.Length > 0 ? answer : "The agent went in circles and has no answer.");
            await Expect(page.GetByTestId("stop-reason")).ToHaveCountAsync(answer.Length > 0 ? 1 : 0);
        }
    }

    [Fact]
    public async Task An_asked_agent_is_watched_at_work_and_two_runs_are_set_side_by_side()
    {
        TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var days = 2;
        platform.Script = async sent =>
        {
            var isReckoned = sent.Contains("28 - 26 = 2", StringComparison.Ordinal);
            if (sent.Contains("ROLE reckoner", StringComparison.Ordinal) && isReckoned)
            {
                await goOn.Task;
            }
            return sent.Contains("ROLE reckoner", StringComparison.Ordinal) ? isReckoned ? ("28 - 26 = 2.", null) : ("""{"expression":"28 - 26"}""", "calculator")
                : isReckoned ? ($"There are {days} days more.", null) : ("""{"agent":"reckoner","task":"Work out 28 - 26"}""", "ask_agent");
        };
        var page = await browser.OpenAsync(height: 800);
        await page.SignInAsync(platform.Address);
        await page.MakeAgentAsync(platform.Address, "reckoner", """{"tools":[{"name":"calculator","policy":"always"}]}""");
        await page.MakeAgentAsync(platform.Address, "asker", """{"tools":[{"name":"ask_agent","policy":"always"}],"agents":["reckoner"]}""");
        await page.StartRunAsync("asker", "How many days more?");

        await page.GotoAsync($"{platform.Address}/runs?q=days+more");
        var row = page.GetByTestId("run-row").First;
        await Expect(row.GetByTestId("run-purpose")).ToHaveAttributeAsync("data-purpose", "program");
        await row.Locator(".words a").ClickAsync();
        await page.GetByTestId("tab-tracing").ClickAsync();
        await page.Locator("[data-testid=trace-row][data-kind=tool] > button").ClickAsync();
        var asked = page.GetByTestId("asked-run");
        await Expect(asked.Locator("[data-testid=trace-row][data-kind=tool][data-state=done]")).ToHaveCountAsync(1);
        await Expect(asked).ToHaveAttributeAsync("data-state", "running"); // its model is held there
        goOn.SetResult();
        await Expect(asked).ToHaveAttributeAsync("data-state", "ended");
        await Expect(page.GetByTestId("run-page")).ToHaveAttributeAsync("data-state", "ended");
        await Expect(page.GetByTestId("run-tokens")).ToContainTextAsync("480"); // two questions of each
        await page.Locator("[data-testid=trace-row][data-kind=model] > button").First.ClickAsync();
        await page.GetByTestId("prompt-raw").First.ClickAsync();
        await Expect(page.GetByTestId("prompt")).ToContainTextAsync("\"reckoner\""); // what the model was told of the tool
        await page.GetByTestId("prompt").GetByTestId("json-fold").First.ClickAsync();
        await Expect(page.GetByTestId("prompt")).Not.ToContainTextAsync("\"reckoner\"");
        await BrowserFixture.ShootAsync(page, "54-asked-run");

        days = 3;
        var first = page.Url;
        await page.GetByTestId("run-again").ClickAsync();
        await Expect(page.GetByTestId("message-assistant")).ToContainTextAsync("3 days more");
        Assert.NotEqual(first, page.Url);
        await page.GotoAsync($"{platform.Address}/runs?q=days+more");
        await page.GetByTestId("runs-compare").ClickAsync();
        await page.GetByTestId("run-choose").First.ClickAsync();
        await page.GetByTestId("run-choose").Last.ClickAsync();
        await Expect(page.GetByTestId("compare-answers").Locator(".text del")).ToHaveTextAsync("2"); // the later one was chosen first
        await Expect(page.GetByTestId("compare-answers").Locator(".text ins")).ToHaveTextAsync("3");
        await Expect(page.GetByTestId("compare-words")).ToContainTextAsync("Both were asked the same");
        await Expect(page.GetByTestId("compare-calls")).ToHaveAttributeAsync("data-same", "true");
        await BrowserFixture.ShootAsync(page, "55-compare");
    }
}
