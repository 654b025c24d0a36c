using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Platform.ModelHost.Client.Http;

/// <summary>Writes the tools on offer and how they may be used.</summary>
internal static class ToolsBody
{
    public static void Add(JsonObject body, ChatOptions options)
    {
        if (options.Tools is not { Count: > 0 } tools)
        {
            return; // a choice without tools is refused by services
        }

        body["tools"] = new JsonArray([.. tools.Select(Tool)]);
        if (Choice(options.ToolMode) is { } choice)
        {
            body["tool_choice"] = choice;
        }

        if (options.AllowMultipleToolCalls is { } several)
        {
            body["parallel_tool_calls"] = several;
        }
    }

    private static JsonNode Tool(AITool tool) => tool is AIFunctionDeclaration function
        ? new JsonObject
        {
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = function.Name, ["description"] = function.Description, ["parameters"] = JsonNode.Parse(function.JsonSchema.GetRawText()) },
        }
        : throw ChatRequestBody.Refused($"The tool '{tool.Name}' is a {tool.GetType().Name}; this client sends functions.");

    private static JsonNode? Choice(ChatToolMode? mode) => mode switch
    {
        null => null,
        NoneChatToolMode => "none",
        RequiredChatToolMode { RequiredFunctionName: { } name } => new JsonObject { ["type"] = "function", ["function"] = new JsonObject { ["name"] = name } },
        RequiredChatToolMode => "required",
        _ => "auto",
    };
}
