using Platform.ModelHost.Engine.Tokens.Answers;
using Platform.ModelHost.Engine.Tokens.Jinja;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Tokens;

/// <summary>Turns messages into a prompt by the template that the model's file carries. Where that one cannot be used, llama.cpp's own version of it stands in, without tools.</summary>
/// <remarks>Contents are untrusted: the texts of control tokens in them are broken up, so that a message cannot end its own turn or begin another's. The template is untrusted too and runs with limits.</remarks>
internal sealed class ChatTemplate
{
    private static readonly string[] Roles = ["system", "developer", "user", "assistant", "tool"];

    private readonly string modelId;
    private readonly string? source;
    private readonly SpecialTexts special;
    private readonly Template? template;

    internal ChatTemplate(string modelId, string? source, SpecialTexts special, TimeProvider time)
    {
        source = string.IsNullOrWhiteSpace(source) ? null : source; // some files carry an empty one
        this.modelId = modelId;
        this.source = source;
        this.special = special;
        Answers = AnswerFormat.Of(source, Traits, null, special);
        try
        {
            if (source is null) { return; }
            template = Template.Parse(source, time);
            var budget = template.NewBudget(TemplateLimits.Trial); // one for all that is tried: a hostile template costs a load no more than that
            Traits = TemplateTraits.Of((asIf, messages, options) => template.Render(new ChatVariables(special, asIf, ToolCallFormat.Plain.Example).Of(messages, options), budget));
            string Apply(IReadOnlyList<ChatTurn> messages, ChatTemplateOptions options) => template.Render(new ChatVariables(special, Traits, ToolCallFormat.Plain.Example).Of(messages, options), budget);
            Answers = AnswerFormat.Of(source, Traits, Apply, special);
            _ = Apply([new ChatTurn("user", "x")], new ChatTemplateOptions()); // last: whoever ran out of the budget before took it for a template that shows less
        }
        catch (TemplateException fault)
        {
            template = null;
            Traits = new TemplateTraits { OffersTools = false, ShowsCalls = false, ShowsResults = false };
            Answers = AnswerFormat.Of(source, Traits, null, special);
            var isKnown = SafeLlamaModelHandle.ApplyTemplate(source!, [("user", "x")], true) is not null;
            Weakness = $"The chat template of '{modelId}' cannot be used: {fault.Message} {(isKnown ? "llama.cpp's own version of it stands in; it knows neither tools nor template variables." : "The model takes raw prompts only.")}";
        }
    }

    /// <summary>What the template can show.</summary>
    internal TemplateTraits Traits { get; } = new();

    /// <summary>How the model answers: the marks of its thinking and of its calls.</summary>
    internal AnswerFormat Answers { get; }

    /// <summary>Why the model's own template is not used; null when it is, or when the model carries none.</summary>
    internal string? Weakness { get; }

    /// <exception cref="EngineException">Kind BadRequest: no messages, an unknown role, no usable template, or one that refuses the messages.</exception>
    internal string Apply(IReadOnlyList<ChatTurn> messages, ChatTemplateOptions options)
    {
        if (options.ContinuesLast) { return Begun(messages, options); }
        if (messages.Count == 0) { throw Refuse("There are no messages. Send at least one.", "messages"); }
        if (source is null) { throw Refuse($"The model '{modelId}' carries no chat template. Send a raw prompt, or use a chat model.", "messages"); }
        for (var i = 0; i < messages.Count; i++)
        {
            if (!Roles.Contains(messages[i].Role)) { throw Refuse($"The role of message {i} is '{messages[i].Role}'; known are {string.Join(", ", Roles)}.", $"messages[{i}].role"); }
        }
        return special.WithoutAdded(template is null ? ApplyBuiltIn(messages, options) : Render(template, messages, options));
    }

    /// <summary>The prompt of a conversation, with how its answer is kept to the tools and read.</summary>
    /// <inheritdoc cref="Apply" path="/exception"/>
    internal ChatPlan Plan(IReadOnlyList<ChatTurn> messages, ChatTemplateOptions options, ToolUse use) => new(Answers, Apply(messages, options), options.Tools, use);

    /// <summary>The prompt of the messages before the last, opened for an answer, and as much of it as there is.</summary>
    private string Begun(IReadOnlyList<ChatTurn> messages, ChatTemplateOptions options)
    {
        if (messages is not [.., _, { Role: "assistant", ToolCalls.Count: 0, ReasoningContent: null } begun]) { throw Refuse("Only a last message of the assistant can be continued, after another message, and one of text alone.", "messages"); }
        var prompt = Apply([.. messages.SkipLast(1)], options with { ContinuesLast = false, AddGenerationPrompt = true });
        return prompt + (Answers.BeforeText(prompt) ?? throw Refuse($"The model '{modelId}' answers in channels, so an answer that has begun cannot be continued. Leave the last message of the assistant out.", "messages")) + special.Defuse(begun.Content);
    }

    private string Render(Template own, IReadOnlyList<ChatTurn> messages, ChatTemplateOptions options)
    {
        try
        {
            return own.Render(new ChatVariables(special, Traits, Answers.Calls.Example).Of(messages, options), options.Clock);
        }
        catch (TemplateException fault)
        {
            throw Refuse(fault.Fault == TemplateFault.Raised
                ? $"The chat template of '{modelId}' refuses these messages: {fault.Reason}"
                : $"The chat template of '{modelId}' cannot be applied to these messages: {fault.Message}", "messages", fault);
        }
    }

    private string ApplyBuiltIn(IReadOnlyList<ChatTurn> messages, ChatTemplateOptions options) =>
        SafeLlamaModelHandle.ApplyTemplate(source!, [.. ChatFitting.Fit(messages, options.Tools, Traits).Select(turn => (turn.Role, special.Defuse(turn.Content).Replace(SpecialTexts.ExamplePlace.ToString(), ToolCallFormat.Plain.Example, StringComparison.Ordinal)))], options.AddGenerationPrompt)
        ?? throw Refuse($"{Weakness} Send a raw prompt, or use a model with a common template (ChatML, Llama, Mistral, Gemma …).", "messages");

    private static EngineException Refuse(string message, string parameter, Exception? inner = null) => new(EngineErrorKind.BadRequest, message, inner) { Parameter = parameter };
}
