using System.Text.RegularExpressions;
using Platform.Retrieval.Search;

namespace Platform.Agents.Answering;

/// <summary>A question as it is searched: alone, or together with what the conversation was about.</summary>
/// <param name="Text">What the person typed.</param>
/// <param name="SearchText">What is searched.</param>
/// <param name="Terms">Content terms with their weights: 1 for the question's own, 0.5 for those taken from earlier questions.</param>
internal sealed partial record AskedQuestion(string Text, string SearchText, IReadOnlyDictionary<string, double> Terms)
{
    private const double EarlierWeight = 0.5;

    public AnswerLanguage Language => AnswerWords.LanguageOf(Text);

    /// <summary>The question by itself.</summary>
    public static AskedQuestion Alone(string text) =>
        new(text, text, QueryTerms.ContentOf(text).Distinct().ToDictionary(term => term, _ => 1.0));

    /// <summary>The question with the earlier ones it leans on; by itself where there are none.</summary>
    public static AskedQuestion InContext(string text, IReadOnlyList<PastTurn> history)
    {
        var earlier = LeaningOn(history);
        if (earlier.Count == 0)
            return Alone(text);
        var terms = QueryTerms.ContentOf(text).Distinct().ToDictionary(term => term, _ => 1.0);
        foreach (var term in earlier.SelectMany(QueryTerms.ContentOf))
            terms.TryAdd(term, EarlierWeight);
        return new(text, string.Join('\n', [text, .. earlier]), terms);
    }

    /// <summary>True when the wording points back: a pronoun, "and …?", "what about …?", "那…呢？".</summary>
    public static bool PointsBack(string text) => Opening().IsMatch(text) || Pronoun().IsMatch(text) || ChineseClosing().IsMatch(text);

    /// <summary>True when so little is asked that it may be a follow-up.</summary>
    public static bool IsShort(string text) => QueryTerms.ContentOf(text).Distinct().Count() <= 3;

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

    [GeneratedRegex(@"^\s*(and|or|but|so|then|also|what about|how about|what else|which of|why not|why is that|how so|for (?:the )?\w+\s*\?|那么?|那|还有|另外|然后|以及|其中|为什么呢|怎么会|它|他|她|这|该|此)", RegexOptions.IgnoreCase)]
    private static partial Regex Opening();

    [GeneratedRegex(@"\b(it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|there|same|former|latter)\b|它|他们|她们|它们|这个|那个|这些|那些|上述|前者|后者|该(?=[公员部政制产项])", RegexOptions.IgnoreCase)]
    private static partial Regex Pronoun();

    [GeneratedRegex(@"呢\s*[？?]?\s*$")]
    private static partial Regex ChineseClosing();
}
