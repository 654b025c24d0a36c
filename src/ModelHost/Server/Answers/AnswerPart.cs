using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Models;

namespace Platform.ModelHost.Server.Answers;

/// <summary>What happens to an answer, before any API gives it its words. Texts are untrusted.</summary>
/// <param name="Choice">Which of the answers to the one request.</param>
internal abstract record AnswerPart(int Choice)
{
    /// <summary>What the answer took so far; null unless that was asked for.</summary>
    public GenerationUsage? SoFar { get; init; }
}

/// <summary>What will answer; the first part.</summary>
internal sealed record Begins(ModelRun Ran) : AnswerPart(0);

/// <summary>Waiting; 1 is next.</summary>
internal sealed record Waits(int Position) : AnswerPart(0);

/// <summary>The prompt is being read.</summary>
internal sealed record Reads(PromptProgress Progress) : AnswerPart(0);

/// <summary>New text of the answer itself, with its tokens when they were asked for.</summary>
internal sealed record Says(int Choice, string Text, IReadOnlyList<TokenLogProbability> Tokens) : AnswerPart(Choice);

/// <summary>New text of the thinking before the answer.</summary>
internal sealed record Thinks(int Choice, string Text) : AnswerPart(Choice);

/// <summary>A call of a tool begins.</summary>
internal sealed record CallsTool(int Choice, int Index, string Id, string Name) : AnswerPart(Choice);

/// <summary>More of a call's arguments, as JSON text.</summary>
internal sealed record CallArguments(int Choice, int Index, string Fragment) : AnswerPart(Choice);

/// <summary>The end of one answer.</summary>
/// <param name="ReasoningTokens">Of the answer's tokens, those of its thinking, counted by their text.</param>
internal sealed record Ends(int Choice, GenerationFinished Finished, bool HasCalls, int ReasoningTokens) : AnswerPart(Choice)
{
    /// <summary>Which of the request's prompts it answers.</summary>
    public int Prompt { get; init; }
}
