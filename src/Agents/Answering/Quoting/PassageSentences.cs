using System.Text.RegularExpressions;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Reading;
using Platform.Retrieval.Search;

namespace Platform.Agents.Answering.Quoting;

/// <summary>A sentence of a found passage: [Start, End) in the passage's text, without the number or bullet of a list item, and its terms. Untrusted text.</summary>
/// <param name="TableHead">The first row of the table that it is a row of, or null.</param>
internal sealed partial record PassageSentence(int Start, int End, string Text, TermRow Terms, PassageSpanKind Kind, string? TableHead)
{
    public TermRow TableHeadTerms { get; } = TermRow.Of(TableHead ?? "");

    /// <summary>Whether a pronoun makes it lean on the sentence before.</summary>
    public bool PointsBack => Kind == PassageSpanKind.Statement && Pronoun().IsMatch(Text);

    // "IT" is a department.
    [GeneratedRegex(@"\b(?:(?-i:[Ii]t)|its|they|them|their|he|him|his|she|her|these|those|this)\b|^\s*(?:that|such|here|there|then|however|but|otherwise|both|the (?:same|former|latter|following))\b|[它其]|^\s*(?:[他她这那该此但并]|不过|否则|同时|因此|所以)", RegexOptions.IgnoreCase)]
    private static partial Regex Pronoun();
}

/// <summary>What a sentence is in its passage. A title or a question says what the next sentence is about, and answers nothing itself; nor does a caption, or a figure's label.</summary>
internal enum PassageSpanKind { Statement, Title, Question, LeadIn, TableHead, TableRow, Caption }

/// <summary>A found passage cut into sentences.</summary>
internal sealed partial class PassageSentences
{
    private const string Join = " › ";

    private PassageSentences(SearchHit hit, int rank, IReadOnlyList<PassageSentence> sentences) => (Hit, Rank, Sentences) = (hit, rank, sentences);

    public SearchHit Hit { get; }

    /// <summary>Place in the search result, from 0.</summary>
    public int Rank { get; }

    public IReadOnlyList<PassageSentence> Sentences { get; }

    /// <summary>Terms of the nearest heading, and those of the headings above it and of the document's name.</summary>
    public TermRow HeadingTerms { get; private init; } = TermRow.Empty;
    public TermRow AboveTerms { get; private init; } = TermRow.Empty;

    public static PassageSentences Of(SearchHit hit, int rank)
    {
        var headings = hit.Passage.Heading.Split(Join);
        var sentences = Cut(hit.Passage.Text, headings[^1]);
        // A passage cut within a table has the table's head for its last heading.
        var nearest = sentences.Any(sentence => sentence.TableHead == headings[^1]) && headings.Length > 1 ? headings[^2] : headings[^1];
        return new(hit, rank, sentences)
        {
            HeadingTerms = TermRow.Of(nearest),
            AboveTerms = TermRow.Of(string.Join('\n', headings.Where(heading => heading != nearest).Append(Path.GetFileNameWithoutExtension(hit.DocumentName)))),
        };
    }

    private static List<PassageSentence> Cut(string text, string lastHeading)
    {
        List<PassageSentence> sentences = [];
        string? head = null;
        foreach (var (from, end) in SentenceSplitter.Split(text))
        {
            var start = from + (ListItem().Match(text[from..end]) is { Success: true } mark && from + mark.Length < end ? mark.Length : 0);
            var sentence = text[start..end];
            var isRow = TableCells.IsRow(sentence);
            if (isRow && sentences.Count == 0 && TableCells.IsRow(lastHeading))
                head = lastHeading;
            var kind = isRow ? (head is null ? PassageSpanKind.TableHead : PassageSpanKind.TableRow) : KindOf(sentence, start, end, text, isItem: start > from);
            head = isRow ? head ?? sentence : null;
            sentences.Add(new(start, end, sentence, TermRow.Of(sentence), kind, kind == PassageSpanKind.TableRow ? head : null));
        }
        // One row alone has no head to be read by; without a figure it is what stands below the columns of a chart.
        for (var i = 0; i < sentences.Count; i++)
        {
            if (sentences[i].Kind == PassageSpanKind.TableHead && (i + 1 == sentences.Count || sentences[i + 1].Kind != PassageSpanKind.TableRow))
                sentences[i] = sentences[i] with { Kind = sentences[i].Text.Any(char.IsAsciiDigit) ? PassageSpanKind.Statement : PassageSpanKind.Caption };
        }
        return sentences;
    }

    private static PassageSpanKind KindOf(string sentence, int start, int end, string text, bool isItem)
    {
        if (Caption().IsMatch(sentence) || !sentence.Any(char.IsLetter))
            return PassageSpanKind.Caption;
        var last = sentence[^1];
        if (last is '?' or '？')
            return PassageSpanKind.Question;
        if (last is ':' or '：')
            return PassageSpanKind.LeadIn;
        var ownLine = (start == 0 || text[start - 1] == '\n') && (end == text.Length || text[end] is '\n' or '\r');
        return ownLine && !isItem && !EndsLikeSentence().IsMatch(sentence) && sentence.Length <= 80
            ? PassageSpanKind.Title
            : PassageSpanKind.Statement;
    }

    [GeneratedRegex(@"[.!。！；;…”""'）)]$|\d|\bis\b|\bare\b")]
    private static partial Regex EndsLikeSentence();

    [GeneratedRegex(@"^\s*(?:[-*•·–]\s+|\(?\d{1,3}(?:[.)](?=\s)|[、）])\s*|[（(][一二三四五六七八九十]+[)）]\s*)")]
    private static partial Regex ListItem();

    [GeneratedRegex(@"^\s*(?:(?:figure|fig\.|table|chart|exhibit)\s*\d+\s*[:.：]|[图表]\s*\d+(?:[-.]\d+)?\s)", RegexOptions.IgnoreCase)]
    private static partial Regex Caption();
}
