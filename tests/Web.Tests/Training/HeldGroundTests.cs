using Platform.ModelHost.Client.Admin.Tuning;
using Platform.Web.Features.Training;

namespace Platform.Web.Tests.Training;

/// <summary>Which jobs' losses are drawn together.</summary>
public sealed class HeldGroundTests
{
    [Theory]
    [InlineData("supervised", "train", "held", 10, 1, true)]
    [InlineData("supervised", "other", "held", 10, 2, true)] // other rows to learn from, measured by the same
    [InlineData("supervised", "train", "others", 10, 1, false)]
    [InlineData("supervised", "train", "held", 9, 1, false)] // one of them stands among those to learn from
    [InlineData("dpo", "train", "held", 10, 1, false)]
    public void Losses_compare_where_the_same_rows_were_held_out_and_the_same_was_learned(string method, string learned, string held, int rows, long seed, bool compare) =>
        Assert.Equal(compare, HeldGround.Of(Job("supervised", "train", "held", 10, 1)) == HeldGround.Of(Job(method, learned, held, rows, seed)));

    [Theory]
    [InlineData("train", 1, true)]
    [InlineData("train", 2, false)] // the seed chooses
    [InlineData("other", 1, false)]
    public void Rows_held_out_by_the_service_are_the_same_where_they_were_chosen_alike(string learned, long seed, bool compare) =>
        Assert.Equal(compare, HeldGround.Of(Job("supervised", "train", null, 10, 1)) == HeldGround.Of(Job("supervised", learned, null, 10, seed)));

    /// <summary>A loss is that of a token: of bases with other tokens it is of something else, and of those with the same ones it compares, whichever base.</summary>
    [Theory]
    [InlineData(700, true)]
    [InlineData(900, false)]
    public void Losses_of_bases_that_cut_the_same_rows_into_other_tokens_do_not_compare(long tokens, bool compare) =>
        Assert.Equal(compare, HeldGround.Of(Job("supervised", "train", "held", 10, 1)) == HeldGround.Of(Job("supervised", "train", "held", 10, 1, tokens) with { Model = "other" }));

    private static TuningJob Job(string method, string learned, string? held, int rows, long seed, long tokens = 700) =>
        new("ftjob-1", "seed", null, TuningStatus.Running, null, null, "file", held is null ? null : "file-2", [], seed, null, null, null, null) { Method = new(method), ValidationShare = held is null ? 0.1 : null, Dataset = new(100, 90, rows, 1_000, 500, 40, 64, learned, held, "base") { HeldOutTokens = tokens } };
}
