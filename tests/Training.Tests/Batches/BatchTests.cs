using Platform.Training.Batches;
using Platform.Training.Graph;

namespace Platform.Training.Tests.Batches;

/// <summary>Which rows a step learns from, and how they lie side by side.</summary>
public sealed class BatchTests
{
    [Fact]
    public void Every_epoch_has_every_row_once_in_an_order_of_its_own_that_the_seed_decides()
    {
        var order = new RowOrder(rows: 23, rowsAStep: 4, seed: 7);
        Assert.Equal(6, order.StepsAnEpoch);
        var epochs = Enumerable.Range(0, 3).Select(epoch => Enumerable.Range(epoch * 6 + 1, 6).SelectMany(order.At).ToArray()).ToArray();
        Assert.All(epochs, rows => Assert.Equal(Enumerable.Range(0, 23), rows.Order()));
        Assert.NotEqual(epochs[0], epochs[1]);
        Assert.Equal(epochs[2], Enumerable.Range(13, 6).SelectMany(new RowOrder(23, 4, 7).At)); // a new one, asked in the middle
        Assert.NotEqual(epochs[0], Enumerable.Range(1, 6).SelectMany(new RowOrder(23, 4, 8).At));
    }

    [Fact]
    public void Micro_batches_have_every_row_once_and_no_more_tokens_than_are_computed_at_once()
    {
        var random = new Random(1);
        var lengths = Enumerable.Range(0, 100).Select(_ => random.Next(1, 300)).ToArray();
        var groups = MicroBatches.Split(lengths, l => l, 1, 256).ToArray();
        Assert.Equal(lengths.Order(), groups.SelectMany(g => g).Order());
        Assert.All(groups, g => Assert.True(g.Count == 1 || Bucket.For(g.Max(), g.Count, 1).AllTokens <= 256));
        Assert.True(groups.Length < 75); // short ones share
    }

    [Fact]
    public void A_bucket_holds_what_it_is_for_and_wastes_at_most_a_third_of_long_texts()
    {
        for (var tokens = 1; tokens < 2_000; tokens++)
        {
            var bucket = Bucket.For(tokens, 3, tokens);
            Assert.True(bucket.Tokens >= tokens && bucket.Sequences == 4 && bucket.Rows >= tokens && bucket.Rows <= bucket.AllTokens);
            Assert.True(tokens < 32 || bucket.Tokens < 1.5 * tokens);
        }
    }

    [Fact]
    public void A_batch_predicts_each_token_that_counts_from_the_one_before_and_padding_counts_nothing()
    {
        var batch = Batch.Of([new Example("a", [5, 6, 7], [1, 0, 2]), new Example("b", [8, 9], [0, 1])], scale: 0.5);
        Assert.Equal(new Bucket(32, 2, 16), batch.Bucket);
        Assert.Equal([(1, 7, 1f, 0), (32, 9, 0.5f, 1), (0, 0, 0f, -1)], Enumerable.Range(0, 3).Select(i => (batch.Rows[i], batch.Labels[i], batch.Weights[i], batch.Owners[i])));
        Assert.Equal([5, 6, 0, 8, 0], ((IEnumerable<int>)[0, 1, 2, 32, 33]).Select(i => batch.Tokens[i]));
        Assert.Equal([31, 0], ((IEnumerable<int>)[31, 32]).Select(i => batch.Positions[i]));
        var logProbabilities = Enumerable.Repeat(-2f, 16).ToArray();
        logProbabilities[15] = float.NegativeInfinity;
        Assert.Equal(3, batch.Loss(logProbabilities));
        Assert.Equal([-2, -1], batch.ByText(logProbabilities));
    }
}
