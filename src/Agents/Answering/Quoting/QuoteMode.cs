using System.Text.RegularExpressions;
using Platform.Agents.Answering.Citing;
using Platform.Retrieval.Search;

namespace Platform.Agents.Answering.Quoting;

/// <summary>A span of whole sentences of one passage that answers.</summary>
internal sealed record Quote(SearchHit Hit, PassageSpan Span, string Text, string? TableHead, double Score);

/// <summary>Picks the sentences that answer a question, verbatim. With a model that cannot answer, this is the answer.</summary>
internal static partial class QuoteMode
{
    /// <summary>A further quote must score this share of the best one.</summary>
    private const double NearlyAsGood = 0.86;
    private const int LongestList = 8;

    /// <summary>The quotes, best first; none when no sentence covers enough of the question.</summary>
    public static IReadOnlyList<Quote> Choose(AskedQuestion question, IReadOnlyList<SearchHit> hits, int most, double minSupport)
    {
        var ranked = SentenceRanking.Rank(question, hits);
        List<Quote> quotes = [];
        foreach (var sentence in ranked.Where(r => r.Support >= minSupport && r.Score >= ranked[0].Score * NearlyAsGood).Take(most * 3))
        {
            var quote = Widen(sentence);
            if (quotes.Count < most && !quotes.Any(known => Repeats(known, quote)))
                quotes.Add(quote);
        }
        return quotes;
    }

    /// <summary>Takes in what the sentence needs to be understood: the sentence before a pronoun, the list after a colon, the answer after a question.</summary>
    private static Quote Widen(RankedSentence ranked)
    {
        var all = ranked.Passage.Sentences;
        var (from, to) = (ranked.Index, ranked.Index);
        if (PointsBack().IsMatch(all[from].Text) && from > 0 && all[from - 1].Kind is PassageSpanKind.Statement)
            from--;
        if (all[to].Kind is PassageSpanKind.Question or PassageSpanKind.Title && to + 1 < all.Count)
            to++;
        if (all[to].Kind is PassageSpanKind.LeadIn)
        {
            while (to + 1 < all.Count && to - from < LongestList && all[to + 1].Kind is PassageSpanKind.Statement or PassageSpanKind.TableRow or PassageSpanKind.TableHead)
                to++;
        }
        var span = new PassageSpan(all[from].Start, all[to].End);
        return new(ranked.Passage.Hit, span, ranked.Passage.Hit.Passage.Text[span.Start..span.End], ranked.Sentence.TableHead, ranked.Score);
    }

    private static bool Repeats(Quote known, Quote next)
    {
        if (known.Hit.Passage.Id == next.Hit.Passage.Id && next.Span.Start < known.Span.End && next.Span.End > known.Span.Start)
            return true;
        var (a, b) = (QueryTerms.Of(known.Text).ToHashSet(), QueryTerms.Of(next.Text).ToHashSet());
        return a.Count(b.Contains) >= 0.8 * Math.Min(a.Count, b.Count);
    }

    [GeneratedRegex(@"^\s*(?:it|its|they|their|them|he|she|his|her|this|these|those|that|such|here|there|then|however|but|otherwise|both|the (?:same|former|latter|following)|它|他|她|这|那|该|其|此|但|不过|否则|同时|因此|所以|并)\b?", RegexOptions.IgnoreCase)]
    private static partial Regex PointsBack();
}
