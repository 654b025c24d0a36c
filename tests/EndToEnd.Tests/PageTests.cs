using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests;

/// <summary>What people do on the pages beyond the first question, and that nothing is cut on the way.</summary>
[Collection(nameof(SharedProgram))]
public sealed class PageTests(SharedProgram program)
{
    private const string LongName = "a_file_name_without_a_single_place_to_break_it_that_is_far_longer_than_a_phone_is_wide.md";

    [Fact]
    public async Task An_answer_given_again_and_a_question_asked_otherwise_stand_beside_the_first()
    {
        var page = await program.OpenAsync();
        await page.OpenChatOverSecurityAsync(program.Address);
        const string Question = "How long must a password be?";
        await (await page.AskAsync(Question)).WaitUntilDoneAsync();

        await page.GetByTestId("regenerate").ClickAsync();
        var answer = page.GetByTestId("message-assistant");
        await Expect(answer.GetByTestId("versions")).ToContainTextAsync("2 / 2");
        await answer.WaitUntilDoneAsync();
        await answer.GetByTestId("version-before").ClickAsync();
        await Expect(answer.GetByTestId("versions")).ToContainTextAsync("1 / 2");
        await Expect(page.GetByTestId("message-user")).ToHaveCountAsync(1);

        await page.GetByTestId("chat-input").PressAsync("ArrowUp");
        await page.GetByTestId("edit-question").FillAsync("Who has to lock the screen?");
        await BrowserFixture.ShootAsync(page, "21-edit");
        await page.GetByTestId("edit-question").PressAsync("Enter");
        await Expect(page.GetByTestId("message-user")).ToHaveTextAsync("Who has to lock the screen?");
        await answer.WaitUntilDoneAsync();
        await BrowserFixture.ShootAsync(page, "22-versions");
        await page.ReloadAsync();
        await Expect(page.GetByTestId("message-user")).ToHaveTextAsync("Who has to lock the screen?");
        await page.GetByTestId("version-before").First.ClickAsync();
        await Expect(page.GetByTestId("message-user")).ToHaveTextAsync(Question);
        await Expect(answer.GetByTestId("versions")).ToContainTextAsync("2 / 2"); // what followed it last
    }

    [Fact]
    public async Task Several_documents_are_chosen_and_deleted_together()
    {
        var page = await program.OpenAsync();
        await page.CreateBaseAsync(program.Address, "Mixed");
        await page.GetByTestId("upload-input").SetInputFilesAsync([File("one.txt", "The first text speaks of otters."), File("two.txt", "The second text speaks of herons."), File("three.txt", "The third text speaks of pike."), File("picture.png", "none")]);
        foreach (var name in (string[])["one.txt", "two.txt", "three.txt"])
        {
            await page.WaitUntilReadyAsync(name);
        }
        await Expect(page.Locator("[data-testid=upload-row][data-state=failed]")).ToBeVisibleAsync();
        foreach (var name in (string[])["one.txt", "three.txt"])
        {
            await page.Locator($"[data-testid=document-row][data-name='{name}']").GetByTestId("document-select").CheckAsync();
        }
        await BrowserFixture.ShootAsync(page, "23-selection");
        await page.GetByTestId("selection-retry").ClickAsync();
        await page.WaitUntilReadyAsync("one.txt");
        await page.WaitUntilReadyAsync("three.txt");
        await Expect(page.GetByTestId("selection")).ToHaveCountAsync(0);

        await page.Locator("[data-testid=document-row][data-name='two.txt']").GetByTestId("document-select").CheckAsync();
        await page.GetByTestId("select-all").ClickAsync();
        await page.Locator("[data-testid=document-row][data-name='two.txt']").GetByTestId("document-select").UncheckAsync();
        await page.GetByTestId("selection-delete").ClickAsync();
        await page.GetByTestId("confirm-ok").ClickAsync();
        await Expect(page.GetByTestId("document-row")).ToHaveCountAsync(1);
        await Expect(page.GetByTestId("document-row")).ToHaveAttributeAsync("data-name", "two.txt");
    }

    [Theory]
    [InlineData(390, "en-GB")]
    [InlineData(390, "zh-CN")]
    [InlineData(1280, "en-GB")]
    public async Task No_text_is_cut(int width, string locale)
    {
        var page = await program.OpenAsAdministratorAsync(width, height: 844, locale); // for the list of accounts
        await page.CreateBaseAsync(program.Address, $"Long {width} {locale}");
        await page.GetByTestId("upload-input").SetInputFilesAsync([File(LongName, "# Rivers\n\nThe otter eats fish."), File("picture.png", "none"), File("empty.txt", "")]);
        await page.WaitUntilReadyAsync(LongName);
        await Expect(page.Locator("[data-testid=upload-row][data-state=failed]")).ToHaveCountAsync(2);
        await BrowserFixture.ShootAsync(page, $"24-uploads-{width}-{locale}");
        await FitsAsync(page, "[data-testid=upload-row] .problem");

        await page.GetByTestId("test-search-tab").ClickAsync();
        await page.GetByTestId("test-question").FillAsync("otter");
        await page.GetByTestId("test-question").PressAsync("Enter");
        await Expect(page.GetByTestId("hit").First).ToBeVisibleAsync();
        await Expect(page.GetByTestId("hit").First.Locator("header")).Not.ToContainTextAsync("Page");
        await BrowserFixture.ShootAsync(page, $"25-test-search-{width}-{locale}");
        await FitsAsync(page, "[data-testid=hit]");

        await page.GotoAsync($"{program.Address}/admin/users");
        await Expect(page.GetByTestId("user-row").First).ToBeVisibleAsync();
        await BrowserFixture.ShootAsync(page, $"26-users-{width}-{locale}");
        await FitsAsync(page, ".list");
    }

    [Fact]
    public async Task A_dialog_opens_with_empty_fields_after_it_was_left_with_full_ones()
    {
        const string Opened = """
            window.opened = [];
            const show = HTMLDialogElement.prototype.showModal;
            HTMLDialogElement.prototype.showModal = function () { show.call(this); window.opened.push(this.querySelector('input').value); };
            """;
        var page = await program.OpenAsAdministratorAsync(1280, 860, "en-GB");
        await page.AddInitScriptAsync(Opened);
        await page.GotoAsync($"{program.Address}/admin/users");
        await page.GetByTestId("user-add").ClickAsync();
        await page.GetByTestId("user-email").FillAsync("left@example.org");
        await page.Keyboard.PressAsync("Escape");
        await page.GetByTestId("user-add").ClickAsync();
        await Expect(page.GetByTestId("user-email")).ToBeFocusedAsync();
        Assert.Equal(["", ""], await page.EvaluateAsync<string[]>("opened"));
    }

    [Fact]
    public async Task Sending_a_dialog_by_keys_is_pressing_its_button_once()
    {
        const string Form = """
            document.body.insertAdjacentHTML('beforeend', '<dialog open><form><textarea id="keyed"></textarea><button type="submit" disabled></button></form></dialog>');
            window.sent = 0;
            document.querySelector('#keyed').form.addEventListener('submit', event => { event.preventDefault(); window.sent++; });
            """;
        var page = await program.OpenAsync();
        await page.EvaluateAsync(Form);
        await page.Locator("#keyed").PressAsync("Control+Enter");
        Assert.Equal(0, await page.EvaluateAsync<int>("sent")); // the button is disabled

        await page.EvaluateAsync("document.querySelector('#keyed').form.querySelector('button').disabled = false");
        await page.Keyboard.DownAsync("Control");
        await page.Keyboard.DownAsync("Enter");
        await page.Keyboard.DownAsync("Enter"); // it is held
        await page.Keyboard.UpAsync("Enter");
        await page.Keyboard.UpAsync("Control");
        Assert.Equal(1, await page.EvaluateAsync<int>("sent"));
    }

    private static FilePayload File(string name, string text) => new() { Name = name, MimeType = "application/octet-stream", Buffer = System.Text.Encoding.UTF8.GetBytes(text) };

    // Neither the page nor any of the elements holds more than it shows.
    private static async Task FitsAsync(IPage page, string elements)
    {
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), $"the page scrolls sideways: {page.Url}");
        var cut = await page.EvaluateAsync<string[]>("selector => [...document.querySelectorAll(selector)].filter(e => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1).map(e => e.innerText)", elements);
        Assert.Empty(cut);
    }
}
