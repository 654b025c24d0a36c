using System.Text.RegularExpressions;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Forking;
using Platform.Agents.Runs;
using Platform.Agents.Tools;
using Platform.Agents.Tools.Recorded;

namespace Platform.Agents.Testing;

/// <summary>Makes a test of a run: what its calls came to, and what could be expected of the next.</summary>
internal static partial class TestSuggestion
{
    private const int MaxArguments = 500;

    /// <param name="begun">When the run was started, if it had not the day of another.</param>
    /// <param name="tools">Of this installation.</param>
    public static TestDraft Of(AgentTask task, Guid runId, DateTimeOffset begun, string question, IReadOnlyList<PastTurn> history, IReadOnlyList<RunEvent> events, string answer, IReadOnlyList<AgentTool> tools)
    {
        var recorded = RecordedRun.CallsOf(events);
        var called = recorded.Where(call => !call.IsError).Select(call => call.Tool).Distinct().ToList();
        var refused = RefusalWords.AreIn(answer);
        List<TestExpectation> expected = [.. called.Select(tool => new TestExpectation(ExpectationKind.ToolCalled, Tool: tool))];
        expected.AddRange(refused ? [new(ExpectationKind.Refused)] : Facts(answer).Select(fact => new TestExpectation(ExpectationKind.Contains, fact)));
        var writing = tools.Where(tool => (tool.Effects & (ToolEffects.Writes | ToolEffects.Network)) != 0).Select(tool => tool.Name).ToHashSet();
        var computing = tools.Where(tool => tool.Effects == ToolEffects.None).Select(tool => tool.Name).ToHashSet(); // called where other arguments are sent: 6 times 7 answers no other sum
        expected.AddRange(task.Definition.Tools.Select(tool => tool.Name).Where(name => writing.Contains(name) && !recorded.Any(call => call.Tool == name)).Select(name => new TestExpectation(ExpectationKind.ToolNotCalled, Tool: name)));
        List<TestExpectation> further =
        [
            .. recorded.Where(call => !call.IsError && call.Arguments is { } arguments && arguments.GetRawText().Length <= MaxArguments).Select(call => new TestExpectation(ExpectationKind.Arguments, Tool: call.Tool, Arguments: call.Arguments)),
            .. NumberAndWord().Matches(Plain(answer)).Select(match => match.Value).Distinct().Take(3).Select(found => new TestExpectation(ExpectationKind.Matches, $@"\b{Regex.Escape(found).Replace(@"\ ", @"\s+", StringComparison.Ordinal)}\b")),
        ];
        TestCase suggested = new(Name(question), Cleared(question, AgentPast.Of(events)), history, [.. recorded.Select(call => computing.Contains(call.Tool) ? call : Loose(call, recorded))], expected) { FromRun = runId, Moment = task.AsOf ?? begun, Remembered = RecordedRun.RememberedOf(events) };
        return new(task.AgentId, suggested, further);
    }

    /// <summary>Nobody is asked in a test: what the person answered stands with the question, as far as a question may be long.</summary>
    private static string Cleared(string question, AgentPast past)
    {
        var all = past.Clarified.Where(clarified => clarified.Answer is not null).Aggregate(question, (before, clarified) => $"{before}\n{clarified.Question} {clarified.Answer}");
        return ShortText.Cut(all, RunAgent.MaxQuestionLength);
    }

    /// <summary>A model in other words asks for the same: the only result of a tool answers whatever it is called with.</summary>
    private static RecordedCall Loose(RecordedCall call, IReadOnlyList<RecordedCall> all) => all.Count(other => other.Tool == call.Tool) == 1 ? call with { Arguments = null } : call;

    /// <summary>What an answer cannot be right without: its numbers, else its longest words. A number of one digit, or one that stands in another of them, proves nothing: an answer without it holds it too.</summary>
    private static IEnumerable<string> Facts(string answer)
    {
        var plain = Plain(answer);
        var all = Number().Matches(plain).Select(match => match.Value).Distinct().ToList();
        var numbers = all.Where(number => number.Length > 1 && !all.Exists(other => other.Length > number.Length && other.Contains(number, StringComparison.Ordinal))).Take(3).ToList();
        return numbers.Count > 0 ? numbers : Word().Matches(plain).Select(match => match.Value).Distinct(StringComparer.OrdinalIgnoreCase).OrderByDescending(word => word.Length).Take(2);
    }

    private static string Plain(string answer) => Mark().Replace(answer, "").Replace("**", "", StringComparison.Ordinal);

    private static string Name(string question)
    {
        var line = string.Join(' ', question.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= TestLibrary.MaxName ? line : ShortText.Of(line, TestLibrary.MaxName - 1);
    }

    [GeneratedRegex(@"\[\d{1,4}\]")]
    private static partial Regex Mark();

    [GeneratedRegex(@"\d+(?:[.,:]\d+)*")]
    private static partial Regex Number();

    [GeneratedRegex(@"\d+(?:[.,:]\d+)* \p{L}{2,}")]
    private static partial Regex NumberAndWord();

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}{2,8}|[\p{L}-[\p{IsCJKUnifiedIdeographs}]]{4,}")]
    private static partial Regex Word();
}
