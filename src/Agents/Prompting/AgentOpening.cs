using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Acting;
using Platform.ModelHost.Client;

namespace Platform.Agents.Prompting;

/// <summary>Makes the beginning of an agent's prompt: instructions, demonstrations, and the latest turns of the conversation that fit its window.</summary>
internal sealed class AgentOpening(NearestDemonstrations demonstrations, ITokenCounter tokens, TimeProvider time)
{
    public async Task<AgentPrompt> OfAsync(AnswerQuestion question, AgentTask task, CancellationToken cancellation)
    {
        var definition = task.Definition;
        var instructions = InstructionVariables.Fill(definition.Instructions, UntrustedText.NameForPrompt(task.UserName), time.GetUtcNow());
        var examples = await demonstrations.ForAsync(question.Question, definition.Prompting, cancellation);
        return AgentPrompt.Of(definition, instructions, question, examples, [], await WindowAsync(question.History, definition.Memory, cancellation));
    }

    /// <summary>The latest turns, as many as fit whole.</summary>
    private async Task<IReadOnlyList<PastTurn>> WindowAsync(IReadOnlyList<PastTurn> history, MemorySettings memory, CancellationToken cancellation)
    {
        if (memory.Scope == MemoryScope.None || memory.WindowTokens == 0 || history.Count == 0)
            return [];
        PastTurn[] latest = [.. history.TakeLast(50)];
        var counts = await tokens.CountForChatAsync([.. latest.Select(turn => turn.Text)], cancellation);
        var kept = latest.Length;
        for (var left = memory.WindowTokens; kept > 0 && (left -= counts[kept - 1]) >= 0;)
            kept--;
        return latest[kept..];
    }
}
