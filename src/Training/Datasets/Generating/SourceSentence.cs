using System.Globalization;
using System.Text.RegularExpressions;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Search;
using Platform.Training.Datasets.Curation;

namespace Platform.Training.Datasets.Generating;

/// <summary>A sentence of a document that a row is made from.</summary>
/// <param name="Heading">The innermost heading above it; empty when there is none.</param>
/// <param name="Start">First character in the document's text, and one past the last in <paramref name="End"/>.</param>
internal sealed partial record SourceSentence(DocumentInfo Document, Passage Passage, string Heading, string Text, int Start, int End)
{
    private const int ShortestTerms = 5, LongestCharacters = 600;
    private const double LeastSupport = 0.6, LeastOfEach = 0.2; // shares of an answer's terms

    /// <summary>What is asked of it, and answered, is Chinese too. One that is short, or all names and figures, is of its passage's language.</summary>
    public bool IsChinese { get; } = QualityRules.IsChinese(Text) ?? QualityRules.IsChinese(Passage.Text) == true;

    /// <summary>What rows of the same section are held together by. Passages do not overlap: where there are no headings, each is a section.</summary>
    public string Place => RowPlace.OfDocument(Document.Id, Section);

    private string Source => Passage.Page > 0 ? $"{Document.Name}, {Passage.Page}" : Document.Name;

    private string Section => Passage.Heading.Length > 0 ? Passage.Heading : Passage.Ordinal.ToString(CultureInfo.InvariantCulture);

    /// <summary>Where a row was made from.</summary>
    /// <param name="other">The other sentence that it says something of; null for none.</param>
    public RowOrigin OriginWith(SourceSentence? other) => new(Document.Id, Document.BaseId, Document.Version, Start, End, Text) { Second = other?.OriginWith(null) };

    /// <summary>The same for people.</summary>
    /// <param name="other">A sentence of the same document; null for none.</param>
    public string SourceWith(SourceSentence? other) => other is { Passage.Page: > 0 and var page } && page != Passage.Page ? $"{Source} + {page}" : Source;

    /// <summary>What rows are held together by that say something of several sentences of the document, as <see cref="Place"/>.</summary>
    public string PlaceWith(params IEnumerable<SourceSentence> others) => RowPlace.OfDocument(Document.Id, others.Select(other => other.Section).Prepend(Section));

    /// <summary>Sentences of a passage that say something by themselves: neither headings nor fragments.</summary>
    public static IEnumerable<SourceSentence> Of(DocumentInfo document, Passage passage)
    {
        var heading = Number().Replace(passage.Heading.Split(" › ", StringSplitOptions.RemoveEmptyEntries).LastOrDefault("").Trim(), "");
        foreach (var (start, end) in SentenceSplitter.Split(passage.Text))
        {
            var bare = passage.Text[start..end].TrimStart().TrimStart('-', '*', '•').TrimStart(); // of an item of a list
            var (text, first) = (bare.TrimEnd(), end - bare.Length);
            if (text.Length <= LongestCharacters && text.Length > 0 && text[^1] is '.' or '!' or '。' or '！' && QueryTerms.ContentOf(text).Count >= ShortestTerms)
                yield return new(document, passage, heading, text, passage.Start + first, passage.Start + end);
        }
    }

    /// <summary>The sentence of a passage that an answer is about: the one that holds most of its terms. Null where none holds enough of them.</summary>
    public static SourceSentence? Behind(string answer, DocumentInfo document, Passage passage)
    {
        var wanted = QueryTerms.ContentOf(answer).Distinct().ToArray();
        return Best(wanted, document, passage) is var (sentence, held) && held.Count >= LeastSupport * wanted.Length && held.Count > 0 ? sentence : null;
    }

    /// <summary>The same of an answer that is about two: together they hold most of its terms, and each some that the other does not, else it says one thing.</summary>
    public static (SourceSentence One, SourceSentence Other)? BehindBoth(string answer, SourceSentence one, SourceSentence other)
    {
        var wanted = QueryTerms.ContentOf(answer).Distinct().ToArray();
        if (Best(wanted, one.Document, one.Passage) is not var (first, held) || Best(wanted, other.Document, other.Passage) is not var (second, heldToo))
            return null;
        var (either, least) = (held.Union(heldToo).Count(), LeastOfEach * wanted.Length);
        return either >= LeastSupport * wanted.Length && either - heldToo.Count >= least && either - held.Count >= least && either > 0 ? (first, second) : null;
    }

    /// <summary>The sentence of a passage that holds most of some terms, and those that it holds; null where the passage has no sentence.</summary>
    private static (SourceSentence Sentence, IReadOnlyList<string> Held)? Best(string[] wanted, DocumentInfo document, Passage passage) =>
        Of(document, passage).Select(sentence => ((SourceSentence, IReadOnlyList<string> Held)?)(sentence, Held(wanted, sentence.Text))).MaxBy(found => found!.Value.Held.Count);

    private static IReadOnlyList<string> Held(string[] wanted, string text)
    {
        var held = QueryTerms.Of(text).ToHashSet(StringComparer.Ordinal);
        return [.. wanted.Where(held.Contains)];
    }

    // Nobody asks about "2. Devices".
    [GeneratedRegex(@"^(?:\d+(?:\.\d+)*[.)、]\s*|\d+(?:\.\d+)+\s+|[一二三四五六七八九十]+、)", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
