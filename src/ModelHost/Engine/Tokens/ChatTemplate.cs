using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Tokens;

/// <summary>Turns messages into a prompt by the template that the model's file carries.</summary>
/// <remarks>Contents are untrusted: the texts of control tokens in them are broken up, so that a message cannot end its own turn or begin another's.</remarks>
internal sealed class ChatTemplate
{
    private const char Breaker = '\u200B'; // zero-width space: shows nothing
    private static readonly string[] Roles = ["system", "user", "assistant", "tool"];

    private readonly string modelId;
    private readonly string? template;
    private readonly string[] controlTexts;

    internal ChatTemplate(string modelId, string? template, string[] controlTexts)
    {
        this.modelId = modelId;
        this.template = template;
        this.controlTexts = controlTexts;
        IsKnown = template is not null && SafeLlamaModelHandle.ApplyTemplate(template, [("user", "x")], true) is not null;
    }

    /// <summary>True when llama.cpp can apply it.</summary>
    internal bool IsKnown { get; }

    /// <exception cref="EngineException">Kind BadRequest: no messages, an unknown role, or a template that llama.cpp does not know.</exception>
    internal string Apply(IReadOnlyList<ChatTurn> messages, bool addGenerationPrompt)
    {
        if (messages.Count == 0) { throw Refuse("There are no messages. Send at least one.", "messages"); }
        if (template is null) { throw Refuse($"The model '{modelId}' carries no chat template. Send a raw prompt, or use a chat model.", "messages"); }
        for (var i = 0; i < messages.Count; i++)
        {
            if (!Roles.Contains(messages[i].Role)) { throw Refuse($"The role of message {i} is '{messages[i].Role}'; known are {string.Join(", ", Roles)}.", $"messages[{i}].role"); }
        }
        return SafeLlamaModelHandle.ApplyTemplate(template, [.. messages.Select(m => (m.Role, Defuse(m.Content)))], addGenerationPrompt)
            ?? throw Refuse($"The chat template of '{modelId}' is not one that llama.cpp knows by name. Send a raw prompt, or use a model with a common template (ChatML, Llama, Mistral, Gemma …).", "messages");
    }

    private string Defuse(string content)
    {
        content = content.Replace('\0', ' '); // a C string ends at NUL
        foreach (var text in controlTexts)
        {
            if (content.Contains(text, StringComparison.Ordinal)) { content = content.Replace(text, text[..1] + Breaker + text[1..], StringComparison.Ordinal); }
        }
        return content;
    }

    private static EngineException Refuse(string message, string parameter) => new(EngineErrorKind.BadRequest, message) { Parameter = parameter };
}
