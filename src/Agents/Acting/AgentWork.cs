using Microsoft.Extensions.AI;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Prompting;

namespace Platform.Agents.Acting;

/// <summary>What a stretch of a run works with.</summary>
/// <param name="Options">Of every question to the model, without tools.</param>
/// <param name="Language">The question's: of what the program itself says.</param>
internal sealed record AgentWork(AgentDefinition Definition, AgentJournal Journal, RunLimit Limit, AgentPrompt Prompt, ToolKit Kit, ChatOptions Options, AnswerLanguage Language)
{
    /// <summary>Cancelled where the run is stopped, and not where its time is over.</summary>
    public CancellationToken Stopped { get; init; }

    /// <summary>Most tokens of the answer itself, where who asks wants no longer one.</summary>
    public int? MostAnswer { get; init; }

    /// <summary>Of what the model is told, in that language.</summary>
    public PromptWords Words => Kit.Words;
}
