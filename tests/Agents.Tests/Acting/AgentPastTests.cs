using System.Text.Json;
using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Approvals;
using Platform.Agents.Planning;
using Platform.Agents.Prompting;
using Platform.Agents.Runs;
using Platform.ModelHost.Client;

namespace Platform.Agents.Tests.Acting;

public sealed class AgentPastTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Time_of_work_is_that_of_its_stretches_whatever_was_done_side_by_side()
    {
        var past = AgentPast.Of([
            Status(0, "queued"), Status(5, "writing"), Result(65, "s1_1", 60), Result(65, "s1_2", 60), Result(65, "s1_3", 60), Status(70, "requires_action"), // 65 seconds, the wait for the call of another agent included
            Status(4000, "queued"), Status(4010, "writing"), Result(4020, "s2_1", 10), // 10, and then it was killed
            Status(9000, "resumed"), Status(9001, "queued"), Status(9002, "writing"), Result(9005, "s3_1", 3)]); // 3 so far
        Assert.Equal(TimeSpan.FromSeconds(78), past.Worked);
        Assert.Equal(1, past.TimesResumed);
    }

    [Fact]
    public void What_was_done_in_another_run_takes_none_of_the_time_of_a_fork()
    {
        RunEvent forked = new(Guid.Empty, 1, Noon.AddSeconds(100), "run.forked", "{}");
        Assert.Equal(TimeSpan.FromSeconds(4), AgentPast.Of([Status(0, "writing"), Result(90, "s1_1", 90), forked, Status(101, "queued"), Status(102, "writing"), Status(106, "completed")]).Worked);
    }

    [Fact]
    public void A_step_that_another_run_ended_is_none_that_a_fork_gives_up()
    {
        RunEvent forked = new(Guid.Empty, 1, Noon, "run.forked", "{}");
        Assert.Equal(["s2"], AgentPast.Of([Started("s1"), forked, Started("s2")]).Asked.Select(step => step.StepId));
    }

    [Theory]
    [InlineData(true, "A person changed the arguments of this call and approved it; it was made with those that stand here.")]
    [InlineData(false, "A person changed the arguments of this call to those that stand here and approved it; it was not made.")]
    public void A_call_that_a_person_changed_and_that_was_not_made_is_told_so(bool made, string says)
    {
        CallData call = new("s1_1", "send", JsonElement.Parse("""{"text":"to Bob"}"""));
        StepCompletedData step = new("s1", StepKind.Decision, "", [call], 1, 1, 1);
        var theirs = JsonElement.Parse("""{"text":"to Alice"}""");
        RunEvent At(string name, object data) => new(Guid.Empty, 1, Noon, name, RunJson.Write(data));
        var past = AgentPast.Of(
        [
            Started("s1"), At("step.completed", step), At("approval.resolved", new ApprovalResolvedData(Guid.Empty, "s1_1", "send", ApprovalStatus.Approved, theirs, "", "", false)),
            .. made ? [At("tool.call", new ToolCallData("s1_1", "s1", "send", theirs, true))] : Array.Empty<RunEvent>(),
            At("tool.result", new ToolResultData("s1_1", "s1", "send", "Done or not.", null, !made, [], 1)),
        ]);
        var told = AgentPrompt.Of(AgentLoopTests.Clerk, "", new(AgentsRig.Anna, "Send it.", [], []), [], [], new([], ""), [], PromptWords.In(AnswerLanguage.English)).After(past);
        Assert.StartsWith(says, told.SelectMany(message => message.Contents).OfType<FunctionResultContent>().Single().Result!.ToString(), StringComparison.Ordinal);
        Assert.Equal("to Alice", told.SelectMany(message => message.Contents).OfType<FunctionCallContent>().Single().Arguments!["text"]!.ToString());
    }

    [Fact]
    public void What_a_person_made_of_a_plan_when_they_approved_it_is_taken_over_once()
    {
        RunEvent made = new(Guid.Empty, 1, Noon, "plan.created", RunJson.Write(new PlanData(new(1, []), [], ""))), edited = made with { Name = "plan.updated", Data = RunJson.Write(new PlanData(new(2, []), [], PlanData.Edited)) };
        RunEvent approved = new(Guid.Empty, 2, Noon, "approval.resolved", RunJson.Write(new ApprovalResolvedData(Guid.Empty, "plan_2", "plan", ApprovalStatus.Approved, JsonElement.Parse("{}"), "", "", false)));
        Assert.NotNull(AgentPast.Of([made, approved]).PlanToTakeOver);
        Assert.Null(AgentPast.Of([made, approved, edited]).PlanToTakeOver); // what was edited after it stands
        Assert.Null(AgentPast.Of([made, approved with { Data = approved.Data.Replace("plan_2", "s1_1", StringComparison.Ordinal) }]).PlanToTakeOver);
    }

    [Fact]
    public void The_next_prompt_holds_what_came_back_while_a_step_was_asked_and_nothing_that_was_only_thought()
    {
        RunEvent[] beside =
        [
            Started("s1"), Started("s2"), Completed("s1", prompt: 500, completion: 30, "looked up"),
            Result(5, "s1_1", 1) with { Data = RunJson.Write(new ToolResultData("s1_1", "s1", "look", new string('x', 3000), null, false, [], 1)) },
            Completed("s2", prompt: 510, completion: 2000, "thought for long"),
        ];
        var brought = TokenEstimate.Of(new string('x', 3000));
        Assert.InRange(AgentPast.Of(beside).NextPromptTokens, 510 + brought, 510 + brought + 50);
    }

    private static RunEvent Started(string step) => new(Guid.Empty, 1, Noon, "step.started", RunJson.Write(new StepStartedData(step, StepKind.Decision, "", 0, [], [])));

    private static RunEvent Completed(string step, int prompt, int completion, string text) => new(Guid.Empty, 1, Noon, "step.completed", RunJson.Write(new StepCompletedData(step, StepKind.Decision, text, [], prompt, completion, 1)));

    private static RunEvent Status(int second, string status) => new(Guid.Empty, 1, Noon.AddSeconds(second), "run.status", RunJson.Write(new RunStatusData(status, 0)));

    private static RunEvent Result(int second, string call, int seconds) =>
        new(Guid.Empty, 1, Noon.AddSeconds(second), "tool.result", RunJson.Write(new ToolResultData(call, "s1", "look", "27", null, false, [], seconds * 1000)));
}
