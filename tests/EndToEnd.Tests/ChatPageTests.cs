using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests;

/// <summary>The chat page's smaller promises.</summary>
public sealed class ChatPageTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Theory]
    [InlineData("en-GB", 1280, "employee-handbook.pdf", "travel-and-expenses.docx", "it-security.md", "benefits.html")]
    [InlineData("zh-CN", 390, "员工手册.pdf", "差旅报销.docx", "信息安全.md", "常见问题.txt")]
    public async Task Every_question_to_begin_with_is_answered_and_its_sources_tell_their_places(string locale, int width, params string[] files)
    {
        await using var platform = await RunningPlatform.StartAsync();
        var page = await browser.OpenAsync(width, height: 860, locale);
        await page.SignInAsync(platform.Address);
        await page.CreateBaseAsync(platform.Address, "Handbook");
        await page.GetByTestId("upload-input").SetInputFilesAsync(files.Select(f => Path.Combine(Repository.Samples, f)));
        foreach (var file in files)
        {
            await page.WaitUntilReadyAsync(file);
        }

        await page.GotoAsync($"{platform.Address}/chat");
        var ideas = page.GetByTestId("idea");
        await Expect(ideas).ToHaveCountAsync(4);
        await BrowserFixture.ShootAsync(page, $"30-ideas-{locale}");
        for (var i = 0; i < 4; i++)
        {
            await page.GotoAsync($"{platform.Address}/chat");
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
    public async Task A_narrow_sidebar_keeps_its_icons_and_nothing_else()
    {
        await using var platform = await RunningPlatform.StartAsync();
        var page = await browser.OpenAsync();
        await page.SignInAsync(platform.Address);
        await page.Keyboard.PressAsync("Control+Shift+S");
        await Expect(page.GetByTestId("nav-knowledge").Locator("span")).ToBeHiddenAsync();
        await Expect(page.Locator("[data-search-chats]")).ToBeHiddenAsync();
        await BrowserFixture.ShootAsync(page, "32-narrow-sidebar");
        Assert.Equal(56, await page.Locator("#sidebar").EvaluateAsync<int>("sidebar => sidebar.getBoundingClientRect().width"));
        await page.Keyboard.PressAsync("Control+K");
        await Expect(page.Locator("[data-search-chats]")).ToBeFocusedAsync();
    }
}
