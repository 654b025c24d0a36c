using System.Text.Json;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Server.Tools;
using Platform.ModelHost.Server.Wire;
using Platform.Training.Rows;

namespace Platform.ModelHost.Server.FineTuning.Rows;

/// <summary>Turns and tools of a row as a chat request would bring them to the engine. Untrusted.</summary>
internal static class RowTurns
{
    /// <exception cref="RowFault">A call is none, or a result has no call before it.</exception>
    public static IReadOnlyList<ChatTurn> Of(IReadOnlyList<Turn> turns)
    {
        var read = new List<ChatTurn>(turns.Count);
        foreach (var turn in turns)
        {
            read.Add(turn.Role == TurnRole.Tool ? Result(turn, read) : new ChatTurn(turn.Role.ToString().ToLowerInvariant(), turn.Content) { ToolCalls = turn.Calls is { } calls ? Calls(calls) : [] });
        }

        return read;
    }

    /// <summary>The row's tools in the form that templates take, by the rules of a request.</summary>
    /// <exception cref="RequestRefused">One of them could not be offered.</exception>
    public static IReadOnlyList<JsonElement> Tools(string? json)
    {
        if (json is null)
        {
            return [];
        }

        using var list = JsonDocument.Parse(json);
        return OfferedTools.Read([.. list.RootElement.EnumerateArray().Index().Select(tool => Tool(tool.Item, $"tools.[{tool.Index}]"))], null, null).ForTemplate;
    }

    /// <summary>A function in OpenAI's wrapping, or without.</summary>
    private static ToolFields Tool(JsonElement tool, string at) => tool.ValueKind == JsonValueKind.Object && !tool.TryGetProperty("function", out _)
        ? new ToolFields("function", JsonWithin.Read(tool, ServerJson.Wire.FunctionFields, at)) : JsonWithin.Read(tool, ServerJson.Wire.ToolFields, at);

    private static IReadOnlyList<ToolCall> Calls(string json)
    {
        using var list = JsonDocument.Parse(json);
        return [.. list.RootElement.EnumerateArray().Index().Select(call => JsonWithin.Read(call.Item, ServerJson.Wire.ToolCallFields, $"tool_calls.[{call.Index}]") is { Function.Name.Length: > 0 } read
            ? new ToolCall(read.Id ?? FormattableString.Invariant($"call_{call.Index + 1}"), read.Function.Name, read.Function.Arguments ?? "{}") : throw new RowFault("A call needs a 'function' with a 'name'."))];
    }

    /// <summary>Some formats do not say which call a result belongs to; then it is the last one.</summary>
    private static ChatTurn Result(Turn turn, List<ChatTurn> before)
    {
        var calls = before.SelectMany(one => one.ToolCalls).ToList();
        var call = (turn.CallId is { } id ? calls.FindLast(one => one.Id == id) : calls.LastOrDefault()) ?? throw new RowFault($"The result of a tool{(turn.CallId is { } wanted ? $" ('{wanted}')" : "")} has no call before it.");
        return new ChatTurn("tool", turn.Content) { Name = call.Name, ToolCallId = call.Id };
    }
}
