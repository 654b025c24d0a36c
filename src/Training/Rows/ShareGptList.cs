using System.Text.Json;

namespace Platform.Training.Rows;

/// <summary>Turns as ShareGPT writes them: from (human, gpt, system, function_call, observation) and value; or role and content under that name.</summary>
internal static class ShareGptList
{
    public static IReadOnlyList<Turn> Read(JsonElement conversations, string path)
    {
        List<Turn> turns = [];
        foreach (var said in JsonFields.Items(conversations, path))
            turns.Add(One(said, $"{path}[{turns.Count}]"));
        return turns.Count > 0 ? turns : throw new RowException("empty", path, $"{path} is empty.");
    }

    public static Turn One(JsonElement said, string path)
    {
        if (said.ValueKind != JsonValueKind.Object)
            throw RowException.WrongType(path, JsonFields.Kind(said), RowException.Object);
        var old = JsonFields.Optional(said, "from") is not null;
        var name = JsonFields.Text(said, old ? "from" : "role", $"{path}.{(old ? "from" : "role")}");
        var value = JsonFields.Text(said, old ? "value" : "content", $"{path}.{(old ? "value" : "content")}");
        return name switch
        {
            "human" or "user" => new(TurnRole.User, value),
            "gpt" or "assistant" or "chatgpt" or "bing" or "bard" => new(TurnRole.Assistant, value),
            "system" => new(TurnRole.System, value),
            "function_call" => new(TurnRole.Assistant, "", Calls(value, path)),
            "observation" or "tool" or "function_response" => new(TurnRole.Tool, value),
            _ => throw new RowException("wrong_role", path, $"{path}.{(old ? "from" : "role")} is '{MessageList.Short(name)}'; expected human, gpt, system, function_call or observation.", MessageList.Short(name), "human, gpt, system, function_call, observation"),
        };
    }

    // {"name","arguments"} in a text, one call or several.
    private static string Calls(string value, string path)
    {
        try
        {
            using var call = JsonDocument.Parse(value, new() { MaxDepth = 32 });
            var calls = call.RootElement.ValueKind == JsonValueKind.Array ? call.RootElement.EnumerateArray().ToArray() : [call.RootElement];
            return JsonSerializer.Serialize(calls.Select((one, place) => new
            {
                id = $"call_{place + 1}",
                type = "function",
                function = new { name = JsonFields.Text(one, "name", $"{path}.name"), arguments = JsonFields.Optional(one, "arguments") is { } given ? given.ValueKind == JsonValueKind.String ? given.GetString()! : JsonFields.OneLine(given) : "{}" },
            }), JsonFields.Plain);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new RowException("wrong_type", path, $"{path} is a function_call whose value is not JSON with a name.", RowException.Text, "call");
        }
    }
}
