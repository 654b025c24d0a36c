using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Memory;
using Platform.Agents.Runs;
using Platform.ModelHost.Client;

namespace Platform.Agents.Prompting;

/// <summary>Makes the beginning of an agent's prompt: instructions, demonstrations, what it remembers, and the part of the conversation that fits its window, with a summary of what does not.</summary>
internal sealed class AgentOpening(NearestDemonstrations demonstrations, MemoryBook memories, ConversationWindow window, ConversationSummary summary, RunStore store, TimeProvider time)
{
    /// <summary>What was recalled is told as an event, and so is what could not be looked up, without which the run goes on.</summary>
    /// <param name="away">Tools of the agent that are not here now.</param>
    /// <param name="options">Of questions to the model.</param>
    public async Task<AgentPrompt> OfAsync(Guid runId, AnswerQuestion question, AgentTask task, IReadOnlyList<string> away, AgentJournal journal, ChatOptions options, CancellationToken cancellation)
    {
        var definition = task.Definition;
        var words = PromptWords.In(AnswerWords.LanguageOf(question.Question));
        var instructions = InstructionVariables.Fill(definition.Instructions, UntrustedText.NameForPrompt(task.UserName), TimeZoneInfo.ConvertTime(task.AsOf ?? time.GetUtcNow(), task.Zone));
        var examples = await OrNoneAsync(demonstrations.ForAsync(task.AgentId, question.Question, definition.Prompting, cancellation), AgentPart.Examples, journal);
        var remembered = task.Remembered ?? [.. (await OrNoneAsync(memories.RecallAsync(question.Caller.UserId, task.AgentId, definition.Memory.Scope, question.Question, cancellation), AgentPart.Memory, journal)).Select(entry => new RecalledEntry(entry.Id, entry.Shared, entry.Text))];
        if (remembered.Count > 0)
            journal.Add("memory.recalled", new MemoryRecalledData(remembered));
        var remembers = definition.Memory.Scope != MemoryScope.None;
        var earlier = remembers && question.History.Count > 1 ? await store.SummaryBeforeAsync(runId, cancellation) : null;
        var turns = remembers ? await window.OfAsync(question.History, definition.Memory.WindowTokens, earlier?.Turns ?? 0, words, cancellation) : new([], "");
        turns = await summary.OfAsync(turns, earlier, definition.Memory.WindowTokens / 4, options, journal, words, cancellation);
        return AgentPrompt.Of(definition, instructions, question, examples, remembered, turns, away, words);
    }

    /// <summary>What is compared by meaning needs the model that embeds, which may be away while the one that answers is there.</summary>
    private static async Task<IReadOnlyList<T>> OrNoneAsync<T>(Task<IReadOnlyList<T>> looked, AgentPart part, AgentJournal journal)
    {
        try
        {
            return await looked;
        }
        catch (ModelHostException)
        {
            journal.Away(part);
            return [];
        }
    }

    /// <summary>Tokens of the first prompt of a run, with the tools on offer: counted where they could matter to its limit, else guessed; 0 once anything was sent, for then it is known.</summary>
    public async Task<int> TokensAsync(AgentWork work, CancellationToken cancellation)
    {
        if (work.Journal.Past.NextPromptTokens > 0)
            return 0;
        string[] texts = [.. work.Prompt.After(work.Journal.Past).Select(message => message.Text), .. work.Kit.Tools.Select(tool => $"{tool.Name} {tool.DescriptionIn(work.Language)} {tool.ParametersIn(work.Language).GetRawText()}")];
        var guessed = texts.Sum(TokenEstimate.Of);
        return guessed < work.Definition.Limits.Tokens / 4 ? guessed : await window.CountAsync(texts, cancellation);
    }
}
