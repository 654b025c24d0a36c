using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Platform.Web.Features.Keys;
using Platform.Web.Host;

namespace Platform.Web.Features.Mcp;

/// <summary>POST /mcp: the Model Context Protocol by streamable HTTP, without sessions. Each request stands alone and is judged by its own key.</summary>
internal static class McpEndpoint
{
    private static readonly Problem NoStream = new(405, "invalid_request_error", "method_not_allowed", "This server keeps no sessions: it has no stream to listen to and nothing to end. POST each message.");

    public static void MapMcp(this IEndpointRouteBuilder app)
    {
        app.MapPost("/mcp", HandleAsync).RequireAuthorization(KeyScopes.AnyPolicy);
        app.MapMethods("/mcp", ["GET", "DELETE"], (HttpContext http) =>
        {
            http.Response.Headers.Allow = "POST";
            return Problems.WriteAsync(http, NoStream);
        }).RequireAuthorization(KeyScopes.AnyPolicy);
    }

    private static async Task HandleAsync(HttpContext http, ServedTools tools, ILoggerFactory logs)
    {
        var message = await ReadAsync(http);
        if (await tools.RefusalAsync(http.User, message, http.RequestAborted) is { } refusal)
        {
            await http.Response.WriteAsJsonAsync<JsonRpcMessage>(refusal, McpJsonUtilities.DefaultOptions, http.RequestAborted);
            return;
        }

        message.Context = new JsonRpcMessageContext { User = http.User };
        await using var transport = new StreamableHttpServerTransport(logs) { Stateless = true };
        await using var server = McpServer.Create(transport, tools.OptionsFor(http.User), logs, http.RequestServices);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        var running = server.RunAsync(ended.Token);
        try
        {
            http.Response.ContentType = "text/event-stream; charset=utf-8";
            http.Response.Headers.CacheControl = "no-cache, no-store";
            http.Response.Headers["X-Accel-Buffering"] = "no";
            if (!await transport.HandlePostRequestAsync(message, http.Response.Body, http.RequestAborted))
            {
                http.Response.ContentType = null;
                http.Response.StatusCode = StatusCodes.Status202Accepted;
            }
        }
        finally
        {
            await ended.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<JsonRpcMessage> ReadAsync(HttpContext http)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<JsonRpcMessage>(http.Request.Body, McpJsonUtilities.DefaultOptions, http.RequestAborted) ?? throw NotAMessage("it is null");
        }
        catch (JsonException broken)
        {
            throw NotAMessage(broken.Message);
        }
    }

    private static RefusedRequestException NotAMessage(string why) => new(new Problem(400, "invalid_request_error", "invalid_json", $"The body must be one JSON-RPC message: {why}"));
}
