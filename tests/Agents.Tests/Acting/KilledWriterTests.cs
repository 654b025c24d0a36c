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

    /// <summary>The child: works on the run until the moment, tells it, and stands still.</summary>
    internal static async Task WriteAsync(string folder, Guid run, string moment)
    {
        var asked = 0;
        ScriptedChatClient chat = new((_, _) => DecideAsync());
        RecordingTool send = new("send", ToolEffects.Writes, (text, _, _) => SendAsync(folder, text, moment));
        await using var rig = await AgentsRig.StartAsync(chat, folder: folder, tools: [new RecordingTool("look"), send]);
        var conversation = await rig.Conversations.CreateAsync(AgentsRig.Anna, [], CancellationToken.None);
        await rig.Runs.StartAsync(AgentsRig.Anna, new(run, conversation.Id, "Send it.", Agent: new AgentTask(Guid.NewGuid(), 1, AgentLoopTests.Clerk, "Anna", false)), CancellationToken.None);
        await Task.Run(Console.In.ReadLine); // until it is killed, or its parent is gone

        async IAsyncEnumerable<ChatResponseUpdate> DecideAsync()
        {
            if (asked++ > 0)
                await StandStillAsync("after the result");
            yield return new ChatResponseUpdate(ChatRole.Assistant, [Call("send", new { text = "mail" })]);
        }
    }

    private static async Task<ToolOutcome> SendAsync(string folder, string text, string moment)
    {
        if (moment == "before the effect")
            await StandStillAsync(moment);
        await File.AppendAllLinesAsync(Path.Combine(folder, "sent.txt"), [text]);
        if (moment == "after the effect")
            await StandStillAsync(moment);
        return ToolOutcome.Of("written");
    }

    private static async Task StandStillAsync(string moment)
    {
        await Console.Out.WriteLineAsync(moment);
        await Task.Delay(Timeout.Infinite);
    }

    private async Task<(IReadOnlyList<RunEvent> Events, ScriptedChatClient Then)> KilledAtAsync(string moment)
    {
        var run = Guid.NewGuid();
        using (var child = ChildProgram.Start("write", folder, run.ToString(), moment))
        {
            Assert.Equal(moment, await child.StandardOutput.ReadLineAsync(Cancellation));
            child.Kill();
            await child.WaitForExitAsync(Cancellation);
        }
        var then = Deciding(new TextContent("It is sent."));
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
