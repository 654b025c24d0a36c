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
        ToolGrammar = tools.Count > 0 ? format.Grammar(prompt, tools, use) : null;
        ShowControlTokens = format.NeedsControlTokens;
    }

    /// <summary>The prompt, as the model's template writes it.</summary>
    public string Prompt { get; }

    /// <summary>Keeps calls valid; null without tools. For <see cref="GenerationRequest.Grammar"/>.</summary>
    public GrammarOptions? ToolGrammar { get; }

    /// <summary>For <see cref="GenerationRequest.ShowControlTokens"/>: the model's marks are such.</summary>
    public bool ShowControlTokens { get; }

    /// <summary>A reader for one answer.</summary>
    public IAnswerReader NewReader() => format.Read(Prompt, tools);
}

/// <summary>How tools are to be used.</summary>
/// <param name="MustCall">The answer is a call.</param>
/// <param name="Only">The one tool that must be called; null for any.</param>
/// <param name="Many">Several may be called at once, where the model can.</param>
public sealed record ToolUse(bool MustCall = false, string? Only = null, bool Many = true);
