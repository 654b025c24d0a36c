using Platform.ModelHost.Client.Admin.Tuning;
using Platform.Web.Commands;
using Platform.Web.Features.Training;

namespace Platform.Web.Tests.Training;

public sealed class AnswerRunTests
{
    [Fact]
    public void Equal_answers_that_follow_each_other_stand_once_and_the_base_stands_by_itself()
    {
        TuningEvaluation[] evaluations = [new(0, ["a", "x"]), new(2, ["a", null]), new(4, ["a", "y"]), new(6, ["b", "y"]), new(8, ["a", "y"])];
        Assert.Equal([new(0, 0, "a"), new(2, 4, "a"), new(6, 6, "b"), new(8, 8, "a")], AnswerRun.Of(evaluations, 0));
        Assert.Equal([new(0, 0, "x"), new(2, 2, null), new(4, 8, "y")], AnswerRun.Of(evaluations, 1));
    }

    [Fact]
    public void Measures_are_told_in_the_terminal_a_line_each()
    {
        Assert.Empty(TrainCommand.Table([]));
        Assert.Equal(["measure                    base    adapter  rows", "f1                        0.125      0.500  5", "general_perplexity       12.000     12.250  –"], TrainCommand.Table([new("f1", 0.125, 0.5, 5), new("general_perplexity", 12, 12.25, null)]));
    }
}
