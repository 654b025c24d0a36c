using System.Text.RegularExpressions;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Search;

namespace Platform.Agents.Answering.Quoting;

/// <summary>A sentence of a found passage: [Start, End) in the passage's text, and its terms. Untrusted text.</summary>
/// <param name="TableHead">The first row of the table that it is a row of, or null.</param>
internal sealed record PassageSentence(int Start, int End, string Text, IReadOnlyList<string> Terms, PassageSpanKind Kind, string? TableHead)
{
    public IReadOnlySet<string> TermSet { get; } = Terms.ToHashSet();

    public IReadOnlySet<string> TableHeadTerms { get; } = TableHead is null ? new HashSet<string>() : QueryTerms.Of(TableHead).ToHashSet();
}

/// <summary>What a sentence is in its passage. A title or a question says what the next sentence is about, and answers nothing itself.</summary>
internal enum PassageSpanKind { Statement, Title, Question, LeadIn, TableHead, TableRow }

/// <summary>A found passage cut into sentences.</summary>
internal sealed partial class PassageSentences
{
    private PassageSentences(SearchHit hit, int rank, IReadOnlyList<PassageSentence> sentences) =>
        (Hit, Rank, Sentences) = (hit, rank, sentences);

    public SearchHit Hit { get; }

    /// <summary>Place in the search result, from 0.</summary>
    public int Rank { get; }

    public IReadOnlyList<PassageSentence> Sentences { get; }

    /// <summary>Terms of the headings above and of the document's name.</summary>
    public IReadOnlySet<string> AboveTerms { get; private init; } = new HashSet<string>();

    public static PassageSentences Of(SearchHit hit, int rank)
    {
        var text = hit.Passage.Text;
        List<PassageSentence> sentences = [];
        string? head = null;
        foreach (var (start, end) in SentenceSplitter.Split(text))
        {
            var sentence = text[start..end];
            var isRow = IsRow(sentence);
            var kind = isRow ? (head is null ? PassageSpanKind.TableHead : PassageSpanKind.TableRow) : KindOf(sentence, start, end, text);
            head = isRow ? head ?? sentence : null;
            sentences.Add(new(start, end, sentence, QueryTerms.Of(sentence), kind, kind == PassageSpanKind.TableRow ? head : null));
        }
        // One row alone (a passage cut within a table) has no head to be read by.
        for (var i = 0; i < sentences.Count; i++)
        {
            if (sentences[i].Kind == PassageSpanKind.TableHead && (i + 1 == sentences.Count || sentences[i + 1].Kind != PassageSpanKind.TableRow))
                sentences[i] = sentences[i] with { Kind = PassageSpanKind.Statement };
        }
        return new(hit, rank, sentences) { AboveTerms = QueryTerms.Of(hit.Passage.Heading + "\n" + Path.GetFileNameWithoutExtension(hit.DocumentName)).ToHashSet() };
    }

    private static bool IsRow(string sentence) => sentence.Contains(" | ", StringComparison.Ordinal) || sentence.Contains('\t', StringComparison.Ordinal);

    private static PassageSpanKind KindOf(string sentence, int start, int end, string text)
    {
        var last = sentence[^1];
        if (last is '?' or '？')
            return PassageSpanKind.Question;
        if (last is ':' or '：')
            return PassageSpanKind.LeadIn;
        var ownLine = (start == 0 || text[start - 1] == '\n') && (end == text.Length || text[end] is '\n' or '\r');
        return ownLine && !EndsLikeSentence().IsMatch(sentence) && !ListItem().IsMatch(sentence) && sentence.Length <= 80 && end < text.Length
            ? PassageSpanKind.Title
            : PassageSpanKind.Statement;
    }

    [GeneratedRegex(@"[.!。！；;…”""'）)]$|\d|\bis\b|\bare\b")]
    private static partial Regex EndsLikeSentence();

    [GeneratedRegex(@"^\s*(?:[-*•·–]|\(?\d{1,3}[.)、）]|[（(][一二三四五六七八九十]+[)）])")]
    private static partial Regex ListItem();
}
