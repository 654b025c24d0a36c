using System.Text.Json;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Grammars;

namespace Platform.ModelHost.Engine.Tokens.Answers;

/// <summary>How a model answers: the marks of its thinking and of its calls, as its template shows them.</summary>
internal sealed class AnswerFormat
{
    private readonly ReasoningMarks reasoning;
    private readonly bool isHarmony, thinks;

    private AnswerFormat(ReasoningMarks reasoning, bool thinks, ToolCallFormat calls, bool isHarmony, IReadOnlyList<string> control)
    {
        this.reasoning = reasoning;
        this.isHarmony = isHarmony;
        this.thinks = thinks;
        Calls = calls;
        string[] marks = [reasoning.Open, reasoning.Close, calls.Open, calls.BeforeName, calls.AfterName, calls.AfterArguments, calls.Close];
        NeedsControlTokens = isHarmony || control.Any(text => marks.Any(mark => mark.Contains(text, StringComparison.Ordinal)));
    }

    internal ToolCallFormat Calls { get; }

    /// <summary>True when marks are control tokens, so that the answer must be generated with <see cref="GenerationRequest.ShowControlTokens"/>.</summary>
    internal bool NeedsControlTokens { get; }

    /// <param name="template">The template's text, or null.</param>
    /// <param name="traits">What it can show.</param>
    /// <param name="render">Applies it; null where it cannot be applied.</param>
    /// <param name="special">The model's control tokens.</param>
    internal static AnswerFormat Of(string? template, TemplateTraits traits, Func<IReadOnlyList<ChatTurn>, ChatTemplateOptions, string>? render, SpecialTexts special)
    {
        var reasoning = ReasoningMarks.Of(template);
        var isHarmony = template?.Contains("<|channel|>", StringComparison.Ordinal) == true && template.Contains("<|message|>", StringComparison.Ordinal);
        var calls = isHarmony ? ToolCallFormat.Harmony
            : render is not null && traits.ShowsCalls && ToolCallProbe.Find(render, reasoning, special.Ends) is { } found ? found
            : render is not null && traits.OffersTools && special.Control.Contains(ToolCallFormat.ListMark) ? ToolCallFormat.List
            : ToolCallFormat.Plain;
        return new AnswerFormat(reasoning, ReasoningMarks.AreIn(template), calls, isHarmony, special.Control);
    }

    /// <summary>Reads an answer to a prompt.</summary>
    /// <param name="prompt">The prompt that it answers: it may have opened the thinking.</param>
    /// <param name="tools">The tools on offer; without any, nothing is taken for a call.</param>
    /// <param name="keepsThoughts">Takes thinking for content.</param>
    internal IAnswerReader Read(string prompt, IReadOnlyList<JsonElement> tools, bool keepsThoughts = false) => isHarmony ? new HarmonyAnswer(keepsThoughts)
        : new MarkedAnswer(keepsThoughts ? null : new ReasoningSplitter(reasoning, reasoning.AreOpenIn(prompt)), tools.Count > 0 ? Calls : null, Schemas(tools).DistinctBy(tool => tool.Name).Select(tool => Calls.Pairs is null ? tool : tool.Flat()).ToDictionary(tool => tool.Name, tool => tool.Parameters, StringComparer.Ordinal));

    /// <summary>What stands between a prompt and the first word of an answer that thinks nothing: the end of the thinking where the template has opened it. Null where words have no such place.</summary>
    internal string? BeforeText(string prompt) => isHarmony ? null : reasoning.AreOpenIn(prompt) ? $"{(prompt.EndsWith('\n') ? "" : "\n")}\n{reasoning.Close}\n\n" : "";

    /// <summary>A limit of the thinking before an answer to a prompt; null where it is not told by a pair of marks.</summary>
    internal ThinkingLimit? Limit(string prompt, int tokens) => isHarmony ? null : new ThinkingLimit(tokens, reasoning.Open, reasoning.Close, reasoning.AreOpenIn(prompt));

    /// <summary>The grammar that keeps calls to the tools on offer, and other answers to their schema; null where there is neither. It holds from the start where text of any kind is no answer (after the thinking, where the template speaks of one), else from where a call begins.</summary>
    /// <exception cref="EngineException">Kind BadRequest: a tool or its schema is refused.</exception>
    internal GrammarOptions? Grammar(string prompt, IReadOnlyList<JsonElement> tools, ToolUse use)
    {
        if (tools.Count == 0 && use.Otherwise is null) { return null; }
        var offered = Schemas(tools).Where(tool => use.Only is null || tool.Name == use.Only).ToList();
        if (offered.Count == 0 && use.Only is not null) { throw new EngineException(EngineErrorKind.BadRequest, $"The tool '{use.Only}' is to be called and is not on offer.") { Parameter = "tool_choice" }; }
        var mustCall = use.MustCall || use.Only is not null;
        var otherwise = mustCall ? null : use.Otherwise;
        var isFree = !mustCall && otherwise is null;
        try
        {
            var text = new ToolCallGrammar(Calls).Write(offered, use.Many, otherwise, !isFree && !isHarmony && thinks ? (reasoning, reasoning.AreOpenIn(prompt)) : null);
            return new GrammarOptions(text) { Triggers = isFree ? [Calls.Trigger] : [] };
        }
        catch (GrammarFault fault)
        {
            throw fault.Refusal("tools");
        }
    }

    private static IEnumerable<ToolSchema> Schemas(IReadOnlyList<JsonElement> tools) => tools.Select(ToolSchema.Of);
}
