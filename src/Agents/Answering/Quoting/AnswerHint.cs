using System.Text.RegularExpressions;
using Platform.Agents.Answering.Citing;

namespace Platform.Agents.Answering.Quoting;

/// <summary>What kind of thing a question asks for, by its wording, and how far a sentence holds such a thing.</summary>
internal sealed partial class AnswerHint
{
    private enum Kind { None, Number, Time, Person, Place, Reason }

    /// <summary>A number of another measure, a time that is no point in time, a role instead of a name.</summary>
    private const double Roughly = 0.5;

    private readonly Kind kind;
    private readonly IReadOnlySet<string> askedNumbers;
    private readonly MeasureAsked measure;

    private AnswerHint(string question)
    {
        kind = TimeAsked().IsMatch(question) ? Kind.Time
            : NumberAsked().IsMatch(question) ? Kind.Number
            : PersonAsked().IsMatch(question) ? Kind.Person
            : PlaceAsked().IsMatch(question) ? Kind.Place
            : ReasonAsked().IsMatch(question) ? Kind.Reason
            : Kind.None;
        askedNumbers = CitedNumbers.Of(question);
        measure = MeasureAsked.Of(question);
    }

    public static AnswerHint Of(string question) => new(question);

    /// <summary>1 when the sentence holds what is asked for, 0.5 when it holds something like it, 0 when it holds only what the question holds itself.</summary>
    public double MetBy(string sentence) => kind switch
    {
        Kind.Number => !HasNewNumber(sentence) ? 0 : measure.IsIn(sentence) ? 1 : Roughly,
        Kind.Time => !(HasNewNumber(sentence) || Weekday().IsMatch(sentence)) ? 0 : PointInTime().IsMatch(sentence) ? 1 : TimeTold().IsMatch(sentence) ? Roughly : 0,
        Kind.Person => Name().IsMatch(sentence) ? 1 : Role().IsMatch(sentence) ? Roughly : 0,
        Kind.Place => PlaceTold().IsMatch(sentence) ? 1 : 0,
        Kind.Reason => ReasonTold().IsMatch(sentence) ? 1 : 0,
        _ => 0,
    };

    private bool HasNewNumber(string sentence) => CitedNumbers.Of(sentence).Any(number => !askedNumbers.Contains(number)) || Fraction().IsMatch(sentence);

    [GeneratedRegex(@"^\W*when\b|\bwhen (?:do|does|did|is|are|was|were|can|could|must|shall|should|will|would|has|have)\b|\b(what (?:date|day|year|month|time)s?|which (?:date|day|year|month|weekday)s?|at what times?|(?:by|until|since) when|deadline)\b|什么时候|何时|哪一?年|哪一?天|哪一?日|几月|几号|几点|哪个时间|什么时间|日期|最晚|截止", RegexOptions.IgnoreCase)]
    private static partial Regex TimeAsked();

    [GeneratedRegex(@"\bhow (?:many|much|often|large|big|tall|high|far|long|old|early|fast|heavy|soon|quickly|warm|hot|cold)\b|\b(?:what|which) (?:percentage|per cent|share|number|amount|price|cost|rate|fee|salary|size|limit|part|temperature|multiplier)\b|\bwhat (?:is|are) the (?:\w+ ){0,2}(?:percentage|share|number|amount|price|cost|rate|fee|salary|size|limit|temperature|allowance|length|maximum|minimum|largest|smallest|highest|lowest|top)\b|多少|几|多久|多长|多大|多高|多远|多重|比例|百分之|限额|金额", RegexOptions.IgnoreCase)]
    private static partial Regex NumberAsked();

    [GeneratedRegex(@"\b(who|whom|whose|which person)\b|谁|哪位|何人|哪个人|什么人|哪个部门|由哪", RegexOptions.IgnoreCase)]
    private static partial Regex PersonAsked();

    [GeneratedRegex(@"\bwhere\b|哪里|哪儿|何处|何地|在哪|什么地方|哪个城市|哪国", RegexOptions.IgnoreCase)]
    private static partial Regex PlaceAsked();

    [GeneratedRegex(@"\bwhy\b|\breasons?\b|为什么|为何|原因|凭什么|怎么会", RegexOptions.IgnoreCase)]
    private static partial Regex ReasonAsked();

    [GeneratedRegex(@"\d|(?:jan|febr)uary|march|april|\bmay\b|june|july|august|(?:septem|octo|novem|decem)ber|day\b|week|month|year|hour|minute|[一二三四五六七八九十两]+[个]?[年月日天号点周时分]|星期|期间", RegexOptions.IgnoreCase)]
    private static partial Regex TimeTold();

    [GeneratedRegex(@"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|星期[一二三四五六日天]|周[一二三四五六日]", RegexOptions.IgnoreCase)]
    private static partial Regex Weekday();

    [GeneratedRegex(@"\d:\d\d|\b(?:(?:jan|febr)uary|march|april|june|july|august|(?:septem|octo|novem|decem)ber)\b|(?-i:\bMay\b)|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(?:19|20)\d\d\b|\d(?:st|nd|rd|th)\b|\bwithin\b|\d\s*[月日号]|周[一二三四五六日]|星期[一二三四五六日天]|(?:19|20)\d\d年|[天日月周]内", RegexOptions.IgnoreCase)]
    private static partial Regex PointInTime();

    // Two words with capitals, or a Chinese family name and a given one before something that follows names.
    [GeneratedRegex(@"\b[A-Z]\p{Ll}+(?:\s+[A-Z]\p{Ll}+)+|[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庄][\u4E00-\u9FFF]{1,2}(?=[，。、,.;；（(]|为|任|于|是|在|自|负责|担任|协助|同意)")]
    private static partial Regex Name();

    [GeneratedRegex(@"\b(?:manager|head|director|officer|team|department|desk|lead|chair|president|owner|office)\b|经理|主管|部门|总监|负责人|主任|先生|女士|博士|教授|委员|小组", RegexOptions.IgnoreCase)]
    private static partial Regex Role();

    [GeneratedRegex(@"\b(?:in|at|on|near|from|to|opposite|behind|outside|beside)\s+(?:the\s+)?(?!(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|day\b|least\b|most\b|once\b|any\b|time\b|first\b|last\b|writing\b|full\b|advance\b)[A-Za-z]+|\b(?:floor|room|building|street|road|office|gate|car park|site|shed)\b|位于|在|到|从|[楼室层路市区省国县镇村街门站厅场]")]
    private static partial Regex PlaceTold();

    [GeneratedRegex(@"\b(?:because|since|due to|owing to|as a result|therefore|so that|in order to|caused by|reason)\b|因为|由于|因此|所以|为了|以便|从而|导致|原因|因", RegexOptions.IgnoreCase)]
    private static partial Regex ReasonTold();

    [GeneratedRegex(@"\b(?:half|quarter|third|twice|double|once|daily|weekly|monthly|yearly|every (?:day|week|month|year))\b|半|每[天日周月年]|百分之", RegexOptions.IgnoreCase)]
    private static partial Regex Fraction();
}
