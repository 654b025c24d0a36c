using System.Buffers.Binary;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests;

/// <summary>Processes that die, and processes that must end.</summary>
public sealed class SurvivalTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const int Sigint = 2, Sigkill = 9, Sigterm = 15, Sigcont = 18, Sigstop = 19;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Killing_the_model_host_in_mid_answer_leaves_the_text_so_far_and_the_next_question_works()
    {
        var folder = Directory.CreateTempSubdirectory("e2e-model-").FullName;
        await using var platform = await RunningPlatform.StartAsync(("Models__Chat", await TalkerAsync(folder)));
        var page = await browser.OpenAsync();
        await page.SignInAsync(platform.Address);
        await page.CreateBaseAsync(platform.Address, "Handbook");
        await page.GetByTestId("upload-input").SetInputFilesAsync(Path.Combine(Repository.Samples, "employee-handbook.pdf"));
        await page.WaitUntilReadyAsync("employee-handbook.pdf");
        await page.GotoAsync($"{platform.Address}/chat");

        var host = Assert.Single(platform.ModelHosts);
        var answer = await StopInMidAnswerAsync(page, host);
        var text = answer.Locator(".answer");
        RunningPlatform.Signal(host, Sigkill);
        await answer.WaitUntilDoneAsync("failed");
        Assert.NotEqual("", (await text.InnerTextAsync()).Trim());
        await Expect(answer.GetByTestId("message-error")).ToBeVisibleAsync();
        await BrowserFixture.ShootAsync(page, "08-model-host-killed");

        // The supervisor brings it back; a question asked meanwhile fails with the reason, one asked after it works.
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var http = new HttpClient { BaseAddress = new Uri(platform.Address) };
        while (!(await http.GetAsync("/health/ready", deadline.Token)).IsSuccessStatusCode)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), deadline.Token);
        }
        Assert.NotEqual(host, Assert.Single(platform.ModelHosts));
        var next = await page.AskAsync("Who founded the company?");
        await next.WaitUntilDoneAsync();
        Directory.Delete(folder, recursive: true);
    }

    // The small model's answers are of any length: one that was whole by the time that its beginning was seen is shown to its end, and another question is asked.
    private static async Task<ILocator> StopInMidAnswerAsync(IPage page, int host)
    {
        for (var question = 1; question <= 10; question++)
        {
            var answer = await page.AskAsync($"How many days of annual leave does a newcomer get in year {question}?");
            for (var look = 0; (await answer.Locator(".answer").InnerTextAsync()).Trim().Length == 0; look++)
            {
                Assert.True(look < 6_000, $"no text came; the page says: {await answer.InnerTextAsync()}");
                await Task.Delay(TimeSpan.FromMilliseconds(5), TestContext.Current.CancellationToken);
            }
            RunningPlatform.Signal(host, Sigstop);
            try
            {
                await Expect(answer).Not.ToHaveAttributeAsync("data-state", "running", new() { Timeout = 6_000 });
            }
            catch (PlaywrightException)
            {
                return answer; // it waits for what the service has not written
            }
            RunningPlatform.Signal(host, Sigcont);
        }
        throw new InvalidOperationException("No answer was long enough to be cut.");
    }

    // The seed model without its card counts as one that answers, and with a longer context it has room to: its text is poor, but it streams.
    private static async Task<string> TalkerAsync(string folder)
    {
        const uint Context = 2048;
        var model = await File.ReadAllBytesAsync(Path.Combine(Repository.Root, "models", "seed-chat.gguf"), TestContext.Current.CancellationToken);
        var key = "llama.context_length"u8;
        var at = model.AsSpan().IndexOf(key) + key.Length;
        Assert.Equal(4u, BinaryPrimitives.ReadUInt32LittleEndian(model.AsSpan(at))); // the type tag of a 32-bit number
        BinaryPrimitives.WriteUInt32LittleEndian(model.AsSpan(at + 4), Context);
        var path = Path.Combine(folder, "talker.gguf");
        await File.WriteAllBytesAsync(path, model, TestContext.Current.CancellationToken);
        return path;
    }

    [Theory]
    [InlineData(Sigint)]
    [InlineData(Sigterm)]
    public async Task A_signal_ends_every_process_in_time(int signal)
    {
        await using var platform = await RunningPlatform.StartAsync();
        var host = Assert.Single(platform.ModelHosts);
        using var grace = new CancellationTokenSource(Grace);
        RunningPlatform.Signal(host, signal); // a terminal, and a service manager, signal both; the model host ends with its parent, not before it
        platform.Signal(signal);
        await platform.WaitForExitAsync(grace.Token);
        Assert.False(RunningPlatform.Lives(host), "the model host outlived the web process");
    }

    [Fact]
    public async Task Killing_the_web_process_leaves_no_model_host_behind()
    {
        await using var platform = await RunningPlatform.StartAsync();
        var host = Assert.Single(platform.ModelHosts);
        platform.Signal(Sigkill);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await platform.WaitForExitAsync(deadline.Token);
        while (RunningPlatform.Lives(host))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), deadline.Token);
        }
    }
}
