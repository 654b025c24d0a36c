using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Platform.ModelHost.Client.Http;

/// <summary>Writes a conversation with its calls and their results. What was thought earlier is not sent back.</summary>
internal static class MessagesBody
{
    public static JsonArray Of(IEnumerable<ChatMessage> messages, string? instructions)
    {
        var written = new JsonArray();
        if (!string.IsNullOrEmpty(instructions))
        {
            written.Add((JsonNode)Message("system", instructions));
        }

        foreach (var message in messages)
        {
            foreach (var one in Of(message))
            {
                written.Add((JsonNode)one);
            }
        }

        return written;
    }

    /// <summary>A message; each result of a tool is one of its own.</summary>
    private static IEnumerable<JsonObject> Of(ChatMessage message)
    {
        var foreign = message.Contents.FirstOrDefault(content => content is not (TextContent or TextReasoningContent or UsageContent or FunctionCallContent or FunctionResultContent));
        if (foreign is not null)
        {
            throw ChatRequestBody.Refused($"A {message.Role.Value} message holds {foreign.GetType().Name}; this client sends text, calls and results.");
        }

        var results = message.Contents.OfType<FunctionResultContent>().ToList();
        foreach (var result in results)
        {
            yield return new JsonObject { ["role"] = "tool", ["tool_call_id"] = result.CallId, ["content"] = Result(result) };
        }

        var calls = message.Contents.OfType<FunctionCallContent>().ToList();
        if (calls.Count > 0)
        {
            yield return new JsonObject
            {
                ["role"] = "assistant",
                ["content"] = message.Text.Length > 0 ? message.Text : null,
                ["tool_calls"] = new JsonArray([.. calls.Select(Call)]),
            };
        }
        else if (message.Role == ChatRole.Tool)
        {
            if (results.Count == 0)
            {
                throw ChatRequestBody.Refused("A tool message holds no FunctionResultContent; without one it answers no call.");
            }
        }
        else if (results.Count == 0 || message.Text.Length > 0)
        {
            yield return Message(message.Role.Value, message.Text);
        }
    }

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };

    private static JsonNode Call(FunctionCallContent call) => new JsonObject
    {
        ["id"] = call.CallId,
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = Arguments(call) },
    };

    /// <summary>JSON text; what the model wrote, where that was none.</summary>
    private static string Arguments(FunctionCallContent call) =>
        call.AdditionalProperties?.TryGetValue(ChatUpdateKeys.RawArguments, out var raw) == true && raw is not null ? raw.ToString()!
        : call.Arguments is { Count: > 0 } arguments ? JsonSerializer.Serialize(arguments, RequestJson.Options) : "{}";

    private static string Result(FunctionResultContent result) => result.Result switch
    {
        string text => text,
        TextContent content => content.Text,
        JsonElement { ValueKind: JsonValueKind.String } element => element.GetString()!,
        null => result.Exception is { } fault ? $"Error: {fault.Message}" : "",
        var value => JsonSerializer.Serialize(value, RequestJson.Options),
    };
}
