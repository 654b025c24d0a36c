using Platform.Agents.Answering;
using Platform.Retrieval.Access;
using Platform.Retrieval.Evaluation;

namespace Platform.Agents.Evaluation;

/// <summary>What answers to golden questions showed. Shares are 0 to 1, of the questions that they are about; 0 of 0 is 0.</summary>
/// <param name="CitationHolds">Answerable questions with a citation of the right document whose quote holds an expected span; <paramref name="FirstCitationHolds"/> when it is the first one.</param>
/// <param name="WronglyRefused">Answerable questions answered with "not in these documents".</param>
/// <param name="RightlyRefused">Unanswerable questions answered so.</param>
public sealed record AnswerReport(int Answerable, double CitationHolds, double FirstCitationHolds, double WronglyRefused, int Unanswerable, double RightlyRefused, double MedianMilliseconds);

/// <summary>Asks golden questions and looks at the citations of the answers.</summary>
public static class AnswerEvaluation
{
    /// <summary>Questions without spans are judged by their document alone. Throws RunException when an answer fails.</summary>
    public static async Task<AnswerReport> RunAsync(AnswerAgent agent, Caller caller, IReadOnlyList<Guid> baseIds, IReadOnlyList<GoldenQuestion> questions, CancellationToken cancellation)
    {
        List<(bool Answerable, bool Any, bool First, bool Refused, double Milliseconds)> seen = [];
        foreach (var golden in questions)
        {
            List<Citation> citations = [];
            AnswerDone? done = null;
            var history = golden.History.Select(asked => new PastTurn("user", asked)).ToArray();
            await foreach (var happened in agent.StreamAsync(new AnswerQuestion(caller, golden.Question, history, baseIds), cancellation))
            {
                if (happened is AnswerCitation cited)
                {
                    citations.Add(cited.Citation);
                }
                done = happened as AnswerDone ?? done;
            }
            seen.Add((golden.Answerable, citations.Any(c => Holds(golden, c)), citations.Count > 0 && Holds(golden, citations[0]), done!.NotFound, done.Timings.TotalMs));
        }
        var (yes, no) = (seen.Where(s => s.Answerable).ToArray(), seen.Where(s => !s.Answerable).ToArray());
        return new AnswerReport(
            yes.Length, Share(yes, s => s.Any), Share(yes, s => s.First), Share(yes, s => s.Refused), no.Length, Share(no, s => s.Refused),
            seen.Select(s => s.Milliseconds).Order().ElementAtOrDefault(seen.Count / 2));
    }

    private static bool Holds(GoldenQuestion golden, Citation citation)
        => (golden.Document is null || string.Equals(golden.Document, citation.DocumentName, StringComparison.OrdinalIgnoreCase))
            && (golden.Answers.Count == 0 || golden.Answers.Any(span => GoldenMatch.Holds(citation.Quote, span)));

    private static double Share<T>(T[] all, Func<T, bool> of) => all.Length == 0 ? 0 : all.Count(of) / (double)all.Length;
}
