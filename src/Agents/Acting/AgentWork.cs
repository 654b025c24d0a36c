using Microsoft.Extensions.AI;
using Platform.Agents.Definitions;
using Platform.Agents.Prompting;

namespace Platform.Agents.Acting;

/// <summary>What a stretch of a run works with.</summary>
/// <param name="Options">Of every question to the model, without tools.</param>
internal sealed record AgentWork(AgentDefinition Definition, AgentJournal Journal, RunLimit Limit, AgentPrompt Prompt, ToolKit Kit, ChatOptions Options);
