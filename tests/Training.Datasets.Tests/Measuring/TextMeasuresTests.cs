using System.Text.Json;
using Platform.Training.Rows.Measuring;

namespace Platform.Training.Datasets.Tests.Measuring;

public sealed class TextMeasuresTests
{
    private const double Tolerance = 1e-9;

    [Theory]
    [InlineData("The 25 days.", "25 days", true)]
    [InlineData("２５天", "25天。", true)]
    [InlineData("25 days", "24 days", false)]
    public void Case_punctuation_width_and_articles_do_not_count(string answer, string expected, bool same) => Assert.Equal(same, TextMeasures.ExactMatch(answer, expected));

    [Fact]
    public void F1_counts_each_token_as_often_as_it_stands()
    {
        Assert.Equal(2.0 * 2 / (3 + 4), TextMeasures.F1("twenty five hours", "twenty five working days"), Tolerance);
        Assert.Equal(2.0 * 3 / (4 + 3), TextMeasures.F1("二十五天", "十五天"), Tolerance);
        Assert.Equal(0, TextMeasures.F1("yes", "no"));
        Assert.Equal(1, TextMeasures.F1("", "the"));
    }

    [Fact]
    public void Rouge_is_that_of_its_paper()
    {
        // Lin 2004, section 3: "police killed the gunman" against "police kill the gunman" and "the gunman kill police".
        Assert.Equal(3.0 / 4, TextMeasures.RougeL("police kill the gunman", "police killed the gunman"), Tolerance);
        Assert.Equal(2.0 / 4, TextMeasures.RougeL("the gunman kill police", "police killed the gunman"), Tolerance);
        Assert.Equal(1.0 / 3, TextMeasures.RougeN("police kill the gunman", "police killed the gunman", 2), Tolerance);
        Assert.Equal(0, TextMeasures.RougeN("one", "one", 2));
    }

    [Fact]
    public void Bleu_clips_counts_and_punishes_brevity()
    {
        // Papineni et al. 2002, example 2: seven times "the" matches twice, and no longer gram does.
        var clipped = TextMeasures.Bleu([("the the the the the the the", "The cat is on the mat")]);
        Assert.Equal(Math.Exp((Math.Log(2 / 7.0) + Math.Log(1 / (2 * 6.0)) + Math.Log(1 / (4 * 5.0)) + Math.Log(1 / (8 * 4.0))) / 4), clipped, Tolerance);
        Assert.Equal(1, TextMeasures.Bleu([("the cat is on the mat", "The cat is on the mat.")]), Tolerance);
        Assert.Equal(Math.Exp(1 - 6 / 5.0), TextMeasures.Bleu([("the cat is on the", "The cat is on the mat")]), Tolerance);
        Assert.Equal(0, TextMeasures.Bleu([("dogs", "cats")]));
    }

    [Fact]
    public void Measures_are_those_of_another_hand()
    {
        // text-measures.py beside this file made them; it shares no code with the product.
        using var known = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Measuring", "text-measures.json")));
        var pairs = new List<(string Answer, string Expected)>();
        foreach (var row in known.RootElement.GetProperty("rows").EnumerateArray())
        {
            var (answer, expected) = (row.GetProperty("answer").GetString()!, row.GetProperty("expected").GetString()!);
            pairs.Add((answer, expected));
            Assert.Equal(row.GetProperty("exact").GetBoolean(), TextMeasures.ExactMatch(answer, expected));
            Assert.Equal(row.GetProperty("f1").GetDouble(), TextMeasures.F1(answer, expected), Tolerance);
            Assert.Equal(row.GetProperty("rouge_l").GetDouble(), TextMeasures.RougeL(answer, expected), Tolerance);
            Assert.Equal(row.GetProperty("bleu").GetDouble(), TextMeasures.Bleu([(answer, expected)]), Tolerance);
        }
        Assert.Equal(known.RootElement.GetProperty("bleu").GetDouble(), TextMeasures.Bleu(pairs), Tolerance);
    }

    [Theory]
    [InlineData("You have 25 days, as the handbook says.", "25 days", true)]
    [InlineData("每年二十五天。", "二十五天", true)]
    [InlineData("25 working days", "25 days", false)]
    [InlineData("", "25 days", false)]
    public void An_answer_holds_what_was_expected_in_one_run(string answer, string expected, bool holds) => Assert.Equal(holds, TextMeasures.Contains(answer, expected));
}
