using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Agents.Answering;
using Platform.Agents.Runs;

namespace Platform.Agents.Acting;

/// <summary>Why a run ended with less than was asked for. Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<StopReason>))]
public enum StopReason { MaxSteps, MaxTokens, Timeout, LoopDetected }

/// <summary>What a step is: one decision of the model, the answer at a limit, the making of a plan, a step of the plan, or the summary of what fell out of the conversation's window. Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<StepKind>))]
public enum StepKind { Decision, Answer, Plan, PlanStep, Summary }

/// <summary>A message as the model was sent it.</summary>
public sealed record SentMessage(string Role, string Text);

/// <summary>step.started.</summary>
/// <param name="SameAsBefore">So many messages are those that the model was sent the last time.</param>
/// <param name="Sent">The messages after them.</param>
/// <param name="Tools">Names of the tools on offer.</param>
public sealed record StepStartedData(string StepId, StepKind Kind, string Goal, int SameAsBefore, IReadOnlyList<SentMessage> Sent, IReadOnlyList<string> Tools)
{
    /// <summary>The step of the plan that it belongs to.</summary>
    public string? PlanStep { get; init; }
}

/// <summary>step.delta: what the model writes beside the answer.</summary>
public sealed record StepTextData(string StepId, string Text);

/// <summary>A call that the model decided on. CallId is unique in the run.</summary>
/// <param name="Fault">What is wrong with it; it is not made then.</param>
public sealed record CallData(string CallId, string Tool, JsonElement Arguments, string? Fault = null);

/// <summary>step.completed.</summary>
/// <param name="Text">What the model wrote, word for word.</param>
/// <param name="Milliseconds">Of work: from the start of the step to its end.</param>
public sealed record StepCompletedData(string StepId, StepKind Kind, string Text, IReadOnlyList<CallData> Calls, int PromptTokens, int CompletionTokens, double Milliseconds)
{
    /// <summary>The step of the plan that it belongs to.</summary>
    public string? PlanStep { get; init; }

    /// <summary>Of a summary: how many turns of the conversation, from the first, it tells of.</summary>
    public int? Turns { get; init; }
}

/// <summary>step.failed.</summary>
public sealed record StepFailedData(string StepId, StepKind Kind, string Message);

/// <summary>tool.call, stored before a tool that writes is called: a call without its result may have been made.</summary>
/// <param name="Arguments">As they are used: edited, perhaps, by the person who approved.</param>
public sealed record ToolCallData(string CallId, string StepId, string Tool, JsonElement Arguments, bool Writes);

/// <summary>tool.result. The text is untrusted.</summary>
public sealed record ToolResultData(
    string CallId, string StepId, string Tool, string Text, JsonElement? Data, bool IsError, IReadOnlyList<Citation> Citations, double Milliseconds)
{
    /// <summary>Tokens that models took for it: those of an agent that was asked.</summary>
    public int Tokens { get; init; }
}

/// <summary>message.reset: what message.delta told so far is not the answer.</summary>
public sealed record MessageResetData(string Reason);
