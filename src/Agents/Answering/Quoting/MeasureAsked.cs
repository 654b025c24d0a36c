using System.Text.RegularExpressions;
using Platform.Agents.Answering.Citing;
using Platform.Retrieval.Search;

namespace Platform.Agents.Answering.Quoting;

/// <summary>The measure in which a question wants its number: "how many days" and 几天 want days, "how long" a time, 多少钱 money. Without one, any number does.</summary>
internal sealed partial class MeasureAsked
{
    private const string Durations = "年月周天日小分季", ChineseDigits = "零一二三四五六七八九十百千万亿两半";
    private const int NearNumber = 3;

    private static readonly string[] DurationTerms = [.. QueryTerms.Of("year month week day hour minute quarter second")];
    private static readonly string[] LengthTerms = [.. DurationTerms, .. QueryTerms.Of("character metre meter page word")];

    private readonly string chinese;
    private readonly string[] english;
    private readonly bool money, share, frequency;

    private MeasureAsked(string question)
    {
        money = Money().IsMatch(question);
        share = Share().IsMatch(question);
        frequency = Frequency().IsMatch(question);
        chinese = ChineseDuration().IsMatch(question) ? Durations : ChineseMeasure().Match(question) is { Success: true } measure ? measure.Groups[1].Value : "";
        english = HowMany().Match(question) is { Success: true } many ? [.. QueryTerms.ContentOf(many.Groups[1].Value)]
            : HowLong().IsMatch(question) ? LengthTerms
            : HowFast().IsMatch(question) ? DurationTerms
            : [];
    }

    public static MeasureAsked Of(string question) => new(question);

    /// <summary>Whether a number of this measure stands in the sentence; true for every sentence where the question names no measure.</summary>
    public bool IsIn(string sentence) =>
        money ? MoneyTold().IsMatch(sentence)
        : share ? ShareTold().IsMatch(sentence)
        : frequency ? FrequencyTold().IsMatch(sentence)
        : chinese.Length > 0 ? CountsInChinese(sentence)
        : english.Length == 0 || CountsInEnglish(sentence);

    private bool CountsInChinese(string sentence)
    {
        for (var at = 1; at < sentence.Length; at++)
        {
            if (!chinese.Contains(sentence[at], StringComparison.Ordinal))
                continue;
            var before = at - 1;
            while (before > 0 && (sentence[before] is '个' or '工' or '作' || char.IsWhiteSpace(sentence[before])))
                before--;
            if (char.IsAsciiDigit(sentence[before]) || ChineseDigits.Contains(sentence[before], StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    private bool CountsInEnglish(string sentence)
    {
        var terms = QueryTerms.Of(CitedNumbers.InDigits(sentence));
        return Enumerable.Range(0, terms.Count)
            .Any(at => char.IsAsciiDigit(terms[at][0]) && terms.Skip(at + 1).Take(NearNumber).Any(english.Contains));
    }

    [GeneratedRegex(@"(?:几|多少)\s*个?(?![钱时])([\u4E00-\u9FFF])")]
    private static partial Regex ChineseMeasure();

    [GeneratedRegex(@"多久|多长时间|多长(?=[？?\s]|$)")]
    private static partial Regex ChineseDuration();

    [GeneratedRegex(@"多少钱|(?:金额|费用|奖金|补助|补贴|津贴|工资|月薪|租金|价格|限额)[^，。？?]{0,6}(?:多少|几)|\b(?:price|cost|fee|salary)\b|\bhow much money\b|\bhow much (?:is|are|does|do)\b[^?]*\b(?:cost|paid|rate)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Money();

    [GeneratedRegex(@"\d\s*元|元[^|]*\d|[£$€¥]\s?\d|\d[\d,.]*\s*(?:pounds?|euros?|dollars?|yuan|GBP|EUR|USD|CNY)|\|\s*[£$€¥]?\d[\d,.]*\s*(?:\||$)", RegexOptions.IgnoreCase)]
    private static partial Regex MoneyTold();

    [GeneratedRegex(@"百分之几|百分比|比例|\b(?:percentage|per cent|share|proportion)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Share();

    [GeneratedRegex(@"\d\s*(?:%|％|per ?cent)|百分之[\d一二三四五六七八九十]", RegexOptions.IgnoreCase)]
    private static partial Regex ShareTold();

    [GeneratedRegex(@"\bhow (?:often|frequently)\b|多久[^，。？?]{0,8}一次|多长时间[^，。？?]{0,8}一次|几[天年月周][^，。？?]{0,6}一次", RegexOptions.IgnoreCase)]
    private static partial Regex Frequency();

    [GeneratedRegex(@"\b(?:every|each|once|twice|daily|weekly|monthly|yearly|annually)\b|\b(?:times )?(?:a|per) (?:day|week|month|year)\b|每[^，。；]{1,8}次|每[^，。；]{1,14}一次|每[天日周月年季]|[两\d一二三四五六七八九十]+次", RegexOptions.IgnoreCase)]
    private static partial Regex FrequencyTold();

    [GeneratedRegex(@"\bhow many ([a-z]+(?:\s+[a-z]+)?)\b", RegexOptions.IgnoreCase)]
    private static partial Regex HowMany();

    [GeneratedRegex(@"\bhow long\b|\bwhat length\b|\blength of\b", RegexOptions.IgnoreCase)]
    private static partial Regex HowLong();

    [GeneratedRegex(@"\bhow (?:fast|soon|quickly|early|late)\b|\bhow much (?:\w+ )?(?:time|holiday|leave|vacation|notice)\b", RegexOptions.IgnoreCase)]
    private static partial Regex HowFast();
}
