using System.Text.Json;

namespace Platform.ModelHost.Engine.Tokens;

/// <summary>What a template is given beside the messages.</summary>
public sealed record ChatTemplateOptions
{
    /// <summary>Ends the prompt where the assistant's next answer begins.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>The last message is the assistant's and has only begun: the prompt ends with its text, and the answer goes on there.</summary>
    public bool ContinuesLast { get; init; }

    /// <summary>The tools on offer, each {"type":"function","function":{…}} as in the API. Untrusted.</summary>
    public IReadOnlyList<JsonElement> Tools { get; init; } = [];

    /// <summary>Variables that the template may know (enable_thinking, reasoning_effort, documents …). They cannot replace the messages.</summary>
    public IReadOnlyDictionary<string, JsonElement> Variables { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>What a template that writes the time (strftime_now) takes it from; null for the engine's own clock.</summary>
    public TimeProvider? Clock { get; init; }
}
