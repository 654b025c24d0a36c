using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests;

/// <summary>What an agent keeps is seen at once, a person keeps what was said, and an answer that changed something is not repeated unasked.</summary>
[Collection(nameof(AgentPages))]
public sealed class AgentMemoryTests(BrowserFixture browser, AgentPlatform platform)
{
    [Fact]
    public async Task What_is_kept_in_a_trial_or_by_hand_is_listed_and_answering_again_asks_before_it_is_kept_anew()
    {
        platform.Script = sent => Task.FromResult<(string, string?)>(sent.Contains("It is kept", StringComparison.Ordinal) || sent.Contains("rejected", StringComparison.Ordinal) ? ("I know that now.", null) : ("""{"text":"Prefers metres."}""", "remember"));
        var page = await browser.OpenAsync(height: 800);
        await page.SignInAsync(platform.Address);
        await page.MakeAgentAsync(platform.Address, "keeper", """{"tools":[{"name":"remember","policy":"ask"}],"memory":{"scope":"user"}}""");
        await page.GetByTestId("section-memory").EvaluateAsync("section => section.open = true");
        await Expect(page.GetByTestId("memory-entry")).ToHaveCountAsync(0);
        await page.GetByTestId("test-input").FillAsync("I measure in metres.");
        await page.GetByTestId("test-send").ClickAsync();
        await page.GetByTestId("approval-card").GetByTestId("approve").ClickAsync();
        await Expect(page.GetByTestId("memory-entry")).ToContainTextAsync("Prefers metres."); // without loading the page anew

        await page.GotoAsync($"{platform.Address}/chat");
        await page.GetByTestId("subject-picker").ClickAsync();
        await page.Locator("[data-testid=subject][data-name='Agent keeper']").ClickAsync();
        var answer = await page.AskAsync("My office is in Utrecht, and I measure in metres.");
        await answer.GetByTestId("approval-card").GetByTestId("approve").ClickAsync();
        await answer.WaitUntilDoneAsync();

        await page.GetByTestId("message-user").HoverAsync();
        await page.GetByTestId("remember").First.ClickAsync();
        await Expect(page.GetByTestId("remember-text")).ToHaveValueAsync("My office is in Utrecht, and I measure in metres.");
        await page.GetByTestId("remember-text").FillAsync("Works in Utrecht.");
        await BrowserFixture.ShootAsync(page, "56-remember");
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.GetByTestId("remember-dialog")).Not.ToBeVisibleAsync();

        await page.GetByTestId("regenerate").ClickAsync();
        await Expect(page.GetByTestId("confirm").And(page.Locator("[open]"))).ToContainTextAsync("Remember");
        await BrowserFixture.ShootAsync(page, "57-again");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByTestId("message-assistant")).ToHaveAttributeAsync("data-state", "done");
        await Expect(page.GetByTestId("approval-card")).ToHaveCountAsync(0);
        await page.GetByTestId("regenerate").ClickAsync();
        await page.GetByTestId("confirm").And(page.Locator("[open]")).GetByTestId("confirm-ok").ClickAsync();
        await page.GetByTestId("approval-card").GetByTestId("reject").ClickAsync();
        await page.GetByTestId("reject-send").ClickAsync();
        await page.GetByTestId("message-assistant").WaitUntilDoneAsync();

        await page.GotoAsync($"{platform.Address}/agents");
        await page.Locator("[data-testid=agent-card][data-slug=keeper] a").First.ClickAsync();
        await page.GetByTestId("section-memory").EvaluateAsync("section => section.open = true");
        await Expect(page.GetByTestId("memory-entry").Filter(new() { HasText = "Works in Utrecht." })).ToHaveCountAsync(1);
        await Expect(page.GetByTestId("memory-entry")).ToHaveCountAsync(2);
    }
}
