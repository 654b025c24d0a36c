using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Platform.Agents.Tools.Mcp;

/// <summary>A call of a tool that its server makes only as a task of the protocol's revision 2025-11-25: begun, looked at as often as the server says, and its result fetched. The library knows no tasks; these are the messages themselves.</summary>
internal sealed class McpTask(McpClient client, TimeProvider time)
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(50), Most = TimeSpan.FromSeconds(5), Farewell = TimeSpan.FromSeconds(2);

    /// <summary>Whether a tool, as its server lists it, can be called in no other way.</summary>
    public static bool IsRequired(JsonNode? tool) => Text((tool as JsonObject)?["execution"], "taskSupport") == "required";

    /// <summary>McpException where the server fails or refuses it, or wants to ask something. One that has begun and is left unfinished is cancelled there.</summary>
    /// <param name="lifetime">How long the server is to keep it.</param>
    public async Task<CallToolResult> RunAsync(string tool, JsonElement arguments, TimeSpan lifetime, CancellationToken cancellation)
    {
        var begun = await AskAsync(RequestMethods.ToolsCall, new() { ["name"] = tool, ["arguments"] = JsonObject.Create(arguments), ["task"] = new JsonObject { ["ttl"] = (long)lifetime.TotalMilliseconds } }, cancellation);
        if (begun["task"] is not JsonObject task)
            return Result(begun); // it answered at once
        var id = Text(task, "taskId") ?? throw new McpException("The server began a task without an id.");
        JsonObject named = new() { ["taskId"] = id };
        try
        {
            while (Text(task, "status") is "working")
            {
                await Task.Delay(Pause(task), time, cancellation);
                task = await AskAsync("tasks/get", (JsonObject)named.DeepClone(), cancellation);
            }
        }
        catch // nobody looks at it any more, for whatever reason
        {
            await LeaveAsync(named);
            throw;
        }
        switch (Text(task, "status"))
        {
            case "completed" or "failed":
                return Result(await AskAsync("tasks/result", named, cancellation));
            case "input_required":
                await LeaveAsync(named);
                throw new McpException("It asks for something in the middle of its work, which cannot be given here.");
            default:
                throw new McpException("The server ended the task without a result.");
        }
    }

    private async Task LeaveAsync(JsonObject named)
    {
        using CancellationTokenSource limit = new(Farewell, time);
        await ((Task)AskAsync("tasks/cancel", named, limit.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<JsonObject> AskAsync(string method, JsonObject parameters, CancellationToken cancellation) =>
        (await client.SendRequestAsync(new JsonRpcRequest { Method = method, Params = parameters }, cancellation)).Result as JsonObject ?? throw new McpException($"The server answered {method} with nothing.");

    private static CallToolResult Result(JsonObject answer) => answer.Deserialize<CallToolResult>(McpJsonUtilities.DefaultOptions) ?? throw new McpException("The task's result is none.");

    private static TimeSpan Pause(JsonObject task)
    {
        var wanted = task["pollInterval"] is JsonValue value && value.TryGetValue<double>(out var milliseconds) && milliseconds is > 0 and < 1e9 ? TimeSpan.FromMilliseconds(milliseconds) : TimeSpan.FromSeconds(1);
        return wanted < Least ? Least : wanted > Most ? Most : wanted;
    }

    private static string? Text(JsonNode? node, string name) => node is JsonObject fields && fields[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
