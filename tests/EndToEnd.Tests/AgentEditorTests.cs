using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests;

/// <summary>An agent is made in a real browser, from its name to a published version that is changed and restored.</summary>
[Collection(nameof(AgentPages))]
public sealed class AgentEditorTests(BrowserFixture browser, AgentPlatform platform)
{
    [Fact]
    public async Task An_agent_is_made_mended_published_compared_restored_and_taken_elsewhere()
    {
        var page = await browser.OpenAsync();
        await page.SignInAsync(platform.Address);
        await page.GetByTestId("nav-agents").ClickAsync();
        await page.GetByTestId("agent-new").ClickAsync();
        await page.GetByTestId("new-agent-name").FillAsync("Leave clerk");
        await Expect(page.GetByTestId("new-agent-slug")).ToHaveValueAsync("leave-clerk");
        await page.GetByTestId("new-agent-ok").ClickAsync();
        var saved = page.GetByTestId("agent-saved");
        await Expect(saved).ToHaveAttributeAsync("data-unsaved", "false");
        await page.GetByTestId("field-model.id").SelectOptionAsync("seed-chat");
        await Expect(page.GetByTestId("test-weak")).ToBeVisibleAsync(); // the embedded model says what it cannot do
        await page.GetByTestId("field-model.id").SelectOptionAsync("scripted");
        await Expect(page.GetByTestId("test-weak")).ToHaveCountAsync(0); // another engine's is not told from its list

        await page.GetByTestId("field-instructions").FillAsync("Be brief. It is {{tme}}.");
        await Expect(page.Locator("[data-testid=fault][data-path=instructions]")).ToContainTextAsync("{{tme}}");
        await Expect(page.GetByTestId("test-send")).ToBeDisabledAsync();
        await page.GetByTestId("field-instructions").FillAsync("Be brief. It is {{date}}.");
        await Expect(page.GetByTestId("fault")).ToHaveCountAsync(0);
        await Expect(saved).ToHaveAttributeAsync("data-unsaved", "true");
        await page.GetByTestId("agent-publish").ClickAsync(); // saves first
        await page.GetByTestId("publish-note").FillAsync("The first");
        await page.GetByTestId("publish-ok").ClickAsync();
        await Expect(page.GetByTestId("agent-versions")).ToContainTextAsync("1");

        await page.Locator("[data-testid=section-tools] > summary").ClickAsync();
        await page.Locator("[data-testid=tool-row][data-name=calculator]").GetByTestId("policy-ask").ClickAsync();
        await page.Locator("[data-testid=section-planning] > summary").ClickAsync();
        await Expect(page.GetByTestId("limit-too-small")).ToHaveCountAsync(0);
        await page.GetByTestId("field-limits.tokens").FillAsync("500");
        await page.GetByTestId("field-limits.tokens").PressAsync("Tab");
        await Expect(page.GetByTestId("limit-too-small")).ToContainTextAsync("500"); // its tools alone take more
        await page.GetByTestId("field-limits.tokens").FillAsync("20000");
        await page.GetByTestId("field-limits.tokens").PressAsync("Tab");
        await Expect(page.GetByTestId("limit-too-small")).ToHaveCountAsync(0);
        await page.GetByTestId("agent-save").ClickAsync();
        await Expect(saved).ToHaveAttributeAsync("data-unsaved", "false");
        await page.ReloadAsync();
        await page.GetByTestId("agent-versions").ClickAsync();
        await page.GetByTestId("version-diff").ClickAsync();
        await Expect(page.Locator("[data-path='tools[calculator].policy']")).ToContainTextAsync("Ask");
        await BrowserFixture.ShootAsync(page, "50-agent-versions");
        await page.GetByTestId("version-restore").ClickAsync();
        await page.GetByTestId("confirm-ok").ClickAsync(); // the draft was saved, and never published
        await Expect(page.Locator("[data-testid=tool-row][data-name=calculator]").GetByTestId("policy-always")).ToHaveAttributeAsync("aria-pressed", "true");

        await page.GetByTestId("agent-more").ClickAsync();
        var file = await page.RunAndWaitForDownloadAsync(() => page.GetByTestId("agent-export").ClickAsync());
        var exported = await file.PathAsync();
        var elsewhere = (await File.ReadAllTextAsync(exported, TestContext.Current.CancellationToken)).Replace("\"tools\": [", "\"tools\": [{\"name\":\"send_fax\",\"policy\":\"always\"},", StringComparison.Ordinal);
        await page.GotoAsync($"{platform.Address}/agents");
        await page.GetByTestId("agent-more").First.ClickAsync();
        await page.GetByTestId("agent-clone").First.ClickAsync(); // the first thing that is done on the page
        await Expect(page.GetByTestId("new-agent-name")).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("Leave clerk"));
        await page.Keyboard.PressAsync("Escape");
        await page.ChooseAsync("agent-import", "leave-clerk.agent.json", System.Text.Encoding.UTF8.GetBytes(elsewhere));
        await page.GetByTestId("new-agent-ok").ClickAsync(); // its name for programs is taken: another is proposed
        await Expect(page.GetByTestId("field-slug")).ToHaveValueAsync("leave-clerk-2");
        await Expect(page.GetByTestId("tools-away")).ToContainTextAsync("send_fax"); // said at once: it was imported with a tool that is not here
        await page.GetByTestId("agent-publish").ClickAsync();
        await Expect(page.GetByTestId("toast").First).ToContainTextAsync("send_fax");
        await page.GetByTestId("tools-away-out").ClickAsync();
        await Expect(page.GetByTestId("tools-away")).ToHaveCountAsync(0);

        await page.GetByTestId("field-name").FillAsync("Not kept");
        await page.GetByTestId("nav-knowledge").ClickAsync();
        await page.GetByTestId("confirm-cancel").ClickAsync();
        await Expect(page.GetByTestId("field-name")).ToHaveValueAsync("Not kept");
        await page.GetByTestId("nav-knowledge").ClickAsync();
        await page.GetByTestId("confirm-instead").ClickAsync(); // without saving
        await Expect(page.GetByTestId("base-new")).ToBeVisibleAsync();

        // What is saved on the way is there afterwards; what cannot be keeps the person there, and says why.
        await page.GoBackAsync();
        await Expect(page.GetByTestId("field-slug")).ToHaveValueAsync("leave-clerk-2");
        await page.GetByTestId("field-name").FillAsync("Kept");
        await page.GetByTestId("field-slug").FillAsync("No slug");
        await page.GetByTestId("nav-knowledge").ClickAsync();
        await page.GetByTestId("confirm-ok").ClickAsync();
        await Expect(page.GetByTestId("toast").First).ToBeVisibleAsync();
        await Expect(page.GetByTestId("field-slug")).ToHaveValueAsync("No slug");
        await page.GetByTestId("field-slug").FillAsync("leave-clerk-2");
        await page.GetByTestId("nav-knowledge").ClickAsync();
        await page.GetByTestId("confirm-ok").ClickAsync();
        await Expect(page.GetByTestId("base-new")).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Expect(page.GetByTestId("field-name")).ToHaveValueAsync("Kept");
    }

    [Fact]
    public async Task What_the_embedded_model_cannot_do_is_said_in_the_chat_before_the_first_question()
    {
        var page = await browser.OpenAsync();
        await page.SignInAsync(platform.Address);
        await page.GotoAsync($"{platform.Address}/agents");
        await page.GetByTestId("agent-new").ClickAsync();
        await page.GetByTestId("new-agent-name").FillAsync("Seed clerk");
        await page.GetByTestId("new-agent-ok").ClickAsync();
        await Expect(page.GetByTestId("agent-saved")).ToHaveAttributeAsync("data-unsaved", "false");
        await page.GetByTestId("field-model.id").SelectOptionAsync("seed-chat");
        await page.GetByTestId("field-prompting.sections").SelectOptionAsync("Tags");
        await Expect(page.GetByTestId("sections-sample")).ToHaveTextAsync("<instructions> … </instructions>");
        await page.Locator("[data-testid=section-planning] > summary").ClickAsync();
        await page.GetByTestId("field-limits.toolCalls").FillAsync("0");
        await page.GetByTestId("field-limits.toolCalls").BlurAsync();
        await Expect(page.Locator("[data-testid=fault][data-path='limits.toolCalls']")).ToBeVisibleAsync();
        await page.GetByTestId("field-limits.toolCalls").FillAsync("12");
        await page.GetByTestId("field-limits.toolCalls").BlurAsync();
        await Expect(page.GetByTestId("fault")).ToHaveCountAsync(0);
        await BrowserFixture.ShootAsync(page, "58-agent-limits");
        await page.GetByTestId("agent-publish").ClickAsync();
        await page.GetByTestId("publish-ok").ClickAsync();
        await Expect(page.GetByTestId("agent-versions")).ToContainTextAsync("1");
        await page.GotoAsync($"{platform.Address}/chat?agent={new Uri(page.Url).Segments[^1]}");
        await Expect(page.GetByTestId("weak-agent")).ToContainTextAsync("seed-chat");
        await BrowserFixture.ShootAsync(page, "59-weak-agent");
    }

    [Fact]
    public async Task The_tools_of_an_API_are_shown_where_they_are_tried_and_chosen_among_their_own()
    {
        var page = await browser.OpenAsync(height: 700);
        await page.SignInAsync(platform.Address);
        await page.GotoAsync($"{platform.Address}/agents/tools");
        await page.GetByTestId("api-new").ClickAsync();
        var dialog = page.GetByTestId("api-dialog");
        await page.GetByTestId("api-name").FillAsync("rooms");
        await page.GetByTestId("api-address").FillAsync("https://rooms.example.org");
        var floors = Enumerable.Range(1, 7).ToDictionary(n => $"/{n}", n => new { get = new { operationId = $"floor_{n}", summary = $"Rooms of floor {n}" } });
        await page.GetByTestId("api-content").FillAsync(System.Text.Json.JsonSerializer.Serialize(new { openapi = "3.0.0", info = new { title = "Rooms", version = "1" }, paths = floors }));
        await Expect(dialog.GetByTestId("trial")).ToHaveAttributeAsync("role", "status"); // there before anything is said in it
        await page.GetByTestId("api-try").ClickAsync();
        await Expect(dialog.GetByTestId("trial")).ToHaveAttributeAsync("data-tools", "7");
        await Expect(dialog.GetByTestId("trial").Locator(".notice")).ToBeInViewportAsync(); // what came below the fold
        await page.GetByTestId("api-save").ClickAsync();
        await Expect(page.Locator("[data-testid=tool-origin][data-name=rooms]")).ToBeVisibleAsync();

        await page.GotoAsync($"{platform.Address}/agents");
        await page.GetByTestId("agent-new").First.ClickAsync();
        await page.GetByTestId("new-agent-name").FillAsync("Porter");
        await page.GetByTestId("new-agent-ok").ClickAsync();
        await page.Locator("[data-testid=section-tools] > summary").ClickAsync();
        var rooms = page.Locator("[data-testid=tool-group][data-name=rooms]");
        var rows = page.GetByTestId("tool-row");
        var chosen = await page.GetByTestId("tools-chosen").InnerTextAsync();
        await Expect(rooms.GetByTestId("tool-row")).ToHaveCountAsync(0); // seven of a stranger's stay folded
        await page.GetByTestId("tool-find").FillAsync("floor 3");
        await Expect(rows).ToHaveCountAsync(1);
        await rows.GetByTestId("policy-ask").ClickAsync();
        await page.GetByTestId("tool-find").FillAsync("");
        await Expect(rooms.GetByTestId("tool-fold")).ToBeEnabledAsync(); // while something is looked for, nothing is folded
        await rooms.GetByTestId("tool-fold").PressAsync("Enter");
        await Expect(rooms.GetByTestId("tool-row")).ToHaveCountAsync(7);
        await rooms.Locator(".all").GetByTestId("policy-always").ClickAsync();
        await Expect(rooms.GetByTestId("tool-fold")).ToContainTextAsync("7 of 7");
        await BrowserFixture.ShootAsync(page, "60-tool-groups");
        await rooms.Locator(".all").GetByTestId("policy-never").ClickAsync();
        await Expect(page.GetByTestId("tools-chosen")).ToHaveTextAsync(chosen);
        await page.GetByTestId("tools-chosen").ClickAsync();
        await Expect(rooms).ToHaveCountAsync(0); // none of them is chosen any more

        await page.Locator("[data-testid=section-examples] > summary").ClickAsync();
        await page.GetByTestId("example-add").ClickAsync();
        await Expect(page.GetByTestId("section-examples").GetByTestId("fault")).ToHaveCountAsync(2);
        await page.GetByTestId("example-question").FillAsync("May I paint the room?");
        await page.GetByTestId("example-answer").FillAsync("Ask the porter.");
        await Expect(page.GetByTestId("section-examples").GetByTestId("fault")).ToHaveCountAsync(0); // while one still stands in the field: the button below moves before it is pressed
    }
}
