using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Platform.Agents.Answering.Citing;
using Platform.ModelHost.Client;
using Platform.Retrieval.Search;

namespace Platform.Agents.Answering.Quoting;

/// <summary>A span of whole sentences of one passage that answers.</summary>
internal sealed record Quote(SearchHit Hit, PassageSpan Span, string Text, string? TableHead, double Score);

/// <summary>Picks the sentences that answer a question, verbatim. With a model that cannot answer, this is the answer.</summary>
internal sealed partial class QuoteMode(IEmbeddingGenerator<string, Embedding<float>> generator, IOptions<AgentsOptions> options)
{
    /// <summary>A further quote must score this share of the best one: nearly as much where the best covers the question well, less where it may be the wrong one.</summary>
    private const double BesideSure = 0.9, BesideUnsure = 0.7, Sure = 0.6;
    private const int LongestList = 8;

    private readonly SentenceLikeness likeness = new(generator);

    /// <summary>The quotes from ranked sentences, best first; none when there are none.</summary>
    public IReadOnlyList<Quote> Choose(IReadOnlyList<RankedSentence> ranked)
    {
        if (ranked.Count == 0)
            return [];
        var least = ranked[0].Score * (ranked[0].Support >= Sure ? BesideSure : BesideUnsure);
        List<Quote> quotes = [];
        foreach (var sentence in ranked.Where(r => r.Score >= least && r.Sentence.Kind is not PassageSpanKind.Caption).Take(options.Value.Quotes * 3))
        {
            var quote = Widen(sentence);
            if (quotes.Count < options.Value.Quotes && !quotes.Any(known => Repeats(known, quote)))
                quotes.Add(quote);
        }
        return quotes;
    }

    /// <summary>All sentences of the passages found, best first; by words alone, or by meaning too. Where the embedding model is away, words alone decide.</summary>
    public async Task<IReadOnlyList<RankedSentence>> RankAsync(AskedQuestion question, SearchResult found, bool byMeaning, CancellationToken cancellation)
    {
        var passages = found.Hits.Select(PassageSentences.Of).ToList();
        var alike = byMeaning && passages.Count > 0 ? await LikenessAsync(question, passages, cancellation) : null;
        return new SentenceRanking(question, found.Terms, RankingWeights.Default).Rank(passages, alike);
    }

    private async Task<IReadOnlyList<IReadOnlyList<double>>?> LikenessAsync(AskedQuestion question, List<PassageSentences> passages, CancellationToken cancellation)
    {
        try
        {
            return await likeness.OfAsync(question.SearchText, passages, cancellation);
        }
        catch (ModelHostException)
        {
            return null; // the search itself goes on by words too
        }
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

    // "IT" is a department.
    [GeneratedRegex(@"^\s*(?:(?:(?-i:[Ii]t)|its|they|their|them|he|she|his|her|this|these|those|that|such|here|there|then|however|but|otherwise|both|the (?:same|former|latter|following))\b|它|他|她|这|那|该|其|此|但|不过|否则|同时|因此|所以|并)", RegexOptions.IgnoreCase)]
    private static partial Regex PointsBack();
}
