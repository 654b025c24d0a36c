using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.Agents.Answering.Citing;

/// <summary>The numbers and dates of a text, written alike: "1,000", "一千" and "1000" are one number, "3 March 2024", "2024-03-03" and "2024年3月3日" the same three.</summary>
internal static partial class CitedNumbers
{
    private static readonly string[] Words =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"];

    private static readonly string[] Tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    public static IReadOnlySet<string> Of(string text)
    {
        HashSet<string> numbers = [];
        foreach (Match match in Digits().Matches(InDigits(text)))
            numbers.Add(Plain(match.Value));
        return numbers;
    }

    /// <summary>The text with its number words, and the months of dates, as digits.</summary>
    public static string InDigits(string text)
    {
        var dated = Month().Replace(text, match => (Array.IndexOf(Months, match.Value[..3].ToLowerInvariant()) + 1).ToString(CultureInfo.InvariantCulture));
        var english = EnglishWord().Replace(dated, match => OfEnglish(match.Value.ToLowerInvariant()).ToString(CultureInfo.InvariantCulture));
        return ChineseWord().Replace(english, match => OfChinese(match.Value)?.ToString(CultureInfo.InvariantCulture) ?? match.Value);
    }

    private static string Plain(string digits)
    {
        var plain = digits.Replace(",", "", StringComparison.Ordinal).TrimStart('0');
        if (plain.Contains('.', StringComparison.Ordinal))
            plain = plain.TrimEnd('0').TrimEnd('.');
        return plain.Length == 0 || plain[0] == '.' ? "0" + plain : plain;
    }

    private static int OfEnglish(string word)
    {
        var parts = word.Split('-', ' ');
        var tens = Array.IndexOf(Tens, parts[0]);
        return tens < 0 ? Array.IndexOf(Words, word) : ((tens + 2) * 10) + (parts.Length > 1 ? Array.IndexOf(Words, parts[1]) : 0);
    }

    /// <summary>Null where the characters are no number by themselves (百 in 百姓, say).</summary>
    private static long? OfChinese(string word)
    {
        long total = 0, section = 0, digit = 0;
        foreach (var c in word)
        {
            var value = "零一二三四五六七八九".IndexOf(c, StringComparison.Ordinal);
            if (value >= 0 || c is '两' or '〇')
                digit = c is '两' ? 2 : Math.Max(value, 0);
            else if (c is '万' or '亿')
                (total, section, digit) = ((total + section + digit) * (c == '万' ? 10_000 : 100_000_000), 0, 0);
            else
                (section, digit) = (section + (Math.Max(digit, 1) * (c == '十' ? 10 : c == '百' ? 100 : 1000)), 0);
        }
        var result = total + section + digit;
        return word.Length == 1 && "百千万亿".Contains(word[0], StringComparison.Ordinal) ? null : result;
    }

    [GeneratedRegex(@"\d+(?:,\d{3})*(?:\.\d+)?")]
    private static partial Regex Digits();

    // "may" and "march" are months only beside a number.
    [GeneratedRegex(@"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b(?=\.?,?\s+\d)|(?<=\d(?:st|nd|rd|th)?\s+(?:of\s+)?)\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Month();

    [GeneratedRegex(@"\b(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)\b", RegexOptions.IgnoreCase)]
    private static partial Regex EnglishWord();

    // A lone 一 is mostly no number (一般, 一起): it counts before a measure word only.
    [GeneratedRegex(@"[零〇一二三四五六七八九十百千万亿两]{2,}|[二三四五六七八九十两](?=[个天日年月周小时分钟次人名元万位倍%级层楼号季])|一(?=[个天日年月周次人名元位倍级层楼号季](?!起|般|样))")]
    private static partial Regex ChineseWord();
}
