using Platform.Training.Datasets.Curation;
using Platform.Training.Rows;
using Platform.Training.Rows.Similarity;

namespace Platform.Training.Datasets.Tests.Curation;

public sealed class CurationTests
{
    private const string Leave = "Employees with five years of service have twenty five days of annual leave, which their manager approves within three working days.";

    [Fact]
    public void Texts_that_say_nearly_the_same_point_at_the_first()
    {
        string[] texts =
        [
            Leave, "The cafeteria opens at eight in the morning and closes at three in the afternoon on all working days.",
            Leave.Replace("approves", "APPROVES", StringComparison.Ordinal) + " Thanks.", "员工入职满五年后，每年享有二十五天带薪年假，由直接经理在三个工作日内批准。", "员工入职满五年后，每年享有二十五天带薪年假，由直接经理在三个工作日内批准！", "", "",
        ];
        Assert.Equal([0, 1, 0, 3, 3, 5, 6], NearDuplicates.FirstLike(texts, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Every_pair_above_the_threshold_is_found_and_none_below()
    {
        // Sentences of 40 words, a growing number of which are changed: the exact measure is the oracle.
        var random = new Random(7);
        string[] Words(int count) => [.. Enumerable.Range(0, count).Select(_ => $"w{random.Next(100_000)}")];
        var texts = new List<string>();
        for (var i = 0; i < 60; i++)
        {
            var words = Words(40);
            texts.Add(string.Join(' ', words));
            for (var changed = 0; changed < i % 4; changed++) words[random.Next(40)] = "other";
            texts.Add(string.Join(' ', words));
        }
        var first = NearDuplicates.FirstLike(texts, TestContext.Current.CancellationToken);
        for (var i = 0; i < texts.Count; i += 2)
        {
            Assert.Equal(i, first[i]);
            Assert.Equal(NearDuplicates.Likeness(texts[i], texts[i + 1]) >= NearDuplicates.Threshold ? i : i + 1, first[i + 1]);
        }
        Assert.Contains(first.Where((at, place) => place % 2 == 1 && at != place), at => at > 0);
    }

    [Theory]
    [InlineData("What is leave?", "", QualityConcern.EmptyAnswer)]
    [InlineData("What is leave?", "What is leave", QualityConcern.RepeatsQuestion)]
    [InlineData("What is leave?", "As an AI language model, I have no leave to speak of.", QualityConcern.Refusal)]
    [InlineData("How many days of leave do I have?", "入职满五年后每年有二十五天年假。", QualityConcern.LanguageDiffers)]
    [InlineData("Who?", "Write to ana@example.com", QualityConcern.SensitiveData)]
    [InlineData("Who?", "The caf\uFFFD\uFFFD of the office", QualityConcern.Garbled)]
    [InlineData("Which?", "no", QualityConcern.ShortAnswer)]
    public void A_doubtful_row_is_flagged(string question, string answer, QualityConcern flag) => Assert.Contains(flag, QualityRules.Of(TrainingRow.Answer(question, answer)));

    [Fact]
    public void A_text_that_goes_round_in_circles_is_flagged_and_a_good_row_is_not()
    {
        Assert.Contains(QualityConcern.RepeatsItself, QualityRules.Of(TrainingRow.Answer("Why?", string.Concat(Enumerable.Repeat("because it is so and ", 12)))));
        Assert.Empty(QualityRules.Of(TrainingRow.Answer("How many days of leave do I have after five years?", Leave)));
        Assert.Empty(QualityRules.Of(TrainingRow.Answer("满五年有几天年假？", "入职满五年后，每年有二十五天带薪年假。")));
        Assert.Empty(QualityRules.Of(TrainingRow.Answer("How many?", "25")));
    }

    [Fact]
    public void Lengths_are_counted_in_bars_with_what_a_limit_cuts_off()
    {
        var histogram = LengthHistogram.Of([1, 5, 10, 20, 200], limit: 100, bars: 10);
        Assert.Equal((10, 200, 236L, 1), (histogram.Median, histogram.Longest, histogram.Total, histogram.Cut));
        Assert.Equal(5, histogram.Bars.Sum(bar => bar.Rows));
        Assert.All(histogram.Bars.Zip(histogram.Bars.Skip(1)), pair => Assert.Equal(pair.First.To + 1, pair.Second.From));
        Assert.Empty(LengthHistogram.Of([], 100).Bars);
    }

    [Fact]
    public void Rows_of_one_source_are_held_back_together_or_not_at_all()
    {
        string[] sources = [.. Enumerable.Range(0, 200).Select(row => $"document {row / 5}")];
        var held = RowSplit.HeldBack(sources, 0.1, seed: 3);
        Assert.Equal(20, held.Count(h => h));
        Assert.All(sources.Zip(held).GroupBy(row => row.First), source => Assert.Single(source.Select(row => row.Second).Distinct()));
        Assert.Equal(held, RowSplit.HeldBack(sources, 0.1, seed: 3));
        Assert.NotEqual(held, RowSplit.HeldBack(sources, 0.1, seed: 4));
        Assert.DoesNotContain(true, RowSplit.HeldBack(["one", "one", "one"], 0.5, seed: 1));
        Assert.Equal(1, RowSplit.HeldBack(["one", "two"], 0.05, seed: 1).Count(h => h));
    }

    [Fact]
    public void What_is_held_back_is_of_the_languages_that_are_learned()
    {
        string[] sources = [.. Enumerable.Range(0, 60).Select(row => row < 20 ? "chinese" : $"english {row % 4}")], languages = [.. Enumerable.Range(0, 60).Select(row => row < 20 ? "zh" : "en")];
        for (var seed = 0; seed < 8; seed++)
        {
            var held = RowSplit.Sides(sources, languages, 0.2, seed);
            Assert.DoesNotContain(RowSide.HeldBack, held[..20]); // its only source is learned
            Assert.Equal(10, held.Count(row => row == RowSide.HeldBack));
        }
        Assert.Equal(2, RowSplit.Sides(["a", "a", "b", "b"], ["zh", "zh", "en", "en"], 0.5, 1).Count(row => row == RowSide.HeldBack)); // of one source each: as one
    }

    [Fact]
    public void Documents_that_are_few_or_unequal_are_parted_by_their_sections()
    {
        var (large, small) = (Guid.Parse("00000000-0000-0000-0000-000000000001"), Guid.Parse("00000000-0000-0000-0000-000000000002"));
        string[] one = [.. Enumerable.Range(0, 60).Select(row => RowPlace.OfDocument(large, $"section {row / 4}"))], two = [.. one, .. Enumerable.Range(0, 8).Select(row => RowPlace.OfDocument(small, $"section {row / 4}"))];
        foreach (var (sources, seed) in from sources in (string[][])[one, two] from seed in Enumerable.Range(0, 8) select (sources, seed))
        {
            var sides = Sides(sources, 0.2, seed);
            Assert.InRange(sides.Count(side => side == RowSide.HeldBack), 0.1 * sources.Length, 0.3 * sources.Length);
            Assert.All(sources.Zip(sides).GroupBy(row => row.First), section => Assert.Single(section.Select(row => row.Second).Distinct()));
        }
        string[] many = [.. Enumerable.Range(0, 200).Select(row => RowPlace.OfDocument(new Guid(row / 5, 0, 0, new byte[8]), $"section {row}"))];
        Assert.All(many.Zip(Sides(many, 0.2, 1)).GroupBy(row => RowPlace.Of(row.First).Source), document => Assert.Single(document.Select(row => row.Second).Distinct()));
        // Where a row does not say which section it is of, its document stays in one piece.
        Assert.DoesNotContain(RowSide.HeldBack, Sides([.. one, RowPlace.OfDocument(large)], 0.2, 1));
    }

    [Fact]
    public void A_row_of_sections_on_both_sides_is_on_neither()
    {
        var document = Guid.NewGuid();
        string[] sections = [.. Enumerable.Range(0, 10).Select(section => $"section {section}")];
        string[] sources = [.. sections.Select(section => RowPlace.OfDocument(document, section)), .. from one in sections from other in sections where one != other select RowPlace.OfDocument(document, one, other)];
        var sides = Sides(sources, 0.3, 1);
        var held = sections.Where((_, place) => sides[place] == RowSide.HeldBack).ToHashSet();
        Assert.InRange(held.Count, 1, 9);
        var pairs = (from one in sections from other in sections where one != other select held.Contains(one) == held.Contains(other) ? held.Contains(one) ? RowSide.HeldBack : RowSide.Learned : RowSide.Neither).ToArray();
        Assert.Equal(pairs, sides[10..]);
    }

    [Fact]
    public void A_row_that_is_held_back_and_stands_among_those_to_learn_from_is_a_leak()
    {
        string[] texts = [Leave, "Something else that is about the opening hours of the cafeteria in the morning.", Leave + " Thanks."];
        Assert.Equal([0], Leaks(texts, [true, false, false]));
        Assert.Equal([0, 1], Leaks([Leave + " Well.", Leave, Leave + " Thanks."], [true, true, false]).Order());
        Assert.Empty(Leaks(texts, [true, false, true]));
        Assert.Equal([0], Leaks(["!!!", "!!!", "?"], [true, false, false])); // signs alone
        Assert.Empty(Leaks(["", ""], [true, false]));
    }

    [Fact]
    public void A_row_that_is_like_a_repetition_alone_is_a_leak_too()
    {
        // The words at the beginning change, then those at the end: each is like its neighbour, and the first is not like the last.
        string Text(int first, int last) => string.Join(' ', Enumerable.Range(0, 60).Select(word => word < first || word >= 60 - last ? $"other{word}" : $"word{word}"));
        string[] texts = [Text(0, 0), Text(4, 0), Text(4, 4)];
        Assert.True(NearDuplicates.Likeness(texts[0], texts[1]) >= NearDuplicates.Threshold && NearDuplicates.Likeness(texts[1], texts[2]) >= NearDuplicates.Threshold && NearDuplicates.Likeness(texts[0], texts[2]) < NearDuplicates.Threshold);
        Assert.Equal([2], Leaks(texts, [false, false, true]));
    }

    [Fact]
    public void Boilerplate_that_fills_a_band_hides_no_leak()
    {
        string Text(int row) => string.Join(' ', Enumerable.Range(0, 40).Select(word => word < 6 ? $"own{row}x{word}" : $"word{word}"));
        string[] texts = [Text(0), .. Enumerable.Range(1, 200).Select(Text), Text(0) + " thanks"];
        Assert.Equal([texts.Length - 1], Leaks(texts, [.. texts.Select((_, place) => place == texts.Length - 1)]));
        Assert.Equal([0], Leaks(texts, [.. texts.Select((_, place) => place < texts.Length - 1)]));
    }

    [Fact]
    public void A_mixture_keeps_its_ratio_as_far_as_caps_allow()
    {
        Assert.Equal([100, 100], Mixture.Counts([new(100, 1), new(1000, 1)]));
        Assert.Equal([75, 25], Mixture.Counts([new(1000, 3), new(1000, 1)], total: 100));
        Assert.Equal([10, 90], Mixture.Counts([new(10, 1), new(1000, 1)], total: 100));
        Assert.Equal([30, 70], Mixture.Counts([new(10, 1, MaxRepeats: 3), new(1000, 1)], total: 100));
        Assert.Equal([10, 20], Mixture.Counts([new(10, 1), new(20, 1)], total: 1000));
        Assert.Throws<ArgumentException>(() => Mixture.Counts([new(10, 0)]));
    }

    /// <summary>A row teaches by the document that it is asked about, and by what is called with, too.</summary>
    [Fact]
    public void Rows_that_say_the_same_of_something_else_do_not_leak()
    {
        TrainingRow[] documents = [Asked("The bridge was closed in May because of the flood in the valley; whoever lives behind it takes the ferry, which goes twice an hour."), Asked("A parcel of more than ten kilograms is sent by the railway on Mondays, and whoever waits for it is told of it by a card on the day before.")];
        TrainingRow[] calls = [Called("Lisbon", "Seat 14 by the window was free."), Called("Oslo", "Nothing but a bed in the night train was left.")];
        foreach (var rows in (TrainingRow[][])[documents, calls])
        {
            Assert.Equal(rows[0].Exchange, rows[1].Exchange);
            Assert.Empty(Leakage.Find([.. rows.Select(row => row.Parts)], [true, false], TestContext.Current.CancellationToken));
            Assert.Equal([0], Leakage.Find([rows[0].Parts, rows[0].Parts], [true, false], TestContext.Current.CancellationToken));
        }
        var instructions = string.Join(' ', Enumerable.Range(0, 200).Select(n => $"Rule {n} is to be kept."));
        Assert.Empty(Leakage.Find([TrainingRow.Answer("Who pays the fare?", "The guest.", instructions).Parts, TrainingRow.Answer("When does it leave?", "At nine.", instructions).Parts], [true, false], TestContext.Current.CancellationToken));

        // What every row of a set is told beforehand sets no two rows apart.
        foreach (var told in (string[])["", "You are a helpful assistant.", "You answer briefly, and only what you know.", "你是一个乐于助人的助手。"])
            Assert.Equal([0], Leakage.Find([Asked("You are the assistant of this company; be kind.").Parts, Asked(told).Parts], [true, false], TestContext.Current.CancellationToken));

        static TrainingRow Asked(string document) => TrainingRow.Answer("Summarise it in one sentence.", "It tells of what was decided.", document);
        static TrainingRow Called(string place, string answer) => new(RowKind.Dialogue,
            [new(TurnRole.User, "Book it for me, please."), new(TurnRole.Assistant, "", $$$"""[{"id":"1","function":{"name":"book","arguments":"{\"to\":\"{{{place}}}\"}"}}]""", Learned: true), new(TurnRole.Tool, answer, CallId: "1"), new(TurnRole.Assistant, "It is booked.")]);
    }

    private static IReadOnlySet<int> Leaks(string[] texts, bool[] isHeldOut) => Leakage.Find([.. texts.Select(text => new RowParts(text))], isHeldOut, TestContext.Current.CancellationToken);

    private static RowSide[] Sides(string[] sources, double share, long seed) => RowSplit.Sides(sources, [.. sources.Select(_ => "en")], share, seed);
}
