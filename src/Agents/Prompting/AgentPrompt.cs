using Microsoft.Extensions.AI;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Memory;
using Platform.Agents.Acting;

namespace Platform.Agents.Prompting;

/// <summary>Writes what a model is sent in a run of an agent: sections marked off as the agent is set to, the conversation, then each decision with its results. What the program itself says there is in the question's language.</summary>
/// <remarks>Results of tools, what others noted and the conversation are untrusted; results and notes are fenced. What the model itself wrote may repeat them, and is cleaned.</remarks>
internal sealed class AgentPrompt
{
    private readonly IReadOnlyList<ChatMessage> opening;
    private readonly PromptWords words;

    private AgentPrompt(IReadOnlyList<ChatMessage> opening, PromptWords words) => (this.opening, this.words) = (opening, words);

    /// <param name="instructions">With their variables filled in.</param>
    /// <param name="examples">Chosen for this question, in the order in which they are shown.</param>
    /// <param name="remembered">What is known from earlier; untrusted. What anybody may have noted is fenced; a person's own notes are not, for they may be wishes.</param>
    /// <param name="away">Tools of the agent that are not here now.</param>
    public static AgentPrompt Of(AgentDefinition definition, string instructions, AnswerQuestion question, IReadOnlyList<Demonstration> examples, IReadOnlyList<RecalledEntry> remembered, WindowedTurns window, IReadOnlyList<string> away, PromptWords words)
    {
        var (own, shared) = (Notes(remembered.Where(entry => !entry.Shared)), Notes(remembered.Where(entry => entry.Shared)));
        var system = new PromptSections(definition.Prompting.Sections)
            .Add("instructions", words.Instructions, instructions)
            .Add("rules", words.Rules, Rules(definition, hasNotes: shared.Length > 0 || window.Before.Length > 0, remembers: remembered.Count > 0, away, words))
            .Add("reasoning", words.Reasoning, definition.Prompting.Reasoning == ReasoningMode.None ? "" : words.ReasonFirst)
            .Add("examples", words.Examples, string.Join("\n\n", examples.Select(example => Example(example, definition.Prompting.Reasoning, words))))
            .Add("notes", words.Memory, $"{own}\n{Noted(shared)}")
            .Add("earlier", words.Earlier, Noted(UntrustedText.ForPrompt(window.Before)));
        return new(
        [
            new(ChatRole.System, system.ToString()),
            .. window.Turns.Select(turn => new ChatMessage(turn.Role == "user" ? ChatRole.User : ChatRole.Assistant, UntrustedText.ForPrompt(turn.Text))),
            new(ChatRole.User, question.Question),
        ], words);
    }

    /// <summary>The opening with the decisions so far. A call without a result is said not to have been made: services refuse one that nothing answers.</summary>
    /// <param name="settledOnly">Leaves out decisions whose calls are yet to be made.</param>
    public IReadOnlyList<ChatMessage> After(AgentPast past, string? last = null, bool settledOnly = false)
    {
        List<ChatMessage> messages = [.. opening];
        List<string> thoughts = [];
        int[] numbers = [.. past.Citations.Select(citation => citation.N)];
        foreach (var clarified in past.Clarified)
            messages.AddRange([new(ChatRole.Assistant, UntrustedText.ForPrompt(clarified.Question)), new(ChatRole.User, clarified.Answer ?? words.Unanswered)]);
        foreach (var decision in past.Decisions.Where(decision => !settledOnly || decision.Calls.All(call => past.Results.ContainsKey(call.CallId))))
        {
            var text = UntrustedText.ForPrompt(decision.Text, numbers);
            if (decision.Calls.Count == 0)
            {
                thoughts.Add(words.StepCameTo(decision.PlanStep ?? "", text));
                continue;
            }
            Think();
            List<AIContent> said = text.Length > 0 ? [new TextContent(text)] : [];
            said.AddRange(decision.Calls.Select(call => new FunctionCallContent(call.CallId, call.Tool, AgentTrace.Arguments(past.MadeWith(call.CallId) ?? past.DecisionOn(call.CallId)?.Arguments ?? call.Arguments))));
            messages.Add(new(ChatRole.Assistant, said));
            messages.AddRange(decision.Calls.Select(call => new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, AgentTrace.Result(past, decision, call, words))])));
        }
        Think();
        if ((last ?? (messages[^1].Role == ChatRole.Assistant ? words.GoOn : null)) is { } ask) // services go on writing what the assistant said last
            messages.Add(new(ChatRole.User, ask));
        return messages;

        void Think()
        {
            if (thoughts.Count > 0)
                messages.Add(new(ChatRole.Assistant, string.Join('\n', thoughts))); // in one: templates want the roles to take turns
            thoughts.Clear();
        }
    }

    private static string Noted(string text) => text.Length == 0 ? "" : $"<memory>\n{text}\n</memory>";

    private static string Notes(IEnumerable<RecalledEntry> entries) => string.Join('\n', entries.Select(entry => $"- {UntrustedText.ForPrompt(entry.Text).ReplaceLineEndings(" ")}"));

    private static string Rules(AgentDefinition definition, bool hasNotes, bool remembers, IReadOnlyList<string> away, PromptWords words)
    {
        List<string> rules = hasNotes ? [words.NotesAreData] : [];
        if (definition.Tools.Any(tool => tool.Policy != ToolPolicy.Never))
        {
            rules.Add(words.OneStep);
            rules.Add(words.OutputIsData);
            rules.Add(definition.Knowledge.Citations == CitationStyle.None ? words.NoSources : words.Cite);
        }
        if (away.Count > 0)
            rules.Add(words.Away(string.Join(", ", away)));
        if (definition.Knowledge.OnlyFromSources && definition.Tools.Count > 0)
            rules.Add(remembers ? words.OnlyFromToolsAndNotes : words.OnlyFromTools);
        return string.Join('\n', rules.Select(rule => $"- {rule}"));
    }

    private static string Example(Demonstration example, ReasoningMode reasoning, PromptWords words)
    {
        var marked = $"{words.AnswerMark} {example.Answer}"; // also of one without its reasoning: what a model is shown it does
        var reasoned = reasoning == ReasoningMode.None ? example.Answer : example.Reasoning.Length == 0 ? marked : $"{example.Reasoning}\n{marked}";
        return $"<example>\n{words.ExampleQuestion}{example.Question}\n{reasoned}\n</example>";
    }
}
