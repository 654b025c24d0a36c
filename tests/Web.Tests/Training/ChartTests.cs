using System.Globalization;
using Platform.ModelHost.Client.Admin.Tuning;
using Platform.Web.Features.Training;

namespace Platform.Web.Tests.Training;

/// <summary>What charts make of numbers.</summary>
public sealed class ChartTests
{
    [Theory]
    [InlineData(0.13, 5.9)]
    [InlineData(2, 2)]
    [InlineData(0, 0)]
    [InlineData(-3, 1e-9)]
    [InlineData(1e-9, 1e9)]
    public void A_scale_holds_every_value_and_has_a_few_marks_on_either_kind(double least, double most)
    {
        foreach (var log in (bool[])[false, true])
        {
            var scale = ChartScale.Of([least, most], log);
            Assert.All(((double[])[least, most]).Where(value => !log || value > 0), value => Assert.InRange(scale.At(value), -1e-9, 1 + 1e-9));
            Assert.InRange(scale.Marks.Count, 2, 20);
        }
    }

    [Fact]
    public void What_is_no_number_does_not_move_a_scale() => Assert.Equal(ChartScale.Of([1, 2]).Marks, ChartScale.Of([1, double.NaN, double.PositiveInfinity, 2]).Marks);

    [Fact]
    public void Smoothing_keeps_what_does_not_change_and_follows_what_does()
    {
        Assert.All(ChartPoints.Smoothed([new(1, 5), new(2, 5), new(3, 5)], 0.9), point => Assert.Equal(5, point.Y, 9));
        Assert.Equal([1.0, 3.0], ChartPoints.Smoothed([new(1, 1), new(2, 3)], 0).Select(point => point.Y));
    }

    [Fact]
    public void A_long_line_is_thinned_and_keeps_its_ends_and_its_only_leap()
    {
        var thin = ChartPoints.Thinned([.. Enumerable.Range(1, 1_000).Select(i => new ChartPoint(i, i == 637 ? 90 : i % 2))], 100);
        Assert.InRange(thin.Count, 80, 102);
        Assert.Equal((1, 1_000, 90), (thin[0].X, thin[^1].X, thin.Single(point => point.X == 637).Y));
        Assert.Equal(thin.Select(point => point.X).Order(), thin.Select(point => point.X));
    }

    [Theory]
    [InlineData(7.4, 0, 7.0)]
    [InlineData(7.4, 1, 9.0)]
    [InlineData(7, -1, 5.0)]
    [InlineData(5, -10, 5.0)]
    [InlineData(5, 1_000_000_000, 9.0)]
    public void The_arrow_keys_go_from_step_to_step_and_stay_at_the_last(double place, int by, double found) =>
        Assert.Equal(found, ChartPoints.Beside([9, 5, 7, 5], place, by));

    [Fact]
    public void What_is_read_of_a_line_is_the_nearest_number_that_was_measured()
    {
        Assert.Equal(new ChartPoint(10, 3), ChartPoints.Nearest([new(0, 4), new(10, 3), new(12, double.NaN)], 12));
        Assert.Null(ChartPoints.Nearest([], 1));
        Assert.Null(ChartPoints.Beside([], 1, 0));
    }

    [Theory]
    [InlineData(0.00002, "0.00002")]
    [InlineData(0.0000123456, "0.000012346")]
    [InlineData(0.00015, "0.00015")]
    [InlineData(1e-8, "1E-08")]
    [InlineData(1_234, "1,234")]
    public void A_learning_rate_is_written_without_a_power_of_ten(double value, string shown)
    {
        var was = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("en-GB");
        try
        {
            Assert.Equal(shown, JobFigures.Number(value));
        }
        finally
        {
            CultureInfo.CurrentCulture = was;
        }
    }

    [Fact]
    public void The_highest_hundredth_of_numbers_does_not_stretch_a_clipped_chart()
    {
        Assert.Equal(Enumerable.Range(1, 99).Select(i => (double)i), ChartPoints.Clipped([.. Enumerable.Range(1, 99).Select(i => (double)i), 1e6, double.NaN]));
        Assert.Equal([3], ChartPoints.Clipped([3]));
    }

    [Fact]
    public void Of_the_newest_steps_alone_a_line_begins_where_they_do_and_an_older_best_is_not_marked()
    {
        TuningMetrics[] steps = [.. Enumerable.Range(0, 101).Select(i => new TuningMetrics(i, 100, i / 10.0, i == 0 ? null : i, null, null, null, null, null))];
        ChartLook look = new() { Last = 50 };
        var line = look.Line("loss", 0, steps, step => step.TrainLoss);
        Assert.Equal((50, 51, 100), (line.Points.Count, line.Points[0].X, line.Points[^1].X));
        Assert.Equal((null, 60.0), (look.Place(20, steps), look.Place(60, steps)));
        look.Last = 0;
        Assert.Equal((100, 20.0), (look.Line("loss", 0, steps, step => step.TrainLoss).Points.Count, look.Place(20, steps)));
    }

    [Theory]
    [InlineData("It is a smith.", "It is a baker today.", "It is a |+baker today|.")]
    [InlineData("他是铁匠。", "他是面包师。", "他是|+面包师|。")]
    [InlineData("a b.", "x y.", "+x y.")]
    [InlineData("", "New.", "+New.")]
    [InlineData("Same.", "Same.", "Same.")]
    public void What_an_answer_says_otherwise_is_told_word_by_word(string before, string after, string told) =>
        Assert.Equal(told, string.Join('|', WordChanges.Of(before, after).Select(piece => (piece.IsNew ? "+" : "") + piece.Text)));

    [Fact]
    public void Numbers_are_saved_in_one_form_whatever_the_language()
    {
        var (was, step) = (CultureInfo.CurrentCulture, new TuningMetrics(1_200, null, 0.5, 6.25, null, 0.0002, 1, 1_234.5, null));
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        try
        {
            Assert.Equal("1200,0.5,6.25,,0.0002,1,1234.5,,,", JobFigures.Csv([step]).Split('\n')[1]);
        }
        finally
        {
            CultureInfo.CurrentCulture = was;
        }
    }

    [Theory]
    [InlineData(60, ChartAxis.Time, "Axis_Seconds", 60)]
    [InlineData(1_800, ChartAxis.Time, "Axis_Minutes", 30)]
    [InlineData(36_000, ChartAxis.Time, "Axis_Hours", 10)]
    [InlineData(60, ChartAxis.Epoch, "Axis_Epoch", 1.5)]
    [InlineData(60, ChartAxis.Step, "Axis_Step", 9)]
    public void Steps_stand_along_time_in_the_unit_that_suits_it_along_epochs_or_by_their_number(int seconds, ChartAxis axis, string unit, double place)
    {
        var begin = DateTimeOffset.UnixEpoch;
        TuningMetrics[] steps = [new(0, 9, 0, null, 2, null, null, null, null) { At = begin }, new(9, 9, 1.5, 1, 1, null, null, null, null) { At = begin.AddSeconds(seconds) }];
        var run = ChartRun.Along(axis, steps);
        Assert.Equal((unit, 0, place), (run.Unit, run.Place(steps[0]), run.Place(steps[1])));
    }

    [Fact]
    public void Jobs_beside_each_other_stand_on_one_axis_of_time_in_one_unit()
    {
        TuningMetrics[] brief = Steps(60), hours = Steps(36_000);
        ChartLook look = new() { Axis = ChartAxis.Time, Runs = [brief, hours] };
        Assert.Equal(("Axis_Hours", 1 / 60.0, 10), (look.Unit(ChartAxis.Time), look.Places(brief).Last(), look.Places(hours).Last()));
        Assert.Equal(1 / 60.0, look.Line("loss", 0, brief, step => step.TrainLoss).Points[^1].X);
        Assert.Equal(1 / 60.0, look.Place(9, brief));

        static TuningMetrics[] Steps(int seconds) => [new(0, 9, 0, 1, 2, null, null, null, null) { At = DateTimeOffset.UnixEpoch }, new(9, 9, 1.5, 1, 1, null, null, null, null) { At = DateTimeOffset.UnixEpoch.AddSeconds(seconds) }];
    }
}
