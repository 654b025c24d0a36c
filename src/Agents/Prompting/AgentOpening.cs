using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Memory;
using Platform.Agents.Runs;

namespace Platform.Agents.Prompting;

/// <summary>Makes the beginning of an agent's prompt: instructions, demonstrations, what it remembers, and the part of the conversation that fits its window, with a summary of what does not.</summary>
internal sealed class AgentOpening(NearestDemonstrations demonstrations, MemoryBook memories, ConversationWindow window, ConversationSummary summary, RunStore store, TimeProvider time)
{
    /// <summary>What was recalled is told as an event.</summary>
    /// <param name="options">Of questions to the model.</param>
    public async Task<AgentPrompt> OfAsync(Guid runId, AnswerQuestion question, AgentTask task, AgentJournal journal, ChatOptions options, CancellationToken cancellation)
    {
        var definition = task.Definition;
        var instructions = InstructionVariables.Fill(definition.Instructions, UntrustedText.NameForPrompt(task.UserName), TimeZoneInfo.ConvertTime(time.GetUtcNow(), task.Zone));
        var examples = await demonstrations.ForAsync(task.AgentId, question.Question, definition.Prompting, cancellation);
        var remembered = await memories.RecallAsync(question.Caller.UserId, task.AgentId, definition.Memory.Scope, question.Question, cancellation);
        if (remembered.Count > 0)
            journal.Add("memory.recalled", new MemoryRecalledData([.. remembered.Select(entry => new RecalledEntry(entry.Id, entry.Shared, entry.Text))]));
        var remembers = definition.Memory.Scope != MemoryScope.None;
        var earlier = remembers && question.History.Count > 1 ? await store.SummaryBeforeAsync(runId, cancellation) : null;
        var turns = remembers ? await window.OfAsync(question.History, definition.Memory.WindowTokens, earlier?.Turns ?? 0, cancellation) : new([], "");
        turns = await summary.OfAsync(turns, earlier, definition.Memory.WindowTokens / 4, options, journal, cancellation);
        return AgentPrompt.Of(definition, instructions, question, examples, remembered, turns);
    }
}
