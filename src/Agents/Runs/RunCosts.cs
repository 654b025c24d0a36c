using Platform.Agents.Acting;
using Platform.Agents.Answering;

namespace Platform.Agents.Runs;

/// <summary>What a run took, by its events.</summary>
internal static class RunCosts
{
    /// <summary>Questions to the model.</summary>
    public static int Steps(IEnumerable<RunEvent> events) => events.Count(e => e.Name == "step.started" && e.Read<StepStartedData>().Kind is not (StepKind.PlanStep or StepKind.Check));

    /// <summary>Read and written by the model: an agent's by its steps, an answer's by its end.</summary>
    public static int Tokens(IEnumerable<RunEvent> events, bool ofAgent) => events.Sum(e => e.Name switch
    {
        "step.completed" when ofAgent && e.Read<StepCompletedData>() is var step => step.PromptTokens + step.CompletionTokens,
        "step.failed" when ofAgent && e.Read<StepFailedData>() is var failed => failed.PromptTokens + failed.CompletionTokens,
        "usage" when !ofAgent && e.Read<AnswerDone>().Usage is var used => used.PromptTokens + used.CompletionTokens,
        _ => 0,
    });
}
