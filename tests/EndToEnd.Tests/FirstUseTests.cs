using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests;

/// <summary>The main job as its user does it: wizard, base, files, questions in two languages, the cited page.</summary>
public sealed class FirstUseTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const int Sigstop = 19, Sigcont = 18;

    [Fact]
    public async Task From_the_wizard_to_a_cited_answer_that_survives_a_reload_conformance_10()
    {
        await using var platform = await RunningPlatform.StartEmptyAsync();
        var page = await browser.OpenAsync();
        await page.GotoAsync(platform.Address);
        await BrowserFixture.ShootAsync(page, "01-wizard");
        await page.SetUpAsync(platform.Address);

        await page.CreateBaseAsync(platform.Address, "Handbook");
        string[] files = ["employee-handbook.pdf", "travel-and-expenses.docx", "it-security.md", "常见问题.txt"];
        await page.DropAsync([.. files.Select(f => Path.Combine(Repository.Samples, f))]);
        foreach (var file in files)
        {
            await page.WaitUntilReadyAsync(file);
        }
        await BrowserFixture.ShootAsync(page, "02-base-ready");

        await page.GotoAsync($"{platform.Address}/chat");
        var answer = await page.AskAsync("How many days of annual leave does a newcomer get?");
        await answer.WaitUntilDoneAsync();
        await Expect(answer).ToContainTextAsync("26 days");
        await OpensOnAsync(page, answer, "employee-handbook.pdf", "26 days");
        await BrowserFixture.ShootAsync(page, "03-answer-english");

        // The machine's model stands still, so that the reload surely falls into the answer.
        var host = Assert.Single(platform.ModelHosts);
        RunningPlatform.Signal(host, Sigstop);
        var chinese = await page.AskAsync("能把猫带到办公室吗？");
        await Expect(chinese).ToHaveAttributeAsync("data-state", "running");
        await page.ReloadAsync();
        chinese = page.GetByTestId("message-assistant").Nth(1);
        await Expect(chinese).ToHaveAttributeAsync("data-state", "running");
        await Expect(chinese).ToContainTextAsync("Searching");
        RunningPlatform.Signal(host, Sigcont);
        await chinese.WaitUntilDoneAsync();
        await Expect(page.GetByTestId("message-user")).ToHaveCountAsync(2);
        await Expect(chinese).ToContainTextAsync("宠物");
        await OpensOnAsync(page, chinese, "常见问题.txt", "宠物");
        await BrowserFixture.ShootAsync(page, "04-answer-chinese");

        var before = await chinese.InnerTextAsync();
        await page.ReloadAsync();
        chinese = page.GetByTestId("message-assistant").Nth(1);
        await chinese.WaitUntilDoneAsync();
        Assert.Equal(Words(before), Words(await chinese.InnerTextAsync()));
    }

    [Fact]
    public async Task The_same_works_on_a_phone_in_the_dark_in_Chinese()
    {
        await using var platform = await RunningPlatform.StartAsync();
        var page = await browser.OpenAsync(width: 390, height: 844, locale: "zh-CN", scheme: ColorScheme.Dark);
        await page.SignInAsync(platform.Address);
        Assert.Equal("zh-Hans", await page.EvaluateAsync<string>("document.documentElement.lang"));
        await page.CreateBaseAsync(platform.Address, "员工手册");
        await page.GetByTestId("upload-input").SetInputFilesAsync(Path.Combine(Repository.Samples, "员工手册.pdf"));
        await page.WaitUntilReadyAsync("员工手册.pdf");
        await BrowserFixture.ShootAsync(page, "05-phone-base");
        await page.GotoAsync($"{platform.Address}/chat");
        var answer = await page.AskAsync("试用期多长？");
        await answer.WaitUntilDoneAsync();
        await BrowserFixture.ShootAsync(page, "06-phone-answer");
        await OpensOnAsync(page, answer, "员工手册.pdf", "试用期");
        await BrowserFixture.ShootAsync(page, "07-phone-source");
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways at 390 px");
    }

    [Fact]
    public async Task What_is_in_no_document_is_said_to_be_in_none()
    {
        await using var platform = await RunningPlatform.StartAsync();
        var page = await browser.OpenAsync();
        await page.OpenChatOverSecurityAsync(platform.Address);
        var answer = await page.AskAsync("Which opera did Verdi write for Cairo?");
        await answer.WaitUntilDoneAsync();
        await Expect(answer.GetByTestId("not-found-box")).ToBeVisibleAsync();
        await Expect(answer.GetByTestId("citation")).ToHaveCountAsync(0);
    }

    // The first mark that cites the document opens its card and the viewer, and the viewer marks the words.
    private static async Task OpensOnAsync(IPage page, ILocator answer, string document, string words)
    {
        var marks = answer.GetByTestId("citation");
        await Expect(marks.First).ToBeVisibleAsync();
        if (page.ViewportSize!.Width > 900)
        {
            await marks.First.HoverAsync(); // a finger has no hover
            await Expect(page.GetByTestId("citation-card")).ToContainTextAsync(document, new() { Timeout = 30_000 });
        }
        await marks.First.ClickAsync();
        await Expect(page.GetByTestId("source-viewer")).ToContainTextAsync(document);
        var highlight = page.GetByTestId("source-highlight").First;
        await Expect(highlight).ToBeInViewportAsync(new() { Timeout = 60_000 });
        if (document.EndsWith(".pdf", StringComparison.Ordinal))
        {
            // The mark is a rectangle on the image of the page, and the image is there.
            await highlight.EvaluateAsync("""
                async mark => {
                    for (let part = mark; part; part = part.parentElement) {
                        const image = part.querySelector('img');
                        if (image) { await image.decode(); return; }
                    }
                    throw new Error('no page image beside the mark');
                }
                """);
        }
        else
        {
            await Expect(highlight).ToContainTextAsync(words);
        }
    }

    private static string Words(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
