using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Agents.Answering;
using Platform.Agents.Runs;
using Platform.Agents.Tools;

namespace Platform.Agents.Acting;

/// <summary>Why a run ended with less than was asked for. Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<StopReason>))]
public enum StopReason { MaxSteps, MaxTokens, Timeout, LoopDetected, MaxToolCalls }

/// <summary>What a step is: one decision of the model, the answer at a limit, the making of a plan, a step of the plan, the summary of what fell out of the conversation's window, or whether a step of the plan reached what it was to. Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<StepKind>))]
public enum StepKind { Decision, Answer, Plan, PlanStep, Summary, Check }

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

    /// <summary>How the model was asked; null where it is as the last time.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelSettings? Settings { get; init; }

    /// <summary>Those of the tools on offer that no question before told of, or told of otherwise; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ToolOffer>? Offered { get; init; }
}

/// <summary>A tool as a model is told of it.</summary>
/// <param name="Schema">Of its arguments.</param>
public sealed record ToolOffer(string Name, string Description, JsonElement Schema);

/// <summary>How a model is asked; null leaves it to the engine.</summary>
/// <param name="Adapters">Id and scale of each.</param>
/// <param name="Tool">auto where it may call one of the tools, required where it must, or the one that it must call.</param>
/// <param name="Schema">Of the JSON that its answer must be.</param>
public sealed record ModelSettings(
    string? Model, float? Temperature, float? TopP, int? MaxTokens, long? Seed, IReadOnlyList<string>? Stop, string? Effort, JsonElement? Adapters, bool? Parallel, string? Tool, JsonElement? Schema);

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

    /// <summary>Of the prompt's tokens, those that the engine had read before.</summary>
    public int CachedTokens { get; init; }

    /// <summary>Of a summary: how many turns of the conversation, from the first, it tells of.</summary>
    public int? Turns { get; init; }

    /// <summary>So many calls were asked for at once, of which only the first ones are <see cref="Calls"/>; 0 where those are all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int CallsAsked { get; init; }

    /// <summary>Of a check: what it came to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StepVerdict? Verdict { get; init; }

    /// <summary>The model was stopped in the middle of it: its tokens had run out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsCut { get; init; }
}

/// <summary>Whether what a decision in a step of a plan brought reached what the step was to. Written by a model: untrusted.</summary>
/// <param name="Decision">Id of the decision, which is a step of the run.</param>
public sealed record StepVerdict(string Decision, bool Met, string Why);

/// <summary>step.failed.</summary>
public sealed record StepFailedData(string StepId, StepKind Kind, string Message)
{
    /// <summary>Its time was over, or the run was ended meanwhile: the message is the program's own.</summary>
    public bool IsGivenUp { get; init; }

    /// <summary>What it took by then, as far as that is known: an engine that breaks off does not tell.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int PromptTokens { get; init; }

    /// <inheritdoc cref="PromptTokens"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int CompletionTokens { get; init; }
}

/// <summary>tool.call, stored before a tool that writes is called: a call without its result may have been made.</summary>
/// <param name="Arguments">As they are used: edited, perhaps, by the person who approved.</param>
public sealed record ToolCallData(string CallId, string StepId, string Tool, JsonElement Arguments, bool Writes)
{
    /// <summary>Whether it stands for a call that writes, which is made once: what it came to is not judged either.</summary>
    public bool IsFinal { get; init; }
}

/// <summary>tool.result. The text is untrusted.</summary>
public sealed record ToolResultData(
    string CallId, string StepId, string Tool, string Text, JsonElement? Data, bool IsError, IReadOnlyList<Citation> Citations, double Milliseconds)
{
    /// <summary>What failed, where the program itself says so.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ToolFailure? Failure { get; init; }

    /// <summary>Tokens that models took for it: those of an agent that was asked.</summary>
    public int Tokens { get; init; }

    /// <summary>Calls that were made for it: those of an agent that was asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Calls { get; init; }

    /// <summary>Whether it did as asked and found nothing.</summary>
    public bool IsEmpty { get; init; }
}

/// <summary>What of an agent was not there when it worked. Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<AgentPart>))]
public enum AgentPart { Tool, Memory, Examples }

/// <summary>part.away: the run goes on without a part of its agent.</summary>
/// <param name="Name">Of a tool; empty for what there is once.</param>
public sealed record PartAwayData(AgentPart Part, string Name = "");

/// <summary>message.reset: what message.delta told so far is not the answer.</summary>
public sealed record MessageResetData(string Reason);
