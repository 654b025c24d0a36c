using Platform.ModelHost.Server.Chat;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Streams;
using Platform.ModelHost.Server.Wire;
using Platform.ModelHost.Server.Wire.Responses;

namespace Platform.ModelHost.Server.Responses;

/// <summary>`POST /v1/responses`: a chat in the words of OpenAI's Responses API; nothing is kept. `POST /v1/responses/input_tokens`: what it would cost to read.</summary>
internal static class CreateResponse
{
    public static void MapCreateResponse(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/responses", HandleAsync);
        app.MapPost("/v1/responses/input_tokens", async (HttpContext http, EngineHost host) =>
        {
            var chat = ResponseChat.Of(await http.ReadJsonAsync(ServerJson.Wire.ResponseRequest));
            await http.WriteJsonAsync(new ResponseInputTokens("response.input_tokens", (await ChatRun.PromptAsync(chat, host, http)).Tokens), ServerJson.Wire.ResponseInputTokens);
        });
    }

    private static async Task HandleAsync(HttpContext http, EngineHost host, ServerOptions options, TimeProvider time)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.ResponseRequest);
        using var run = await ChatRun.BeginAsync(ResponseChat.Of(request), host, http);
        var answer = new ResponseAnswer(request, run.Model, time);
        var stream = answer.StreamAsync(run.Parts(), run.Ending);
        if (request.Stream == true)
        {
            await new EventStream(http, options, time, answer.Manner, ex => Problems.Describe(http, ex)).WriteAsync(stream, run.Ending);
        }
        else
        {
            await http.WriteJsonAsync(await ResponseAnswer.FoldAsync(stream, run.Ending), ServerJson.Sparse.ResponseBody);
        }
    }
}
