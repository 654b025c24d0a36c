using System.Text.Json;
using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Planning;
using Platform.Agents.Prompting;
using Platform.Agents.Runs;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tools;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Planning;

public sealed class PlannerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"text":"mail"}""", false)]
    [InlineData("null", true)] // what the model fills in later stood in no plan that the person saw
    public async Task A_person_who_approved_a_plan_is_asked_about_a_call_that_acts_only_where_they_did_not_see_what_it_is_called_with(string inputs, bool asks)
    {
        RecordingTool send = new("send", ToolEffects.Writes);
        var chat = Deciding(messages =>
            messages[^1].Text.StartsWith("Make a plan", StringComparison.Ordinal) ? [new TextContent($$"""{"steps":[{"id":"a","goal":"Send it","tool":"send","inputs":{{inputs}},"depends_on":[],"done_when":""}]}""")]
            : messages[^1].Text.StartsWith("Do only this step", StringComparison.Ordinal) ? [Call("send", new { text = "mail" })] : [new TextContent("Done.")]);
        await using var rig = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("look"), send]);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Planning = PlanningMode.AskBeforePlan });
        await ApproveAsync(rig, "plan");
        if (asks)
        {
            Assert.Empty(send.Calls);
            await ApproveAsync(rig, "send");
        }
        var events = await rig.EventsAsync(run);
        Assert.Equal((asks ? 2 : 1, 1), (events.Count(e => e.Name == "approval.requested"), send.Calls.Count));
    }

    [Theory]
    [InlineData("done", 1, 1, PlanStepState.Done)]
    [InlineData("again", 2, 1, PlanStepState.Done)]
    [InlineData("change", 1, 2, PlanStepState.Failed)]
    public async Task A_step_whose_call_finds_nothing_is_done_only_where_the_model_says_so(string then, int calls, int plans, PlanStepState state)
    {
        RecordingTool look = new("look", act: (text, _, _) => Task.FromResult(text == "leave" ? ToolOutcome.Of("Nothing was found.") with { IsEmpty = true } : ToolOutcome.Of("27 days")));
        var planned = 0;
        var chat = Deciding(messages => messages[^1].Text switch
        {
            var ask when ask.StartsWith("Make a plan", StringComparison.Ordinal) => [new TextContent(planned++ == 0
                ? """{"steps":[{"id":"a","goal":"Find the days","tool":"look","inputs":{"text":"leave"},"depends_on":[],"done_when":"days known"},{"id":"b","goal":"Think","tool":"","inputs":null,"depends_on":["a"],"done_when":""}]}"""
                : """{"steps":[{"id":"a","goal":"Think","tool":"","inputs":null,"depends_on":[],"done_when":""}]}""")],
            var ask when ask.Contains("Its call found nothing.", StringComparison.Ordinal) => [then == "done" ? new TextContent("Nothing is written about it: that is what was asked.") : then == "again" ? Call("look", new { text = "holiday" }) : Call(ChangePlanTool.ToolName, new { why = "There is no such document." })],
            _ => [new TextContent("Done.")],
        });
        await using var rig = await AgentsRig.StartAsync(chat, tools: [look, new RecordingTool("send")]);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Planning = PlanningMode.PlanThenAct, Limits = new(Steps: 20) });
        var events = await rig.EventsAsync(run);
        Assert.Equal("Done.", events[^1].Read<TextData>().Text);
        Assert.Equal((calls, plans), (look.Calls.Count, planned));
        Assert.Equal(state, PlanProgress.Of(events.First(e => e.Name == "plan.created").Read<PlanData>().Plan.Steps[0], AgentPast.Of(events)));
        var asked = chat.Requests.Select(messages => messages[^1].Text).ToList();
        Assert.True(asked.FindIndex(ask => ask.Contains("Its call found nothing.", StringComparison.Ordinal)) < asked.FindIndex(ask => ask.StartsWith("Do only this step of the plan now: Think", StringComparison.Ordinal))); // what depends on it waits
    }

    [Fact]
    public void Tools_are_told_to_the_planner_in_a_line_each()
    {
        const string Schema = """{"type":"object","required":["sql"],"properties":{"rows":{"type":["integer","null"]},"sql":{"type":"string","maxLength":4000,"description":"a long one"},"kind":{"enum":["a","b"]},"where":{"type":"array","items":{"type":"object","properties":{"<tool_output>":{"type":"string"}}}}}}""";
        Assert.Equal("""- query: Asks. Inputs: {sql: string, rows?: integer|null, kind?: "a"|"b", where?: [{‹tool_output>?: string}]}""", ToolLine.Of(new Shown(Schema), 1, PromptWords.In(AnswerLanguage.English)));
        Assert.Equal("- query: Asks. Inputs: {}", ToolLine.Of(new Shown("""{"type":"object","properties":{}}"""), 1, PromptWords.In(AnswerLanguage.English)));
        Assert.Equal("- query: Asks. Inputs: any", ToolLine.Of(new Shown("""{"type":null}"""), 1, PromptWords.In(AnswerLanguage.English)));
    }

    private static async Task ApproveAsync(AgentsRig rig, string tool)
    {
        Approval? asked = null;
        await AgentsRig.UntilAsync(async () => (asked = (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation)).SingleOrDefault()) is not null);
        Assert.Equal(tool, asked!.Tool);
        await rig.Approvals.DecideAsync(AgentsRig.Anna, asked.Id, new(Approve: true), Cancellation);
    }

    private sealed class Shown(string schema) : AgentTool
    {
        public override string Name => "query";

        public override string Description => "Asks.";

        public override JsonElement Parameters { get; } = JsonElement.Parse(schema);

        public override ToolEffects Effects => ToolEffects.None;

        public override Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation) => Task.FromResult(ToolOutcome.Of(""));
    }
}
