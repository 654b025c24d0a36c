using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests;

/// <summary>What goes wrong around a page: a base that is gone, a question that is refused, a browser that keeps its clipboard, the way back.</summary>
[Collection(nameof(SharedProgram))]
public sealed class PageFaultTests(SharedProgram program)
{
    [Fact]
    public async Task A_conversation_whose_base_was_deleted_says_so_and_goes_on_with_another()
    {
        var page = await program.OpenAsync();
        await page.CreateBaseAsync(program.Address, "Short");
        await page.GotoAsync($"{program.Address}/chat");
        await (await page.AskAsync("How long must a password be?")).WaitUntilDoneAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/chat/[0-9a-f-]{36}$")); // an answer that is there at once is shown before its address
        var conversation = page.Url;
        await page.CreateBaseAsync(program.Address, "Other");
        await page.GotoAsync($"{program.Address}/knowledge");
        await page.Locator("[data-testid=base-card][data-name='Short']").ClickAsync();
        await page.GetByTestId("base-delete").ClickAsync();
        await page.GetByTestId("confirm-ok").ClickAsync();
        await Expect(page.GetByTestId("toast")).ToBeVisibleAsync();

        await page.GotoAsync(conversation);
        await Expect(page.GetByTestId("bases-gone")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("base-picker")).ToContainTextAsync("Knowledge base deleted");
        await page.GetByTestId("chat-input").FillAsync("And a user name?");
        await page.GetByTestId("chat-send").ClickAsync();
        await Expect(page.Locator(".toast-error")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("message-assistant")).ToHaveCountAsync(1);
        await BrowserFixture.ShootAsync(page, "40-bases-gone");

        await page.GetByTestId("bases-gone").GetByRole(AriaRole.Button).ClickAsync();
        await Expect(page.GetByTestId("bases-gone")).ToHaveCountAsync(0);
        await Expect(page.GetByTestId("base-picker")).ToContainTextAsync("Other");
        await page.GetByTestId("base-picker").ClickAsync();
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Other" }).UncheckAsync();
        await Expect(page.GetByTestId("base-picker")).ToContainTextAsync("All knowledge bases");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByTestId("base-picker")).ToHaveAttributeAsync("aria-expanded", "false");
    }

    [Fact]
    public async Task A_dataset_that_was_deleted_in_another_window_is_told_to_be_gone_and_ends_no_page()
    {
        var rows = await program.OpenAsAdministratorAsync(1280, 860, "en-GB");
        await TrainingPageTests.NewDatasetAsync(rows, program.Address, "Short lived");
        await TrainingPageTests.ImportAsync(rows, """{"prompt":"Who greets first?","completion":"Whoever comes in."}""");
        await rows.Keyboard.PressAsync("Escape");
        await TrainingPageTests.ApproveAsync(rows);
        var address = rows.Url;
        var (freeze, versions, other) = (await OpenAsync(), await OpenAsync(), await OpenAsync());
        await other.GetByTestId("dataset-menu").ClickAsync();
        await other.GetByTestId("dataset-delete").ClickAsync();
        await other.GetByTestId("confirm-word").FillAsync("Short lived");
        await other.GetByTestId("confirm-ok").ClickAsync();
        await Expect(other.GetByTestId("datasets-page")).ToBeVisibleAsync();

        await rows.GetByTestId("reject").ClickAsync();
        await Expect(rows.GetByTestId("dataset-gone")).ToBeVisibleAsync();
        await freeze.GetByTestId("dataset-freeze").ClickAsync();
        await Expect(freeze.GetByTestId("freeze-dialog").GetByRole(AriaRole.Alert)).ToContainTextAsync("does not exist");
        await versions.GetByTestId("versions-tab").ClickAsync();
        await Expect(versions.GetByTestId("dataset-gone")).ToBeVisibleAsync();

        async Task<IPage> OpenAsync()
        {
            var page = await rows.Context.NewPageAsync();
            await page.GotoAsync(address);
            await Expect(page.GetByTestId("row")).ToHaveCountAsync(1); // it is drawn when the page is alive
            return page;
        }
    }

    [Fact]
    public async Task A_refused_first_question_leaves_no_conversation_and_comes_back_into_the_box()
    {
        var page = await program.OpenAsync();
        string question = new('x', 8001);
        await page.GetByTestId("chat-input").FillAsync(question);
        Assert.Equal("", await page.GetByTestId("chat-send").EvaluateAsync<string>("button => { button.click(); return document.querySelector('[data-testid=chat-input]').value; }")); // it leaves at once
        await Expect(page.Locator(".toast-error")).ToContainTextAsync("8,000");
        await Expect(page.GetByTestId("chat-input")).ToHaveValueAsync(question);
        await page.ReloadAsync();
        await Expect(page.GetByTestId("chat-input")).ToBeEnabledAsync();
        await Expect(page.GetByTestId("conversation-row")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Copying_works_where_the_browser_gives_no_clipboard()
    {
        var page = await program.OpenAsync(prepare: page => page.AddInitScriptAsync("Object.defineProperty(navigator, 'clipboard', { value: undefined })"));
        var box = page.GetByTestId("chat-input");
        await box.ClickAsync();
        Assert.True(await page.EvaluateAsync<bool>("platform.copy('otters')"));
        await Expect(box).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Control+V");
        await Expect(box).ToHaveValueAsync("otters");
        await page.EvaluateAsync("document.execCommand = () => false");
        Assert.False(await page.EvaluateAsync<bool>("platform.copy('otters')"));
    }

    [Fact]
    public async Task The_way_back_from_one_base_to_another_shows_the_other()
    {
        var page = await program.OpenAsync();
        await page.CreateBaseAsync(program.Address, "First");
        var first = page.Url;
        await page.CreateBaseAsync(program.Address, "Second");
        var second = page.Url;
        await page.GotoAsync(first);
        await Expect(page.GetByTestId("upload-input")).ToBeEnabledAsync();
        await page.EvaluateAsync("address => Blazor.navigateTo(address)", second);
        await Expect(page.Locator("h1")).ToHaveTextAsync("Second");
        await page.GoBackAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("First");
        await Expect(page.GetByTestId("upload-input")).ToBeEnabledAsync(); // a person cannot choose files before
        await page.GetByTestId("upload-input").SetInputFilesAsync(Path.Combine(Repository.Samples, "it-security.md"));
        await page.WaitUntilReadyAsync("it-security.md");
        await page.GotoAsync(second);
        await Expect(page.GetByTestId("upload-input")).ToBeEnabledAsync();
        await Expect(page.GetByTestId("document-row")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Escape_in_the_sidebar_leaves_the_page_alone()
    {
        var page = await program.OpenAsync();
        await page.OpenChatOverSecurityAsync(program.Address);
        var answer = await page.AskAsync("How long must a password be?");
        await answer.WaitUntilDoneAsync();
        await answer.GetByTestId("citation").First.ClickAsync();
        await Expect(page.GetByTestId("source-viewer")).ToBeVisibleAsync();

        await page.Locator("[data-search-chats]").PressAsync("Escape");
        await page.GetByTestId("user-menu").ClickAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.GetByTestId("base-picker").ClickAsync();
        await Expect(page.GetByTestId("base-picker")).ToHaveAttributeAsync("aria-expanded", "true");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByTestId("base-picker")).ToHaveAttributeAsync("aria-expanded", "false");
        await Expect(page.GetByTestId("source-viewer")).ToBeVisibleAsync();
        await page.GetByTestId("chat-input").PressAsync("Escape");
        await Expect(page.GetByTestId("source-viewer")).ToHaveCountAsync(0);
    }
}
