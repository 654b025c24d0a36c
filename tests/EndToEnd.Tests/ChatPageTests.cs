using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests;

/// <summary>The chat page's smaller promises.</summary>
[Collection(nameof(SharedProgram))]
public sealed class ChatPageTests(SharedProgram program)
{
    [Theory]
    [InlineData("en-GB", 1280, "employee-handbook.pdf", "travel-and-expenses.docx", "it-security.md", "benefits.html")]
    [InlineData("zh-CN", 390, "员工手册.pdf", "差旅报销.docx", "信息安全.md", "常见问题.txt")]
    public async Task Every_question_to_begin_with_is_answered_and_its_sources_tell_their_places(string locale, int width, params string[] files)
    {
        var page = await program.OpenAsync(width, height: 860, locale);
        await page.CreateBaseAsync(program.Address, "Handbook");
        await page.GetByTestId("upload-input").SetInputFilesAsync(files.Select(f => Path.Combine(Repository.Samples, f)));
        foreach (var file in files)
        {
            await page.WaitUntilReadyAsync(file);
        }

        await page.GotoAsync($"{program.Address}/chat");
        var ideas = page.GetByTestId("idea");
        await Expect(ideas).ToHaveCountAsync(4);
        await BrowserFixture.ShootAsync(page, $"30-ideas-{locale}");
        for (var i = 0; i < 4; i++)
        {
            await page.GotoAsync($"{program.Address}/chat");
            await ideas.Nth(i).ClickAsync();
            var answer = page.GetByTestId("message-assistant");
            await answer.WaitUntilDoneAsync();
            await Expect(answer.GetByTestId("citation").First).ToBeVisibleAsync();
        }

        await page.GetByTestId("sources").Locator("summary").ClickAsync();
        await BrowserFixture.ShootAsync(page, $"31-sources-{locale}");
        var marks = await page.Locator(".legend .cite").EvaluateAllAsync<string[]>(
            "marks => marks.map(m => { const s = getComputedStyle(m); return [s.backgroundImage !== 'none', s.backgroundColor !== 'rgba(0, 0, 0, 0)', s.boxShadow !== 'none', s.borderBottomStyle].join(' '); })");
        Assert.Equal(marks.Length, marks.Distinct().Count()); // told apart by shape alone
    }

    [Fact]
    public async Task The_first_use_works_on_a_phone_in_the_dark_in_Chinese()
    {
        var page = await program.OpenAsync(width: 390, height: 844, locale: "zh-CN", scheme: ColorScheme.Dark);
        Assert.Equal("zh-Hans", await page.EvaluateAsync<string>("document.documentElement.lang"));
        await page.CreateBaseAsync(program.Address, "员工手册");
        await page.GetByTestId("upload-input").SetInputFilesAsync(Path.Combine(Repository.Samples, "员工手册.pdf"));
        await page.WaitUntilReadyAsync("员工手册.pdf");
        await BrowserFixture.ShootAsync(page, "05-phone-base");
        await page.GotoAsync($"{program.Address}/chat");
        var answer = await page.AskAsync("试用期多长？");
        await answer.WaitUntilDoneAsync();
        await BrowserFixture.ShootAsync(page, "06-phone-answer");
        await page.OpensOnAsync(answer, "员工手册.pdf", "试用期");
        await BrowserFixture.ShootAsync(page, "07-phone-source");
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways at 390 px");
    }

    [Fact]
    public async Task What_is_in_no_document_is_said_to_be_in_none()
    {
        var page = await program.OpenAsync();
        await page.OpenChatOverSecurityAsync(program.Address);
        var answer = await page.AskAsync("Which opera did Verdi write for Cairo?");
        await answer.WaitUntilDoneAsync();
        await Expect(answer.GetByTestId("not-found-box")).ToBeVisibleAsync();
        await Expect(answer.GetByTestId("citation")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_narrow_sidebar_keeps_its_icons_and_nothing_else()
    {
        var page = await program.OpenAsync();
        await page.Keyboard.PressAsync("Control+Shift+S");
        await Expect(page.GetByTestId("nav-knowledge").Locator("span")).ToBeHiddenAsync();
        await Expect(page.Locator("[data-search-chats]")).ToBeHiddenAsync();
        await BrowserFixture.ShootAsync(page, "32-narrow-sidebar");
        Assert.Equal(56, await page.Locator("#sidebar").EvaluateAsync<int>("sidebar => sidebar.getBoundingClientRect().width"));
        await page.Keyboard.PressAsync("Control+K");
        await Expect(page.Locator("[data-search-chats]")).ToBeFocusedAsync();
    }
}
