using Platform.Agents.Answering;
using Platform.Agents.Runs;
using Platform.Retrieval.Access;
using Platform.Retrieval.Evaluation;
using Platform.Retrieval.Search;

namespace Platform.Agents.Evaluation;

/// <summary>What answers to golden questions showed. Shares are 0 to 1, of the questions that they are about; 0 of 0 is 0.</summary>
/// <param name="CitationHolds">Answerable questions with a citation of the right document whose quote holds an expected span; <paramref name="FirstCitationHolds"/> when it is the first one.</param>
/// <param name="WronglyRefused">Answerable questions answered with "not in these documents".</param>
/// <param name="RightlyRefused">Unanswerable questions answered so.</param>
/// <param name="Citations">Mean number of citations of an answer that was not refused.</param>
public sealed record AnswerReport(int Answerable, double CitationHolds, double FirstCitationHolds, double WronglyRefused, int Unanswerable, double RightlyRefused, double Citations, double MedianMilliseconds)
{
    /// <summary>Questions for which there was nothing to search: no base, or no document that is ready. They tell nothing of who answers.</summary>
    public int Unsearched { get; init; }

    /// <summary>Questions that did not fit the model's context and were left out: no other number counts them.</summary>
    public int TooLong { get; init; }

    /// <summary>Questions for which the search found nothing: whoever would have answered was not asked, and tells nothing of itself by them.</summary>
    public int Unasked { get; init; }

    /// <summary>Share of all questions that were answered rightly: with a citation that holds, or refused where the documents do not hold the answer.</summary>
    public double Right => Answerable + Unanswerable == 0 ? 0 : ((CitationHolds * Answerable) + (RightlyRefused * Unanswerable)) / (Answerable + Unanswerable);
}

/// <summary>Asks golden questions and looks at the citations of the answers.</summary>
public static class AnswerEvaluation
{
    /// <summary>Questions without spans are judged by their document alone. Throws RunException when an answer fails.</summary>
    /// <param name="model">Who answers; empty for the one that usually does.</param>
    /// <param name="leaveOutTooLong">Questions that do not fit the model's context are left out and counted, unless none fits.</param>
    public static async Task<AnswerReport> RunAsync(AnswerAgent agent, Caller caller, IReadOnlyList<Guid> baseIds, IReadOnlyList<GoldenQuestion> questions, CancellationToken cancellation, AnswerMode mode = AnswerMode.Auto, string model = "", bool leaveOutTooLong = false)
    {
        List<(bool Answerable, bool Any, bool First, bool Refused, int Citations, double Milliseconds, bool Unsearched, bool Unasked)> seen = [];
        List<RunException> tooLong = [];
        foreach (var golden in questions)
        {
            List<Citation> citations = [];
            AnswerDone? done = null;
            var isAsked = false;
            try
            {
                await foreach (var happened in agent.StreamAsync(new AnswerQuestion(caller, golden.Question, HistoryOf(golden), baseIds, mode, model) { IsMeasuring = true }, cancellation))
                {
                    if (happened is AnswerCitation cited)
                    {
                        citations.Add(cited.Citation);
                    }
                    done = happened as AnswerDone ?? done;
                    isAsked |= happened is AnswerStatus { Stage: AnswerStage.Writing };
                }
            }
            catch (RunException unfit) when (leaveOutTooLong && unfit.Kind == RunErrorKind.ContextTooLong)
            {
                tooLong.Add(unfit);
                continue;
            }
            seen.Add((golden.Answerable, citations.Any(c => Holds(golden, c)), citations.Count > 0 && Holds(golden, citations[0]), done!.NotFound, citations.Count, done.Timings.TotalMs, done.NothingToSearch is not null, !isAsked));
        }
        if (seen.Count == 0 && tooLong.Count > 0)
        {
            throw tooLong[0];
        }
        var (yes, no) = (seen.Where(s => s.Answerable).ToArray(), seen.Where(s => !s.Answerable).ToArray());
        return new AnswerReport(
            yes.Length, Share(yes, s => s.Any), Share(yes, s => s.First), Share(yes, s => s.Refused), no.Length, Share(no, s => s.Refused), seen.Where(s => !s.Refused).Select(s => s.Citations).DefaultIfEmpty(0).Average(),
            seen.Select(s => s.Milliseconds).Order().ElementAtOrDefault(seen.Count / 2))
        {
            Unsearched = seen.Count(s => s.Unsearched), TooLong = tooLong.Count, Unasked = seen.Count(s => s.Unasked),
        };
    }

    /// <summary>What answering searches for a question, in no base yet.</summary>
    public static SearchQuery QueryOf(GoldenQuestion golden) => AskedQuestion.Of(golden.Question, HistoryOf(golden)).Query([], top: 0);

    private static PastTurn[] HistoryOf(GoldenQuestion golden) => [.. golden.History.Select(asked => new PastTurn("user", asked))];

    private static bool Holds(GoldenQuestion golden, Citation citation)
        => !RestsOnNothing(citation) && (golden.Document is null || string.Equals(golden.Document, citation.DocumentName, StringComparison.OrdinalIgnoreCase))
            && (golden.Answers.Count == 0 || golden.Answers.Any(span => GoldenMatch.Holds(citation.Quote, span)));

    // Where no sentence of a passage has anything of the claim, all of it stands as the quote: it would hold any span, whatever was said.
    private static bool RestsOnNothing(Citation citation) => citation.Verdict is Verdict.Unsupported or Verdict.NoClaim && citation.Quote.Length >= citation.Context.Length;

    private static double Share<T>(T[] all, Func<T, bool> of) => all.Length == 0 ? 0 : all.Count(of) / (double)all.Length;
}
