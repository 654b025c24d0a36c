using System.Text.Json;
using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens;

/// <summary>Turns messages and tools into the variables of a template, in the form that it understands.</summary>
/// <param name="example">A call as the model writes it, for a template that offers no tools.</param>
internal sealed class ChatVariables(SpecialTexts special, TemplateTraits traits, string example)
{
    internal Dictionary<string, object?> Of(IReadOnlyList<ChatTurn> messages, ChatTemplateOptions options)
    {
        var fitted = ChatFitting.Fit(messages, options.Tools, traits);
        var variables = new Dictionary<string, object?>(StringComparer.Ordinal) { ["documents"] = null };
        foreach (var (name, value) in options.Variables) { variables[name] = Read(value); }
        if (special.Begin.Length > 0) { variables["bos_token"] = special.Begin; }
        if (special.End.Length > 0) { variables["eos_token"] = special.End; }
        if (options.Tools.Count > 0 && traits.OffersTools) { variables["tools"] = new Sequence([.. options.Tools.Select(Read)]); }
        else if (traits.TakesNoTools) { variables["tools"] = null; }
        else { variables.Remove("tools"); }
        variables["messages"] = new Sequence([.. fitted.Select(Message)]);
        variables["add_generation_prompt"] = options.AddGenerationPrompt;
        return variables;
    }

    private Mapping Message(ChatTurn turn)
    {
        var message = new Mapping();
        message.Set("role", turn.Role);
        message.Set("content", Content(turn));
        if (turn.Name is { } name) { message.Set("name", special.Defuse(name)); }
        if (turn.ToolCallId is { } id) { message.Set("tool_call_id", special.Defuse(Id(id))); }
        if (turn.ReasoningContent is { } reasoning) { message.Set("reasoning_content", special.Defuse(reasoning)); }
        if (turn.ToolCalls.Count > 0) { message.Set("tool_calls", new Sequence([.. turn.ToolCalls.Select(Call)])); }
        return message;
    }

    private object? Content(ChatTurn turn)
    {
        if (turn.Content.Length == 0 && turn.ToolCalls.Count > 0 && traits.TakesNoContent) { return null; }
        var text = special.Defuse(turn.Content).Replace(SpecialTexts.ExamplePlace.ToString(), example, StringComparison.Ordinal);
        return traits.WantsParts ? new Sequence([Mapping(("type", "text"), ("text", text))]) : text;
    }

    private Mapping Call(ToolCall call) => Mapping(
        ("id", special.Defuse(Id(call.Id))), ("type", "function"),
        ("function", Mapping(("name", special.Defuse(call.Name)), ("arguments", Arguments(call.Arguments)))));

    private string Id(string id) => traits.WantsShortIds ? CallId.Short(id) : id;

    private object? Arguments(string json)
    {
        if (traits.WantsArgumentsAsText) { return special.Defuse(json); }
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object) { return Read(document.RootElement); }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException) // the latter over half of a surrogate pair
        {
            return Mapping(("input", special.Defuse(json))); // a broken call in the past must not make the conversation unusable
        }
        return Mapping(("input", special.Defuse(json)));
    }

    private object? Read(JsonElement element) => PythonJson.Read(element, special.Defuse);

    private static Mapping Mapping(params ReadOnlySpan<(string Name, object? Value)> members)
    {
        var mapping = new Mapping();
        foreach (var (name, value) in members) { mapping.Set(name, value); }
        return mapping;
    }
}
