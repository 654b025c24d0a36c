using System.Text.Json;
using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tokens.Answers;

/// <summary>How a conversation is put to a model, and how its answer is read.</summary>
public sealed class ChatPlan
{
    private readonly AnswerFormat format;
    private readonly IReadOnlyList<JsonElement> tools;

    internal ChatPlan(AnswerFormat format, string prompt, IReadOnlyList<JsonElement> tools, ToolUse use)
    {
        this.format = format;
        this.tools = tools;
        Prompt = prompt;
        Grammar = format.Grammar(prompt, tools, use);
        ShowControlTokens = format.NeedsControlTokens;
    }

    /// <summary>The prompt, as the model's template writes it.</summary>
    public string Prompt { get; }

    /// <summary>Keeps calls valid and what calls nothing to its schema; null where any text is an answer. For <see cref="GenerationRequest.Grammar"/>.</summary>
    public GrammarOptions? Grammar { get; }

    /// <summary>For <see cref="GenerationRequest.ShowControlTokens"/>: the model's marks are such.</summary>
    public bool ShowControlTokens { get; }

    /// <summary>A limit of the model's thinking, for <see cref="GenerationRequest.Thinking"/>; null where its thinking has no marks of that kind.</summary>
    /// <param name="tokens">Of its thinking.</param>
    public ThinkingLimit? Limit(int tokens) => format.Limit(Prompt, tokens);

    /// <summary>A reader for one answer.</summary>
    /// <param name="keepsThoughts">Leaves what is thought in the text, where and as the model writes it.</param>
    public IAnswerReader NewReader(bool keepsThoughts = false) => format.Read(Prompt, tools, keepsThoughts);
}

/// <summary>How tools are to be used.</summary>
/// <param name="MustCall">The answer is a call.</param>
/// <param name="Only">The one tool that must be called; null for any.</param>
/// <param name="Many">Several may be called at once, where the model can.</param>
public sealed record ToolUse(bool MustCall = false, string? Only = null, bool Many = true)
{
    /// <summary>JSON Schema of an answer that calls nothing, also where there are no tools; null for any text.</summary>
    public JsonElement? Otherwise { get; init; }
}
