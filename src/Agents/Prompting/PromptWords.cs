using System.Text.Json;
using Platform.Agents.Acting;
using Platform.Agents.Answering;

namespace Platform.Agents.Prompting;

/// <summary>What the program itself writes into a prompt of an agent, in the question's language: the compiler holds that no language lacks a text. Names of tools and fields, and the tags of fences, are the same in all.</summary>
internal sealed partial record PromptWords
{
    public static PromptWords In(AnswerLanguage language) => language == AnswerLanguage.Chinese ? Chinese : English;

    public required AnswerLanguage Language { get; init; }

    // Headings of sections.
    public required string Instructions { get; init; }
    public required string Rules { get; init; }
    public required string Reasoning { get; init; }
    public required string Examples { get; init; }
    public required string Memory { get; init; }
    public required string Earlier { get; init; }
    public required string Tools { get; init; }
    public required string SoFar { get; init; }
    public required string LastPlan { get; init; }
    public required string Goal { get; init; }
    public required string Criterion { get; init; }
    public required string Result { get; init; }

    // Rules, one line each.
    public required string NotesAreData { get; init; }
    public required string OneStep { get; init; }
    public required string OutputIsData { get; init; }
    public required string NoSources { get; init; }
    public required string Cite { get; init; }
    public required string OnlyFromTools { get; init; }
    public required string OnlyFromToolsAndNotes { get; init; }

    /// <summary>Given: names of tools.</summary>
    public required Func<string, string> Away { get; init; }

    /// <summary>How a chain of thought and its answer are told apart.</summary>
    public required string ReasonFirst { get; init; }

    /// <summary>What the line of an answer begins with where there is a chain of thought before it; one of those that <see cref="ReasonedAnswer"/> knows.</summary>
    public required string AnswerMark { get; init; }

    /// <summary>What the question of an example begins with.</summary>
    public required string ExampleQuestion { get; init; }

    // What the model is asked for at the end of a prompt.
    public required string AnswerNow { get; init; }

    /// <summary>After several calls that brought what was known.</summary>
    public required string NoNews { get; init; }
    public required string GoOn { get; init; }
    public required string Unanswered { get; init; }

    /// <summary>After <see cref="AnswerNow"/>, where a further plan was rejected. Given: what the person said, as <see cref="Saying"/> puts it.</summary>
    public required Func<string, string> FurtherPlanRejected { get; init; }

    /// <summary>A person's comment inside of a sentence.</summary>
    public required Func<string, string> Saying { get; init; }

    // Plans.
    public required string MakePlan { get; init; }
    public required string MayAsk { get; init; }

    /// <summary>What a tool's inputs are led in with.</summary>
    public required string Inputs { get; init; }
    public required Func<JsonException, string> PlanIsNoJson { get; init; }
    public required string SameIds { get; init; }

    /// <summary>Given: the most steps, and how many there are.</summary>
    public required Func<int, int, string> PlanSteps { get; init; }
    public required Func<string, string> SameId { get; init; }

    /// <summary>Given: a step's id, and what it depends on.</summary>
    public required Func<string, string, string> NoSuchStep { get; init; }
    public required Func<string, string> WaitsForItself { get; init; }

    /// <summary>Given: the step's number.</summary>
    public required Func<int, string> IdMissing { get; init; }

    /// <summary>Given: the step's number, the most characters, and how many there are.</summary>
    public required Func<int, int, int, string> IdTooLong { get; init; }

    /// <summary>Given: a step's id, the most characters, and how many there are.</summary>
    public required Func<string, int, int, string> GoalTooLong { get; init; }
    public required Func<string, int, int, string> DoneWhenTooLong { get; init; }
    public required Func<string, string> GoalMissing { get; init; }
    public required Func<string, string> ToolMissing { get; init; }

    /// <summary>Given: a step's id, and the name.</summary>
    public required Func<string, string, string> StepHasNoSuchTool { get; init; }
    public required Func<string, string> InputsNoObject { get; init; }

    /// <summary>Given: the steps that are done.</summary>
    public required Func<string, string> PlanWhatIsLeft { get; init; }

    /// <summary>Given: the step's id, and what it came to.</summary>
    public required Func<string, string, string> StepCameTo { get; init; }

    /// <summary>Given: the step's goal, and when it is done; empty where any result will do.</summary>
    public required Func<string, string, string> DoStep { get; init; }
    public required string FoundNothing { get; init; }

    /// <summary>Given: why what a step brought is not what it was to reach.</summary>
    public required Func<string, string> NotMet { get; init; }
    public required string JudgeStep { get; init; }
    public required string ChangePlan { get; init; }
    public required string NewFact { get; init; }
    public required string NewFacts { get; init; }

    // What becomes of calls.
    public required string NotCalled { get; init; }
    public required string CutOff { get; init; }
    public required string Repeated { get; init; }
    public required string ArgumentsAreNoJson { get; init; }

    /// <summary>Given: how many were asked for at once, and how many of them are taken.</summary>
    public required Func<int, int, string> CallsLeftOut { get; init; }

    /// <summary>Given: the run's limit of calls.</summary>
    public required Func<int, string> CallsUsedUp { get; init; }
    public required Func<string, string> NotApprovedInTime { get; init; }

    /// <summary>Given: what the person said, as <see cref="Saying"/> puts it.</summary>
    public required Func<string, string> Rejected { get; init; }

    /// <summary>Of a call that was approved when its tool did less.</summary>
    public required string DoesMore { get; init; }

    /// <summary>The same of one that was approved, as it was or changed.</summary>
    public required Func<string, string> Approved { get; init; }
    public required Func<string, string> CallChanged { get; init; }
    public required Func<string, string> CallChangedUnmade { get; init; }
    public required Func<string, string> ToolIsAway { get; init; }

    /// <summary>Given: the name, and those of the tools that there are; empty for none.</summary>
    public required Func<string, string, string> NoSuchTool { get; init; }
    public required Func<string, string, string> WrongArguments { get; init; }

    public required string NoPassage { get; init; }
    public required string NoBase { get; init; }
    public required string NoRoomForPassages { get; init; }

    /// <summary>Given: a tool's name.</summary>
    public required Func<string, string> ToolBroke { get; init; }

    /// <summary>Given: a tool's name, and the seconds that it may take.</summary>
    public required Func<string, double, string> ToolTookTooLong { get; init; }
    public required string AskForLess { get; init; }
    public required string UnknownOutcome { get; init; }

    // Conversations.
    public required string Summarize { get; init; }
    public required string Before { get; init; }
    public required string Asked { get; init; }
    public required string Answered { get; init; }

    // Agents that are asked.
    public required string AskAgent { get; init; }

    /// <summary>Given: who they are.</summary>
    public required Func<string, string> AgentsToAsk { get; init; }
    public required Func<int, string> AskedTooDeep { get; init; }
    public required Func<int, string> TooFewTokensToAsk { get; init; }
    public required Func<string, string> NoSuchAgent { get; init; }
    public required string AskedAlready { get; init; }
    public required Func<string, string> AgentStopped { get; init; }

    /// <summary>Given: its name, and why, in English.</summary>
    public required Func<string, string, string> AgentFailed { get; init; }
    public required Func<StopReason?, string> AgentAtLimit { get; init; }
    public required Func<string, string> AgentExpired { get; init; }

    // What is kept.
    public required string Remember { get; init; }
    public required string RememberFor { get; init; }
    public required string KeepsNothing { get; init; }
    public required string KeepsNothingForAll { get; init; }
    public required string KeptAlready { get; init; }
    public required string Kept { get; init; }
    public required string NobodyToKeepFor { get; init; }

    /// <summary>Given: why, in English.</summary>
    public required Func<string, string> NotTaken { get; init; }
}
