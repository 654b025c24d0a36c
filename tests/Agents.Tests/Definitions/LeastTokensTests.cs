using Microsoft.Extensions.AI;
using Platform.Agents.Definitions;
using Platform.Agents.Runs.Tracing;
using Platform.Agents.Tests.Acting;
using Platform.Fakes;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Definitions;

public sealed class LeastTokensTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1.0, true)]
    [InlineData(0.5, false)]
    public async Task A_run_takes_a_step_with_so_many_tokens_and_says_that_it_took_none_with_half_of_them(double share, bool acts)
    {
        ScriptedChatClient chat = Deciding(messages => messages.Any(message => message.Role == ChatRole.Tool) || messages[^1].Text.StartsWith("Stop here", StringComparison.Ordinal) ? [new TextContent("Done.")] : [Call("look", new { text = "leave" })]);
        RecordingTool look = new("look");
        await using var rig = await AgentsRig.StartAsync(chat, tools: [look]);
        var clerk = AgentLoopTests.Clerk with { Instructions = string.Concat(Enumerable.Repeat("Look before you answer. ", 40)), Tools = [new("look", ToolPolicy.Always)], Planning = PlanningMode.None };
        var least = LeastTokens.Of(clerk, [look]);
        var trace = RunTrace.Of(await rig.EventsAsync(await rig.LetAsync(clerk with { Limits = new(Tokens: (int)(least * share)) })));
        Assert.Equal((acts, !acts), (!look.Calls.IsEmpty, trace.HadNoStep));
    }

    [Fact]
    public void Tools_that_the_agent_has_and_examples_that_are_shown_count()
    {
        RecordingTool look = new("look"), send = new("send");
        AgentDefinition bare = new() { Name = "Clerk", Slug = "clerk" };
        var with = bare with { Tools = [new("look", ToolPolicy.Ask), new("send", ToolPolicy.Never)] };
        Assert.True(LeastTokens.Of(with, [look, send]) > 2 * (LeastTokens.Of(bare, [look, send]) - 1));
        Assert.Equal(LeastTokens.Of(with, [look, send]), LeastTokens.Of(with, [look]));
        var shown = bare with { Prompting = new() { Demonstrations = [new("How?", new string('a', 3000))], Shown = 1 } };
        Assert.True(LeastTokens.Of(shown, []) > LeastTokens.Of(bare, []) + 900);
    }
}
