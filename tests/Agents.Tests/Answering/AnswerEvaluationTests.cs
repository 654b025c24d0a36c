using Platform.Agents.Answering;
using Platform.Agents.Evaluation;
using Platform.Agents.Runs;
using Platform.Fakes;
using Platform.Retrieval.Evaluation;

namespace Platform.Agents.Tests.Answering;

public sealed class AnswerEvaluationTests
{
    private const int Context = 1000;

    private static readonly GoldenQuestion Fits = Question("How many days of annual leave?"), TooLong = Question($"How many days of annual leave? {new string('x', 4 * Context)}");

    /// <summary>One question that is too long says nothing of how the others were answered.</summary>
    [Fact]
    public async Task Questions_that_do_not_fit_are_left_out_and_counted_where_that_is_asked_for_unless_none_fits()
    {
        await using var rig = await RigAsync();
        var report = await RunAsync([TooLong, Fits, TooLong], leaveOut: true);
        Assert.Equal((2, 1, 1.0, 0), (report.TooLong, report.Answerable, report.Right, report.Unasked));
        var unasked = await RunAsync([Fits, Question("Wo steht das Klavier?") with { Answerable = false }], leaveOut: true);
        Assert.Equal((2, 1), (unasked.Answerable + unasked.Unanswerable, unasked.Unasked)); // nothing is found, and nobody asked
        Assert.Equal(RunErrorKind.ContextTooLong, (await Assert.ThrowsAsync<RunException>(() => RunAsync([Fits, TooLong], leaveOut: false))).Kind);
        Assert.Equal(RunErrorKind.ContextTooLong, (await Assert.ThrowsAsync<RunException>(() => RunAsync([TooLong], leaveOut: true))).Kind);

        Task<AnswerReport> RunAsync(GoldenQuestion[] questions, bool leaveOut) =>
            AnswerEvaluation.RunAsync(rig.Answers, TextShelf.Reader, [], questions, TestContext.Current.CancellationToken, AnswerMode.Generate, leaveOutTooLong: leaveOut);
    }

    /// <summary>All of a passage stands as the quote where no sentence of it has anything of the claim: it holds every span that is asked for.</summary>
    [Theory]
    [InlineData("Everybody has 27 days of annual leave [1].", 1)]
    [InlineData("Zebras sing blue songs [1].", 0)]
    [InlineData("[1]", 0)]
    public async Task What_rests_on_nothing_of_the_passage_is_not_right(string answer, double right)
    {
        await using var rig = await AgentsRig.StartAsync(ScriptedChatClient.Saying(answer), shelf: new TextShelf().Add("leave.txt", "Everybody has 27 days of annual leave. Leave is booked in Harbour."), contextTokens: Context);
        var report = await AnswerEvaluation.RunAsync(rig.Answers, TextShelf.Reader, [], [Fits with { Answers = ["27 days"] }], TestContext.Current.CancellationToken, AnswerMode.Generate);
        Assert.Equal((1, right), (report.Answerable, report.Right));
    }

    [Fact]
    public async Task What_questions_take_at_least_is_known_before_they_are_asked()
    {
        await using var rig = await RigAsync();
        var least = await rig.Answers.LeastTokensAsync("", [Fits.Question, TooLong.Question], Context, TestContext.Current.CancellationToken);
        Assert.InRange(least[0], Context / 4, Context - 1);
        Assert.InRange(least[1], Context + 1, 3 * Context);
    }

    private static Task<AgentsRig> RigAsync() =>
        AgentsRig.StartAsync(ScriptedChatClient.Saying("Everybody has 27 days of annual leave [1]."), shelf: new TextShelf().Add("leave.txt", "Everybody has 27 days of annual leave. Leave is booked in Harbour."), contextTokens: Context);

    private static GoldenQuestion Question(string text) => new("one", "en", text, "leave.txt", null, [], true, null);
}
