using Platform.Agents.Tools;

namespace Platform.Agents.Acting;

/// <summary>Notices a model that goes in circles: the same call again, or decisions that bring nothing, or nothing new.</summary>
internal static class CallGuard
{
    /// <summary>So many decisions in a row that brought nothing at all end the search.</summary>
    public const int MostWithoutProgress = 3;

    /// <summary>So many in a row that were other calls and brought the same words as before: honest work, of which the model is told half-way that it leads no further.</summary>
    public const int MostSame = 6;

    /// <summary>Whether this call was made, or refused, before: the same tool, the same arguments in any order, as the model wrote them or as a person edited them.</summary>
    /// <remarks>Of steps side by side a later one may have made it first; what was begun itself is none, and neither is reading again what may have been written meanwhile.</remarks>
    public static bool IsRepeated(AgentPast past, CallData call, bool writes) => !past.IsOpen(call.CallId) && Earlier(past, call).Any(other => writes || past.IsFresh(other.CallId));

    /// <summary>The same call in another step of the plan, whose result is this one's too, once it is there; null where there is none, it failed, or was made with other arguments, and where something was begun since that writes, or this one itself.</summary>
    public static CallData? InOtherStep(AgentPast past, string stepId, CallData call)
    {
        var step = past.Decisions.First(decision => decision.StepId == stepId).PlanStep;
        var key = ArgumentKey.Of(call.Arguments);
        return step is null || past.IsOpen(call.CallId) ? null : Earlier(past, call).FirstOrDefault(other => past.Results.GetValueOrDefault(other.CallId) is not { IsError: true } && past.IsFresh(other.CallId)
            && ArgumentKey.Of(past.MadeWith(other.CallId) ?? past.DecisionOn(other.CallId)?.Arguments ?? other.Arguments) == key && past.Decisions.First(decision => decision.Calls.Contains(other)).PlanStep is { } of && of != step);
    }

    /// <summary>Whether the run goes in circles: a call for the third time, three decisions in a row that brought nothing, or six that brought only what is known.</summary>
    /// <remarks>What was written is new whatever words came of it, and so is an answer of another agent, and what a plan foresaw: its steps come to an end by themselves.</remarks>
    public static bool IsStuck(AgentPast past)
    {
        if (past.Decisions.LastOrDefault(decision => decision.Calls.Count > 0) is { PlanStep: null } last && last.Calls.Any(call => Earlier(past, call).Count() >= 2))
            return true;
        var (none, same) = WithoutNews(past);
        return none >= MostWithoutProgress || none + same >= MostSame;
    }

    /// <summary>Whether the last calls, other ones each time, brought nothing but what is known, so often that the model is to be told.</summary>
    public static bool BringsNoNews(AgentPast past) => WithoutNews(past) is (_, >= MostSame / 2);

    /// <summary>Of the decisions since the last that brought something new: those that brought nothing, as what was refused or failed, and those with words that are known.</summary>
    private static (int None, int Same) WithoutNews(AgentPast past)
    {
        HashSet<(string Tool, string Text)> seen = [];
        var (none, same) = (0, 0);
        foreach (var decision in past.Decisions.Where(decision => decision.Calls.Count > 0))
        {
            var isNews = decision.PlanStep is not null || past.HasWritten(decision);
            List<ToolResultData> brought = [.. decision.Calls.Select(call => past.Results.GetValueOrDefault(call.CallId)).OfType<ToolResultData>().Where(result => !result.IsError)];
            (none, same) = brought.Exists(result => seen.Add((result.Tool, result.Text)) || isNews || result.Tool == ToolNames.AskAgent) ? (0, 0) : brought.Count > 0 ? (none, same + 1) : (none + 1, same);
        }
        return (none, same);
    }

    private static IEnumerable<CallData> Earlier(AgentPast past, CallData call)
    {
        var key = ArgumentKey.Of(call.Arguments);
        var calls = past.Decisions.SelectMany(d => d.Calls).ToList();
        var place = calls.FindIndex(other => other.CallId == call.CallId);
        return calls.Where((other, at) => (at < place || (at > place && past.MadeWith(other.CallId) is not null))
            && other.Tool == call.Tool && (ArgumentKey.Of(other.Arguments) == key || (past.MadeWith(other.CallId) is { } made && ArgumentKey.Of(made) == key)));
    }
}
