namespace Platform.Training.Rows.Measuring;

/// <summary>How near an answer is to what was expected, each 0 to 1.</summary>
public static class TextMeasures
{
    private const int LongestGram = 4;

    /// <summary>Whether the two are the same but for case, punctuation, width of characters and English articles (Rajpurkar et al. 2016).</summary>
    public static bool ExactMatch(string answer, string expected) => MeasureTokens.WithoutArticles(answer).AsSpan().SequenceEqual(MeasureTokens.WithoutArticles(expected));

    /// <summary>Whether the answer says all of what was expected in one run, whatever it says before and after.</summary>
    public static bool Contains(string answer, string expected)
    {
        var (given, wanted) = (MeasureTokens.WithoutArticles(answer), MeasureTokens.WithoutArticles(expected));
        return wanted.Length == 0 ? given.Length == 0 : Enumerable.Range(0, Math.Max(0, given.Length - wanted.Length + 1)).Any(at => given.AsSpan(at, wanted.Length).SequenceEqual(wanted));
    }

    /// <summary>Harmonic mean of precision and recall over tokens, counted as often as they stand (Rajpurkar et al. 2016). Two empty texts agree.</summary>
    public static double F1(string answer, string expected)
    {
        var (given, wanted) = (MeasureTokens.WithoutArticles(answer), MeasureTokens.WithoutArticles(expected));
        return given.Length == 0 || wanted.Length == 0 ? (given.Length == wanted.Length ? 1 : 0) : Harmonic(Common(Grams(given, 1), Grams(wanted, 1)), given.Length, wanted.Length);
    }

    /// <summary>ROUGE-N: F1 over n-grams (Lin 2004).</summary>
    public static double RougeN(string answer, string expected, int n)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        var (given, wanted) = (MeasureTokens.Of(answer), MeasureTokens.Of(expected));
        return Harmonic(Common(Grams(given, n), Grams(wanted, n)), given.Length - n + 1, wanted.Length - n + 1);
    }

    /// <summary>ROUGE-L: F1 over the longest common subsequence (Lin 2004). Texts are cut at 4,096 tokens: the measure takes time of their product.</summary>
    public static double RougeL(string answer, string expected)
    {
        const int most = 4096;
        var (given, wanted) = (MeasureTokens.Of(answer), MeasureTokens.Of(expected));
        if (given.Length > most) given = given[..most];
        if (wanted.Length > most) wanted = wanted[..most];
        var row = new int[wanted.Length + 1];
        foreach (var token in given)
        {
            var diagonal = 0;
            for (var j = 1; j <= wanted.Length; j++)
            {
                var above = row[j];
                row[j] = token == wanted[j - 1] ? diagonal + 1 : Math.Max(above, row[j - 1]);
                diagonal = above;
            }
        }
        return Harmonic(row[^1], given.Length, wanted.Length);
    }

    /// <summary>BLEU-4 of all answers together with the brevity penalty (Papineni et al. 2002). Orders that have no match count half a match at the first of them, a quarter at the next, and so on, so that few short answers have a figure (exponential smoothing, Chen and Cherry 2014, method 3).</summary>
    public static double Bleu(IReadOnlyList<(string Answer, string Expected)> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var (matches, totals) = (new long[LongestGram], new long[LongestGram]);
        long given = 0, wanted = 0;
        foreach (var (answer, expected) in pairs)
        {
            var (one, other) = (MeasureTokens.Of(answer), MeasureTokens.Of(expected));
            (given, wanted) = (given + one.Length, wanted + other.Length);
            for (var n = 1; n <= LongestGram; n++)
            {
                matches[n - 1] += Common(Grams(one, n), Grams(other, n));
                totals[n - 1] += Math.Max(0, one.Length - n + 1);
            }
        }
        if (matches[0] == 0)
            return 0;
        double sum = 0, smooth = 1;
        var orders = totals.Count(total => total > 0);
        for (var n = 0; n < orders; n++)
            sum += Math.Log(matches[n] > 0 ? (double)matches[n] / totals[n] : 1 / ((smooth *= 2) * totals[n]));
        var brevity = given >= wanted ? 0 : 1 - (double)wanted / given;
        return Math.Exp(brevity + sum / orders);
    }

    private static Dictionary<string, int> Grams(string[] tokens, int n)
    {
        Dictionary<string, int> counts = [];
        for (var i = 0; i + n <= tokens.Length; i++)
        {
            var gram = n == 1 ? tokens[i] : string.Join(' ', tokens, i, n);
            counts[gram] = counts.GetValueOrDefault(gram) + 1;
        }
        return counts;
    }

    private static int Common(Dictionary<string, int> one, Dictionary<string, int> other) => one.Sum(gram => Math.Min(gram.Value, other.GetValueOrDefault(gram.Key)));

    private static double Harmonic(int common, int given, int wanted) => common == 0 || given <= 0 || wanted <= 0 ? 0 : 2.0 * common / (given + wanted);
}
