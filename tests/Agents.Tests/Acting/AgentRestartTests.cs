using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Platform.Agents.Runs;
using Platform.Agents.Tools;
using Platform.Fakes;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Acting;

/// <summary>A second start on the same data while the first process hangs is what a crash looks like to it.</summary>
public sealed class AgentRestartTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_was_reading_when_the_program_was_killed_goes_on_where_it_was()
    {
        TaskCompletionSource reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
        RecordingTool hanging = new("look", act: (text, _, cancellation) => text == "second" ? HangAsync(reading, cancellation) : Task.FromResult(ToolOutcome.Of("first result")));
        var chat = Deciding(Call("look", new { text = "first" }), Call("look", new { text = "second" }));
        await using var first = await AgentsRig.StartAsync(chat, tools: [hanging, new RecordingTool("send")]);
        var run = await first.LetAsync(AgentLoopTests.Clerk);
        await reading.Task;
        await StoredAsync(first, run, "tool.call", 2);

        RecordingTool look = new("look");
        var then = Deciding(new TextContent("27 days."));
        await using var second = await first.RestartAsync(chat: then, tools: [look, new RecordingTool("send")]);
        var events = await second.EventsAsync(run);
        Assert.Equal("27 days.", events[^1].Read<TextData>().Text);
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(e => e.Seq));
        Assert.Equal(["second"], look.Calls); // what was known already is not asked for again
        Assert.Contains("first result", string.Join('\n', then.Requests.Single().SelectMany(m => m.Contents).OfType<FunctionResultContent>().Select(r => r.Result)), StringComparison.Ordinal);
        Assert.Contains(events, e => e.Name == "run.status" && e.Read<RunStatusData>().Status == "resumed");
    }

    [Fact]
    public async Task A_run_that_was_writing_when_the_program_was_killed_ends_and_names_the_call_that_is_never_made_twice()
    {
        TaskCompletionSource writing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        RecordingTool hanging = new("send", ToolEffects.Writes, (_, _, cancellation) => HangAsync(writing, cancellation));
        await using var first = await AgentsRig.StartAsync(Deciding(Call("send", new { text = "mail" })), o => o.StoreEvery = TimeSpan.FromSeconds(10), tools: [new RecordingTool("look"), hanging]);
        var run = await first.LetAsync(AgentLoopTests.Clerk);
        await writing.Task; // that it would be called was stored by then, long before the time for storing

        RecordingTool send = new("send", ToolEffects.Writes);
        await using var second = await first.RestartAsync(chat: Deciding(new TextContent("Sent.")), tools: [new RecordingTool("look"), send]);
        var error = (await second.EventsAsync(run))[^1].Read<ErrorData>();
        Assert.Equal(RunErrorKind.OutcomeUnknown, error.Kind);
        var told = await second.Outcomes.GetAsync(AgentsRig.Anna, run.Id, Cancellation);
        Assert.Equal((RunStatus.Failed, 100, 20), (told.Run.Status, told.Usage!.Usage.PromptTokens, told.Usage.Usage.CompletionTokens)); // of the step that was made
        Assert.Contains("'send'", error.Message, StringComparison.Ordinal);
        Assert.Empty(send.Calls);
    }

    [Fact]
    public async Task A_program_that_ends_in_order_leaves_the_run_to_the_next_start()
    {
        TaskCompletionSource reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
        RecordingTool hanging = new("look", act: (_, _, cancellation) => HangAsync(reading, cancellation));
        await using var first = await AgentsRig.StartAsync(Deciding(Call("look", new { text = "leave" })), tools: [hanging, new RecordingTool("send")]);
        var run = await first.LetAsync(AgentLoopTests.Clerk);
        await reading.Task;
        await first.StopHostAsync();
        Assert.Null((await first.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).EndedAt);
        await using var second = await first.RestartAsync(chat: Deciding(new TextContent("27 days.")), tools: [new RecordingTool("look"), new RecordingTool("send")]);
        Assert.Equal("27 days.", (await second.EventsAsync(run))[^1].Read<TextData>().Text);
    }

    [Fact]
    public async Task A_run_that_is_gone_on_with_waits_for_the_models_which_start_with_the_program()
    {
        TaskCompletionSource reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
        RecordingTool hanging = new("look", act: (_, _, cancellation) => HangAsync(reading, cancellation));
        await using var first = await AgentsRig.StartAsync(Deciding(Call("look", new { text = "leave" })), tools: [hanging, new RecordingTool("send")]);
        var run = await first.LetAsync(AgentLoopTests.Clerk);
        await reading.Task;
        await StoredAsync(first, run, "tool.call", 1);

        GivenReady models = new();
        ScriptedChatClient chat = new((_, _) => !models.Answers.Task.IsCompleted ? throw new Platform.ModelHost.Client.ModelHostException(Platform.ModelHost.Client.ModelHostErrorKind.Unavailable, "Loading model") : SayAsync());
        await using var second = await first.RestartAsync(new(Ready: models), chat, [new RecordingTool("look"), new RecordingTool("send")]);
        await models.Asked.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        models.Answers.SetResult();
        Assert.Equal("27 days.", (await second.EventsAsync(run))[^1].Read<TextData>().Text);

        static async IAsyncEnumerable<ChatResponseUpdate> SayAsync()
        {
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, "27 days.");
        }
    }

    [Fact]
    public async Task A_run_is_left_to_the_next_start_as_soon_as_the_program_is_about_to_end()
    {
        TaskCompletionSource reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
        RecordingTool hanging = new("look", act: (_, _, cancellation) => HangAsync(reading, cancellation));
        var program = new Microsoft.Extensions.Hosting.Internal.ApplicationLifetime(Microsoft.Extensions.Logging.Abstractions.NullLogger<Microsoft.Extensions.Hosting.Internal.ApplicationLifetime>.Instance);
        await using var rig = await AgentsRig.StartAsync(Deciding(Call("look", new { text = "leave" })), o => o.RunsAtOnce = 1, tools: [hanging, new RecordingTool("send")], process: new(Program: program));
        var (run, waiting) = (await rig.LetAsync(AgentLoopTests.Clerk), await rig.LetAsync(AgentLoopTests.Clerk));
        await reading.Task;
        program.StopApplication(); // long before its services are stopped
        await AgentsRig.UntilAsync(() => Task.FromResult(rig.Host.Live.Count == 0));
        foreach (var left in (RunInfo[])[run, waiting])
            Assert.Null((await rig.Runs.GetAsync(AgentsRig.Anna, left.Id, Cancellation)).EndedAt);

        // What is asked while the server lets its requests end is left to the next start too, and its followers are let go.
        await rig.Host.ExecuteTask!;
        var late = await rig.LetAsync(AgentLoopTests.Clerk);
        await rig.EventsAsync(late);
        Assert.Null((await rig.Runs.GetAsync(AgentsRig.Anna, late.Id, Cancellation)).EndedAt);
        await AgentsRig.UntilAsync(() => Task.FromResult(rig.Host.Live.Count == 0));
    }

    /// <summary>Nothing goes on with it; the server waits for its stream.</summary>
    [Fact]
    public async Task An_answer_without_an_agent_is_written_to_its_end_while_the_program_is_about_to_end()
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously), goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var program = new Microsoft.Extensions.Hosting.Internal.ApplicationLifetime(Microsoft.Extensions.Logging.Abstractions.NullLogger<Microsoft.Extensions.Hosting.Internal.ApplicationLifetime>.Instance);
        await using var rig = await AgentsRig.StartAsync(new ScriptedChatClient((_, cancellation) => SayAsync(cancellation)), o => o.RunsAtOnce = 1, process: new(Program: program));
        var run = await rig.AskAsync();
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        var waiting = await rig.AskAsync();
        program.StopApplication();
        Assert.Equal("error", (await rig.EventsAsync(waiting))[^1].Name); // it has not begun, and does not any more
        goOn.SetResult();
        Assert.Equal("done", (await rig.EventsAsync(run))[^1].Name);
        Assert.Equal(RunStatus.Completed, (await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status);

        async IAsyncEnumerable<ChatResponseUpdate> SayAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            yield return new(ChatRole.Assistant, "Everybody has ");
            asked.TrySetResult();
            await goOn.Task.WaitAsync(cancellation);
            yield return new(ChatRole.Assistant, "27 days [1].");
        }
    }

    /// <summary>Models that answer once they are let.</summary>
    internal sealed class GivenReady : IModelsReady
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Answers { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task UntilAsync(CancellationToken cancellation)
        {
            Asked.TrySetResult();
            return Answers.Task.WaitAsync(cancellation);
        }
    }

    [Fact]
    public async Task A_process_that_lost_its_run_calls_no_tool_that_writes()
    {
        using SemaphoreSlim decide = new(0);
        ScriptedChatClient chat = new((_, cancellation) => LateAsync(decide, cancellation));
        RecordingTool send = new("send", ToolEffects.Writes);
        await using var first = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("look"), send]);
        var run = await first.LetAsync(AgentLoopTests.Clerk);
        await StoredAsync(first, run, "step.started", 1);
        await using var second = await first.RestartAsync(chat: Deciding(new TextContent("Done elsewhere.")), tools: [new RecordingTool("look"), new RecordingTool("send")]);
        Assert.Equal("Done elsewhere.", (await second.EventsAsync(run))[^1].Read<TextData>().Text);
        decide.Release();
        await AgentsRig.UntilAsync(() => Task.FromResult(first.Host.Find(run.Id) is null));
        Assert.Empty(send.Calls);
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> LateAsync(SemaphoreSlim decide, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await decide.WaitAsync(cancellation);
        yield return new ChatResponseUpdate(ChatRole.Assistant, [Call("send", new { text = "mail" })]);
    }

    private static async Task<ToolOutcome> HangAsync(TaskCompletionSource begun, CancellationToken cancellation)
    {
        begun.TrySetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        return ToolOutcome.Of("never");
    }

    private static Task StoredAsync(AgentsRig rig, RunInfo run, string name, int times) =>
        AgentsRig.UntilAsync(async () => (await rig.Store.EventsAsync(run.Id, 0, Cancellation)).Count(e => e.Name == name) >= times);
}
