using Platform.Retrieval.Search;

namespace Platform.Agents.Answering.Quoting;

/// <summary>A sentence and how well it answers.</summary>
/// <param name="Support">Share of the question's weight that the sentence covers with its surroundings, 0 to 1.</param>
/// <param name="Score">Orders the sentences of one question, larger is better.</param>
internal sealed record RankedSentence(PassageSentences Passage, int Index, double Support, double Score)
{
    public PassageSentence Sentence => Passage.Sentences[Index];
}

/// <summary>Orders the sentences of the found passages by how well they answer a question. Words only, no model.</summary>
internal static class SentenceRanking
{
    // Found by measuring on questions with known answers; see the tests of this type.
    private const double AboveWeight = 0.45, BeforeWeight = 0.4, TableHeadWeight = 0.7, NearWeight = 0.12, HintWeight = 0.22, RankWeight = 0.3, AnswersNothing = 0.35;
    private const int NearDistance = 3, LongSentence = 90;

    /// <summary>Best first; equal ones in the order of the passages.</summary>
    public static IReadOnlyList<RankedSentence> Rank(AskedQuestion question, IReadOnlyList<SearchHit> hits)
    {
        var passages = hits.Select(PassageSentences.Of).ToList();
        var weights = Weights(question, passages);
        var total = Math.Max(weights.Values.Sum(), 1e-9);
        var hint = AnswerHint.Of(question.Text);
        var asked = QueryTerms.ContentOf(question.Text);
        return passages
            .SelectMany(passage => passage.Sentences.Select((_, index) => Score(passage, index)))
            .OrderByDescending(ranked => ranked.Score)
            .ToList();

        RankedSentence Score(PassageSentences passage, int index)
        {
            var sentence = passage.Sentences[index];
            double own = 0, around = 0;
            foreach (var (term, weight) in weights)
            {
                if (sentence.TermSet.Contains(term))
                    own += weight;
                else
                    around += weight * Surroundings(passage, index, term);
            }
            var support = (own + around) / total;
            var score = support
                + (NearWeight * Nearness(sentence.Terms, asked))
                + (support > 0 && AnswerHint.IsMet(hint, question.Text, sentence.Text) ? HintWeight : 0)
                + (RankWeight / (1 + (passage.Rank * 0.5)))
                - (sentence.Kind is PassageSpanKind.Title or PassageSpanKind.Question or PassageSpanKind.TableHead ? AnswersNothing : 0)
                - (0.002 * Math.Max(0, sentence.Terms.Count - LongSentence));
            return new(passage, index, Math.Min(1, support), score);
        }
    }

    /// <summary>How much of a term's weight a sentence has from its table's head, from the titles, questions or sentence before it, or from the headings above.</summary>
    private static double Surroundings(PassageSentences passage, int index, string term)
    {
        var sentence = passage.Sentences[index];
        if (sentence.TableHead is { } head && QueryTerms.Of(head).Contains(term))
            return TableHeadWeight;
        for (var before = index - 1; before >= 0 && before >= index - 2; before--)
        {
            if (passage.Sentences[before].TermSet.Contains(term))
                return passage.Sentences[before].Kind is PassageSpanKind.Statement or PassageSpanKind.TableRow ? BeforeWeight / (index - before) : Math.Max(BeforeWeight, 0.7 / (index - before));
        }
        return passage.AboveTerms.Contains(term) ? AboveWeight : 0;
    }

    /// <summary>Inverse document frequency over the sentences found, times the term's weight in the question. A term that is nowhere says little: a Chinese one is often no word.</summary>
    private static Dictionary<string, double> Weights(AskedQuestion question, List<PassageSentences> passages)
    {
        var sentences = passages.SelectMany(passage => passage.Sentences).ToList();
        return question.Terms.ToDictionary(term => term.Key, term =>
        {
            var holding = sentences.Count(sentence => sentence.TermSet.Contains(term.Key));
            var idf = Math.Log(1 + ((sentences.Count - holding + 0.5) / (holding + 0.5)));
            return term.Value * (holding > 0 ? Math.Max(idf, 0.1) : idf * (AnswerWords.IsChinese(term.Key[0]) ? 0.15 : 0.5));
        });
    }

    /// <summary>Share of neighbouring terms of the question that stand near each other in the sentence too.</summary>
    private static double Nearness(IReadOnlyList<string> sentence, IReadOnlyList<string> asked)
    {
        if (asked.Count < 2)
            return 0;
        var places = sentence.Select((term, at) => (term, at)).ToLookup(pair => pair.term, pair => pair.at);
        var near = Enumerable.Range(0, asked.Count - 1)
            .Count(i => places[asked[i]].Any(a => places[asked[i + 1]].Any(b => a != b && Math.Abs(a - b) <= NearDistance)));
        return near / (double)(asked.Count - 1);
    }
}
