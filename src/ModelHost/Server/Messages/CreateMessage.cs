using Platform.ModelHost.Server.Chat;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Streams;
using Platform.ModelHost.Server.Wire;
using Platform.ModelHost.Server.Wire.Messages;

namespace Platform.ModelHost.Server.Messages;

/// <summary>`POST /v1/messages`: a chat in the words of Anthropic's Messages API. `POST /v1/messages/count_tokens`: what it would cost to read.</summary>
internal static class CreateMessage
{
    public static void MapCreateMessage(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/messages", HandleAsync);
        app.MapPost("/v1/messages/count_tokens", async (HttpContext http, EngineHost host) =>
        {
            var chat = MessageChat.Of(await http.ReadJsonAsync(ServerJson.Wire.MessageRequest));
            http.Response.Headers[MessageErrors.RequestId] = http.TraceIdentifier;
            await http.WriteJsonAsync(new MessageTokens((await ChatRun.PromptAsync(chat, host, http)).Tokens), ServerJson.Wire.MessageTokens);
        });
    }

    private static async Task HandleAsync(HttpContext http, EngineHost host, ServerOptions options, TimeProvider time)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.MessageRequest);
        using var run = await ChatRun.BeginAsync(MessageChat.Of(request), host, http);
        http.Response.Headers[MessageErrors.RequestId] = http.TraceIdentifier;
        var stream = new MessageAnswer(run.Model).StreamAsync(run.Parts(), run.Ending);
        if (request.Stream == true)
        {
            await new EventStream(http, options, time, MessageErrors.Manner(http.TraceIdentifier), ex => Problems.Describe(http, ex)).WriteAsync(stream, run.Ending);
        }
        else
        {
            await http.WriteJsonAsync(await MessageFold.OfAsync(stream, run.Ending), ServerJson.Sparse.MessageBody);
        }
    }
}
