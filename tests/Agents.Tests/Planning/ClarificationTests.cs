using Microsoft.Extensions.AI;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Planning;
using Platform.Agents.Runs;
using Platform.Agents.Tests.Acting;
using Platform.Fakes;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Planning;

public sealed class ClarificationTests
{
    private const string Question = """{"question":"Which year do you mean?","choices":["2025","2026"],"steps":[]}""";
    private const string Plan = """{"question":"","choices":[],"steps":[{"id":"a","goal":"Look","tool":"look","inputs":{"text":"leave"},"depends_on":[],"done_when":"known"}]}""";

    private static readonly AgentDefinition Clerk = AgentLoopTests.Clerk with { Planning = PlanningMode.AskBeforePlan };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_agent_asks_what_it_must_know_and_plans_with_the_answer_also_after_a_restart()
    {
        var chat = Planning(Question, Plan);
        await using var first = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("look"), new RecordingTool("send")]);
        var run = await first.LetAsync(Clerk);
        var asked = await AskedAsync(first);
        Assert.True(asked.IsQuestion);
        Assert.Equal(("Which year do you mean?", "2025,2026"), (Clarification.Read(asked.Arguments).Question, string.Join(',', Clarification.Read(asked.Arguments).Choices)));
        Assert.Contains("ask the person first", chat.Requests.Single()[^1].Text, StringComparison.Ordinal);
        await AgentsRig.UntilAsync(() => Task.FromResult(first.Host.Find(run.Id) is null)); // nobody works on it
        await first.StopHostAsync();

        RecordingTool look = new("look");
        await using var next = await first.RestartAsync(chat: chat, tools: [look, new RecordingTool("send")]);
        var none = await Assert.ThrowsAsync<FieldException>(() => next.Approvals.DecideAsync(AgentsRig.Anna, asked.Id, new(Approve: true), Cancellation));
        Assert.Contains("with its answer", none.Message, StringComparison.Ordinal);
        await next.Approvals.DecideAsync(AgentsRig.Anna, asked.Id, new(Approve: true, Arguments: Clarification.Answer("2026")), Cancellation);
        var plan = await AskedAsync(next);
        Assert.True(plan.IsPlan);
        await next.Approvals.DecideAsync(AgentsRig.Anna, plan.Id, new(Approve: true), Cancellation);
        var events = await next.EventsAsync(run);
        Assert.Equal("Done.", events[^1].Read<TextData>().Text);
        Assert.Equal(["leave"], look.Calls);
        Assert.Equal([("assistant", "Which year do you mean?"), ("user", "2026")], chat.Requests.ElementAt(1).SkipLast(1).TakeLast(2).Select(m => (m.Role.Value, m.Text)));
        Assert.Contains(chat.Requests.Last(), message => message.Text == "2026");
    }

    [Fact]
    public async Task Without_an_answer_the_agent_is_told_so_and_after_two_questions_it_must_plan()
    {
        var chat = Planning(Question, Question, Question, Plan);
        await using var rig = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("look"), new RecordingTool("send")]);
        var run = await rig.LetAsync(Clerk);
        for (var i = 0; i < 2; i++)
            await rig.Approvals.DecideAsync(AgentsRig.Anna, (await AskedAsync(rig)).Id, new(Approve: false), Cancellation);
        await rig.Approvals.DecideAsync(AgentsRig.Anna, (await AskedAsync(rig)).Id, new(Approve: true), Cancellation);
        var events = await rig.EventsAsync(run);
        Assert.Equal("Done.", events[^1].Read<TextData>().Text);
        Assert.Equal(2, events.Where(e => e.Name == "approval.requested").Count(e => e.Read<ApprovalRequestedData>().IsQuestion));
        Assert.Equal(2, chat.Requests.ElementAt(2).Count(message => message.Text.StartsWith("Nobody answered this", StringComparison.Ordinal)));
        Assert.DoesNotContain("ask the person first", chat.Requests.ElementAt(2)[^1].Text, StringComparison.Ordinal);
        Assert.Contains("Your last plan was wrong", chat.Requests.ElementAt(3)[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_plans_without_asking_is_offered_no_question()
    {
        var chat = Planning(Plan);
        await using var rig = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("look"), new RecordingTool("send")]);
        await rig.EventsAsync(await rig.LetAsync(Clerk with { Planning = PlanningMode.PlanThenAct }));
        Assert.DoesNotContain("ask the person first", chat.Requests.First()[^1].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("question", Assert.IsType<ChatResponseFormatJson>(chat.Options.First()!.ResponseFormat).Schema!.Value.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fork_after_the_answer_does_not_ask_again()
    {
        var chat = Planning(Question, Plan, Plan);
        await using var rig = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("look"), new RecordingTool("send")]);
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk, Cancellation);
        await rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation);
        var run = await rig.LetAsync(Clerk, id: agent.Id);
        await rig.Approvals.DecideAsync(AgentsRig.Anna, (await AskedAsync(rig)).Id, new(Approve: true, Arguments: Clarification.Answer("2026")), Cancellation);
        await rig.Approvals.DecideAsync(AgentsRig.Anna, (await AskedAsync(rig)).Id, new(Approve: true), Cancellation);
        await rig.EventsAsync(run);
        var fork = await rig.Forks.ForkAsync(AgentsRig.Anna, run.Id, new(Guid.NewGuid(), "s2"), Cancellation);
        var plan = await AskedAsync(rig);
        Assert.Equal((fork.Id, true), (plan.RunId, plan.IsPlan));
        Assert.Contains(chat.Requests.Last(), message => message.Text == "2026");
    }

    private static ScriptedChatClient Planning(params string[] written)
    {
        var next = 0;
        return Deciding(messages => [new TextContent(messages[^1].Text.StartsWith("Make a plan", StringComparison.Ordinal) ? written[next++] : "Done.")]);
    }

    private static async Task<Approval> AskedAsync(AgentsRig rig)
    {
        await AgentsRig.UntilAsync(async () => (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation)).Count == 1);
        return (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation))[0];
    }

    [Fact]
    public async Task A_test_from_a_run_with_an_answered_question_can_be_stored_however_long_the_question_was()
    {
        await using var rig = await AgentsRig.StartAsync(Planning(Question, Plan), tools: [new RecordingTool("look"), new RecordingTool("send")]);
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk, Cancellation);
        var run = await rig.LetAsync(Clerk, new string('x', RunAgent.MaxQuestionLength - 20), id: agent.Id);
        await rig.Approvals.DecideAsync(AgentsRig.Anna, (await AskedAsync(rig)).Id, new(Approve: true, Arguments: Clarification.Answer(new string('y', 500))), Cancellation);
        await rig.Approvals.DecideAsync(AgentsRig.Anna, (await AskedAsync(rig)).Id, new(Approve: true), Cancellation);
        await rig.EventsAsync(run);
        var suite = await rig.Tests.CreateSuiteAsync(AgentsRig.Anna, agent.Id, "Leave", Cancellation);
        var suggested = (await rig.Tests.SuggestAsync(AgentsRig.Anna, run.Id, Cancellation)).Case;
        Assert.Contains("Which year", suggested.Question, StringComparison.Ordinal);
        await rig.Tests.SaveAsync(AgentsRig.Anna, suite.Id, null, suggested, Cancellation);
    }
}
