using Platform.Retrieval.Index;

namespace Platform.Retrieval.Search;

/// <summary>
/// How much of a question a passage covers. Each content term of the question weighs its inverse document frequency (<see cref="TermCounts.Weight"/>);
/// covered is the share of weight whose terms stand in the passage's heading or text.
/// </summary>
internal sealed class QuestionWeights
{
    private readonly string[] _terms;
    private readonly double[] _weights;

    public QuestionWeights(string question, TermCounts counts)
    {
        _terms = [.. QueryTerms.ContentOf(question)];
        _weights = [.. _terms.Select(term => counts.Weight(counts.Holding.GetValueOrDefault(term)))];
    }

    /// <summary>The share of the question's weight, 0 to 1; 0 for a question without content words.</summary>
    public double Covered(string heading, string text)
    {
        HashSet<string> held = [.. QueryTerms.Of(heading), .. QueryTerms.Of(text)];
        double covered = 0, all = 0;
        for (int i = 0; i < _terms.Length; i++)
        {
            bool present = held.Contains(_terms[i]);
            if (present || !OnlySpans(i, held))
            {
                covered += present ? _weights[i] : 0;
                all += _weights[i];
            }
        }

        return all == 0 ? 0 : covered / all;
    }

    /// <summary>Chinese is cut into pairs, some of which only join the end of one word to the beginning of the next. Absent, with both its neighbours present, such a pair says nothing.</summary>
    private bool OnlySpans(int i, HashSet<string> held) =>
        i > 0 && i < _terms.Length - 1 && IsPair(_terms[i]) && IsPair(_terms[i - 1]) && IsPair(_terms[i + 1])
        && _terms[i - 1][1] == _terms[i][0] && _terms[i][1] == _terms[i + 1][0] && held.Contains(_terms[i - 1]) && held.Contains(_terms[i + 1]);

    private static bool IsPair(string term) => term.Length == 2 && term[0] >= '\u3400' && term[1] >= '\u3400';
}
