using System.Text.Json;
using Platform.Agents.Acting;
using Platform.Agents.Planning;
using Platform.Agents.Runs;
using Platform.Agents.Runs.Tracing;
using Platform.Web.Features.Runs;

namespace Platform.Web.Tests.Runs;

public sealed class PlanStoryTests
{
    private static readonly JsonElement Expression = JsonSerializer.Deserialize<JsonElement>("""{"expression":"1/0"}""");

    private static readonly PlanStep Multiply = Step("p1", "Multiply"), Divide = Step("p2", "Divide by nothing"), ByThree = Step("p3", "Divide by three");

    [Fact]
    public void The_first_plan_has_no_story_nor_has_one_that_a_person_changed()
    {
        Assert.Null(PlanStory.Of(Trace(("plan.created", Version(1, "", Multiply, Divide)))));
        Assert.Null(PlanStory.Of(Trace(("plan.created", Version(1, "", Multiply, Divide)), ("plan.updated", Version(2, PlanData.Edited, Multiply)))));
        Assert.Null(PlanStory.Of(Trace()));
    }

    [Fact]
    public void What_failed_and_is_planned_no_more_is_told_with_its_tool_and_why_also_after_a_person_changed_the_plan()
    {
        var trace = Trace(
            ("plan.created", Version(1, "", Multiply, Divide)),
            ("step.started", new StepStartedData("s1", StepKind.PlanStep, "Divide by nothing", 0, [], []) { PlanStep = "p2" }),
            ("step.started", new StepStartedData("s2", StepKind.Decision, "", 0, [], ["calculator"]) { PlanStep = "p2" }),
            ("step.completed", new StepCompletedData("s2", StepKind.Decision, "", [new("s2_1", "calculator", Expression)], 1, 1, 1) { PlanStep = "p2" }),
            ("tool.call", new ToolCallData("s2_1", "s2", "calculator", Expression, false)),
            ("tool.result", new ToolResultData("s2_1", "s2", "calculator", "Division by zero.", null, true, [], 1)));
        Assert.Null(PlanStory.Of(trace)); // nothing was planned anew yet
        trace.Add(Event(7, "plan.updated", Version(2, "Step p2 (Divide by nothing) failed: Division by zero.", Multiply, ByThree) with { Changes = [new("p3", PlanChangeKind.Added), new("p2", PlanChangeKind.Removed)] }));
        trace.Add(Event(8, "plan.updated", Version(3, PlanData.Edited, ByThree)));

        var story = PlanStory.Of(trace)!;
        var failed = Assert.Single(story.Failed);
        Assert.Equal(("p2", "Divide by nothing", "calculator", "Division by zero."), (failed.Id, failed.Goal, failed.Tool, failed.Call!.Text));
        Assert.StartsWith("Step p2", story.Reason, StringComparison.Ordinal);
        Assert.Equal([false, true, false], trace.Plans.Select(version => PlanStory.HasFailed(version, trace)));
    }

    /// <summary>No call of it failed: only who judged the step can say what was missing.</summary>
    [Fact]
    public void A_step_whose_result_is_not_what_it_was_to_reach_is_told_with_what_was_missing()
    {
        var judged = Divide with { DoneWhen = "five years" };
        var trace = Trace([
            ("plan.created", Version(1, "", Multiply, judged)),
            ("step.started", new StepStartedData("s1", StepKind.PlanStep, "Divide by nothing", 0, [], []) { PlanStep = "p2" }),
            .. Missed("s2", "One year."), .. Missed("s4", "Still one year."),
            ("plan.updated", Version(2, "Step p2 did not reach it.", Multiply, ByThree) with { Changes = [new("p3", PlanChangeKind.Added), new("p2", PlanChangeKind.Removed)] })]);
        Assert.Equal("Still one year.", Assert.Single(PlanStory.Of(trace)!.Failed).Missed);

        static (string, object)[] Missed(string decision, string why) =>
        [
            ("step.started", new StepStartedData(decision, StepKind.Decision, "", 0, [], ["calculator"]) { PlanStep = "p2" }),
            ("step.completed", new StepCompletedData(decision, StepKind.Decision, "", [new(decision + "_1", "calculator", Expression)], 1, 1, 1) { PlanStep = "p2" }),
            ("tool.call", new ToolCallData(decision + "_1", decision, "calculator", Expression, false)),
            ("tool.result", new ToolResultData(decision + "_1", decision, "calculator", "1", null, false, [], 1)),
            ("step.started", new StepStartedData(decision + "c", StepKind.Check, "", 0, [], []) { PlanStep = "p2" }),
            ("step.completed", new StepCompletedData(decision + "c", StepKind.Check, "", [], 1, 1, 1) { PlanStep = "p2", Verdict = new(decision, false, why) }),
        ];
    }

    [Fact]
    public void A_plan_that_the_model_changed_by_itself_tells_its_reason()
    {
        var story = PlanStory.Of(Trace(("plan.created", Version(1, "", Multiply)), ("plan.updated", Version(2, "There are two offices.", Multiply, ByThree))))!;
        Assert.Empty(story.Failed);
        Assert.Equal("There are two offices.", story.Reason);
    }

    private static PlanStep Step(string id, string goal) => new(id, goal, "calculator", null, [], "");

    private static PlanData Version(int number, string reason, params PlanStep[] steps) => new(new(number, steps), [], reason);

    private static RunTrace Trace(params (string Name, object Data)[] events) => RunTrace.Of(events.Select((happened, i) => Event(i + 1, happened.Name, happened.Data)));

    private static RunEvent Event(int seq, string name, object data) => new(Guid.Empty, seq, DateTimeOffset.UnixEpoch.AddSeconds(seq), name, JsonSerializer.Serialize(data, data.GetType(), RunJson.Options));
}
