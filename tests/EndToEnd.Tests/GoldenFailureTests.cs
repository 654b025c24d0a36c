using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests;

/// <summary>A version whose golden questions cannot be asked: its page says so and why, in the person's language, and asks again when it is told to.</summary>
public sealed class GoldenFailureTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const float Long = 120_000;

    [Fact]
    public async Task A_comparison_that_failed_is_told_with_its_reason_and_is_tried_again()
    {
        await using var platform = await RunningPlatform.StartAsync();
        var folder = Directory.CreateDirectory(Path.Combine(platform.Data, "adapters", "porter")).FullName;
        File.Copy(Path.Combine(Repository.Root, "models", "seed-chat.gguf"), Path.Combine(folder, "1.gguf")); // listed as it lies
        await File.WriteAllTextAsync(Path.Combine(folder, "adapter.json"), JsonSerializer.Serialize(new
        {
            last = 1,
            versions = new Dictionary<string, object>
            {
                ["1"] = new
                {
                    state = "Draft", base_model = "seed-chat", rank = 16, target_modules = Array.Empty<string>(),
                    lineage = new { job_id = "ftjob-gone", golden_file = "file-gone", golden_base = Guid.NewGuid(), golden_by = "nobody" },
                    metrics = new { held_out = new { loss = 1.9, base_loss = 2.0 }, general = new { perplexity = 30, base_perplexity = 25 } },
                },
            },
        }), TestContext.Current.CancellationToken);
        var unasked = Directory.CreateDirectory(Path.Combine(platform.Data, "adapters", "scribe")).FullName; // all of whose questions were answered without a model
        File.Copy(Path.Combine(Repository.Root, "models", "seed-chat.gguf"), Path.Combine(unasked, "1.gguf"));
        await File.WriteAllTextAsync(Path.Combine(unasked, "adapter.json"), JsonSerializer.Serialize(new
        {
            last = 1,
            versions = new Dictionary<string, object>
            {
                ["1"] = new
                {
                    state = "Draft", base_model = "seed-chat", rank = 16, target_modules = Array.Empty<string>(),
                    lineage = new { job_id = "ftjob-gone", golden_file = "file-gone", golden_base = Guid.NewGuid(), golden_by = "nobody" },
                    metrics = new { held_out = new { loss = 1.9, base_loss = 2.0 }, general = new { perplexity = 30, base_perplexity = 25 }, golden = new { rows = 20, accuracy = 0.3, base_accuracy = 0.3, wrong = 0.7, base_wrong = 0.7, without_model = 20 } },
                },
            },
        }), TestContext.Current.CancellationToken);
        var page = await browser.OpenAsync(1280, 860);
        await page.SignInAsync(platform.Address);
        await page.GotoAsync($"{platform.Address}/train/adapters");
        var porter = Adapter(page, "porter");
        await Expect(porter.GetByTestId("golden-failed")).ToContainTextAsync("no administrator any more", new() { Timeout = Long });
        await Expect(Adapter(page, "scribe").GetByTestId("golden-failed")).ToContainTextAsync("neither the base nor the adapter was asked");
        await Expect(Adapter(page, "scribe").GetByTestId("adapter-gate")).ToHaveTextAsync("not measured yet");
        await BrowserFixture.ShootAsync(page, "78-golden-failed");
        await Adapter(page, "scribe").GetByTestId("adapter-promote").ClickAsync();
        await Expect(page.GetByTestId("gate-check").Last).ToContainTextAsync("not measured");
        await Expect(page.GetByTestId("gate-check").Last).Not.ToContainTextAsync("%");
        await Expect(page.GetByTestId("gate-ok")).ToBeDisabledAsync(); // until there is a reason
        await BrowserFixture.ShootAsync(page, "78-golden-unasked");
        await page.Keyboard.PressAsync("Escape");
        await porter.GetByTestId("adapter-promote").ClickAsync();
        await Expect(page.GetByTestId("gate-check").Last).ToContainTextAsync("no administrator any more");
        await BrowserFixture.ShootAsync(page, "78-golden-gate");
        await page.Keyboard.PressAsync("Escape");
        var told = await ToldAsync(folder);
        await porter.GetByTestId("adapter-compare-again").ClickAsync();
        // Web looks every ten seconds, at any moment: that the questions wait may be seen or not, but not that they were asked anew.
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromMilliseconds(Long));
        while (await ToldAsync(folder) is not { } again || again == told)
        {
            await Task.Delay(100, deadline.Token);
        }

        var phone = await browser.OpenAsync(390, 844, "zh-CN", ColorScheme.Dark);
        await phone.SignInAsync(platform.Address);
        await phone.GotoAsync($"{platform.Address}/train/adapters");
        await Expect(Adapter(phone, "porter").GetByTestId("golden-failed")).ToContainTextAsync("已不再是管理员", new() { Timeout = Long });
        await Expect(Adapter(phone, "scribe").GetByTestId("golden-failed")).ToContainTextAsync("都未被提问");
        await BrowserFixture.ShootAsync(phone, "78-golden-failed-phone");
        Assert.True(await phone.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"));
    }

    private static ILocator Adapter(IPage page, string name) => page.Locator($"[data-testid=adapter][data-name={name}]");

    /// <summary>When it was told last that the questions could not be asked; null where that is forgotten, or the file is being put in its place.</summary>
    private static async Task<long?> ToldAsync(string folder)
    {
        try
        {
            using var known = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "adapter.json"), TestContext.Current.CancellationToken));
            return known.RootElement.GetProperty("versions").GetProperty("1").GetProperty("metrics").TryGetProperty("golden", out var golden) ? golden.GetProperty("error").GetProperty("at").GetInt64() : null;
        }
        catch (Exception changing) when (changing is JsonException or IOException)
        {
            return null;
        }
    }
}
