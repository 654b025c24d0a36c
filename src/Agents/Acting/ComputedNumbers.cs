using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.Agents.Answering.Citing;
using Platform.Agents.Tools;
using Platform.Agents.Tools.Calculating;

namespace Platform.Agents.Acting;

/// <summary>Texts of a run whose numbers are as good as a cited text's: rows of tables, and what was calculated, of dates too, from numbers that the question, or what tools showed, holds. The expression is the model's: what it put in of its own excuses nothing, else it could have any number told as right by calculating it.</summary>
internal static partial class ComputedNumbers
{
    /// <summary>Months, days, hours and the like, and per cent: they stand in no text, and count as factors and divisors only.</summary>
    private static readonly HashSet<string> Units = ["7", "12", "24", "52", "60", "100", "365", "1000"];

    public static IReadOnlyList<string> Of(AgentPast past, string question)
    {
        var asked = CitedNumbers.Of(question);
        var known = asked.Concat(past.Citations.SelectMany(source => CitedNumbers.Of(source.Context.Length > 0 ? source.Context : source.Quote))).ToHashSet();
        List<string> texts = [];
        foreach (var result in past.Results.Values.Where(result => !result.IsError))
        {
            if (result.Tool == ToolNames.QueryTable)
            {
                texts.AddRange(result.Citations.Select(rows => rows.Context));
            }
            else if (result.Tool == ToolNames.Calculator && CalculatorTool.ValueIn(result.Data) is { } value && past.MadeWith(result.CallId) is { } made && CalculatorTool.ExpressionIn(made) is { } expression && AreKnown(expression, known))
            {
                if (!CitedNumbers.Of(value).All(asked.Contains)) // a number of the question is no better for being calculated
                    texts.AddRange(Roundings(value));
                known.UnionWith(CitedNumbers.Of(value)); // another calculation may go on with it
            }
            else if (result is { Tool: ToolNames.DateTime, Data: { ValueKind: JsonValueKind.Object } days } && past.MadeWith(result.CallId) is { } given && !days.TryGetProperty("now", out _) && AreKnownDates(given, known))
            {
                texts.Add(days.GetRawText());
            }
        }
        return texts;
    }

    /// <summary>A value, and as people write it who round it.</summary>
    private static IEnumerable<string> Roundings(string value) => !decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? [value]
        : Enumerable.Range(0, 5).Select(places => Math.Round(number, places, MidpointRounding.AwayFromZero)).Where(rounded => rounded != 0).Select(rounded => rounded.ToString(CultureInfo.InvariantCulture)).Append(value).Distinct();

    /// <summary>Whether days and months of the dates that were given are known; a year may be left out where it is told of.</summary>
    private static bool AreKnownDates(JsonElement arguments, HashSet<string> known) =>
        arguments.ValueKind == JsonValueKind.Object && arguments.EnumerateObject().Where(given => given.Name != "action").All(given => CitedNumbers.Of(given.Value.ToString()).All(number => number.Length == 4 || known.Contains(number)));

    /// <summary>Whether all numbers of an expression are; a comma groups digits, or stands between arguments.</summary>
    private static bool AreKnown(string expression, HashSet<string> known)
    {
        var inputs = Unit().Replace(Calculation.Inputs(expression), factor => Units.Contains(factor.Value) ? "" : factor.Value);
        return new[] { inputs, inputs.Replace(",", " , ", StringComparison.Ordinal) }.Select(CitedNumbers.Of).Any(numbers => numbers.Count > 0 && numbers.All(number => known.Contains(number) || IsShare(number, known)));
    }

    /// <summary>0.12 for the 12 % that a text has.</summary>
    private static bool IsShare(string number, HashSet<string> known) =>
        decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share is > 0 and < 1 && known.Contains((share * 100).ToString("0.####", CultureInfo.InvariantCulture));

    [GeneratedRegex(@"(?<=[*/×÷]\s*)\d+(?![\d.]|,\d{3})|(?<![\d.,])\d+(?=\s*[*×])")]
    private static partial Regex Unit();
}
