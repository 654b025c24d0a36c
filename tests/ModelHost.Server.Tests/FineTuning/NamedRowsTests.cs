using Platform.ModelHost.Server.FineTuning;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.FineTuning.Measures;

namespace Platform.ModelHost.Server.Tests.FineTuning;

/// <summary>Which rows of a file are measured, and what is made of their losses.</summary>
public sealed class NamedRowsTests
{
    [Theory]
    [InlineData(3, 10, 3)]
    [InlineData(2_000, 100, 256)]
    [InlineData(2_000, 1_000, 100)]
    [InlineData(0, 0, 0)]
    public void Rows_are_taken_from_all_of_a_file_however_long_they_are(int rows, int length, int taken)
    {
        var places = NamedRows.Spread([.. Enumerable.Repeat(length, rows)]);
        Assert.Equal(Enumerable.Range(0, taken).Select(at => (int)((long)at * rows / taken)), places);
    }

    [Fact]
    public void Of_rows_of_many_lengths_as_many_are_taken_as_fit_together()
    {
        int[] lengths = [.. Enumerable.Range(0, 1_000).Select(row => row < 500 ? 10 : 2_000)];
        var places = NamedRows.Spread(lengths);
        Assert.InRange(places.Sum(place => lengths[place]), 90_000, 100_000);
        Assert.InRange(places.Count(place => place >= 500), (places.Count / 2) - 1, (places.Count / 2) + 1);
    }

    [Fact]
    public void A_pair_whose_losses_are_no_numbers_is_preferred_by_nobody() =>
        Assert.Equal(0.75, HeldOutRows.Summary([new("a", 2, 1, 1), new("b", double.PositiveInfinity, double.PositiveInfinity, 1)], TuningMethod.Dpo)!["preference_accuracy"]!.GetValue<double>());
}
