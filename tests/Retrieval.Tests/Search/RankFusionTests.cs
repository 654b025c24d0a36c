using Platform.Retrieval.Chunking;
using Platform.Retrieval.Index;
using Platform.Retrieval.Search;

namespace Platform.Retrieval.Tests.Search;

public sealed class RankFusionTests
{
    private static readonly Dictionary<char, Passage> Passages = "abcd".ToDictionary(name => name, name => new Passage(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), 0, $"{name}", "", 1, 1, 0, 1, 1));

    [Theory]
    [InlineData("ab", "ba", 1, "ba")] // equal sums: the first by words leads
    [InlineData("abc", "cad", 1, "acbd")]
    [InlineData("bcd", "a", 0.3, "abcd")] // a light list cannot lift its first over the other's first
    [InlineData("bcd", "ad", 0, "adbc")] // a list of no weight only fills up
    [InlineData("ab", "", 0.3, "ab")]
    [InlineData("", "ab", 0.3, "ab")]
    public void Fuses_by_rank_and_weight(string dense, string lexical, double denseWeight, string expected) =>
        Assert.Equal(expected, string.Concat(RankFusion.Fuse(List(dense), denseWeight, List(lexical), 1, 10).Select(c => c.Passage.Text)));

    [Fact]
    public void A_candidate_keeps_its_scores_and_ranks_from_both_lists()
    {
        Candidate b = RankFusion.Fuse(List("ab"), 0.5, List("cdb"), 1, 10).Single(c => c.Passage.Text == "b");
        Assert.Equal((2, 3, 0.5 / 12 + 1.0 / 13), (b.DenseRank, b.LexicalRank, b.Score));
        Assert.Equal((98, 97), (b.DenseScore, b.LexicalScore));
    }

    private static List<ScoredPassage> List(string names) => [.. names.Select((name, i) => new ScoredPassage(Passages[name], 99 - i))];
}
