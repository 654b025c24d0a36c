using System.Text.RegularExpressions;
using Platform.Retrieval.Search;

namespace Platform.Agents.Answering;

/// <summary>A content term of a question.</summary>
/// <param name="Weight">1 for the question's own, less for those taken from earlier questions.</param>
/// <param name="IsOwn">Whether the question itself holds it.</param>
/// <param name="Phrase">The known phrase that it is part of in the question, or itself.</param>
/// <param name="Others">What may stand for it.</param>
internal sealed record QuestionTerm(string Term, double Weight, bool IsOwn, IReadOnlyList<string> Phrase, IReadOnlyList<Synonym> Others);

/// <summary>A question as it is searched: alone, or together with what the conversation was about.</summary>
/// <param name="Text">What the person typed.</param>
/// <param name="SearchText">What is searched, known Chinese words set apart.</param>
/// <param name="Terms">The distinct content terms, the question's own first.</param>
internal sealed partial record AskedQuestion(string Text, string SearchText, IReadOnlyList<QuestionTerm> Terms)
{
    private const double EarlierWeight = 0.5;

    public AnswerLanguage Language => AnswerWords.LanguageOf(Text);

    /// <summary>The search for it: by its words, and by their synonyms.</summary>
    public SearchQuery Query(IReadOnlyList<Guid> bases, int top) =>
        new(SearchText, bases, top, Related: string.Join('\n', Terms.SelectMany(term => term.Others).Select(other => other.Text).Distinct()));

    /// <summary>Earlier questions count only where the wording points back to them: a new subject after a good answer stands by itself.</summary>
    public static AskedQuestion Of(string text, IReadOnlyList<PastTurn> history)
    {
        string[] earlier = PointsBack(text) ? [.. LeaningOn(history)] : [];
        var (own, before) = (Subject(text), string.Join('\n', earlier.Select(Subject)));
        // A follow-up without words of its own ("And then?") asks by those of the questions before it.
        List<QuestionTerm> terms = before.Length == 0 || QueryTerms.HasContent(own) ? TermsOf(own, 1, isOwn: true) : [];
        terms.AddRange(TermsOf(before, EarlierWeight, isOwn: false).Where(term => !terms.Any(known => known.Term == term.Term)));
        return new(text, Synonyms.OfOffices.Parted($"{own}\n{before}".Trim()), terms);
    }

    /// <summary>True when the wording points back: a pronoun, "and …?", "what about …?", "那…呢？", or no word that names a subject.</summary>
    public static bool PointsBack(string text) =>
        Opening().IsMatch(text) || Pronoun().IsMatch(text) || ChineseClosing().IsMatch(text) || !QueryTerms.HasContent(Subject(text));

    private static List<QuestionTerm> TermsOf(string text, double weight, bool isOwn)
    {
        if (text.Length == 0)
            return [];
        var known = Synonyms.OfOffices.In(text);
        var others = known.SelectMany(match => match.Terms.SelectMany(term => match.Others.Select(other => (term, other)))).ToLookup(pair => pair.term, pair => pair.other);
        // A known Chinese word counts although it may hold a stop character: 被偷.
        var terms = QueryTerms.ContentOf(Synonyms.OfOffices.Parted(text)).Concat(known.SelectMany(match => match.Terms).Where(term => AnswerWords.IsChinese(term[0])));
        return [.. terms.Distinct().Select(term => new QuestionTerm(term, weight * PartOfWord(term, known), isOwn, PhraseOf(term, known), [.. others[term].Distinct()]))];
    }

    /// <summary>Chinese words are cut into pairs of characters; those of one long word together weigh less than as many words.</summary>
    private static double PartOfWord(string term, IReadOnlyList<SynonymMatch> known) =>
        AnswerWords.IsChinese(term[0]) && known.FirstOrDefault(match => match.Terms.Contains(term)) is { } word ? 2.0 / (word.Terms.Count + 1) : 1;

    /// <summary>Chinese pairs of characters overlap, so that a few of them already tell the word.</summary>
    private static IReadOnlyList<string> PhraseOf(string term, IReadOnlyList<SynonymMatch> known) =>
        known.FirstOrDefault(match => match.Terms.Contains(term)) is { } phrase && !phrase.Terms.Any(part => AnswerWords.IsChinese(part[0])) ? phrase.Terms : [term];

    /// <summary>The question without the words that only ask: "how long" wants a time, not the word long, and "may I" is no month.</summary>
    private static string Subject(string text) => AskingWords().Replace(text, " ");

    /// <summary>The last question that stands by itself, and at most one follow-up to it.</summary>
    private static List<string> LeaningOn(IReadOnlyList<PastTurn> history)
    {
        List<string> earlier = [];
        foreach (var turn in history.Reverse().Where(turn => turn.Role == "user"))
        {
            earlier.Insert(0, turn.Text);
            if (earlier.Count == 2 || !PointsBack(turn.Text))
                break;
        }
        return earlier;
    }

    [GeneratedRegex(@"^\s*(?:(?:and|or|but|so|then|also|what about|how about|what else|which of|why not|why is that|how so)\b|for (?:the )?\w+\s*\?|那么?|那|还有|另外|然后|以及|其中|为什么呢|怎么会|它|他|她|这|该|此)", RegexOptions.IgnoreCase)]
    private static partial Regex Opening();

    // "is there" names nothing, and "that" and "this" point back only where no noun follows: "this year", "a trip that costs". "IT" is a department.
    [GeneratedRegex(@"\b((?-i:[Ii]t)|its|they|them|their|theirs|he|him|his|she|her|hers|these|those|former|latter)\b|(?<!\b(?:is|are|was|were)\s)\bthere\b(?!\s+(?:is|are|was|were|be|been))|\b(?:this|that|the same)\s*[?.,]|\b(?:is|after|before|about|for|with|of|like) that\b(?!\s+\w)|它|他们|她们|它们|这个|那个|这些|那些|上述|前者|后者|该(?=[公员部政制产项])", RegexOptions.IgnoreCase)]
    private static partial Regex Pronoun();

    [GeneratedRegex(@"\bhow (?:many|much|long|often|far|early|late|fast|soon|quickly)\b|(?-i:\bmay\b|^\s*May\b)", RegexOptions.IgnoreCase)]
    private static partial Regex AskingWords();

    [GeneratedRegex(@"呢\s*[？?]?\s*$")]
    private static partial Regex ChineseClosing();
}
