using Microsoft.Data.Sqlite;
using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Runs;
using Platform.Agents.Tools;
using Platform.Fakes;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Acting;

/// <summary>A program that is killed (SIGKILL) while an agent writes: what was written stands in a file, one line a call.</summary>
public sealed class KilledWriterTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("killed-writer-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("before the effect", 0)]
    [InlineData("after the effect", 1)]
    public async Task Killed_inside_a_call_that_writes_a_run_ends_with_the_reason_and_never_makes_the_call_again(string moment, int lines)
    {
        var (events, told) = await KilledAtAsync(moment);
        Assert.Equal(RunErrorKind.OutcomeUnknown, events[^1].Read<ErrorData>().Kind);
        Assert.Contains("'send'", events[^1].Read<ErrorData>().Message, StringComparison.Ordinal);
        Assert.Equal((lines, 1), (Written().Length, events.Count(e => e.Name == "tool.call")));
        Assert.Empty(told.Requests); // nobody asks the model what to make of it
    }

    [Fact]
    public async Task Killed_after_a_call_that_wrote_a_run_goes_on_with_its_result()
    {
        var (events, told) = await KilledAtAsync("after the result");
        Assert.Equal(("done", "It is sent."), (events[^1].Name, events[^1].Read<TextData>().Text));
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(e => e.Seq));
        Assert.Equal(["mail"], Written());
        Assert.Contains("written", string.Join('\n', told.Requests.Single().SelectMany(m => m.Contents).OfType<FunctionResultContent>().Select(r => r.Result)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("before the call is stored beside others", 0, "done", 1)] // nor is the decision, which the model takes again
    [InlineData("before the effect beside others", 0, "error", 0)]
    [InlineData("after the effect beside others", 1, "error", 1)]
    [InlineData("before the result is stored beside others", 1, "error", 1)]
    public async Task Killed_around_a_call_that_writes_while_others_are_in_flight_a_run_never_makes_it_twice(string moment, int before, string end, int after)
    {
        var (events, _) = await KilledAtAsync(moment, () => Assert.Equal(before, Written().Length));
        Assert.Equal((end, after), (events[^1].Name, Written().Length));
        Assert.Equal(end == "error", events[^1].Name == "error" && events[^1].Read<ErrorData>().Kind == RunErrorKind.OutcomeUnknown);
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(e => e.Seq));
        Assert.Single(events, e => e.Name == "tool.call" && e.Data.Contains("\"send\"", StringComparison.Ordinal));
    }

    /// <summary>The child: works on the run until the moment, tells it, and stands still. Beside others: two that read are called with it, and never return.</summary>
    internal static async Task WriteAsync(string folder, Guid run, string moment)
    {
        var (asked, looking, holds) = (0, 0, false);
        var besides = moment.EndsWith("beside others", StringComparison.Ordinal);
        ScriptedChatClient chat = new((_, _) => DecideAsync());
        RecordingTool send = new("send", ToolEffects.Writes, async (text, _, _) =>
        {
            var sent = await SendAsync(folder, text, moment);
            holds = moment.StartsWith("before the result", StringComparison.Ordinal);
            return sent;
        });
        RecordingTool look = new("look", act: async (_, _, cancellation) =>
        {
            holds = ++looking == 2 && moment.StartsWith("before the call", StringComparison.Ordinal);
            await Task.Delay(Timeout.Infinite, cancellation);
            return ToolOutcome.Of("never");
        });
        DatabaseWatch watch = new() { BeforeTransaction = () => holds ? StandStillAsync(moment) : Task.CompletedTask };
        await using var rig = await AgentsRig.StartAsync(chat, folder: folder, tools: [look, send], process: new(Watch: watch));
        var conversation = await rig.Conversations.CreateAsync(AgentsRig.Anna, [], CancellationToken.None);
        await rig.Runs.StartAsync(AgentsRig.Anna, new(run, conversation.Id, "Send it.", Agent: new AgentTask(Guid.NewGuid(), 1, AgentLoopTests.Clerk, "Anna", false)), CancellationToken.None);
        await Task.Run(Console.In.ReadLine); // until it is killed, or its parent is gone

        async IAsyncEnumerable<ChatResponseUpdate> DecideAsync()
        {
            if (asked++ > 0)
                await StandStillAsync("after the result");
            yield return new ChatResponseUpdate(ChatRole.Assistant, [.. besides ? [Call("look", new { text = "a" }), Call("look", new { text = "b" })] : Array.Empty<AIContent>(), Call("send", new { text = "mail" })]);
        }
    }

    private static async Task<ToolOutcome> SendAsync(string folder, string text, string moment)
    {
        if (moment.StartsWith("before the effect", StringComparison.Ordinal))
            await StandStillAsync(moment);
        await File.AppendAllLinesAsync(Path.Combine(folder, "sent.txt"), [text]);
        if (moment.StartsWith("after the effect", StringComparison.Ordinal))
            await StandStillAsync(moment);
        return ToolOutcome.Of("written");
    }

    private static async Task StandStillAsync(string moment)
    {
        await Console.Out.WriteLineAsync(moment);
        await Task.Delay(Timeout.Infinite);
    }

    private async Task<(IReadOnlyList<RunEvent> Events, ScriptedChatClient Then)> KilledAtAsync(string moment, Action? killed = null)
    {
        var run = Guid.NewGuid();
        using (var child = ChildProgram.Start("write", folder, run.ToString(), moment))
        {
            Assert.Equal(moment, await child.StandardOutput.ReadLineAsync(Cancellation));
            child.Kill();
            await child.WaitForExitAsync(Cancellation);
        }
        killed?.Invoke();
        var then = Deciding(messages => [messages[^1].Role == ChatRole.Tool ? new TextContent("It is sent.") : Call("send", new { text = "mail" })]);
        RecordingTool send = new("send", ToolEffects.Writes, (text, _, _) => SendAsync(folder, text, ""));
        await using var rig = await AgentsRig.StartAsync(then, folder: folder, tools: [new RecordingTool("look"), send]);
        var info = await rig.Runs.GetAsync(AgentsRig.Anna, run, Cancellation);
        return (await rig.EventsAsync(info), then);
    }

    private string[] Written() => File.Exists(Path.Combine(folder, "sent.txt")) ? File.ReadAllLines(Path.Combine(folder, "sent.txt")) : [];

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }
}
