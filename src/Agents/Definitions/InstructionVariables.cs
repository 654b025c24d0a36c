using System.Globalization;
using System.Text.RegularExpressions;
using Platform.Agents.Answering;

namespace Platform.Agents.Definitions;

/// <summary>The variables of instructions: a name in double braces, replaced when a run begins.</summary>
public static partial class InstructionVariables
{
    public static IReadOnlyList<string> Names { get; } = ["user.name", "date", "weekday"];

    /// <summary>Names in braces that stand for nothing, each once.</summary>
    public static IReadOnlyList<string> Unknown(string? instructions) =>
        [.. Variable().Matches(instructions ?? "").Select(m => m.Groups[1].Value).Where(name => !Names.Contains(name)).Distinct()];

    /// <summary>The instructions with the values in them, the weekday in their language. What a value holds is not looked through for variables again.</summary>
    /// <param name="userName">Where it is an address of mail, what stands before its @: the rest is no name, and no model's business.</param>
    /// <param name="now">In the time zone that dates are told in.</param>
    public static string Fill(string instructions, string userName, DateTimeOffset now) => Variable().Replace(instructions, variable => variable.Groups[1].Value switch
    {
        "user.name" => NameIn(userName),
        "date" => now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        "weekday" => AnswerWords.LanguageOf(instructions) == AnswerLanguage.Chinese ? $"星期{"日一二三四五六"[(int)now.DayOfWeek]}" : now.ToString("dddd", CultureInfo.InvariantCulture),
        _ => variable.Value,
    });

    private static string NameIn(string userName) => userName.LastIndexOf('@') is > 0 and var at ? userName[..at] : userName;

    [GeneratedRegex(@"\{\{\s*([A-Za-z0-9_.]{1,64})\s*\}\}")]
    private static partial Regex Variable();
}
