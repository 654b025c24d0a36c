using Platform.Retrieval.Search;

namespace Platform.Agents.Answering.Quoting;

/// <summary>A sentence and how well it answers.</summary>
/// <param name="Support">Share of the question's weight that the sentence covers with its surroundings, 0 to 1.</param>
/// <param name="Score">Orders the sentences of one question, larger is better.</param>
internal sealed record RankedSentence(PassageSentences Passage, int Index, double Support, double Score)
{
    public PassageSentence Sentence => Passage.Sentences[Index];
}

/// <summary>What each property of a sentence weighs. Found by measuring on the golden questions of the samples.</summary>
internal sealed record RankingWeights
{
    public static RankingWeights Default { get; } = new();

    /// <summary>A term of the question that stands in the headings above, in the sentence before, or in the head of the sentence's table.</summary>
    public double Above { get; init; } = 0.25;
    public double Before { get; init; } = 0.4;
    public double BeforeTitle { get; init; } = 0.7;
    public double TableHead { get; init; } = 0.7;

    /// <summary>Terms that stand near each other in the question and in the sentence.</summary>
    public double Near { get; init; } = 0.12;

    /// <summary>Holding the kind of thing that is asked for: a number, a date, a person.</summary>
    public double Hint { get; init; } = 0.22;

    /// <summary>The first passage of the search; each further one counts less, by <see cref="RankFall"/>.</summary>
    public double Rank { get; init; } = 0.12;
    public double RankFall { get; init; } = 0.5;

    /// <summary>The cosine of the sentence and the question.</summary>
    public double Likeness { get; init; } = 0.6;

    /// <summary>Taken off a title, a question or a table's head.</summary>
    public double AnswersNothing { get; init; } = 0.35;

    /// <summary>Share of its weight that a term keeps that is in none of the passages.</summary>
    public double AbsentChinese { get; init; } = 0.15;
    public double AbsentOther { get; init; } = 0.5;
}

/// <summary>Orders the sentences of the found passages by how well they answer a question: by words, by what kind of answer is asked for, by the passage's rank, and by meaning where the embedding model has a say.</summary>
internal static class SentenceRanking
{
    private const int NearDistance = 3, LongSentence = 90;

    /// <summary>Best first; equal ones in the order of the passages.</summary>
    /// <param name="likeness">Cosine of each sentence of each passage, or null.</param>
    public static IReadOnlyList<RankedSentence> Rank(AskedQuestion question, IReadOnlyList<PassageSentences> passages, IReadOnlyList<IReadOnlyList<double>>? likeness, RankingWeights weigh)
    {
        var weights = TermWeights(question, passages, weigh);
        var total = Math.Max(weights.Values.Sum(), 1e-9);
        var hint = AnswerHint.Of(question.Text);
        var asked = QueryTerms.ContentOf(question.Text);
        return passages
            .SelectMany((passage, at) => passage.Sentences.Select((_, index) => Score(passage, index, likeness?[at][index] ?? 0)))
            .OrderByDescending(ranked => ranked.Score)
            .ToList();

        RankedSentence Score(PassageSentences passage, int index, double alike)
        {
            var sentence = passage.Sentences[index];
            double covered = 0;
            foreach (var (term, weight) in weights)
                covered += weight * (sentence.TermSet.Contains(term) ? 1 : Surroundings(passage, index, term, weigh));
            var support = covered / total;
            var score = support
                + (weigh.Near * Nearness(sentence.Terms, asked))
                + (AnswerHint.IsMet(hint, question.Text, sentence.Text) ? weigh.Hint : 0)
                + (weigh.Rank / (1 + (passage.Rank * weigh.RankFall)))
                + (weigh.Likeness * alike)
                - (sentence.Kind is PassageSpanKind.Title or PassageSpanKind.Question or PassageSpanKind.TableHead ? weigh.AnswersNothing : 0)
                - (0.002 * Math.Max(0, sentence.Terms.Count - LongSentence));
            return new(passage, index, Math.Min(1, support), score);
        }
    }

    /// <summary>How much of a term's weight a sentence has from its table's head, from the titles, questions or sentence before it, or from the headings above.</summary>
    private static double Surroundings(PassageSentences passage, int index, string term, RankingWeights weigh)
    {
        if (passage.Sentences[index].TableHeadTerms.Contains(term))
            return weigh.TableHead;
        for (var before = index - 1; before >= 0 && before >= index - 2; before--)
        {
            if (passage.Sentences[before].TermSet.Contains(term))
                return (passage.Sentences[before].Kind is PassageSpanKind.Statement or PassageSpanKind.TableRow ? weigh.Before : weigh.BeforeTitle) / (index - before);
        }
        return passage.AboveTerms.Contains(term) ? weigh.Above : 0;
    }

    /// <summary>Inverse document frequency over the sentences found, times the term's weight in the question. A term that is nowhere says little: a Chinese one is often no word.</summary>
    private static Dictionary<string, double> TermWeights(AskedQuestion question, IReadOnlyList<PassageSentences> passages, RankingWeights weigh)
    {
        var sentences = passages.SelectMany(passage => passage.Sentences).ToList();
        return question.Terms.ToDictionary(term => term.Key, term =>
        {
            var holding = sentences.Count(sentence => sentence.TermSet.Contains(term.Key));
            var idf = Math.Log(1 + ((sentences.Count - holding + 0.5) / (holding + 0.5)));
            return term.Value * (holding > 0 ? Math.Max(idf, 0.1) : idf * (AnswerWords.IsChinese(term.Key[0]) ? weigh.AbsentChinese : weigh.AbsentOther));
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
