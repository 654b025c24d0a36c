using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests;

/// <summary>Files that are chosen as soon as a page stands.</summary>
[Collection(nameof(AgentPages))]
public sealed class FileChoiceTests(BrowserFixture browser, AgentPlatform platform)
{
    [Fact]
    public async Task A_file_cannot_be_chosen_before_anybody_hears_of_it()
    {
        var page = await browser.OpenAsync();
        await page.SignInAsync(platform.Address);
        var held = new HeldMessages("InputFile.init");
        await page.RouteWebSocketAsync(new Regex("/_blazor"), held.Route);
        await page.GotoAsync($"{platform.Address}/agents");
        await held.Holding.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        await Expect(page.GetByTestId("agent-import")).ToBeDisabledAsync();
        held.LetGo();
        await page.ChooseAsync("agent-import", "early.json", """{"format":"platform.agent","version":1,"agent":{"name":"Early","slug":"early"}}"""u8.ToArray());
        await Expect(page.GetByTestId("field-slug")).ToHaveValueAsync("early");
    }

    /// <summary>What the program sends a page, as over a slow line: from the first message that names something on, nothing arrives until it is let go.</summary>
    private sealed class HeldMessages(string name)
    {
        private readonly Lock _gate = new();
        private readonly List<byte[]> _held = [];
        private readonly TaskCompletionSource<IWebSocketRoute> _holding = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly byte[] _name = System.Text.Encoding.ASCII.GetBytes(name);
        private bool _isFree;

        internal Task<IWebSocketRoute> Holding => _holding.Task;

        internal void Route(IWebSocketRoute page) => page.ConnectToServer().OnMessage(message =>
        {
            lock (_gate)
            {
                var content = message.Binary ?? System.Text.Encoding.UTF8.GetBytes(message.Text!);
                if (_isFree || (_held.Count == 0 && content.AsSpan().IndexOf(_name) < 0))
                {
                    page.Send(content);
                    return;
                }
                _held.Add(content);
                _holding.TrySetResult(page);
            }
        });

        internal void LetGo()
        {
            lock (_gate)
            {
                _isFree = true;
                _held.ForEach(Holding.Result.Send);
            }
        }
    }
}
