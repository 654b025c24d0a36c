using Platform.Retrieval.Chunking;
using Platform.Retrieval.Search;

namespace Platform.Agents.Answering.Citing;

/// <summary>Finds the sentences of a cited passage that a sentence of the answer rests on.</summary>
internal static class CitationResolver
{
    private const int LongestSpan = 3;

    /// <summary>What a further sentence must add to the covered share to be taken in.</summary>
    private const double WorthASentence = 0.15;

    /// <summary>The best supporting span of whole sentences, never empty; the whole passage where it has no sentence, or none that has anything of the claim.</summary>
    public static PassageSpan Resolve(string claim, string passage)
    {
        var sentences = SentenceSplitter.Split(passage);
        if (sentences.Count == 0)
            return new(0, passage.Length);
        var wanted = QueryTerms.ContentOf(claim).Distinct().ToList();
        var numbers = CitedNumbers.Of(claim);
        var terms = sentences.Select(s => QueryTerms.Of(passage[s.Start..s.End]).ToHashSet()).ToList();
        var figures = sentences.Select(s => CitedNumbers.Of(passage[s.Start..s.End])).ToList();

        // A term that every sentence has says nothing about which one is meant.
        var weights = wanted.ToDictionary(term => term, term => Math.Log(1 + ((sentences.Count + 1.0) / (terms.Count(t => t.Contains(term)) + 0.5))));
        var total = Math.Max(weights.Values.Sum() + numbers.Count, 1e-9);
        double Cover(int first, int last)
        {
            bool Has(Func<int, bool> holds) => Enumerable.Range(first, last - first + 1).Any(holds);
            return (wanted.Where(term => Has(i => terms[i].Contains(term))).Sum(term => weights[term]) + numbers.Count(n => Has(i => figures[i].Contains(n)))) / total;
        }

        var best = Enumerable.Range(0, sentences.Count).MaxBy(i => Cover(i, i));
        if (Cover(best, best) <= 0)
            return new(0, passage.Length);
        var (from, to) = (best, best);
        while (to - from + 1 < LongestSpan)
        {
            var now = Cover(from, to);
            var (before, after) = (from > 0 ? Cover(from - 1, to) : 0, to + 1 < sentences.Count ? Cover(from, to + 1) : 0);
            if (Math.Max(before, after) - now < WorthASentence)
                break;
            (from, to) = before > after ? (from - 1, to) : (from, to + 1);
        }
        return new(sentences[from].Start, sentences[to].End);
    }
}
