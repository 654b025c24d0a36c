using Platform.Retrieval.Index;

namespace Platform.Agents.Answering.Quoting;

/// <summary>A sentence and how well it answers.</summary>
/// <param name="Support">Share of the weight of the question's own terms that the sentence covers with its surroundings, 0 to 1.</param>
/// <param name="Score">Orders the sentences of one question, larger is better.</param>
internal sealed record RankedSentence(PassageSentences Passage, int Index, double Support, double Score)
{
    public PassageSentence Sentence => Passage.Sentences[Index];
}

/// <summary>Orders the sentences of the found passages by how well they answer a question: by words, by what kind of answer is asked for, by the passage's rank, and by meaning where the embedding model has a say.</summary>
internal sealed class SentenceRanking(AskedQuestion question, TermCounts counts, RankingWeights weigh)
{
    private const int NearDistance = 2, LongSentence = 90;

    private readonly IReadOnlyList<double> weights = TermWeights.Of(question.Terms, counts, weigh);
    private readonly AnswerHint hint = AnswerHint.Of(question.Text);
    private readonly NumberRange numbers = new(question.Text);

    /// <summary>Best first; equal ones in the order of the passages.</summary>
    /// <param name="likeness">Cosine of each sentence of each passage, or null.</param>
    public IReadOnlyList<RankedSentence> Rank(IReadOnlyList<PassageSentences> passages, IReadOnlyList<IReadOnlyList<double>>? likeness) =>
        [.. passages.SelectMany((passage, at) => passage.Sentences.Select((_, index) => Score(passage, index, likeness?[at][index] ?? 0))).OrderByDescending(ranked => ranked.Score)];

    private RankedSentence Score(PassageSentences passage, int index, double alike)
    {
        var sentence = passage.Sentences[index];
        double covered = 0, total = 0, ownCovered = 0, own = 0, topic = 0;
        for (var i = 0; i < weights.Count; i++)
        {
            var share = weights[i] * CoveredShare(question.Terms[i], passage, index);
            (covered, total) = (covered + share, total + weights[i]);
            if (question.Terms[i].IsOwn)
                (ownCovered, own, topic) = (ownCovered + share, own + weights[i], topic + (weights[i] * Covered(question.Terms[i], passage.HeadingTerms)));
        }
        var answersNothing = sentence.Kind is PassageSpanKind.Title or PassageSpanKind.Question or PassageSpanKind.TableHead or PassageSpanKind.Caption;
        var inRange = sentence.Kind is PassageSpanKind.TableRow && numbers.LiesIn(sentence.Text) ? weigh.Range : 0;
        var score = Share(covered, total) + inRange
            + (weigh.Near * Nearness(sentence.Terms.InOrder))
            + (weigh.Hint * hint.MetBy(sentence.Text))
            + (weigh.Topic * Share(topic, own))
            + (weigh.First * FirstTerms(sentence.Terms))
            + (weigh.Rank / (1 + (passage.Rank * weigh.RankFall)))
            + (weigh.Likeness * alike)
            - (answersNothing ? weigh.AnswersNothing : 0)
            - (0.002 * Math.Max(0, sentence.Terms.InOrder.Count - LongSentence));
        return new(passage, index, Math.Min(1, inRange + (own > 0 ? Share(ownCovered, own) : Share(covered, total))), score);
    }

    /// <summary>1 for a term in the sentence, less for a synonym or one in what stands around.</summary>
    private double CoveredShare(QuestionTerm term, PassageSentences passage, int index)
    {
        var best = In(passage.Sentences[index].Terms);
        if (best < 1)
        {
            best = Math.Max(best, weigh.TableHead * In(passage.Sentences[index].TableHeadTerms));
            for (var before = index - 1; before >= 0 && before >= index - 2; before--)
            {
                var closeness = passage.Sentences[before].Kind is PassageSpanKind.Title or PassageSpanKind.Question or PassageSpanKind.LeadIn ? weigh.BeforeTitle
                    : passage.Sentences[index].PointsBack ? weigh.BeforePronoun : weigh.Before;
                best = Math.Max(best, closeness / (index - before) * In(passage.Sentences[before].Terms));
            }
            best = Math.Max(best, Math.Max(weigh.Heading * In(passage.HeadingTerms), weigh.Above * In(passage.AboveTerms)));
        }
        return best;

        double In(TermRow terms) => Covered(term, terms);
    }

    /// <summary>A word of a phrase means less without the rest of it: the period of "probation period" is not that of a notice.</summary>
    private double Covered(QuestionTerm term, TermRow terms) =>
        terms.HoldsRow(term.Phrase) ? 1 : term.Others.Any(other => terms.HoldsRow(other.Terms)) ? weigh.Synonym : terms.Holds(term.Term) ? weigh.PartOfPhrase : 0;

    /// <summary>1 when the sentence begins with what is asked about: its subject.</summary>
    private double FirstTerms(TermRow sentence) => question.Terms.Where(term => term.IsOwn).Select(term => Covered(term, sentence.Begin)).DefaultIfEmpty(0).Max();

    /// <summary>Share of neighbouring terms of the question that stand near each other in the sentence too.</summary>
    private double Nearness(IReadOnlyList<string> sentence)
    {
        string[] asked = [.. question.Terms.Where(term => term.IsOwn).Select(term => term.Term)];
        if (asked.Length < 2)
            return 0;
        var places = sentence.Select((term, at) => (term, at)).ToLookup(pair => pair.term, pair => pair.at);
        var near = Enumerable.Range(0, asked.Length - 1)
            .Count(i => places[asked[i]].Any(a => places[asked[i + 1]].Any(b => a != b && Math.Abs(a - b) <= NearDistance)));
        return near / (double)(asked.Length - 1);
    }

    private static double Share(double part, double whole) => whole > 0 ? Math.Min(1, part / whole) : 0;
}
