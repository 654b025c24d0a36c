using System.Text.Json;

namespace Platform.Training.Rows;

/// <summary>Turns as OpenAI writes them: role, content (a text or parts of text), tool_calls, tool_call_id, weight.</summary>
internal static class MessageList
{
    public static IReadOnlyList<Turn> Read(JsonElement messages, string path)
    {
        List<Turn> turns = [];
        foreach (var message in JsonFields.Items(messages, path))
            turns.Add(One(message, $"{path}[{turns.Count}]"));
        return turns.Count > 0 ? turns : throw new RowException("empty", path, $"{path} is empty.");
    }

    /// <summary>The only answer in a list, as preferences carry it.</summary>
    public static string Answer(JsonElement messages, string path)
    {
        var turns = Read(messages, path);
        return turns[^1].Role == TurnRole.Assistant ? turns[^1].Content : throw new RowException("wrong_role", path, $"{path} ends with a turn of {turns[^1].Role.ToString().ToLowerInvariant()}; one of the assistant is expected.", turns[^1].Role.ToString().ToLowerInvariant(), "assistant");
    }

    private static Turn One(JsonElement message, string path)
    {
        if (message.ValueKind != JsonValueKind.Object)
            throw RowException.WrongType(path, JsonFields.Kind(message), RowException.Object);
        var name = JsonFields.Text(message, "role", $"{path}.role");
        var role = name switch
        {
            "system" or "developer" => TurnRole.System,
            "user" => TurnRole.User,
            "assistant" => TurnRole.Assistant,
            "tool" => TurnRole.Tool,
            _ => throw new RowException("wrong_role", $"{path}.role", $"{path}.role is '{Short(name)}'; expected system, developer, user, assistant or tool.", Short(name), "system, developer, user, assistant, tool"),
        };
        var calls = role == TurnRole.Assistant && JsonFields.Optional(message, "tool_calls") is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0 ? JsonFields.OneLine(list) : null;
        return new(role, Content(message, $"{path}.content", calls is not null), calls, role == TurnRole.Tool ? JsonFields.OptionalText(message, "tool_call_id") : null, Learned(message, path));
    }

    private static string Content(JsonElement message, string path, bool mayLack) => JsonFields.Optional(message, "content") switch
    {
        null when mayLack => "",
        null => throw new RowException("missing_field", path, $"{path} is missing."),
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.Array } parts => string.Concat(parts.EnumerateArray().Select((part, place) => Part(part, $"{path}[{place}]"))),
        { } other => throw new RowException("wrong_type", path, $"{path} is {JsonFields.Said(JsonFields.Kind(other))}; a text, or parts of text, are expected.", JsonFields.Kind(other), RowException.Text),
    };

    private static string Part(JsonElement part, string path) =>
        part.ValueKind == JsonValueKind.Object && JsonFields.Optional(part, "type") is { ValueKind: JsonValueKind.String } type && type.GetString() is "text" or "input_text" or "output_text"
            ? JsonFields.Text(part, "text", $"{path}.text")
            : throw new RowException("unsupported", path, $"{path} is no part of text; images and sound are not trained on.");

    private static bool Learned(JsonElement message, string path) => JsonFields.Optional(message, "weight") switch
    {
        null => true,
        { ValueKind: JsonValueKind.Number } weight when weight.TryGetDouble(out var value) && value is 0 or 1 => weight.GetDouble() == 1,
        { } other => throw new RowException("wrong_type", $"{path}.weight", $"{path}.weight is neither 0 nor 1.", JsonFields.Kind(other), "weight"),
    };

    internal static string Short(string text) => text.Length > 40 ? text[..40] + "…" : text;
}
