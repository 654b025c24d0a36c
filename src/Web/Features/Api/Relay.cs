using System.Text.Json;
using Platform.ModelHost.Client;
using Platform.Web.Features.Keys;
using Platform.Web.Host;

namespace Platform.Web.Features.Api;

/// <summary>Questions to models: passed on to the model service, and the answers back, word for word. An agent as the model of a chat completion runs here.</summary>
internal static class Relay
{
    private const string ChatPath = "/v1/chat/completions";
    private static readonly string[] Paths = [ChatPath, "/v1/completions", "/v1/embeddings", "/v1/rerank"];

    public static void MapRelay(this IEndpointRouteBuilder app)
    {
        foreach (var path in Paths)
        {
            app.MapPost(path, (HttpContext http) => HandleAsync(http, path)).RequireAuthorization(KeyScopes.Policy(KeyScopes.Chat));
        }
    }

    private static async Task HandleAsync(HttpContext http, string path)
    {
        var request = await RequestFields.ReadAsync(http);
        var model = request.RequiredText("model");
        if (model.StartsWith(AgentRuns.ModelPrefix, StringComparison.Ordinal))
        {
            await (path == ChatPath ? http.RequestServices.GetRequiredService<AgentCompletion>().HandleAsync(http, request, model)
                : throw RefusedRequestException.Of("model", $"An agent answers at {ChatPath} only.", "unsupported_parameter"));
            return;
        }

        // Turns in the queue are taken by person, whatever a program calls itself.
        request.Body["user"] = CurrentCaller.From(http.User).UserId;
        var relay = http.RequestServices.GetRequiredService<EngineRelay>();
        if (request.Flag("stream") == true)
        {
            await StreamAsync(http, await relay.StreamAsync(path, model, request.Body, http.RequestAborted));
            return;
        }

        var answer = await relay.AskAsync(path, model, request.Body, http.RequestAborted);
        http.Response.ContentType = "application/json; charset=utf-8";
        await using var writer = new Utf8JsonWriter(http.Response.BodyWriter);
        answer.WriteTo(writer);
    }

    private static async Task StreamAsync(HttpContext http, IAsyncEnumerable<RelayedItem> items)
    {
        await EventStream.BeginAsync(http);
        var toldOfError = false;
        try
        {
            await foreach (var item in items.WithCancellation(http.RequestAborted))
            {
                await EventStream.SendAsync(http, item.IsComment ? $": {item.Text}\n\n" : $"data: {item.Text.ReplaceLineEndings("\ndata: ")}\n\n");
                toldOfError |= !item.IsComment && item.Text.StartsWith("{\"error\"", StringComparison.Ordinal);
            }
        }
        catch (ModelHostException broken) when (!toldOfError)
        {
            await EventStream.SendAsync(http, EventStream.Error(http, Problems.Of(broken)));
        }
        catch (ModelHostException)
        {
            await http.Response.CompleteAsync(); // the service has said itself why it ended
        }
    }
}
