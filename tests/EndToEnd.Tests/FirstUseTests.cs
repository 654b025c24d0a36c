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
        await page.OpensOnAsync(answer, "employee-handbook.pdf", "26 days");
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
        await page.OpensOnAsync(chinese, "常见问题.txt", "宠物");
        await BrowserFixture.ShootAsync(page, "04-answer-chinese");

        var before = await chinese.InnerTextAsync();
        await page.ReloadAsync();
        chinese = page.GetByTestId("message-assistant").Nth(1);
        await chinese.WaitUntilDoneAsync();
        Assert.Equal(Words(before), Words(await chinese.InnerTextAsync()));
    }

    private static string Words(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
