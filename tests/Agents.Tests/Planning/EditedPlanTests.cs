using System.Text.Json;
using Microsoft.Extensions.AI;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Planning;
using Platform.Agents.Runs;
using Platform.Agents.Tests.Acting;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Planning;

/// <summary>Plans that a person, or their program, puts in the place of the agent's.</summary>
public sealed class EditedPlanTests
{
    private const string Made = """{"steps":[{"id":"a","goal":"Look","tool":"look","inputs":{"text":"one"},"depends_on":[],"done_when":"known"}]}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{}", "steps", "'steps'")]
    [InlineData("""{"steps":"x"}""", "steps", "array")]
    [InlineData("""{"steps":[]}""", "steps", "1 to 12 steps; this has 0")]
    [InlineData("""{"steps":["x"]}""", "steps[0]", "Step 1 must be an object")]
    [InlineData("""{"steps":[{"goal":"g","tool":""}]}""", "steps[0].id", "Step 1: its id is missing")]
    [InlineData("""{"steps":[{"id":"x1","tool":""}]}""", "steps[0].goal", "Step 'x1': its goal is missing")]
    [InlineData("""{"steps":[{"id":"x1","goal":"g"}]}""", "steps[0].tool", "Step 'x1': its tool is missing")]
    [InlineData("""{"steps":[{"id":"x1","goal":7,"tool":""}]}""", "steps[0].goal", "Step 1: its goal must be a text")]
    [InlineData("""{"steps":[{"id":"x1","goal":"g","tool":"","dependsOn":"x"}]}""", "steps[0].dependsOn", "Step 1: what it depends on must be an array")]
    [InlineData("""{"steps":[{"id":"x1","goal":"g","tool":"","doneWhen":[]}]}""", "steps[0].doneWhen", "Step 1: when it is done must be a text")]
    [InlineData("""{"steps":[{"id":"x1","goal":"g","tool":"","skip":1}]}""", "steps[0].skip", "true or false")]
    [InlineData("""{"steps":[{"id":"x1","goal":"g","tool":"look","inputs":[]}]}""", "steps[0].inputs", "must be an object")]
    [InlineData("""{"steps":[{"id":"x1","goal":"g","tool":"","dependsOn":["x1"]}]}""", "steps[0].dependsOn", "waits for itself")]
    [InlineData("""{"steps":[{"id":"x1","goal":"g","tool":"nope"}]}""", "steps[0].tool", "Step 'x1': the agent has no tool 'nope'; it has look, send.")]
    [InlineData("""{"steps":[{"id":"x1","goal":"g","tool":""},{"id":"x2","goal":"g","tool":"look","inputs":{"foo":1}}]}""", "steps[1].inputs", "Step 'x2': the inputs of look are wrong: \"text\" is missing.")]
    public async Task What_is_wrong_in_a_plan_is_told_with_its_step_and_its_field(string plan, string field, string says)
    {
        await using var rig = await StartAsync();
        await rig.LetAsync(Clerk);
        var asked = await AskedAsync(rig);
        var refused = await Assert.ThrowsAsync<FieldException>(() => DecideAsync(rig, asked, plan));
        Assert.Equal($"arguments.{field}", refused.Field);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", refused.Message, StringComparison.Ordinal);
        Assert.Equal(ApprovalStatus.Pending, (await rig.Approvals.GetAsync(AgentsRig.Anna, asked.Id, Cancellation)).Status);
    }

    [Fact]
    public async Task A_plan_is_taken_without_what_may_be_left_out_of_it_and_recorded_whole()
    {
        await using var rig = await StartAsync();
        var run = await rig.LetAsync(Clerk);
        var decided = await DecideAsync(rig, await AskedAsync(rig), """{"steps":[{"id":"x1","goal":"Look twice","tool":"look","inputs":{"text":"two"}}]}""");
        Assert.Equal(["Look"], RunJson.Read<Plan>(decided.Arguments.GetRawText()).Steps.Select(step => step.Goal));
        var allowed = Assert.Single(RunJson.Read<Plan>(decided.ApprovedArguments!.Value.GetRawText()).Steps);
        Assert.Equal(("Look twice", 0, ""), (allowed.Goal, allowed.DependsOn.Count, allowed.DoneWhen));
        var events = await rig.EventsAsync(run);
        Assert.Equal("x1", Assert.Single(events.Last(e => e.Name == "plan.updated").Read<PlanData>().Plan.Steps).Id);
        Assert.Equal("Done.", events[^1].Read<TextData>().Text);
    }

    private static AgentDefinition Clerk => AgentLoopTests.Clerk with { Planning = PlanningMode.AskBeforePlan };

    private static Task<AgentsRig> StartAsync() => AgentsRig.StartAsync(
        Deciding(messages => [new TextContent(messages[^1].Text.StartsWith("Make a plan", StringComparison.Ordinal) ? Made : "Done.")]), tools: [new RecordingTool("look"), new RecordingTool("send")]);

    private static Task<Approval> DecideAsync(AgentsRig rig, Approval asked, string plan) =>
        rig.Approvals.DecideAsync(AgentsRig.Anna, asked.Id, new(Approve: true, Arguments: JsonElement.Parse(plan)), Cancellation);

    private static async Task<Approval> AskedAsync(AgentsRig rig)
    {
        await AgentsRig.UntilAsync(async () => (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation)).Count == 1);
        return (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation))[0];
    }
}
