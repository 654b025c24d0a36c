using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.ModelHost.Server.Wire;
using Platform.ModelHost.Server.Wire.Messages;

namespace Platform.ModelHost.Server.Messages;

/// <summary>The chat request that a Messages request is, in other words.</summary>
internal static class MessageChat
{
    private const int LongestUser = 128; // what the engine takes

    private static readonly JsonElement True = JsonDocument.Parse("true").RootElement, False = JsonDocument.Parse("false").RootElement;

    /// <exception cref="RequestRefused">It asks for something that cannot be done.</exception>
    public static ChatCompletionRequest Of(MessageRequest request) => MessageCheck.Refusal(request) is { } problem ? throw new RequestRefused(problem) : new ChatCompletionRequest(request)
    {
        Renamed = [("stop", request.StopSequences is null ? null : "stop_sequences"), ("response_format", "output_config.format"), ("reasoning_effort", "output_config.effort"), ("reasoning_budget", "thinking.budget_tokens")],
        Messages = MessageTurns.Of(request),
        ContinuesLast = MessageCheck.HasBegun(request),
        Stop = request.StopSequences is { } stop ? new TextOrTexts(stop, IsList: true) : request.Stop,
        Tools = request.Tools is { } tools ? [.. tools.Select(tool => new ToolFields("function", new FunctionFields(tool?.Name, tool?.Description, tool?.InputSchema, null)))] : null,
        ToolChoice = request.ToolChoice is { } choice ? Choice(choice) : null,
        ParallelToolCalls = request.ToolChoice?.DisableParallelToolUse != true, // what Anthropic does
        ResponseFormat = request.OutputConfig?.Format is { } format ? new ResponseFormatFields(format.Type, new JsonSchemaFields(null, null, null, format.Schema)) : null,
        ReasoningEffort = request.OutputConfig?.Effort,
        ReasoningBudget = request.Thinking is { Type: "enabled", BudgetTokens: { } budget } ? budget : null,
        ChatTemplateKwargs = Variables(request),
        User = request.User ?? User(request.Metadata),
    };

    /// <summary>Programs put whole session names there; its end tells them apart.</summary>
    private static string? User(JsonElement? metadata) =>
        metadata is { ValueKind: JsonValueKind.Object } given && given.TryGetProperty("user_id", out var id) && id.ValueKind == JsonValueKind.String && id.GetString() is { } user ? user[^Math.Min(user.Length, LongestUser)..] : null;

    private static JsonElement Choice(MessageToolChoice choice)
    {
        JsonNode written = choice.Type switch
        {
            "any" => JsonValue.Create("required"),
            "tool" => new JsonObject { ["type"] = "function", ["name"] = choice.Name },
            _ => JsonValue.Create(choice.Type!),
        };
        return JsonSerializer.SerializeToElement(written, ServerJson.Wire.JsonNode);
    }

    /// <summary>Templates of the Qwen family and others look at enable_thinking.</summary>
    private static Dictionary<string, JsonElement> Variables(MessageRequest request)
    {
        var variables = request.ChatTemplateKwargs is { } given ? new Dictionary<string, JsonElement>(given, StringComparer.Ordinal) : [];
        if (request.Thinking is { } thinking)
        {
            variables.TryAdd("enable_thinking", thinking.Type == "disabled" ? False : True);
        }

        return variables;
    }
}
