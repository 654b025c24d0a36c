using Platform.Agents.Runs;
using Platform.Web.Features.Chat;

namespace Platform.Web.Tests.Chat;

public sealed class AnswerFailureTests
{
    [Theory]
    [InlineData(RunErrorKind.ModelBusy, true, false)]
    [InlineData(RunErrorKind.ModelUnavailable, true, true)]
    [InlineData(RunErrorKind.Failed, true, false)]
    [InlineData(RunErrorKind.ModelTooWeak, false, true)]
    [InlineData(RunErrorKind.ToolUnavailable, false, true)]
    [InlineData(RunErrorKind.ContextTooLong, false, false)]
    public void What_can_help_is_offered_and_nothing_else(RunErrorKind kind, bool again, bool agent) =>
        Assert.Equal((again, agent), (AnswerFailure.AskingAgainMayHelp(kind), AnswerFailure.LiesWithTheAgent(kind)));
}
