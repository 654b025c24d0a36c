using System.Buffers;
using System.Collections.Frozen;

namespace Platform.Retrieval.Chunking;

/// <summary>Decides whether a mark ends a sentence.</summary>
internal static class SentenceEnd
{
    private const int LongestAbbreviation = 12;
    private const int LookAhead = 24;
    private static readonly SearchValues<char> FullWidthMarks = SearchValues.Create("。！？；｡．");

    /// <summary>Never at a sentence's end: a name follows.</summary>
    private static readonly FrozenSet<string> Titles = Set("mr mrs ms dr prof st mt gen rep sen gov capt lt col sgt rev hon messrs mme fr sr. vs v e.g i.e cf viz approx ca resp incl excl al");

    /// <summary>Abbreviations only before a number: No. 5, Fig. 2, Jan. 3.</summary>
    private static readonly FrozenSet<string> BeforeNumbers = Set("no nos fig figs sec secs art arts eq eqs vol ch chap p pp para paras tab ref refs app pt ver jan feb mar apr jun jul aug sep sept oct nov dec tel ext");

    /// <summary>At an end or not: an end only when a word that starts sentences follows.</summary>
    private static readonly FrozenSet<string> Either = Set("inc ltd corp co llc plc bros jr sr ph.d m.d b.a m.a dept est");

    private static readonly FrozenSet<string> Starters = Set("""
        the this that these those it its he she we you they i in on at if when where while for from to a an however but and or so our your his her their my all each every any some
        no not please after before as with without by there here then what who why how which most many both such also once since although because until unless use see do only during
        """);

    /// <summary>Whether the sentence that began at <paramref name="start"/> ends at <paramref name="after"/>: [mark, marksEnd) are its marks, [marksEnd, after) closing quotes and brackets.</summary>
    public static bool At(string text, int start, int mark, int marksEnd, int after, int lineEnd)
    {
        if (after >= lineEnd) return true;
        var hasFullWidth = text.AsSpan(mark, marksEnd - mark).ContainsAny(FullWidthMarks);
        if (hasFullWidth) return true;
        if (!char.IsWhiteSpace(text[after])) return Search.TextFolding.CjkLength(text, after) > 0 && text[marksEnd - 1] != '…' && IsCjkBefore(text, mark, start);

        var next = NextLetter(text, after, lineEnd);
        if (next < lineEnd && char.IsLower(text[next])) return false;
        if (text[mark] != '.' || marksEnd - mark > 1) return true;
        return !IsListMarker(text, start, mark) && PointEnds(text, start, mark, next, lineEnd);
    }

    private static bool PointEnds(string text, int start, int mark, int next, int lineEnd)
    {
        var wordStart = mark;
        while (wordStart > start && mark - wordStart < LongestAbbreviation && (char.IsLetter(text[wordStart - 1]) || text[wordStart - 1] == '.')) wordStart--;
        if (wordStart == mark) return true;
        var word = text.AsSpan(wordStart, mark - wordStart);
        var lower = word.ToString().ToLowerInvariant();
        if (Titles.Contains(lower)) return false;
        var isNumberNext = next < lineEnd && char.IsDigit(text[next]);
        if (BeforeNumbers.Contains(lower)) return !isNumberNext;
        if (lower is "a.m" or "p.m" or "etc") return !isNumberNext;
        var isInitial = word.Length == 1 && char.IsUpper(word[0]);
        return !(isInitial || word.Contains('.') || Either.Contains(lower)) || StartsSentence(text, next, lineEnd);
    }

    private static bool StartsSentence(string text, int at, int lineEnd)
    {
        var end = at;
        while (end < lineEnd && end - at < LongestAbbreviation && char.IsLetter(text[end])) end++;
        return end == at || Search.TextFolding.CjkLength(text, at) > 0 || Starters.Contains(text[at..end].ToLowerInvariant());
    }

    /// <summary>"1." or "b." or "3.1." with nothing before it marks a list item.</summary>
    private static bool IsListMarker(string text, int start, int mark)
    {
        while (start < mark && (char.IsWhiteSpace(text[start]) || text[start] is '(' or '-' or '*' or '#')) start++;
        if (mark - start > 8) return false;
        var letters = 0;
        for (var i = start; i < mark; i++)
        {
            if (char.IsLetter(text[i])) letters++;
            else if (!char.IsDigit(text[i]) && text[i] != '.') return false;
        }
        return letters <= 1;
    }

    private static bool IsCjkBefore(string text, int mark, int start) => mark > start && (Search.TextFolding.CjkLength(text, mark - 1) > 0 || char.IsLetterOrDigit(text[mark - 1]));

    private static int NextLetter(string text, int at, int lineEnd)
    {
        var limit = Math.Min(lineEnd, at + LookAhead);
        while (at < limit && (char.IsWhiteSpace(text[at]) || char.IsPunctuation(text[at]) && text[at] is not ('.' or '!' or '?'))) at++;
        return at;
    }

    private static FrozenSet<string> Set(string words) => words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet();
}
