using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Platform.Agents.Acting;
using Platform.Agents.Definitions;
using Platform.Agents.Planning;
using Platform.Agents.Tools;
using Platform.Fakes;
using Platform.ModelHost.Client;

namespace Platform.Agents.Tests.Acting;

/// <summary>The loop over the real engine: the plan is scripted, for the seed model makes no sense; that its calls can be made nevertheless is the grammar's work.</summary>
public sealed partial class RealGrammarTests
{
    private const string Plan =
        """
        {"steps":[{"id":"a","goal":"Look for the number of days","tool":"look","inputs":null,"depends_on":[],"done_when":"days known"},
        {"id":"b","goal":"Send it","tool":"send","inputs":null,"depends_on":["a"],"done_when":"sent"}]}
        """;

    [Fact]
    public async Task The_real_engine_makes_calls_that_fit_the_tools_whatever_the_model_knows()
    {
        await using var host = await ModelHostFixture.StartAsync();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("ModelHost:Endpoint", host.Endpoint.ToString()), new("ModelHost:ApiKey", host.ApiKey)]).Build();
        await using var services = new ServiceCollection().AddModelHostClient(configuration).BuildServiceProvider();
        RecordingTool look = new("look", only: "a"), send = new("send", ToolEffects.Writes, only: "b");
        using ScriptedPlan chat = new(services.GetRequiredService<IChatClient>());
        await using var rig = await AgentsRig.StartAsync(chat, tools: [look, send]);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Planning = PlanningMode.PlanThenAct, Model = new(ModelHostFixture.ChatModel, MaxTokens: 100), Limits = new(Steps: 5) });
        var events = await rig.EventsAsync(run);

        Assert.True(events[^1].Name == "done", events[^1].Data);
        var calls = events.Where(e => e.Name == "step.completed").Select(e => e.Read<StepCompletedData>()).Where(step => step.PlanStep is not null).SelectMany(step => step.Calls).ToList();
        Assert.True(calls.Select(call => call.Tool).SequenceEqual(["look", "send"]), string.Join('\n', events.Select(e => $"{e.Name} {e.Data}")));
        Assert.All(calls, call => Assert.Null(call.Fault));
        Assert.Equal((1, 1), (look.Calls.Count, send.Calls.Count));
        Assert.False(string.IsNullOrEmpty((await rig.AnswerAsync(run)).Text));
    }

    /// <summary>A model that knows nothing writes at random what the grammar lets it: only what a plan is made of.</summary>
    [Fact]
    public async Task The_real_engine_keeps_what_a_model_writes_to_the_form_of_a_plan()
    {
        await using var host = await ModelHostFixture.StartAsync();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("ModelHost:Endpoint", host.Endpoint.ToString()), new("ModelHost:ApiKey", host.ApiKey)]).Build();
        await using var services = new ServiceCollection().AddModelHostClient(configuration).BuildServiceProvider();
        var chat = services.GetRequiredService<IChatClient>();
        List<string> tools = [];
        foreach (var mayAsk in (bool[])[false, true])
        {
            for (var seed = 1; seed <= 3; seed++)
            {
                var format = ChatResponseFormat.ForJsonSchema(Planner.Schema(["look", "send"], mayAsk), "plan");
                var text = (await chat.GetResponseAsync([new(ChatRole.User, "Go on.")], new() { ModelId = ModelHostFixture.ChatModel, ResponseFormat = format, Temperature = 1.5f, Seed = seed, MaxOutputTokens = 220 }, TestContext.Current.CancellationToken)).Text;
                Assert.Matches(mayAsk ? """^\{ ?"question": ?"[^\n]*""" : """^\{ ?"steps": ?\[ ?\{ ?"id": ?"[^\n]*""", text);
                tools.AddRange(Tool().Matches(text).Select(match => match.Groups[1].Value)); // most plans are cut off where their tokens end
            }
        }
        Assert.NotEmpty(tools);
        Assert.All(tools, tool => Assert.Contains(tool, (string[])["look", "send", ""]));
    }

    /// <summary>A step's tool; within a text the quotes have a backslash.</summary>
    [GeneratedRegex("""(?<!\\)"tool": ?"([^"]*)\x22""")]
    private static partial Regex Tool();

    private sealed class ScriptedPlan(IChatClient real) : DelegatingChatClient(real)
    {
        public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            if (options?.ResponseFormat is ChatResponseFormatJson)
            {
                yield return new ChatResponseUpdate(ChatRole.Assistant, Plan);
                yield break;
            }
            // The seed model reads 256 tokens: it is sent a word instead of the conversation, and of tools the one that it must call. What it may write is set by that.
            var sent = options?.Clone();
            if (sent is { ToolMode: not RequiredChatToolMode })
                sent.Tools = null;
            else if (sent?.Tools is { } offered)
                sent.Tools = [.. offered.Where(tool => tool.Name != ChangePlanTool.ToolName)]; // which of two it takes is chance
            await foreach (var update in base.GetStreamingResponseAsync([new(ChatRole.User, "Go on.")], sent, cancellationToken))
                yield return update;
        }
    }
}
