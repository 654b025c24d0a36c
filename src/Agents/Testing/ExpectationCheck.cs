using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Tools;

namespace Platform.Agents.Testing;

/// <summary>Whether an expectation was met.</summary>
/// <param name="Found">What was found instead; empty where it was met.</param>
public sealed record ExpectationOutcome(TestExpectation Expectation, bool Met, string Found);

/// <summary>Sets what an agent did beside what is expected of it.</summary>
internal static partial class ExpectationCheck
{
    private const int MaxPattern = 500, MaxText = 2000;
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(1);

    /// <summary>What is wrong with an expectation; null when nothing is.</summary>
    public static string? Fault(TestExpectation expectation)
    {
        if (expectation is null || !Enum.IsDefined(expectation.Kind) || expectation.Text is null || expectation.Tool is null)
            return "An expectation has a kind, a text and a tool.";
        return expectation.Kind switch
        {
            ExpectationKind.Contains or ExpectationKind.NotContains => expectation.Text.Trim().Length is 0 or > MaxText ? $"The text has 1 to {MaxText:N0} characters; this has {expectation.Text.Trim().Length:N0}." : null,
            ExpectationKind.Matches => PatternFault(expectation.Text),
            ExpectationKind.ToolCalled or ExpectationKind.ToolNotCalled => expectation.Tool.Length is 0 or > 64 ? "It needs the name of a tool." : null,
            ExpectationKind.Arguments => expectation.Tool.Length is 0 or > 64 || expectation.Arguments is not { ValueKind: JsonValueKind.Object } ? "It needs the name of a tool, and arguments as an object." : null,
            _ => null,
        };
    }

    /// <param name="past">What the run did; only calls that were made count.</param>
    public static ExpectationOutcome Judge(TestExpectation expectation, string answer, AgentPast past)
    {
        var calls = past.Decisions.SelectMany(decision => decision.Calls).Where(call => call.Fault is null && past.Results.GetValueOrDefault(call.CallId) is { } result && result.Failure is not (ToolFailure.Repeated or ToolFailure.NoCallsLeft)).ToList();
        var shown = ShortText.Of(answer, 200);
        var names = calls.Count == 0 ? "no call" : string.Join(", ", calls.Select(call => call.Tool).Distinct());
        var (met, found) = expectation.Kind switch
        {
            ExpectationKind.Contains => (Even(answer).Contains(Even(expectation.Text), StringComparison.OrdinalIgnoreCase), shown),
            ExpectationKind.NotContains => (!Even(answer).Contains(Even(expectation.Text), StringComparison.OrdinalIgnoreCase), shown),
            ExpectationKind.Matches => (Pattern(expectation.Text).IsMatch(answer), shown),
            ExpectationKind.ToolCalled => (calls.Exists(call => call.Tool == expectation.Tool), names),
            ExpectationKind.ToolNotCalled => (!calls.Exists(call => call.Tool == expectation.Tool), names),
            ExpectationKind.Arguments => (calls.Exists(call => call.Tool == expectation.Tool && Holds(call.Arguments, expectation.Arguments!.Value)),
                calls.FindLast(call => call.Tool == expectation.Tool)?.Arguments.GetRawText() ?? names),
            _ => (RefusalWords.AreIn(answer), shown),
        };
        return new(expectation, met, met ? "" : found);
    }

    private static bool Holds(JsonElement given, JsonElement wanted) => wanted.EnumerateObject().All(field =>
        given.TryGetProperty(field.Name, out var value) && (field.Value.ValueKind == JsonValueKind.Object && value.ValueKind == JsonValueKind.Object ? Holds(value, field.Value) : ArgumentKey.Of(value) == ArgumentKey.Of(field.Value)));

    private static string? PatternFault(string pattern)
    {
        if (pattern.Length is 0 or > MaxPattern)
            return $"A regular expression has 1 to {MaxPattern} characters; this has {pattern.Length:N0}.";
        try
        {
            Pattern(pattern);
            return null;
        }
        catch (Exception wrong) when (wrong is ArgumentException or NotSupportedException)
        {
            return $"It is not a regular expression that can be used: {wrong.Message}";
        }
    }

    /// <summary>In time that grows with the text alone, whoever wrote the pattern.</summary>
    private static Regex Pattern(string pattern) => new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, LongestMatch);

    private static string Even(string text) => Spaces().Replace(text, " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
