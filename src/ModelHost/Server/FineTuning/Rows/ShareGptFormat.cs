using System.Text.Json;
using Platform.ModelHost.Engine.Tokens;

namespace Platform.ModelHost.Server.FineTuning.Rows;

/// <summary>ShareGPT's `{"conversations": [{"from", "value"}], "system", "tools"}`. Calls stand in turns of `function_call` as JSON, their results in `observation`.</summary>
internal static class ShareGptFormat
{
    public static DialogueRow Dialogue(JsonElement row)
    {
        if (row.GetProperty("conversations") is not { ValueKind: JsonValueKind.Array } list)
        {
            throw new RowFault("needs a list in 'conversations'");
        }

        var turns = new List<ChatTurn>();
        if (RowFormat.TextOrNone(row, "system") is { Length: > 0 } system)
        {
            turns.Add(new ChatTurn("system", system));
        }

        foreach (var (index, item) in list.EnumerateArray().Index())
        {
            turns.Add(item.ValueKind == JsonValueKind.Object ? Turn(item, turns, index) : throw new RowFault($"has in conversations.[{index}] no object"));
        }

        return new DialogueRow(turns, MessageFormat.Tools(row), new HashSet<int>());
    }

    private static ChatTurn Turn(JsonElement item, List<ChatTurn> before, int index)
    {
        var from = RowFormat.TextOrNone(item, "from");
        var text = RowFormat.Has(item, "value") ? RowFormat.TextOrNone(item, "value") : throw new RowFault($"needs a text in conversations.[{index}].value");
        return from switch
        {
            "human" or "user" => new ChatTurn("user", text),
            "gpt" or "assistant" or "model" or "chatgpt" or "bot" => new ChatTurn("assistant", text),
            "system" => new ChatTurn("system", text),
            "function_call" or "tool_call" => Call(text, index),
            "observation" or "tool" or "function_response" => before.LastOrDefault()?.ToolCalls is [.., var call]
                ? new ChatTurn("tool", text) { Name = call.Name, ToolCallId = call.Id } : throw new RowFault($"has in conversations.[{index}] a result without a call before it"),
            _ => throw new RowFault($"has in conversations.[{index}].from '{from}'; known are human, gpt, system, function_call and observation"),
        };
    }

    private static ChatTurn Call(string json, int index)
    {
        var call = JsonDocument.Parse(json).RootElement;
        if (call.ValueKind != JsonValueKind.Object || !RowFormat.Has(call, "arguments"))
        {
            throw new RowFault($"needs in conversations.[{index}].value a call: {{\"name\", \"arguments\"}}");
        }

        var arguments = call.GetProperty("arguments") is { ValueKind: JsonValueKind.String } text ? text.GetString()! : call.GetProperty("arguments").GetRawText();
        return new ChatTurn("assistant", "") { ToolCalls = [new ToolCall(FormattableString.Invariant($"call{index:D5}"), RowFormat.Text(call, "name"), arguments)] };
    }
}
