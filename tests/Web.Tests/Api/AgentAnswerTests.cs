using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Runs;
using Platform.Web.Features.Api;

namespace Platform.Web.Tests.Api;

public sealed class AgentAnswerTests
{
    [Theory]
    [InlineData(null, null, "stop")]
    [InlineData(300, null, "length")]
    [InlineData(null, StopReason.MaxSteps, "length")]
    public void A_completion_ends_by_length_where_a_limit_ended_the_run_or_cut_its_answer(int? cutAt, StopReason? reason, string expected)
    {
        RunInfo run = new(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), RunStatus.InProgress, DateTimeOffset.UnixEpoch, null);
        AgentAnswer answer = new(run, "Why?");
        answer.Take(new(run.Id, 1, DateTimeOffset.UnixEpoch, "usage", RunJson.Write(new AnswerDone(AnswerMode.Generate, NotFound: false, new(0, 0, 0), new("m", 100, 0, 300, 0), CutAtTokens: cutAt))));
        answer.Take(new(run.Id, 2, DateTimeOffset.UnixEpoch, "run.status", RunJson.Write(new RunStatusData(reason is null ? "completed" : "incomplete", 0, reason))));
        Assert.Equal(expected, answer.FinishReason);
    }
}
