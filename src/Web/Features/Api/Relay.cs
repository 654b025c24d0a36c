using System.Text.Json;
using Platform.ModelHost.Client;
using Platform.Web.Features.Keys;
using Platform.Web.Host;

namespace Platform.Web.Features.Api;

/// <summary>Questions to models: passed on to the model service, and the answers back, word for word. An agent as the model of a chat completion runs here.</summary>
internal static class Relay
{
    private const string ChatPath = "/v1/chat/completions";
    private static readonly string[] Paths = [ChatPath, "/v1/completions", "/v1/responses", "/v1/responses/input_tokens", "/v1/messages", "/v1/messages/count_tokens", "/v1/embeddings", "/v1/rerank"];

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
        var model = request.Text("model") ?? "";
        if (model.StartsWith(AgentRuns.ModelPrefix, StringComparison.Ordinal))
        {
            await (path == ChatPath ? http.RequestServices.GetRequiredService<AgentCompletion>().HandleAsync(http, request, model)
                : throw RefusedRequestException.Of("model", $"'{RequestFields.Short(model)}' is an agent, and agents answer at POST {ChatPath} and POST /v1/runs only. Send it there, or name a model.", "unsupported_parameter"));
            return;
        }

        var person = CurrentCaller.From(http.User);
        var relay = http.RequestServices.GetRequiredService<EngineRelay>();
        if (request.Flag("stream") == true)
        {
            await StreamAsync(http, await relay.StreamAsync(path, model, request.Body, person.UserId, person.IsAdministrator, http.RequestAborted));
            return;
        }

        var answer = await relay.AskAsync(path, model, request.Body, person.UserId, person.IsAdministrator, http.RequestAborted);
        http.Response.ContentType = "application/json; charset=utf-8";
        await using var writer = new Utf8JsonWriter(http.Response.BodyWriter);
        answer.WriteTo(writer);
    }

    private static async Task StreamAsync(HttpContext http, IAsyncEnumerable<RelayedItem> items)
    {
        await EventStream.BeginAsync(http);
        var named = false;
        try
        {
            await foreach (var item in items.WithCancellation(http.RequestAborted))
            {
                await EventStream.SendAsync(http, item.IsComment ? $": {item.Text}\n\n" : $"{Name(item.Event)}data: {item.Text.ReplaceLineEndings("\ndata: ")}\n\n");
                named |= item.Event is not null;
            }
        }
        catch (ModelHostException broken)
        {
            await EventStream.SendAsync(http, Name(named ? "error" : null) + EventStream.Error(http, Problems.Of(broken)));
        }
    }

    private static string Name(string? name) => name is null ? "" : $"event: {name}\n";
}
