using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests;

/// <summary>The inbox: what an agent waits for that others asked, and another plan than the first, changed before it is allowed.</summary>
[Collection(nameof(AgentPages))]
public sealed class ApprovalInboxTests(BrowserFixture browser, AgentPlatform platform)
{
    private const string First = """{"steps":[{"id":"a","goal":"Divide","tool":"calculator","inputs":{"expression":"1 / 0"},"depends_on":[],"done_when":"a number"}]}""";

    private const string Second = """{"steps":[{"id":"b","goal":"Subtract","tool":"calculator","inputs":{"expression":"30 - 26"},"depends_on":[],"done_when":"one number"}]}""";

    [Fact]
    public async Task What_agents_wait_for_that_others_asked_and_a_further_plan_are_decided_in_the_inbox()
    {
        platform.Script = sent => Task.FromResult(Answer(sent));
        var page = await browser.OpenAsync(height: 800);
        await page.SignInAsync(platform.Address);
        await page.MakeAgentAsync(platform.Address, "leaf", """{"tools":[{"name":"calculator","policy":"ask"}]}""");
        await page.MakeAgentAsync(platform.Address, "middle", """{"tools":[{"name":"ask_agent","policy":"always"}],"agents":["leaf"]}""");
        await page.MakeAgentAsync(platform.Address, "top", """{"tools":[{"name":"ask_agent","policy":"always"}],"agents":["middle"]}""");
        await page.MakeAgentAsync(platform.Address, "planner", """{"tools":[{"name":"calculator","policy":"always"}],"planning":"askBeforePlan"}""");
        await page.StartRunAsync("top", "What is the tax?");
        await page.GotoAsync($"{platform.Address}/runs?q=the+tax");
        await page.GetByTestId("run-row").First.Locator(".words a").ClickAsync();
        await Expect(page.GetByTestId("run-model")).ToContainTextAsync("scripted"); // nothing was answered yet
        await page.GetByTestId("tab-tracing").ClickAsync();
        await Expect(page.GetByTestId("trace-waits")).ToContainTextAsync("Waiting for a decision in middle");
        await Expect(page.GetByTestId("trace-waits").GetByRole(AriaRole.Link)).ToHaveAttributeAsync("href", new System.Text.RegularExpressions.Regex("^/runs/"));

        await page.GotoAsync($"{platform.Address}/approvals");
        var asked = page.Locator("article", new() { HasText = "What is the tax?" });
        await Expect(asked.GetByTestId("asked-by")).ToContainTextAsync("Agent top → Agent middle → Agent leaf · Work out 28 - 26");
        await asked.GetByTestId("approve-always").ClickAsync();
        await Expect(asked.GetByTestId("always-means")).ToContainTextAsync("Agent leaf");
        await Expect(asked.GetByTestId("approve-always-ok")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab"); // from the button that would do it
        await page.Keyboard.PressAsync("Enter");
        await Expect(asked.GetByTestId("approve-always")).ToBeFocusedAsync();
        await asked.GetByTestId("reject").ClickAsync();
        await asked.GetByTestId("reject-comment").FillAsync("Not on Sundays");
        await asked.GetByTestId("reject-send").DblClickAsync(); // once is enough
        await Expect(asked).ToHaveCountAsync(0);
        await Expect(page.GetByTestId("approvals-page")).ToContainTextAsync("Not on Sundays");
        await Expect(page.GetByTestId("toast")).ToHaveCountAsync(0);

        await page.StartRunAsync("planner", "How many days?");
        await page.GotoAsync($"{platform.Address}/approvals");
        var planned = page.Locator("article", new() { HasText = "How many days?" });
        await Expect(planned.GetByTestId("step-inputs")).ToContainTextAsync("1 / 0"); // what is approved is seen
        await planned.GetByTestId("approve").ClickAsync();
        await Expect(planned.GetByTestId("plan-anew")).ToContainTextAsync("This cannot be calculated.");
        await planned.GetByTestId("step-edit").ClickAsync();
        await planned.GetByTestId("argument-expression").FillAsync("28 - 26");
        await planned.GetByTestId("step-save").ClickAsync();
        await Expect(planned.GetByTestId("step-inputs")).ToContainTextAsync("28 - 26");
        await BrowserFixture.ShootAsync(page, "53-inbox");
        await planned.GetByTestId("approve").ClickAsync();
        await Expect(planned).ToHaveCountAsync(0);
        await page.GetByTestId("approvals-page").Locator(".past a").First.ClickAsync();
        await Expect(page.GetByTestId("message-assistant")).ToContainTextAsync("It is 2.");
        await page.GetByTestId("tab-tracing").ClickAsync();
        await page.GetByTestId("plan-versions").Locator("summary").ClickAsync();
        await Expect(page.GetByTestId("plan-difference")).ToContainTextAsync("28 - 26"); // what the person changed is told
    }

    [Fact]
    public async Task Of_many_that_wait_the_first_are_shown_further_ones_on_wish_and_those_of_one_agent_alone()
    {
        platform.Script = _ => Task.FromResult<(string, string?)>(("""{"expression":"28 - 26"}""", "calculator"));
        var page = await browser.OpenAsync(height: 800);
        await page.SignInAsync(platform.Address);
        await CancelAsync("", but: 0); // what other tests left
        await page.MakeAgentAsync(platform.Address, "many", """{"tools":[{"name":"calculator","policy":"ask"}]}""");
        await page.MakeAgentAsync(platform.Address, "few", """{"tools":[{"name":"calculator","policy":"ask"}]}""");
        for (var n = 1; n <= 12; n++)
        {
            await page.StartRunAsync(n == 12 ? "few" : "many", $"Question {n}");
        }
        await page.GotoAsync($"{platform.Address}/approvals");
        var waiting = page.Locator("article");
        await Expect(page.GetByTestId("approvals-more")).ToBeVisibleAsync();
        await Expect(waiting).ToHaveCountAsync(10);
        await page.GetByTestId("approvals-more").ClickAsync();
        await Expect(page.GetByTestId("approvals-more")).ToHaveCountAsync(0);
        await Expect(waiting).Not.ToHaveCountAsync(10);
        await page.GetByTestId("approvals-agent").SelectOptionAsync("Agent few");
        await Expect(waiting).ToHaveCountAsync(1);
        await Expect(waiting).ToContainTextAsync("Question 12");
        // Of the others one is left: so few need no choice, but what hides it must be seen.
        await CancelAsync("many", but: 1);
        await Expect(page.GetByTestId("approvals-agent").Locator("..")).ToContainTextAsync("2");
        await Expect(waiting).ToHaveCountAsync(1);
        await page.GetByTestId("approvals-agent").SelectOptionAsync("");
        await Expect(waiting).ToHaveCountAsync(2);
        await CancelAsync("", but: 0);
        await Expect(page.GetByTestId("approvals-agent")).ToHaveCountAsync(0); // the filter goes with what it was for
        await Expect(waiting).ToHaveCountAsync(0);

        Task CancelAsync(string agent, int but) => page.EvaluateAsync("async ([agent, but]) => { const all = (await (await fetch('/v1/approvals')).json()).data.filter(asked => asked.agent.includes(agent)); for (const asked of all.slice(but)) await fetch(`/v1/runs/${asked.run_id}/cancel`, { method: 'POST', headers: { RequestVerificationToken: platform.antiforgeryToken() } }); }", new object[] { agent, but });
    }

    private static (string Text, string? Tool) Answer(string sent)
    {
        var isDone = sent.Contains("28 - 26 = 2", StringComparison.Ordinal) || sent.Contains("rejected", StringComparison.Ordinal) || sent.Contains("Not computed", StringComparison.Ordinal);
        return sent switch
        {
            _ when sent.Contains("Make a plan for this question", StringComparison.Ordinal) => (sent.Contains("divides by zero", StringComparison.Ordinal) ? Second : First, null),
            _ when sent.Contains("ROLE top", StringComparison.Ordinal) && !isDone => ("""{"agent":"middle","task":"The tax of two"}""", "ask_agent"),
            _ when sent.Contains("ROLE middle", StringComparison.Ordinal) && !isDone => ("""{"agent":"leaf","task":"Work out 28 - 26"}""", "ask_agent"),
            _ when sent.Contains("ROLE leaf", StringComparison.Ordinal) && !isDone => ("""{"expression":"28 - 26"}""", "calculator"),
            _ => (sent.Contains("28 - 26 = 2", StringComparison.Ordinal) ? "It is 2." : "Not computed.", null),
        };
    }
}
