using System.Text.Json;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Server.Chat;
using Platform.ModelHost.Server.Tools;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.FineTuning.Rows;

/// <summary>OpenAI's `{"messages", "tools"}`, read by the same rules as a chat request. `weight: 0` leaves an assistant's turn out of what is learned.</summary>
internal static class MessageFormat
{
    public static DialogueRow Dialogue(JsonElement row)
    {
        var (messages, turns) = (row.GetProperty("messages"), Turns(row.GetProperty("messages"), "messages"));
        var silent = messages.EnumerateArray().Index().Where(message => Weight(message.Item, message.Index) == 0).Select(message => message.Index).ToHashSet();
        return new DialogueRow(turns, Tools(row), silent);
    }

    /// <exception cref="RowFault">It is no list of messages that a chat request could have.</exception>
    public static IReadOnlyList<ChatTurn> Turns(JsonElement list, string field)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new RowFault($"needs a list of messages in '{field}'");
        }

        var messages = list.EnumerateArray().Index().Select(message => JsonWithin.Read(message.Item, ServerJson.Wire.ChatMessage, $"{field}.[{message.Index}]")).ToList();
        return messages.Count == 0 ? throw new RowFault($"has no messages in '{field}'")
            : ChatRequestCheck.MessagesRefusal(messages) is { } problem ? throw new RequestRefused(problem) : Conversation.Of(messages);
    }

    /// <summary>One turn of the assistant: a text, a message, or a list whose last message it is.</summary>
    public static ChatTurn Answer(JsonElement value, string field)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString() is { Length: > 0 } text ? new ChatTurn("assistant", text) : throw new RowFault($"has an empty text in '{field}'");
        }

        var turn = value.ValueKind switch
        {
            JsonValueKind.Array => Turns(value, field)[^1],
            JsonValueKind.Object => Conversation.Of([JsonWithin.Read(value, ServerJson.Wire.ChatMessage, field) is { Role: not null } message ? message : throw new RowFault($"has a message without a role in '{field}'")])[0],
            _ => throw new RowFault($"needs a text or a message in '{field}'"),
        };
        return turn is { Role: "assistant" } && (turn.Content.Length > 0 || turn.ToolCalls.Count > 0) ? turn : throw new RowFault($"has in '{field}' no answer of the assistant");
    }

    /// <summary>The row's tools as a chat request would offer them.</summary>
    public static IReadOnlyList<JsonElement> Tools(JsonElement row)
    {
        if (!RowFormat.Has(row, "tools"))
        {
            return [];
        }

        var tools = row.GetProperty("tools");
        if (tools.ValueKind == JsonValueKind.String) // ShareGPT files keep them as text
        {
            if (string.IsNullOrWhiteSpace(tools.GetString()))
            {
                return [];
            }

            tools = JsonDocument.Parse(tools.GetString()!).RootElement;
        }

        if (tools.ValueKind != JsonValueKind.Array)
        {
            throw new RowFault("needs a list of functions in 'tools'");
        }

        var fields = tools.EnumerateArray().Index().Select(tool => Tool(tool.Item, $"tools.[{tool.Index}]")).ToList();
        return OfferedTools.Read(fields, null, null).ForTemplate;
    }

    /// <summary>A function, in OpenAI's wrapping or without.</summary>
    private static ToolFields Tool(JsonElement tool, string at) => tool.ValueKind == JsonValueKind.Object && !tool.TryGetProperty("function", out _)
        ? new ToolFields("function", JsonWithin.Read(tool, ServerJson.Wire.FunctionFields, at)) : JsonWithin.Read(tool, ServerJson.Wire.ToolFields, at);

    private static int Weight(JsonElement message, int index) => !RowFormat.Has(message, "weight") ? 1
        : message.GetProperty("weight") is { ValueKind: JsonValueKind.Number } weight && weight.TryGetInt32(out var value) && value is 0 or 1 ? value
        : throw new RowFault($"has in messages.[{index}].weight something else than 0 or 1");
}
