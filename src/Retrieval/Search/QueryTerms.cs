using System.Buffers;
using System.Text;

namespace Platform.Retrieval.Search;

/// <summary>The terms by which words are matched, the same for indexing, search and sentence scoring.</summary>
/// <remarks>
/// Terms hold letters, digits and inner full stops only (3.5), at most <see cref="LongestTerm"/> characters, in the order of the text and with repeats.
/// Codes keep their parts: HR-204 gives hr204, hr and 204, so that "HR 204" and "HR204" find it too.
/// </remarks>
public static class QueryTerms
{
    /// <summary>Longer runs (base64, minified code) are cut: nobody searches for their tail.</summary>
    public const int LongestTerm = 64;

    private static readonly SearchValues<char> Joiners = SearchValues.Create("-\u2010_.'’,");

    /// <summary>Folded terms of a text: lower-cased, accents folded, English words lightly stemmed, Chinese runs as bigrams (a lone character as itself).</summary>
    public static IReadOnlyList<string> Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Terms(TextFolding.Fold(text), contentOnly: false);
    }

    /// <summary>As <see cref="Of"/>, without stop words of either language (what, the, 什么, 的 …). A text of stop words only gives all its terms, so that such a question still asks something.</summary>
    public static IReadOnlyList<string> ContentOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var folded = TextFolding.Fold(text);
        var content = Terms(folded, contentOnly: true);
        return content.Count > 0 ? content : Terms(folded, contentOnly: false);
    }

    /// <summary>Whether a text has a term that is no stop word.</summary>
    public static bool HasContent(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Terms(TextFolding.Fold(text), contentOnly: true).Count > 0;
    }

    private static List<string> Terms(string folded, bool contentOnly)
    {
        var terms = new List<string>(folded.Length / 6 + 1);
        // An all-capital word in mixed text is a name (IT, WHO, US), not the stop word it looks like.
        var capitalsAreNames = contentOnly && folded.AsSpan().ContainsAnyInRange('a', 'z');
        for (var i = 0; i < folded.Length;)
        {
            if (TextFolding.CjkLength(folded, i) > 0)
            {
                var start = i;
                for (int width; i < folded.Length && (width = TextFolding.CjkLength(folded, i)) > 0;) i += width;
                AddBigrams(folded.AsSpan(start, i - start), contentOnly, terms);
            }
            else if (IsWordCharacter(folded, i))
            {
                var start = i;
                i = WordEnd(folded, i);
                var word = folded.AsSpan(start, i - start);
                if (word.Length == 1 && i < folded.Length && word[0] is 'c' or 'C' or 'f' or 'F') i = AddLanguageName(folded, word[0], i, terms, out word);
                if (word.Length > 0) AddWord(word, contentOnly, capitalsAreNames, terms);
            }
            else
            {
                i++;
            }
        }
        return terms;
    }

    private static bool IsWordCharacter(string text, int at) =>
        char.IsLetterOrDigit(text[at]) ? TextFolding.CjkLength(text, at) == 0
        : char.IsHighSurrogate(text[at]) ? at + 1 < text.Length && char.IsLetterOrDigit(text, at)
        : char.IsLowSurrogate(text[at]) && at > 0 && char.IsHighSurrogate(text[at - 1]) && char.IsLetterOrDigit(text, at - 1);

    private static int WordEnd(string text, int at)
    {
        var end = at;
        while (end < text.Length)
        {
            if (IsWordCharacter(text, end)) end++;
            else if (end > at && end + 1 < text.Length && IsWordCharacter(text, end + 1) && Joins(text, end)) end++;
            else break;
        }
        return end;
    }

    private static bool Joins(string text, int at) => text[at] switch
    {
        '-' or '\u2010' or '_' or '.' or '\'' or '’' => true,
        ',' => char.IsAsciiDigit(text[at - 1]) && at + 3 < text.Length && DigitsFrom(text, at + 1) == 3, // 1,000
        _ => false,
    };

    private static int DigitsFrom(string text, int at)
    {
        var count = 0;
        while (count < 4 && at + count < text.Length && char.IsAsciiDigit(text[at + count])) count++;
        return count;
    }

    /// <summary>C++, C# and F# are words.</summary>
    private static int AddLanguageName(string text, char letter, int at, List<string> terms, out ReadOnlySpan<char> word)
    {
        word = [];
        var lower = char.ToLowerInvariant(letter);
        if (text[at] == '#') { terms.Add(lower + "sharp"); return at + 1; }
        if (lower == 'c' && text.AsSpan(at).StartsWith("++")) { terms.Add("cplusplus"); return at + 2; }
        word = text.AsSpan(at - 1, 1);
        return at;
    }

    private static void AddWord(ReadOnlySpan<char> word, bool contentOnly, bool capitalsAreNames, List<string> terms)
    {
        var plain = !word.ContainsAny(Joiners);
        var isName = capitalsAreNames && word.Length > 1 && !word.ContainsAnyExceptInRange('A', 'Z');
        if (plain) { Add(word.ToString().ToLowerInvariant(), contentOnly && !isName, terms); return; }

        var lower = word.ToString().ToLowerInvariant().Replace('’', '\'').Replace('\u2010', '-').Replace('_', '-');
        if (lower.EndsWith("'s", StringComparison.Ordinal)) lower = lower[..^2];
        lower = lower.Replace("'", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal);
        var pieces = lower.Split('-', StringSplitOptions.RemoveEmptyEntries);
        if (pieces.Length > 1)
        {
            var whole = string.Concat(pieces);
            if (whole.AsSpan().ContainsAnyInRange('0', '9'))
            {
                var isRange = pieces.Length == 2 && !whole.AsSpan().ContainsAnyExceptInRange('.', '9');
                if (!isRange) Add(whole, contentOnly, terms);
            }
            else if (pieces.Any(piece => piece.Length == 1)) // e-mail, x-ray
            {
                Add(whole, contentOnly, terms);
                return;
            }
        }
        foreach (var piece in pieces) AddPiece(piece, contentOnly, terms);
    }

    private static void AddPiece(string piece, bool contentOnly, List<string> terms)
    {
        if (!piece.Contains('.', StringComparison.Ordinal) || piece.AsSpan().ContainsAnyInRange('0', '9')) { Add(piece, contentOnly, terms); return; }
        var segments = piece.Split('.');
        if (segments.All(segment => segment.Length == 1)) Add(string.Concat(segments), false, terms); // U.S., e.g.
        else foreach (var segment in segments) Add(segment, contentOnly, terms);
    }

    private static void Add(string term, bool dropStopWords, List<string> terms)
    {
        if (term.Length == 0 || (dropStopWords && StopWords.English.Contains(term))) return;
        if (term.Length > LongestTerm) term = term[..(char.IsHighSurrogate(term[LongestTerm - 1]) ? LongestTerm - 1 : LongestTerm)];
        terms.Add(EnglishStemmer.Stem(term));
    }

    private static void AddBigrams(ReadOnlySpan<char> run, bool contentOnly, List<string> terms)
    {
        var stopped = contentOnly ? StopWords.MarkChinese(run) : null;
        int first = 0, firstWidth = Width(run, 0);
        if (firstWidth == run.Length)
        {
            if (stopped is null || !stopped[0]) terms.Add(run.ToString());
            return;
        }
        while (first + firstWidth < run.Length)
        {
            var second = first + firstWidth;
            var secondWidth = Width(run, second);
            if (stopped is null || !(stopped[first] || stopped[second])) terms.Add(run.Slice(first, firstWidth + secondWidth).ToString());
            (first, firstWidth) = (second, secondWidth);
        }
    }

    private static int Width(ReadOnlySpan<char> run, int at) => Rune.DecodeFromUtf16(run[at..], out _, out var width) == OperationStatus.Done ? width : 1;
}
