using System.Globalization;
using Microsoft.Extensions.Localization;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Runs.Tracing;

namespace Platform.Web.Features.Runs;

/// <summary>In what two runs differ, one sentence each: how they were set, what they were sent, what their calls came to.</summary>
public static class RunDifferences
{
    private const int MostOfResult = 120, MostCalls = 20;

    /// <remarks>What tools came to is untrusted.</remarks>
    public static IReadOnlyList<string> Of(RunRecord first, RunTrace firstTrace, RunRecord second, RunTrace secondTrace, IStringLocalizer<RunsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(firstTrace);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(secondTrace);
        ArgumentNullException.ThrowIfNull(texts);
        List<string> said = [];
        if (first.Listed.Question != second.Listed.Question)
        {
            said.Add(texts["Differs_Question"]);
        }
        var (model, other) = (RunWords.Model(first, firstTrace, texts), RunWords.Model(second, secondTrace, texts));
        if (model != other)
        {
            said.Add(texts["Differs_Model", model, other]);
        }
        said.AddRange(Adapters(AdaptersOf(first), AdaptersOf(second), texts));
        if (first.Agent?.Definition.Instructions != second.Agent?.Definition.Instructions)
        {
            said.Add(texts["Differs_Instructions"]);
        }
        else if (!Sent(firstTrace).SequenceEqual(Sent(secondTrace)) && first.Listed.Question == second.Listed.Question)
        {
            said.Add(texts["Differs_Prompt"]);
        }
        said.AddRange(Calls(firstTrace, secondTrace, texts).Take(MostCalls));
        return said;
    }

    /// <summary>What a run's model was sent first, a line each; none before it was asked.</summary>
    public static IReadOnlyList<string> Sent(RunTrace trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        return [.. (trace.Rows.FirstOrDefault(row => row.Model is not null)?.Model?.Sent ?? []).SelectMany(message => message.Text.Split('\n'))];
    }

    /// <summary>What one run was made from, for who sees it beside another; null where it was made from none.</summary>
    public static string? Made(RunRecord run, RunRecord other, IStringLocalizer<RunsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(other);
        ArgumentNullException.ThrowIfNull(texts);
        return run.Listed.Run.Origin is not { } origin ? null
            : origin.RunId != other.Listed.Run.Id ? origin.FromStep is { } step ? texts["ForkedFrom", step].Value : texts["ForkedWhole"].Value
            : origin.FromStep is { } at ? texts["ForkOfOther", at].Value : texts["AgainOfOther"].Value;
    }

    /// <summary>The tools that the run itself called, in their order, and how many calls it took over.</summary>
    public static string CallsMade(RunTrace trace, IStringLocalizer<RunsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(texts);
        var calls = CallsOf(trace);
        var made = string.Join(" → ", calls.Where(call => !call.IsTakenOver).Select(call => RunWords.Tool(call.Name, texts)));
        var taken = calls.Count(call => call.IsTakenOver);
        return (made.Length > 0 ? made : "—") + (taken > 0 ? $" ({texts["TakenOverCalls", taken]})" : "");
    }

    private static IReadOnlyList<AdapterSetting> AdaptersOf(RunRecord run) => run.Agent?.Definition.Model.Adapters ?? [];

    private static IEnumerable<string> Adapters(IReadOnlyList<AdapterSetting> first, IReadOnlyList<AdapterSetting> second, IStringLocalizer<RunsTexts> texts)
    {
        foreach (var name in first.Concat(second).Select(adapter => adapter.Name).Distinct())
        {
            var (one, two) = (first.FirstOrDefault(adapter => adapter.Name == name), second.FirstOrDefault(adapter => adapter.Name == name));
            if (one is not null && two is not null && Math.Abs(one.Scale - two.Scale) > 1e-9)
            {
                yield return texts["Differs_Strength", name, Scale(one), Scale(two)];
            }
            else if (one is null || two is null)
            {
                yield return texts[two is null ? "Differs_AdapterFirst" : "Differs_AdapterSecond", RunWords.Adapter((one ?? two)!)];
            }
        }
    }

    private static string Scale(AdapterSetting adapter) => adapter.Scale.ToString("0.##", CultureInfo.CurrentCulture);

    // The same call of both by tool and arguments, the first with the first.
    private static IEnumerable<string> Calls(RunTrace first, RunTrace second, IStringLocalizer<RunsTexts> texts)
    {
        var left = CallsOf(second);
        foreach (var call in CallsOf(first))
        {
            if (left.Find(other => other.Name == call.Name && RunWords.Brief(other) == RunWords.Brief(call)) is not { } same)
            {
                yield return texts["Differs_CallFirst", Named(call, texts)];
                continue;
            }
            left.Remove(same);
            var (came, cameThen) = (Result(call), Result(same));
            if (came != cameThen)
            {
                yield return texts["Differs_Result", Named(call, texts), came, cameThen];
            }
        }
        foreach (var call in left)
        {
            yield return texts["Differs_CallSecond", Named(call, texts)];
        }
    }

    private static List<TraceRow> CallsOf(RunTrace trace) => [.. trace.Rows.Where(row => row.Kind == TraceKind.Tool)];

    private static string Named(TraceRow call, IStringLocalizer<RunsTexts> texts) =>
        RunWords.Brief(call) is { Length: > 0 } about ? $"{RunWords.Tool(call.Name, texts)} ({ShortText.Of(about.ReplaceLineEndings(" "), MostOfResult)})" : RunWords.Tool(call.Name, texts);

    private static string Result(TraceRow call) => ShortText.Of((call.Tool?.Result?.Text ?? "…").ReplaceLineEndings(" "), MostOfResult);
}
