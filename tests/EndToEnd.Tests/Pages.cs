using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests;

/// <summary>What a person does on the pages, by the marks that the pages carry for tests.</summary>
internal static class Pages
{
    private const float Long = 180_000;

    internal static async Task SetUpAsync(this IPage page, string address)
    {
        await page.GotoAsync(address);
        await page.GetByTestId("setup-email").FillAsync(RunningPlatform.AdminEmail);
        await page.GetByTestId("setup-password").FillAsync(RunningPlatform.AdminPassword);
        await page.GetByTestId("setup-password-again").FillAsync(RunningPlatform.AdminPassword);
        await page.GetByTestId("setup-submit").ClickAsync();
        await Expect(page.GetByTestId("chat-input")).ToBeEnabledAsync(new() { Timeout = Long });
    }

    internal static async Task SignInAsync(this IPage page, string address)
    {
        await page.GotoAsync(address);
        await page.EnterAsync(RunningPlatform.AdminEmail, RunningPlatform.AdminPassword);
        await Expect(page.GetByTestId("chat-input")).ToBeEnabledAsync(new() { Timeout = Long });
    }

    /// <summary>On the page that asks who it is.</summary>
    internal static async Task EnterAsync(this IPage page, string email, string password)
    {
        await page.GetByTestId("sign-in-email").FillAsync(email);
        await page.GetByTestId("sign-in-password").FillAsync(password);
        await page.GetByTestId("sign-in-submit").ClickAsync();
    }

    internal static async Task CreateBaseAsync(this IPage page, string address, string name)
    {
        await page.GotoAsync($"{address}/knowledge");
        await page.GetByTestId("base-new").ClickAsync();
        await page.GetByTestId("base-name").FillAsync(name);
        await page.GetByTestId("base-create").ClickAsync();
        await Expect(page.GetByTestId("upload-input")).ToBeEnabledAsync(new() { Timeout = Long });
    }

    /// <summary>Takes the sample it-security.md into a base of its own, and opens the chat.</summary>
    internal static async Task OpenChatOverSecurityAsync(this IPage page, string address)
    {
        await page.CreateBaseAsync(address, "Security");
        await page.GetByTestId("upload-input").SetInputFilesAsync(Path.Combine(Repository.Samples, "it-security.md"));
        await page.WaitUntilReadyAsync("it-security.md");
        await page.GotoAsync($"{address}/chat");
    }

    /// <summary>Chooses a file as soon as the page lets one.</summary>
    internal static async Task ChooseAsync(this IPage page, string testId, string name, ReadOnlyMemory<byte> content)
    {
        await Expect(page.GetByTestId(testId)).ToBeEnabledAsync();
        await page.GetByTestId(testId).SetInputFilesAsync(new FilePayload { Name = name, MimeType = "application/octet-stream", Buffer = content.ToArray() });
    }

    /// <summary>Drops the files onto the page, as a person drags them there.</summary>
    internal static async Task DropAsync(this IPage page, params string[] files)
    {
        var transfer = await page.EvaluateHandleAsync(
            "files => { const t = new DataTransfer(); for (const f of files) t.items.add(new File([Uint8Array.from(atob(f.content), c => c.charCodeAt(0))], f.name)); return t; }",
            files.Select(f => new { name = Path.GetFileName(f), content = Convert.ToBase64String(File.ReadAllBytes(f)) }).ToArray());
        foreach (var kind in (string[])["dragenter", "dragover", "drop"])
        {
            await page.DispatchEventAsync("main", kind, new { dataTransfer = transfer });
        }
    }

    internal static Task WaitUntilReadyAsync(this IPage page, string document)
        => Expect(page.Locator($"[data-testid=document-row][data-name='{document}'][data-state=ready]")).ToBeVisibleAsync(new() { Timeout = Long });

    internal static async Task<ILocator> AskAsync(this IPage page, string question)
    {
        var before = await page.GetByTestId("message-assistant").CountAsync();
        await page.GetByTestId("chat-input").FillAsync(question);
        await page.GetByTestId("chat-send").ClickAsync();
        var answer = page.GetByTestId("message-assistant").Nth(before);
        await Expect(answer).ToBeVisibleAsync(new() { Timeout = Long });
        return answer;
    }

    internal static Task WaitUntilDoneAsync(this ILocator answer, string state = "done")
        => Expect(answer).ToHaveAttributeAsync("data-state", state, new() { Timeout = Long });

    /// <summary>The first mark that cites the document opens its card and the viewer, and the viewer marks the words.</summary>
    internal static async Task OpensOnAsync(this IPage page, ILocator answer, string document, string words)
    {
        var marks = answer.GetByTestId("citation");
        await Expect(marks.First).ToBeVisibleAsync();
        if (page.ViewportSize!.Width > 900)
        {
            await page.OpensCardAsync(marks.First, document); // a finger has no hover
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

    // A page that scrolls on puts the card away: a person points again.
    private static async Task OpensCardAsync(this IPage page, ILocator mark, string document)
    {
        for (var again = 3; ; again--)
        {
            await mark.HoverAsync();
            try
            {
                await Expect(page.GetByTestId("citation-card")).ToContainTextAsync(document, new() { Timeout = 15_000 });
                return;
            }
            catch (PlaywrightException) when (again > 0)
            {
                await page.Mouse.MoveAsync(0, 0);
            }
        }
    }

    /// <summary>Imports an agent of the model "scripted" with what it has, as JSON, and publishes it.</summary>
    internal static async Task MakeAgentAsync(this IPage page, string address, string slug, string more)
    {
        var definition = new Dictionary<string, object> { ["name"] = $"Agent {slug}", ["slug"] = slug, ["model"] = new { id = "scripted" }, ["instructions"] = $"ROLE {slug}" };
        foreach (var field in JsonElement.Parse(more).EnumerateObject())
        {
            definition[field.Name] = field.Value;
        }
        var file = JsonSerializer.SerializeToUtf8Bytes(new { format = "platform.agent", version = 1, agent = definition });
        await page.GotoAsync($"{address}/agents");
        await page.ChooseAsync("agent-import", $"{slug}.json", file);
        await page.GetByTestId("agent-publish").ClickAsync();
        await page.GetByTestId("publish-ok").DblClickAsync();
        await Expect(page.GetByTestId("agent-publish")).ToBeDisabledAsync();
        await Expect(page.GetByTestId("agent-versions")).ToContainTextAsync("Version 1"); // clicked twice, published once
        await Expect(page.GetByTestId("agent-use")).ToHaveAttributeAsync("href", new System.Text.RegularExpressions.Regex(@"^/chat\?agent="));
    }

    /// <summary>Has an agent work on something, as a program does, with the session of the browser.</summary>
    internal static async Task StartRunAsync(this IPage page, string agent, string input) => await page.EvaluateAsync(
        "async run => { const answer = await fetch('/v1/runs', { method: 'POST', headers: { 'content-type': 'application/json', RequestVerificationToken: platform.antiforgeryToken() }, body: JSON.stringify(run) }); if (!answer.ok) throw new Error(await answer.text()); }",
        new { agent, input });
}
