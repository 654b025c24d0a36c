using System.Text.RegularExpressions;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Search;

namespace Platform.Web.Features.Chat;

/// <summary>Something that a document can be asked: a question that it holds itself, word for word, or a topic of it. Untrusted text.</summary>
internal sealed partial record QuestionIdea(string Words, bool IsQuestion)
{
    private const int Shortest = 2, LongestTopic = 60, LongestQuestion = 80, QuestionsOfAList = 3;

    public bool IsChinese => Words.Any(ChineseScript.Contains);

    /// <summary>The best of a document, best first: its own questions when it is a list of them, else its headings.</summary>
    public static IReadOnlyList<QuestionIdea> Of(IEnumerable<Passage> passages)
    {
        var all = passages.ToList();
        var questions = all.SelectMany(p => p.Text.Split('\n')).Select(line => QuestionMark().Replace(line.Trim(), "")).Where(IsWholeQuestion).Distinct().ToList();
        return questions.Count >= QuestionsOfAList
            ? FromTheMiddle(questions.ConvertAll(q => new QuestionIdea(q, IsQuestion: true)))
            : [.. FromTheMiddle([.. all.Select(p => Topic(p.Heading)).OfType<string>().Distinct().Select(t => new QuestionIdea(t, IsQuestion: false))]).OrderByDescending(SaysMuch)];
    }

    /// <summary>A heading as it stands inside a question, or null when it would not: without its number, small at its start, the reader spoken of as "my".</summary>
    public static string? Topic(string heading)
    {
        var topic = Number().Replace(heading.Split(" › ")[^1].Trim(), "");
        if (topic.Length is < Shortest or > LongestTopic || topic.Contains('|', StringComparison.Ordinal) || SaysLittle().IsMatch(topic))
        {
            return null;
        }

        topic = Your().Replace(topic, "my ");
        // A capital is kept in a name or an abbreviation; a heading written like a sentence loses it.
        return topic[1..].Any(char.IsUpper) ? topic : char.ToLowerInvariant(topic[0]) + topic[1..];
    }

    private static bool IsWholeQuestion(string line) =>
        line.Length is > 5 and <= LongestQuestion && line[^1] is '?' or '？' && line.IndexOfAny(['.', '。', '!', '！', '|', '?', '？']) == line.Length - 1;

    // One word alone, such as "Updates", could be of any document.
    private static bool SaysMuch(QuestionIdea topic) => topic.IsChinese ? topic.Words.Length > 2 : topic.Words.Contains(' ', StringComparison.Ordinal);

    // A first heading is often the title, a last one an imprint.
    private static List<QuestionIdea> FromTheMiddle(List<QuestionIdea> ideas) => [.. ideas.Skip(ideas.Count / 3), .. ideas.Take(ideas.Count / 3)];

    [GeneratedRegex(@"^(?:(?:q|question|问|問|问题|問題)\s*\d*\s*[:：.、]\s*|[-*•]\s*|\d+[.)、]\s*)+", RegexOptions.IgnoreCase)]
    private static partial Regex QuestionMark();

    [GeneratedRegex(@"^(?:(?:chapter|section|part|appendix)\s+)?(?:\d+(?:\.\d+)*[.):]?|[一二三四五六七八九十]+[、.．]|第[一二三四五六七八九十百\d]+[章节條条部分]+)\s*", RegexOptions.IgnoreCase)]
    private static partial Regex Number();

    // What every document has, and clauses that do not stand after "about".
    [GeneratedRegex(@"^(?:introduction|overview|contents|table of contents|summary|abstract|purpose|scope|general|background|conclusions?|references|index|notes?|contacts?|about|faq|sheet ?\d*|changes?|history)$|" +
        @"^(?:who|what|when|where|why|how|if|whether|about|changes to|version)\b|" +
        @"^(?:目录|前言|引言|简介|概述|概况|总则|附则|附录|附件|参考文献|说明|联系方式|公司简介|摘要|背景|结论|(?:工作)?表\d*|修订.*|更新.*)$|[?？。.!！:：]$", RegexOptions.IgnoreCase)]
    private static partial Regex SaysLittle();

    [GeneratedRegex(@"^your\s+", RegexOptions.IgnoreCase)]
    private static partial Regex Your();
}
