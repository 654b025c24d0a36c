using System.Text;
using System.Text.RegularExpressions;
using Platform.Retrieval.Search;

namespace Platform.Agents.Answering.Citing;

/// <summary>Judges whether a cited text supports a sentence: an exact quote does; a number or date that is neither there nor given from elsewhere refutes; else the share of its content terms and numbers decides.</summary>
internal static partial class CitationVerifier
{
    private const double Enough = 0.7, Some = 0.4;

    /// <param name="claim">The sentence of the answer, without citation marks.</param>
    /// <param name="quote">The span that it cites.</param>
    /// <param name="passage">The passage around the quote.</param>
    /// <param name="given">Numbers that the claim may have from elsewhere: with one of them it is supported in part at most.</param>
    public static Verdict Judge(string claim, string quote, string passage, GivenNumbers? given = null)
    {
        if (QueryTerms.ContentOf(claim).Count == 0)
            return Verdict.NoClaim;
        if (Folded(quote).Contains(Folded(claim), StringComparison.Ordinal))
            return Verdict.Supported;

        var (inQuote, inPassage) = (CitedNumbers.Of(quote), CitedNumbers.Of(passage));
        var all = CitedNumbers.Of(claim);
        var numbers = all.Where(inPassage.Contains).ToList();
        var elsewhere = all.Where(number => !inPassage.Contains(number)).ToList();
        if (elsewhere.Count > 0 && !AreGiven(elsewhere, numbers.Count > 0, given ?? GivenNumbers.None))
            return Verdict.Unsupported;

        var words = QueryTerms.ContentOf(CitedNumbers.InDigits(claim)).Where(term => !char.IsAsciiDigit(term[0])).Distinct().ToList();
        var share = ShareIn(quote, inQuote);
        if (share < Some)
            return numbers.Count > 0 && ShareIn(passage, inPassage) >= Enough ? Verdict.Partly : Verdict.Unsupported; // put together of several of its sentences
        var sameSense = Negation().Count(claim) % 2 == Negation().Count(quote) % 2;
        return share >= Enough && sameSense && elsewhere.Count == 0 && numbers.All(inQuote.Contains) ? Verdict.Supported : Verdict.Partly;

        double ShareIn(string text, IReadOnlySet<string> its)
        {
            var there = QueryTerms.Of(CitedNumbers.InDigits(text)).ToHashSet();
            return (words.Count(there.Contains) + numbers.Count(its.Contains)) / Math.Max(1.0, words.Count + numbers.Count);
        }
    }

    /// <summary>A number of the question alone is no reason to believe it: beside it must stand one that the passage has, or that was computed.</summary>
    private static bool AreGiven(IReadOnlyList<string> numbers, bool hasOthers, GivenNumbers given) =>
        numbers.All(number => given.Computed.Contains(number) || given.Asked.Contains(number)) && (hasOthers || numbers.Any(given.Computed.Contains));

    /// <summary>Letters and digits alone, in lower case.</summary>
    private static string Folded(string text)
    {
        StringBuilder folded = new(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormKC))
        {
            if (char.IsLetterOrDigit(c))
                folded.Append(char.ToLowerInvariant(c));
        }
        return folded.ToString();
    }

    [GeneratedRegex(@"\b(?:not|no|never|none|neither|nor|without|cannot)\b|n['’]t\b|不(?!同|仅|但|过|断|久)|没有?|未(?!来)|无(?!论|线)|非(?!常|洲)|禁止|勿", RegexOptions.IgnoreCase)]
    private static partial Regex Negation();
}
